//! When a campaign runs.

pub(super) mod get;
pub(super) mod remove;
pub(super) mod set;

use chrono::{DateTime, SecondsFormat, Utc};
use rostrum_core::schedule::Schedule;
use serde::Serialize;
use utoipa::ToSchema;

/// A schedule and what will come of it.
#[derive(Debug, Serialize, ToSchema)]
struct SchedulePreview {
    /// As it was written.
    #[schema(example = "0 9 * * 1-5")]
    schedule_cron: String,
    /// As EventBridge Scheduler has it.
    #[schema(example = "cron(0 9 ? * 2-6 *)")]
    schedule_expression: String,
    /// The IANA time zone in which it is read.
    #[schema(example = "Europe/Zurich")]
    schedule_timezone: String,
    /// The next five runs as RFC 3339 with the zone's offset of that day; fewer if the years run out. Local times that
    /// the clock skips in spring are left out, as EventBridge does.
    #[schema(example = json!(["2026-11-23T09:00:00+01:00"]))]
    next_runs: Vec<String>,
}

impl SchedulePreview {
    fn new(cron: &str, schedule: &Schedule, now: DateTime<Utc>) -> Self {
        let runs = schedule.next_runs(now, 5);
        let local = |run: DateTime<Utc>| schedule.timezone.at(run).to_rfc3339_opts(SecondsFormat::Secs, true);
        Self {
            schedule_cron: cron.to_owned(),
            schedule_expression: schedule.cron.expression(),
            schedule_timezone: schedule.timezone.name().to_owned(),
            next_runs: runs.into_iter().map(local).collect(),
        }
    }
}
