//! A cron expression: read in either form, written in the one that EventBridge takes.

use std::fmt;

use super::cron_field::CronField;
use super::days::Days;
use super::error::{CronError, CronForm};
use super::values::Values;

/// A cron expression with a resolution of one minute.
///
/// Two expressions that say the same with plain values are equal, however they were written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cron {
    pub(super) minutes: Values,
    pub(super) hours: Values,
    pub(super) days: Days,
    pub(super) months: Values,
    pub(super) years: Values,
}

impl Cron {
    /// Reads the AWS form, `cron(minute hour day-of-month month day-of-week year)` with or without the
    /// wrapper, or the five fields of Unix.
    ///
    /// Letters may be of either case. Days of the week are 1-7 from Sunday in the AWS form and 0-7 in the
    /// Unix form, where both 0 and 7 are Sunday.
    ///
    /// # Errors
    ///
    /// A [`CronError`] that names the field and what is allowed there.
    pub fn parse(text: &str) -> Result<Self, CronError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(CronError::Empty);
        }
        reject_other_forms(text)?;
        let wrapped = text.get(..5).is_some_and(|start| start.eq_ignore_ascii_case("cron("));
        let inner = if wrapped { text[5..].strip_suffix(')').ok_or(CronError::Unclosed)? } else { text };
        let fields: Vec<&str> = inner.split_whitespace().collect();
        match fields[..] {
            [minute, hour, day_of_month, month, day_of_week, year] => {
                reject_shifted_fields(year)?;
                let days = aws_days(day_of_month, day_of_week)?;
                Self::assemble(CronForm::Aws, [minute, hour, month, year], days)
            }
            [minute, hour, day_of_month, month, day_of_week] if !wrapped => {
                let days = unix_days(day_of_month, day_of_week)?;
                Self::assemble(CronForm::Unix, [minute, hour, month, "*"], days)
            }
            _ => Err(CronError::FieldCount { found: fields.len() }),
        }
    }

    /// The canonical `cron(...)` text for EventBridge: numbers only, and only what its guide documents.
    ///
    /// Parsing it gives an equal [`Cron`].
    pub fn expression(&self) -> String {
        let (day_of_month, day_of_week) = self.days.texts();
        let text = |values: &Values, field: CronField| values.text(field.maximum(), true);
        format!(
            "cron({} {} {day_of_month} {} {day_of_week} {})",
            text(&self.minutes, CronField::Minute),
            text(&self.hours, CronField::Hour),
            text(&self.months, CronField::Month),
            text(&self.years, CronField::Year),
        )
    }

    fn assemble(form: CronForm, [minute, hour, month, year]: [&str; 4], days: Days) -> Result<Self, CronError> {
        Ok(Self {
            minutes: CronField::Minute.values(form, minute)?,
            hours: CronField::Hour.values(form, hour)?,
            days,
            months: CronField::Month.values(form, month)?,
            years: CronField::Year.values(form, year)?,
        })
    }
}

impl fmt::Display for Cron {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.expression())
    }
}

fn aws_days(day_of_month: &str, day_of_week: &str) -> Result<Days, CronError> {
    match (day_of_month, day_of_week) {
        ("?", "?") => {}
        (_, "?") => return Days::of_month(day_of_month),
        ("?", _) => return Days::of_week(day_of_week),
        _ => {}
    }
    Err(CronError::QuestionMark { day_of_month: day_of_month.to_owned(), day_of_week: day_of_week.to_owned() })
}

/// Six fields of which the last is `?` or a weekday come from a dialect that starts with seconds. Saying so
/// helps more than the rule about `?`, which such an expression breaks only because it is shifted.
fn reject_shifted_fields(year: &str) -> Result<(), CronError> {
    if year.starts_with(|first: char| first.is_ascii_digit() || first == '*') {
        return Ok(());
    }
    let reason = "is not a year; if the first field was meant as seconds, leave it out";
    Err(CronField::Year.error(CronForm::Aws, year, reason))
}

fn unix_days(day_of_month: &str, day_of_week: &str) -> Result<Days, CronError> {
    for (field, text) in [(CronField::DayOfMonth, day_of_month), (CronField::DayOfWeek, day_of_week)] {
        // Names such as JUL carry these letters too, so only a text that fails to parse is looked at.
        if field.values(CronForm::Unix, text).is_err() && text.to_ascii_uppercase().contains(['?', '#', 'L', 'W']) {
            let reason = "`? L W #` belong to the six-field AWS form, which ends with a year (`*` for every year)";
            return Err(field.error(CronForm::Unix, text, reason));
        }
    }
    match (day_of_month, day_of_week) {
        (_, "*") => CronField::DayOfMonth.values(CronForm::Unix, day_of_month).map(Days::OfMonth),
        ("*", _) => CronField::DayOfWeek.values(CronForm::Unix, day_of_week).map(Days::OfWeek),
        _ => {
            CronField::DayOfMonth.values(CronForm::Unix, day_of_month)?;
            CronField::DayOfWeek.values(CronForm::Unix, day_of_week)?;
            Err(CronError::EitherDay { day_of_month: day_of_month.to_owned(), day_of_week: day_of_week.to_owned() })
        }
    }
}

fn reject_other_forms(text: &str) -> Result<(), CronError> {
    let lower = text.to_ascii_lowercase();
    let instead = if lower.starts_with("rate(") {
        "a rate has no fixed times; for every 15 minutes write `*/15 * * * *`"
    } else if lower.starts_with("at(") {
        "a campaign repeats; for one day write its date and year, as in `cron(0 9 24 12 ? 2026)`"
    } else if lower.starts_with('@') {
        match lower.as_str() {
            "@hourly" => "write `0 * * * *`",
            "@daily" | "@midnight" => "write `0 0 * * *`",
            "@weekly" => "write `0 0 * * 0`",
            "@monthly" => "write `0 0 1 * *`",
            "@yearly" | "@annually" => "write `0 0 1 1 *`",
            _ => "nicknames are not supported; write the five fields",
        }
    } else {
        return Ok(());
    };
    Err(CronError::NotCron { text: text.to_owned(), instead })
}
