//! The six fields of a cron expression and how a plain one is read.

use std::fmt;

use super::error::{CronError, CronForm};
use super::values::Values;

const MONTHS: [&str; 12] = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
const WEEKDAYS: [&str; 7] = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

/// One field of a cron expression.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CronField {
    /// 0-59.
    Minute,
    /// 0-23.
    Hour,
    /// 1-31.
    DayOfMonth,
    /// 1-12.
    Month,
    /// 1-7 from Sunday in the AWS form, 0-7 in the Unix form.
    DayOfWeek,
    /// 1970-2199.
    Year,
}

impl CronField {
    /// What may stand in the field, for an error message.
    pub fn allowed(self, form: CronForm) -> &'static str {
        match (self, form) {
            (Self::Minute, _) => "0-59 with , - * /",
            (Self::Hour, _) => "0-23 with , - * /",
            (Self::DayOfMonth, CronForm::Unix) => "1-31 with , - * /",
            (Self::DayOfMonth, CronForm::Aws) => "1-31 with , - * /, or ?, L, LW, 15W",
            (Self::Month, _) => "1-12 or JAN-DEC with , - * /",
            (Self::DayOfWeek, CronForm::Unix) => "0-7 (0 and 7 are Sunday) or SUN-SAT with , - * /",
            (Self::DayOfWeek, CronForm::Aws) => "1-7 (1 is Sunday) or SUN-SAT with , - * /, or ?, L, 6L, 6#3",
            (Self::Year, _) => "1970-2199 with , - * /",
        }
    }

    pub(super) fn minimum(self) -> u32 {
        match self {
            Self::Minute | Self::Hour => 0,
            Self::DayOfMonth | Self::Month | Self::DayOfWeek => 1,
            Self::Year => 1970,
        }
    }

    pub(super) fn maximum(self) -> u32 {
        match self {
            Self::Minute => 59,
            Self::Hour => 23,
            Self::DayOfMonth => 31,
            Self::Month => 12,
            Self::DayOfWeek => 7,
            Self::Year => 2199,
        }
    }

    /// The error on this field that reads `reason`.
    pub(super) fn error(self, form: CronForm, value: &str, reason: impl Into<String>) -> CronError {
        CronError::Field { field: self, value: value.to_owned(), reason: reason.into(), form }
    }

    /// Reads a list of values, ranges and steps. Days of the week come out numbered the AWS way.
    pub(super) fn values(self, form: CronForm, text: &str) -> Result<Values, CronError> {
        let mut values = Values::empty(self.minimum());
        for item in text.split(',') {
            self.item(form, item, &mut values).map_err(|reason| self.error(form, text, reason))?;
        }
        Ok(values)
    }

    /// One number or name, in the numbering of `form`.
    pub(super) fn value(self, form: CronForm, text: &str) -> Result<u32, String> {
        let (minimum, maximum) = self.bounds(form);
        if let Some(position) = self.names().iter().position(|name| name.eq_ignore_ascii_case(text)) {
            return Ok(minimum + position as u32);
        }
        if text.is_empty() {
            return Err("a value is missing".to_owned());
        }
        if !text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(format!("`{text}` is not a value of this field"));
        }
        // A number too long for the type is out of range as well.
        let value = text.parse().unwrap_or(u32::MAX);
        if (minimum..=maximum).contains(&value) { Ok(value) } else { Err(format!("`{text}` is out of range")) }
    }

    fn item(self, form: CronForm, item: &str, values: &mut Values) -> Result<(), String> {
        let (span, step) = match item.split_once('/') {
            Some((span, step)) => (span, Some(self.step(step)?)),
            None => (item, None),
        };
        let (minimum, maximum) = self.bounds(form);
        let (first, last) = if span == "*" {
            // Sunday must not come twice where it has two numbers.
            (minimum, if self == Self::DayOfWeek { minimum + 6 } else { maximum })
        } else if let Some((first, last)) = span.split_once('-') {
            (self.value(form, first)?, self.value(form, last)?)
        } else {
            let first = self.value(form, span)?;
            (first, if step.is_some() { maximum } else { first })
        };
        let last = match self {
            // A week has no beginning: FRI-MON is a range too.
            Self::DayOfWeek if last < first => last + 7,
            _ if last < first => return Err(format!("the range `{span}` runs backwards")),
            _ => last,
        };
        for value in (first..=last).step_by(step.unwrap_or(1)) {
            values.insert(match (self, form) {
                (Self::DayOfWeek, CronForm::Unix) => value % 7 + 1,
                (Self::DayOfWeek, CronForm::Aws) => (value - 1) % 7 + 1,
                _ => value,
            });
        }
        Ok(())
    }

    fn step(self, text: &str) -> Result<usize, String> {
        let largest = self.maximum() - if self == Self::Year { self.minimum() } else { 0 };
        match text.parse() {
            Ok(step) if (1..=largest as usize).contains(&step) && !text.starts_with('+') => Ok(step),
            _ => Err(format!("the step `{text}` must be a number from 1 to {largest}")),
        }
    }

    fn bounds(self, form: CronForm) -> (u32, u32) {
        match (self, form) {
            (Self::DayOfWeek, CronForm::Unix) => (0, 7),
            _ => (self.minimum(), self.maximum()),
        }
    }

    fn names(self) -> &'static [&'static str] {
        match self {
            Self::Month => &MONTHS,
            Self::DayOfWeek => &WEEKDAYS,
            _ => &[],
        }
    }
}

impl fmt::Display for CronField {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Minute => "minute",
            Self::Hour => "hour",
            Self::DayOfMonth => "day-of-month",
            Self::Month => "month",
            Self::DayOfWeek => "day-of-week",
            Self::Year => "year",
        })
    }
}
