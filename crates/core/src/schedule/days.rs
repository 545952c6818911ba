//! Which days of a month a cron expression names.

use chrono::{Datelike, NaiveDate, Weekday};

use super::cron_field::CronField;
use super::error::{CronError, CronForm};
use super::values::Values;

/// The day-of-month and day-of-week fields as one, because exactly one of them decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Days {
    /// Plain days of the month.
    OfMonth(Values),
    /// `L`: the last day of the month.
    Last,
    /// `LW`: the last Monday-to-Friday of the month.
    LastWorkday,
    /// `15W`: the Monday-to-Friday nearest to that day, without leaving its month.
    NearestWorkday(u32),
    /// Plain days of the week, 1-7 from Sunday.
    OfWeek(Values),
    /// `6L`: the last such weekday of the month.
    LastOfWeek(u32),
    /// `6#3`: the third such weekday of the month.
    NthOfWeek(u32, u32),
}

impl Days {
    /// Reads the day-of-month field of the AWS form.
    pub(super) fn of_month(text: &str) -> Result<Self, CronError> {
        const FIELD: CronField = CronField::DayOfMonth;
        let reject = |reason: String| FIELD.error(CronForm::Aws, text, reason);
        let upper = text.to_ascii_uppercase();
        match upper.as_str() {
            "L" => return Ok(Self::Last),
            "LW" => return Ok(Self::LastWorkday),
            _ => {}
        }
        if let Some(day) = upper.strip_suffix('W') {
            return FIELD.value(CronForm::Aws, day).map(Self::NearestWorkday).map_err(reject);
        }
        if upper.contains(['L', 'W']) {
            return Err(reject("L and W stand alone, not in a list or range".to_owned()));
        }
        FIELD.values(CronForm::Aws, text).map(Self::OfMonth)
    }

    /// Reads the day-of-week field of the AWS form.
    pub(super) fn of_week(text: &str) -> Result<Self, CronError> {
        const FIELD: CronField = CronField::DayOfWeek;
        let reject = |reason: String| FIELD.error(CronForm::Aws, text, reason);
        if let Some((day, nth)) = text.split_once('#') {
            let day = FIELD.value(CronForm::Aws, day).map_err(reject)?;
            let nth = Some(nth).filter(|nth| nth.len() == 1).and_then(|nth| nth.parse().ok());
            return match nth {
                Some(nth @ 1..=5) => Ok(Self::NthOfWeek(day, nth)),
                _ => Err(reject("`#` stands alone and counts from 1 to 5".to_owned())),
            };
        }
        if let Some(day) = text.strip_suffix(['L', 'l']) {
            if day.is_empty() {
                // The last day of the week is Saturday.
                return FIELD.values(CronForm::Aws, "7").map(Self::OfWeek);
            }
            return FIELD.value(CronForm::Aws, day).map(Self::LastOfWeek).map_err(reject);
        }
        FIELD.values(CronForm::Aws, text).map(Self::OfWeek)
    }

    /// The days of that month that match, rising. Empty for a month that does not exist.
    pub(super) fn in_month(&self, year: i32, month: u32) -> Vec<NaiveDate> {
        let Some(first) = NaiveDate::from_ymd_opt(year, month, 1) else { return Vec::new() };
        let dates: Vec<NaiveDate> = first.iter_days().take_while(|date| date.month() == month).collect();
        let last_such = |wanted: &dyn Fn(&NaiveDate) -> bool| dates.iter().rev().find(|date| wanted(date)).copied();
        let one = |date: Option<NaiveDate>| date.into_iter().collect();
        match *self {
            Self::OfMonth(days) => dates.into_iter().filter(|date| days.contains(date.day())).collect(),
            Self::OfWeek(days) => dates.into_iter().filter(|date| days.contains(number(*date))).collect(),
            Self::Last => one(dates.last().copied()),
            Self::LastWorkday => one(last_such(&|date| is_workday(*date))),
            Self::LastOfWeek(day) => one(last_such(&|date| number(*date) == day)),
            Self::NthOfWeek(day, nth) => {
                one(dates.into_iter().filter(|date| number(*date) == day).nth(nth as usize - 1))
            }
            // A month without that day is left out, as a plain day of the month would be.
            Self::NearestWorkday(day) if day as usize > dates.len() => Vec::new(),
            Self::NearestWorkday(day) => {
                // Two days away is only ever needed at an end of the month; of the two neighbours of a
                // weekend day at most one is a workday.
                let nearest = |date: &&NaiveDate| date.day().abs_diff(day);
                one(dates.iter().filter(|date| is_workday(**date)).min_by_key(nearest).copied())
            }
        }
    }

    /// The text of the two day fields for EventBridge: day of the month, day of the week.
    pub(super) fn texts(&self) -> (String, String) {
        let none = || "?".to_owned();
        match self {
            Self::OfMonth(days) => (days.text(CronField::DayOfMonth.maximum(), true), none()),
            Self::OfWeek(days) => (none(), days.text(CronField::DayOfWeek.maximum(), false)),
            Self::Last => ("L".to_owned(), none()),
            Self::LastWorkday => ("LW".to_owned(), none()),
            Self::NearestWorkday(day) => (format!("{day}W"), none()),
            Self::LastOfWeek(day) => (none(), format!("{day}L")),
            Self::NthOfWeek(day, nth) => (none(), format!("{day}#{nth}")),
        }
    }
}

fn number(date: NaiveDate) -> u32 {
    date.weekday().number_from_sunday()
}

fn is_workday(date: NaiveDate) -> bool {
    !matches!(date.weekday(), Weekday::Sat | Weekday::Sun)
}
