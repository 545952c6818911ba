//! A campaign's schedule: reading it, writing it for EventBridge, and foretelling its runs.

#![expect(clippy::expect_used, clippy::panic, reason = "a helper of a test fails the test")]

use chrono::{DateTime, Datelike, Days, Duration, NaiveDateTime, TimeZone, Timelike, Utc};
use chrono_tz::Tz;
use proptest::prelude::*;
use rostrum_core::schedule::{Cron, CronError, Schedule};

fn expression(text: &str, expect: &str) {
    let cron = Cron::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
    assert_eq!(cron.expression(), expect, "{text}");
    assert_eq!(cron.to_string(), expect, "{text}");
    assert_eq!(Cron::parse(expect).as_ref(), Ok(&cron), "{text}: the canonical text means the same");
}

#[test]
fn both_forms_become_the_expression_of_eventbridge() {
    expression("0 9 * * 1-5", "cron(0 9 ? * 2-6 *)");
    expression("0 9 * * MON-FRI", "cron(0 9 ? * 2-6 *)");
    expression("*/15 * * * *", "cron(0/15 * * * ? *)");
    expression("30 8 1,15 * *", "cron(30 8 1,15 * ? *)");
    expression("0 0 * * 0", "cron(0 0 ? * 1 *)");
    expression("0 0 * * 7", "cron(0 0 ? * 1 *)");
    expression("0 0 * * 6-7", "cron(0 0 ? * 1,7 *)");
    expression("0 0 * * fri-mon", "cron(0 0 ? * 1,2,6,7 *)");
    expression("0 0 * * */2", "cron(0 0 ? * 1,3,5,7 *)");
    expression("0 0 * * 0-7", "cron(0 0 ? * * *)");
    expression("0 0 * jan,JUL *", "cron(0 0 * 1,7 ? *)");
    expression("0 9-17/4 * * *", "cron(0 9,13,17 * * ? *)");
    expression("0 9-17 * * *", "cron(0 9-17 * * ? *)");
    expression("5,6,7,50 0 */10 * *", "cron(5-7,50 0 1/10 * ? *)");
    expression("  cron(0 9 ? * MON-FRI *) ", "cron(0 9 ? * 2-6 *)");
    expression("CRON(0 9 ? * sat-sun *)", "cron(0 9 ? * 1,7 *)");
    expression("0 9 ? * 2 *", "cron(0 9 ? * 2 *)");
    expression("0 9 L * ? *", "cron(0 9 L * ? *)");
    expression("0 9 lw * ? *", "cron(0 9 LW * ? *)");
    expression("0 9 15W * ? *", "cron(0 9 15W * ? *)");
    expression("0 9 ? * L *", "cron(0 9 ? * 7 *)");
    expression("0 9 ? * FRIL *", "cron(0 9 ? * 6L *)");
    expression("0 9 ? * fri#3 *", "cron(0 9 ? * 6#3 *)");
    expression("0 9 * * ? 2027", "cron(0 9 * * ? 2027)");
    expression("0 9 * * ? 2027-2030", "cron(0 9 * * ? 2027-2030)");
    expression("0 9 * * ? 2028/4", "cron(0 9 * * ? 2028/4)");
    expression("0 9 * * ? 1970-2199", "cron(0 9 * * ? *)");
}

fn refused(text: &str, expect: &str) {
    let error = Cron::parse(text).expect_err(text).to_string();
    assert!(error.contains(expect), "{text}: {error:?} should contain {expect:?}");
}

#[test]
fn what_eventbridge_would_refuse_is_refused_with_a_hint() {
    refused("", "is empty");
    refused("   ", "is empty");
    refused("0 9 * *", "has 4 fields");
    refused("cron(0 9 * * 1-5)", "has 5 fields");
    refused("cron()", "has 0 fields");
    refused("0 0 9 ? * MON *", "has 7 fields");
    refused("cron(0 9 ? * 2 *", "not closed");
    refused("rate(15 minutes)", "`*/15 * * * *`");
    refused("at(2026-12-24T09:00:00)", "date and year");
    refused("@daily", "`0 0 * * *`");
    refused("@reboot", "nicknames are not supported");
    refused("60 9 * * *", "minute `60`: `60` is out of range; allowed: 0-59");
    refused("0 24 * * *", "hour `24`");
    refused("0 9 0 * *", "day-of-month `0`");
    refused("0 9 32 * *", "day-of-month `32`");
    refused("0 9 * 13 *", "month `13`");
    refused("0 9 * * 8", "day-of-week `8`");
    refused("0 9 ? * 0 *", "1-7 (1 is Sunday)");
    refused("0 9 ? * 8 *", "day-of-week `8`");
    refused("0 9 * * ? 1969", "year `1969`");
    refused("0 9 * * ? 2200", "year `2200`");
    refused("0 9 * * ? ?", "seconds");
    refused("0 0 9 * * MON", "seconds");
    refused("0 0 9 * * *", "seconds");
    refused("0 9 * * * *", "exactly one of");
    refused("0 9 ? * ? *", "exactly one of");
    refused("0 9 1 * MON *", "exactly one of");
    refused("0 9 1 * 1", "cannot both be restricted");
    refused("0 9 ? * MON", "six-field AWS form");
    refused("0 9 L * *", "six-field AWS form");
    refused("0 9 * * 6#3", "six-field AWS form");
    refused("*/0 * * * *", "step `0`");
    refused("*/60 * * * *", "step `60`");
    refused("*/ * * * *", "step ``");
    refused("*/+5 * * * *", "step `+5`");
    refused("1,,2 * * * *", "a value is missing");
    refused("1- * * * *", "a value is missing");
    refused("-5 * * * *", "a value is missing");
    refused("17-9 * * * *", "runs backwards");
    refused("0 22-2 * * *", "runs backwards");
    refused("x * * * *", "`x` is not a value");
    refused("+5 * * * *", "`+5` is not a value");
    refused("99999999999 * * * *", "out of range");
    refused("MON * * * *", "minute `MON`");
    refused("0 9 L,15 * ? *", "stand alone");
    refused("0 9 15W,16 * ? *", "stand alone");
    refused("0 9 32W * ? *", "out of range");
    refused("0 9 ? * 6#6 *", "counts from 1 to 5");
    refused("0 9 ? * 3#1,6#3 *", "stands alone");
    refused("0 9 ? * 8L *", "out of range");
    refused("０ 9 * * *", "minute `０`");
}

#[test]
fn an_error_says_which_field_it_means() {
    let error = Cron::parse("0 9 * FOO *").expect_err("no such month");
    assert!(matches!(error, CronError::Field { ref value, .. } if value == "FOO"), "{error:?}");
    assert_eq!(
        error.to_string(),
        "month `FOO`: `FOO` is not a value of this field; allowed: 1-12 or JAN-DEC with , - * /"
    );
}

#[test]
fn a_schedule_reports_both_of_its_fields() {
    let check = |cron: &str, timezone: &str, expect: &[(&str, &str)]| {
        let errors = Schedule::parse(cron, timezone).expect_err(cron);
        assert_eq!(errors.len(), expect.len(), "{errors:?}");
        for (error, (field, message)) in errors.iter().zip(expect) {
            assert_eq!(error.field, *field);
            assert!(error.message.contains(message), "{error} should contain {message:?}");
        }
    };
    check("0 9 * *", "Mars/Olympus", &[("schedule_cron", "4 fields"), ("schedule_timezone", "not an IANA time zone")]);
    check("0 9 * * *", "europe/zurich", &[("schedule_timezone", "did you mean Europe/Zurich?")]);
    check("0 9 * * *", "utc", &[("schedule_timezone", "did you mean UTC?")]);
    check("0 9 * * *", "Etc/Unknown", &[("schedule_timezone", "not an IANA time zone")]);
    check("0 9 * * *", "", &[("schedule_timezone", "not an IANA time zone")]);
    check("0 9 * * *", "+02:00", &[("schedule_timezone", "not an IANA time zone")]);
    check("0 9 * * *", &"x".repeat(51), &[("schedule_timezone", "50 characters")]);
    check("0 9 31 2 *", "UTC", &[("schedule_cron", "never runs")]);
    check("0 9 31 4,6,9,11 *", "UTC", &[("schedule_cron", "never runs")]);
    check("0 9 29 2 ? 2027", "UTC", &[("schedule_cron", "never runs")]);
    check("30 2 28 3 ? 2027", "Europe/Zurich", &[("schedule_cron", "never runs")]);
    let schedule = Schedule::parse("0 9 * * 1-5", " Europe/Zurich ").expect("valid");
    assert_eq!(
        (schedule.cron.expression().as_str(), schedule.timezone.name()),
        ("cron(0 9 ? * 2-6 *)", "Europe/Zurich")
    );
}

fn utc(text: &str) -> DateTime<Utc> {
    NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").expect(text).and_utc()
}

/// Checks the next runs after a moment in UTC; each is written as local time with its offset.
fn runs(cron: &str, timezone: &str, after: &str, expect: &[&str]) {
    let schedule = Schedule::parse(cron, timezone).unwrap_or_else(|errors| panic!("{cron} {timezone}: {errors:?}"));
    let found: Vec<String> = schedule
        .next_runs(utc(after), expect.len())
        .iter()
        .map(|run| schedule.timezone.at(*run).format("%Y-%m-%d %H:%M %z").to_string())
        .collect();
    assert_eq!(found, expect, "{cron} {timezone} after {after}");
}

#[test]
fn plain_days() {
    runs("0 9 * * 1-5", "UTC", "2026-11-20 09:00", &["2026-11-23 09:00 +0000", "2026-11-24 09:00 +0000"]);
    runs("0 9 * * 1-5", "UTC", "2026-11-20 08:59", &["2026-11-20 09:00 +0000"]);
    runs("0 9 31 * *", "UTC", "2026-12-31 10:00", &["2027-01-31 09:00 +0000", "2027-03-31 09:00 +0000"]);
    runs("59 23 31 12 *", "UTC", "2026-11-20 09:00", &["2026-12-31 23:59 +0000", "2027-12-31 23:59 +0000"]);
    runs("0 9 * * *", "Asia/Tokyo", "2026-11-21 00:00", &["2026-11-22 09:00 +0900", "2026-11-23 09:00 +0900"]);
    runs("0 0 * * *", "Asia/Kolkata", "2026-11-20 18:29", &["2026-11-21 00:00 +0530"]);
    runs("0 9 * * *", "America/Phoenix", "2027-03-14 00:00", &["2027-03-14 09:00 -0700", "2027-03-15 09:00 -0700"]);
}

#[test]
fn special_days() {
    runs("0 9 L * ? *", "UTC", "2028-02-01 00:00", &["2028-02-29 09:00 +0000", "2028-03-31 09:00 +0000"]);
    // The last day of January 2027 is a Sunday, of February too, of March a Wednesday.
    runs(
        "0 9 LW * ? *",
        "UTC",
        "2027-01-01 00:00",
        &["2027-01-29 09:00 +0000", "2027-02-26 09:00 +0000", "2027-03-31 09:00 +0000"],
    );
    // A Sunday moves on to Monday, a Saturday back to Friday, neither out of its month.
    runs("0 9 15W * ? *", "UTC", "2026-11-01 00:00", &["2026-11-16 09:00 +0000", "2026-12-15 09:00 +0000"]);
    runs("0 9 15W * ? *", "UTC", "2027-05-01 00:00", &["2027-05-14 09:00 +0000"]);
    runs("0 9 1W * ? *", "UTC", "2027-05-01 00:00", &["2027-05-03 09:00 +0000", "2027-06-01 09:00 +0000"]);
    runs("0 9 31W * ? *", "UTC", "2027-01-01 00:00", &["2027-01-29 09:00 +0000", "2027-03-31 09:00 +0000"]);
    runs("0 9 ? * 6#3 *", "UTC", "2026-11-01 00:00", &["2026-11-20 09:00 +0000", "2026-12-18 09:00 +0000"]);
    runs("0 9 ? * 6#5 *", "UTC", "2026-11-01 00:00", &["2027-01-29 09:00 +0000", "2027-04-30 09:00 +0000"]);
    runs("0 9 ? * 6L *", "UTC", "2026-11-01 00:00", &["2026-11-27 09:00 +0000", "2026-12-25 09:00 +0000"]);
    runs("0 9 ? * L *", "UTC", "2026-11-20 00:00", &["2026-11-21 09:00 +0000", "2026-11-28 09:00 +0000"]);
}

#[test]
fn rare_days_and_the_end_of_the_years() {
    runs("0 9 29 2 *", "UTC", "2026-11-20 00:00", &["2028-02-29 09:00 +0000", "2032-02-29 09:00 +0000"]);
    // 2100 is no leap year, and its neighbours are eight years apart.
    runs("0 9 29 2 *", "UTC", "2096-03-01 00:00", &["2104-02-29 09:00 +0000"]);
    // The fifth Sunday of a February: a leap year that begins it on a Sunday.
    runs("0 9 ? 2 1#5 *", "UTC", "2026-11-20 00:00", &["2032-02-29 09:00 +0000", "2060-02-29 09:00 +0000"]);
    runs("0 9 1 1 ? 2030", "UTC", "2026-11-20 00:00", &["2030-01-01 09:00 +0000"]);

    let schedule = Schedule::parse("0 9 1 1 ? 2030,2199", "UTC").expect("valid");
    assert_eq!(schedule.next_runs(utc("2026-11-20 00:00"), 10), [utc("2030-01-01 09:00"), utc("2199-01-01 09:00")]);
    assert!(schedule.next_runs(utc("2199-01-01 09:00"), 10).is_empty(), "strictly after");
    assert!(schedule.next_runs(utc("2026-11-20 00:00"), 0).is_empty());
    let past = Schedule::parse("0 9 1 1 ? 2020-2021", "UTC").expect("the present is the caller's to know");
    assert!(past.next_runs(utc("2026-11-20 00:00"), 1).is_empty());
    assert_eq!(past.next_runs(DateTime::<Utc>::MIN_UTC + Days::new(2), 1), [utc("2020-01-01 09:00")]);
    assert!(past.next_runs(DateTime::<Utc>::MAX_UTC - Days::new(2), 1).is_empty());
}

/// The tables of the zones end in 2037, their rules do not.
#[test]
fn the_clock_changes_for_ever() {
    runs("0 9 1 1,7 *", "Europe/Zurich", "2050-01-01 00:00", &["2050-01-01 09:00 +0100", "2050-07-01 09:00 +0200"]);
    runs("0 9 1 7 *", "America/New_York", "2198-07-01 00:00", &["2198-07-01 09:00 -0400", "2199-07-01 09:00 -0400"]);
}

#[test]
fn the_hour_that_spring_skips() {
    runs("30 2 * * *", "Europe/Zurich", "2027-03-27 00:00", &["2027-03-27 02:30 +0100", "2027-03-29 02:30 +0200"]);
    runs("30 2 * * *", "America/New_York", "2027-03-13 00:00", &["2027-03-13 02:30 -0500", "2027-03-15 02:30 -0400"]);
    // Lord Howe moves by half an hour: 02:00 becomes 02:30.
    runs(
        "*/15 2 * * *",
        "Australia/Lord_Howe",
        "2027-10-02 15:00",
        &["2027-10-03 02:30 +1100", "2027-10-03 02:45 +1100", "2027-10-04 02:00 +1100"],
    );
    // São Paulo skipped midnight itself, in its last summer time.
    runs("0 0 * * *", "America/Sao_Paulo", "2018-11-03 01:00", &["2018-11-03 00:00 -0300", "2018-11-05 00:00 -0200"]);
    // Samoa skipped a whole day.
    runs("0 12 * * *", "Pacific/Apia", "2011-12-29 12:00", &["2011-12-29 12:00 -1000", "2011-12-31 12:00 +1400"]);
    runs(
        "*/15 * * * *",
        "Europe/Zurich",
        "2027-03-28 00:40",
        &["2027-03-28 01:45 +0100", "2027-03-28 03:00 +0200", "2027-03-28 03:15 +0200"],
    );
}

#[test]
fn the_hour_that_autumn_repeats() {
    runs("30 2 * * *", "Europe/Zurich", "2027-10-30 12:00", &["2027-10-31 02:30 +0200", "2027-11-01 02:30 +0100"]);
    runs("30 1 * * *", "America/New_York", "2026-10-31 12:00", &["2026-11-01 01:30 -0400", "2026-11-02 01:30 -0500"]);
    // 02:00 +11 becomes 01:30 +10:30.
    runs(
        "45 1 * * *",
        "Australia/Lord_Howe",
        "2027-04-03 12:00",
        &["2027-04-04 01:45 +1100", "2027-04-05 01:45 +1030"],
    );
    runs("30 23 * * *", "America/Sao_Paulo", "2019-02-16 12:00", &["2019-02-16 23:30 -0200", "2019-02-17 23:30 -0300"]);
    // Morocco left +01 for Ramadan: on 2025-02-23 03:00 became 02:00.
    runs("30 2 * * *", "Africa/Casablanca", "2025-02-22 12:00", &["2025-02-23 02:30 +0100", "2025-02-24 02:30 +0000"]);
    // Every 15 minutes leaves out the second of the two hours, also when asked from within it.
    let rest = ["2027-10-31 03:00 +0100", "2027-10-31 03:15 +0100"];
    runs("*/15 * * * *", "Europe/Zurich", "2027-10-31 00:40", &["2027-10-31 02:45 +0200", rest[0], rest[1]]);
    runs("*/15 * * * *", "Europe/Zurich", "2027-10-31 01:10", &rest);
}

/// Whether a local time matches five plain Unix fields, judged without the code under test.
fn matches(fields: &Fields, local: NaiveDateTime) -> bool {
    let day = match fields.day {
        Day::Any => true,
        Day::OfMonth(day) => local.day() == day,
        Day::OfWeek(first, last) => (first..=last).contains(&local.weekday().num_days_from_sunday()),
    };
    day && (local.minute() >= fields.minute.0 && (local.minute() - fields.minute.0).is_multiple_of(fields.minute.1))
        && (fields.hours.0..=fields.hours.1).contains(&local.hour())
}

#[derive(Debug, Clone)]
enum Day {
    Any,
    OfMonth(u32),
    OfWeek(u32, u32),
}

#[derive(Debug, Clone)]
struct Fields {
    minute: (u32, u32),
    hours: (u32, u32),
    day: Day,
}

impl Fields {
    fn text(&self) -> String {
        let (day_of_month, day_of_week) = match self.day {
            Day::Any => ("*".to_owned(), "*".to_owned()),
            Day::OfMonth(day) => (day.to_string(), "*".to_owned()),
            Day::OfWeek(first, last) => ("*".to_owned(), format!("{first}-{last}")),
        };
        format!("{}/{} {}-{} {day_of_month} * {day_of_week}", self.minute.0, self.minute.1, self.hours.0, self.hours.1)
    }
}

fn fields() -> impl Strategy<Value = Fields> {
    let day = prop_oneof![
        Just(Day::Any),
        (1_u32..=31).prop_map(Day::OfMonth),
        (0_u32..=6, 0_u32..=6).prop_map(|(one, other)| Day::OfWeek(one.min(other), one.max(other))),
    ];
    ((0_u32..60, 1_u32..60), (0_u32..24, 0_u32..24), day).prop_map(|(minute, (one, other), day)| Fields {
        minute,
        hours: (one.min(other), one.max(other)),
        day,
    })
}

/// The starts lie around clock changes as well as anywhere.
fn start() -> impl Strategy<Value = (Tz, DateTime<Utc>)> {
    let change = |zone: Tz, text: &str| (zone, utc(text));
    let changes = prop::sample::select(vec![
        change(chrono_tz::Europe::Zurich, "2027-03-28 01:00"),
        change(chrono_tz::Europe::Zurich, "2027-10-31 01:00"),
        change(chrono_tz::America::New_York, "2027-03-14 07:00"),
        change(chrono_tz::America::New_York, "2026-11-01 06:00"),
        change(chrono_tz::Australia::Lord_Howe, "2027-04-03 15:00"),
        change(chrono_tz::Australia::Lord_Howe, "2027-10-02 15:30"),
        change(chrono_tz::America::Sao_Paulo, "2018-11-04 03:00"),
        change(chrono_tz::America::Sao_Paulo, "2019-02-17 02:00"),
        change(chrono_tz::Europe::London, "2027-10-31 01:00"),
        change(chrono_tz::Asia::Tokyo, "2027-02-28 15:00"),
    ]);
    (changes, -2_900_i64..2_900).prop_map(|((zone, change), minutes)| (zone, change + Duration::minutes(minutes)))
}

proptest! {
    #[test]
    fn no_run_is_missed_and_none_is_invented(fields in fields(), (zone, after) in start()) {
        let schedule = Schedule::parse(&fields.text(), zone.name()).expect("valid");
        let end = after + Days::new(4);
        let found: Vec<_> = schedule.next_runs(after, 4 * 24 * 60).into_iter().take_while(|run| *run <= end).collect();
        // Every minute of the window, each local time only the first time it comes.
        let expect: Vec<_> = (1..=4 * 24 * 60)
            .map(|minute| after + Duration::minutes(minute))
            .filter(|moment| {
                let local = moment.with_timezone(&zone).naive_local();
                matches(&fields, local) && zone.from_local_datetime(&local).earliest().is_some_and(|first| first == *moment)
            })
            .collect();
        prop_assert_eq!(found, expect, "{} {}", fields.text(), zone);
    }

    #[test]
    fn runs_rise_and_match_in_local_time(fields in fields(), (zone, after) in start(), count in 1_usize..50) {
        let schedule = Schedule::parse(&fields.text(), zone.name()).expect("valid");
        let found = schedule.next_runs(after, count);
        prop_assert_eq!(found.len(), count);
        prop_assert!(found[0] > after);
        prop_assert!(found.is_sorted_by(|left, right| left < right));
        for run in &found {
            prop_assert!(matches(&fields, run.with_timezone(&zone).naive_local()), "{}", run);
        }
        // Asking again from a run goes on with the one after it.
        prop_assert_eq!(schedule.next_runs(found[0], count - 1), &found[1..]);
    }

    #[test]
    fn the_canonical_text_means_the_same(fields in fields()) {
        let cron = Cron::parse(&fields.text()).expect("valid");
        prop_assert_eq!(Cron::parse(&cron.expression()), Ok(cron));
    }

    #[test]
    fn no_text_breaks_the_parser(text in "(cron\\()?[0-9A-Zl*?/,#@ -]{0,30}\\)?|\\PC{0,20}") {
        if let Ok(cron) = Cron::parse(&text) {
            prop_assert_eq!(Cron::parse(&cron.expression()), Ok(cron));
        }
    }
}
