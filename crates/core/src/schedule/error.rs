//! Why a text is not a cron expression that EventBridge Scheduler would take.

use thiserror::Error;

use super::cron_field::CronField;

/// What keeps a text from being a schedule, in words for the person who wrote it.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum CronError {
    /// Nothing was written.
    #[error("is empty; write for example `0 9 * * 1-5` or `cron(0 9 ? * MON-FRI *)`")]
    Empty,
    /// A form that is not cron: `rate(...)`, `at(...)` or a nickname such as `@daily`.
    #[error("`{text}` is not a cron expression; {instead}")]
    NotCron {
        /// What was written.
        text: String,
        /// How the same is said in cron, where there is a way.
        instead: &'static str,
    },
    /// `cron(` without its closing bracket.
    #[error("`cron(` is not closed; write `cron(minute hour day-of-month month day-of-week year)`")]
    Unclosed,
    /// Neither five nor six fields, or not six inside `cron(...)`.
    #[error(
        "has {found} fields; write five (minute hour day-of-month month day-of-week) or, as \
         `cron(...)`, six (… year); seconds are not supported"
    )]
    FieldCount {
        /// How many fields were written.
        found: usize,
    },
    /// One field that cannot be read.
    #[error("{field} `{value}`: {reason}; allowed: {}", field.allowed(*form))]
    Field {
        /// Which of the fields.
        field: CronField,
        /// What was written there.
        value: String,
        /// What is wrong with it.
        reason: String,
        /// Which of the two forms was read, because they number the days of the week differently.
        form: CronForm,
    },
    /// The six-field form without exactly one `?`.
    #[error(
        "exactly one of day-of-month (`{day_of_month}`) and day-of-week (`{day_of_week}`) must be `?`; \
         if the first field was meant as seconds, leave it out"
    )]
    QuestionMark {
        /// What was written as day of the month.
        day_of_month: String,
        /// What was written as day of the week.
        day_of_week: String,
    },
    /// The five-field form with both day fields restricted: Unix fires when either matches.
    #[error(
        "day-of-month `{day_of_month}` and day-of-week `{day_of_week}` cannot both be restricted: \
         EventBridge cannot run on either of them; make one of them `*`"
    )]
    EitherDay {
        /// What was written as day of the month.
        day_of_month: String,
        /// What was written as day of the week.
        day_of_week: String,
    },
}

/// The two ways to write a cron expression.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CronForm {
    /// Five fields, days of the week 0-7 with both 0 and 7 for Sunday.
    Unix,
    /// Six fields, days of the week 1-7 from Sunday, and `? L W #`.
    Aws,
}
