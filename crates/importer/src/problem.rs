//! What is wrong with a file, and where.

use std::{fmt, sync::Arc};

/// A mistake or a doubt, told at the place that has to change.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// Where it is.
    pub place: Place,
    /// The path of the field, for example `campaigns[1].schedule_cron`; empty if the file as a whole is meant.
    pub field: String,
    /// What is wrong and what would be right.
    pub message: String,
    /// Whether the file cannot be imported because of it.
    pub severity: Severity,
}

/// How bad a problem is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The file cannot be imported.
    Error,
    /// The file can be imported, but is perhaps not what was meant.
    Warning,
}

/// A place in a file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The file as the user named it.
    pub file: Arc<str>,
    /// The line, from 1.
    pub line: u64,
    /// The column in characters, from 1.
    pub column: u64,
}

impl Problem {
    pub(crate) fn error(place: &Place, field: impl Into<String>, message: impl Into<String>) -> Self {
        Self { place: place.clone(), field: field.into(), message: message.into(), severity: Severity::Error }
    }

    pub(crate) fn warning(place: &Place, field: impl Into<String>, message: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(place, field, message) }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let severity = match self.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        write!(formatter, "{}: {severity}: ", self.place)?;
        if !self.field.is_empty() {
            write!(formatter, "{}: ", printable(&self.field))?;
        }
        formatter.write_str(&printable(&self.message))
    }
}

/// Problems quote the file, which must not be able to steer the terminal that they are read on.
fn printable(text: &str) -> String {
    text.chars().map(|character| if character.is_control() { char::REPLACEMENT_CHARACTER } else { character }).collect()
}

impl Place {
    /// The first character of `file`.
    pub(crate) fn start(file: &Arc<str>) -> Self {
        Self { file: file.clone(), line: 1, column: 1 }
    }

    /// The place of `location` in `file`, if the parser knows it.
    pub(crate) fn of(file: &Arc<str>, location: serde_saphyr::Location) -> Option<Self> {
        (location.line() > 0).then(|| Self { file: file.clone(), line: location.line(), column: location.column() })
    }
}

impl fmt::Display for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:{}:{}", self.file, self.line, self.column)
    }
}
