//! Collects everything that is wrong with what a person sent, so that they hear of it at once and not one by one.

use std::{fmt::Display, ops::RangeInclusive};

use crate::field::FieldError;

/// The errors found so far.
#[derive(Debug, Default)]
pub(crate) struct Check {
    errors: Vec<FieldError>,
}

impl Check {
    /// Notes that `field` is wrong.
    pub(crate) fn fail(&mut self, field: impl Into<String>, message: impl Into<String>) {
        self.errors.push(FieldError::new(field, message));
    }

    /// Adds what another check found.
    pub(crate) fn add(&mut self, errors: Vec<FieldError>) {
        self.errors.extend(errors);
    }

    /// The text without blanks around it, which must have a length in `lengths`, counted in characters as Postgres does.
    pub(crate) fn text(&mut self, field: &str, text: &str, lengths: RangeInclusive<usize>) -> String {
        let text = text.trim();
        let length = text.chars().count();
        if length < *lengths.start() {
            let message = if length == 0 {
                "must not be empty".to_owned()
            } else {
                format!("must have at least {} characters", lengths.start())
            };
            self.fail(field, message);
        } else if length > *lengths.end() {
            self.fail(field, format!("must have at most {} characters, has {length}", lengths.end()));
        }
        // Postgres stores no NUL; the others are never meant, and spoil prompts and logs.
        if text.chars().any(|character| character.is_control() && !matches!(character, '\n' | '\r' | '\t')) {
            self.fail(field, "must not contain control characters");
        }
        text.to_owned()
    }

    /// Notes if `number` is outside `range`.
    pub(crate) fn range<T: PartialOrd + Display>(&mut self, field: &str, number: &T, range: &RangeInclusive<T>) {
        if !range.contains(number) {
            self.fail(field, format!("must be {} to {}, is {number}", range.start(), range.end()));
        }
    }

    /// `value`, if nothing was wrong.
    pub(crate) fn finish<T>(self, value: T) -> Result<T, Vec<FieldError>> {
        if self.errors.is_empty() { Ok(value) } else { Err(self.errors) }
    }
}
