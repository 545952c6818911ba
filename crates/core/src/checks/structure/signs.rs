//! Brackets and quotation marks.

use crate::checks::{Finding, Severity, What};

/// The first sign of one post that has no counterpart.
pub(super) fn check(text: &str) -> Option<Finding> {
    let sign = bracket(text).or_else(|| quotation(text))?;
    let message = format!("A {sign} has no counterpart.");
    Some(Finding::new(Severity::Note, message, What::Unbalanced { sign }))
}

fn bracket(text: &str) -> Option<char> {
    let mut open: Vec<char> = Vec::new();
    let mut word = String::new();
    for character in text.chars() {
        match character {
            '(' | '[' | '{' if !is_face(&word) => open.push(character),
            ')' | ']' | '}' => {
                let opening = match character {
                    ')' => '(',
                    ']' => '[',
                    _ => '{',
                };
                if open.last() == Some(&opening) {
                    open.pop();
                } else if !is_face(&word) && !is_enumeration(&word) {
                    return Some(character);
                }
            }
            _ => {}
        }
        if character.is_whitespace() { word.clear() } else { word.push(character) }
    }
    open.first().copied()
}

/// `:-)` and the like.
fn is_face(word: &str) -> bool {
    let eyes = word.trim_end_matches(['-', '\'', '^', 'o']);
    eyes.ends_with([':', ';', '=']) && !word.is_empty()
}

/// `1)` and `a)` count things up.
fn is_enumeration(word: &str) -> bool {
    let mut characters = word.chars();
    let is_letter = word.chars().count() == 1 && characters.next().is_some_and(char::is_alphanumeric);
    is_letter || !word.is_empty() && word.len() <= 3 && word.chars().all(|digit| digit.is_ascii_digit())
}

/// Marks come in pairs, whatever a language's way of pairing them; after a digit `"` means inches.
fn quotation(text: &str) -> Option<char> {
    let count = |marks: &[char]| text.chars().filter(|character| marks.contains(character)).count();
    let before = [' '].into_iter().chain(text.chars());
    let straight = before.zip(text.chars()).filter(|(before, mark)| *mark == '"' && !before.is_ascii_digit()).count();
    let inches = text.chars().filter(|mark| *mark == '"').count() - straight;
    let is_odd = |count: usize| count % 2 == 1;
    if is_odd(straight) && is_odd(straight + inches) {
        return Some('"');
    }
    if is_odd(count(&['“', '”', '„', '‟'])) {
        return Some('“');
    }
    (count(&['«']) != count(&['»'])).then_some('«')
}
