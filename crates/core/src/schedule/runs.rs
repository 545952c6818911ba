//! The runs that follow a moment.

use chrono::{DateTime, Datelike, NaiveTime, Timelike, Utc};

use super::{cron::Cron, zone::Zone};

/// The next `count` runs after `after`, found by walking the fields from the year down.
///
/// The work is bounded by the 230 years of a cron expression: a month without a matching day costs one
/// look, and only days that match are opened.
pub(super) fn next_runs(cron: &Cron, timezone: &Zone, after: DateTime<Utc>, count: usize) -> Vec<DateTime<Utc>> {
    let start = timezone.at(after).naive_local();
    let first_year = u32::try_from(start.year()).unwrap_or(0);
    cron.years
        .from(first_year)
        .flat_map(|year| cron.months.from(1).map(move |month| (year, month)))
        .filter(|&(year, month)| (year, month) >= (first_year, start.month()))
        .flat_map(|(year, month)| cron.days.in_month(year as i32, month))
        .filter(|date| *date >= start.date())
        .flat_map(|date| {
            let first_hour = if date == start.date() { start.hour() } else { 0 };
            let times = cron.hours.from(first_hour).flat_map(|hour| cron.minutes.from(0).map(move |minute| (hour, minute)));
            times.filter_map(move |(hour, minute)| Some(date.and_time(NaiveTime::from_hms_opt(hour, minute, 0)?)))
        })
        // None in the gap of spring; the first of the two in autumn.
        .filter_map(|local| timezone.first(local))
        // In the second of two equal hours the local time has passed already.
        .filter(|run| *run > after)
        .take(count)
        .collect()
}
