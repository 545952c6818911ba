//! What is wrong with a value that a person gave us, told by the name of its field.

use std::fmt;

use serde::Serialize;

/// One field that cannot be accepted, in words for the person who sent it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FieldError {
    /// The path of the field as the client wrote it, for example `schedule_cron` or `hashtags[2]`.
    pub field: String,
    /// What is wrong and what would be right.
    pub message: String,
    /// Whether the field itself, not its value, is what cannot be accepted.
    #[serde(skip)]
    pub is_unknown: bool,
}

impl FieldError {
    /// An error on `field` that reads `message`.
    pub fn new(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self { field: field.into(), message: message.into(), is_unknown: false }
    }

    /// An error on the field `name` of the group at `path` (empty at the root), where only `known` ones may stand.
    pub fn unknown(path: &str, name: &str, known: &[&str]) -> Self {
        let field = if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
        let close =
            known.iter().map(|other| (distance(name, other), other)).min().filter(|(distance, _)| *distance <= 2);
        let message = match close {
            Some((_, meant)) => format!("is not a field; did you mean `{meant}`?"),
            None => format!("is not a field; the fields here are {}", known.join(", ")),
        };
        Self { field, message, is_unknown: true }
    }
}

impl fmt::Display for FieldError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.field, self.message)
    }
}

impl std::error::Error for FieldError {}

/// How many letters must be added, removed or replaced to get from `left` to `right` (Levenshtein).
fn distance(left: &str, right: &str) -> usize {
    let right: Vec<char> = right.chars().collect();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (above, letter) in left.chars().enumerate() {
        let mut next = vec![above + 1];
        for (other, pair) in right.iter().zip(row.windows(2)) {
            let [diagonal, over] = pair else { continue };
            let before = next.last().copied().unwrap_or_default();
            next.push((diagonal + usize::from(letter != *other)).min(over + 1).min(before + 1));
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
}
