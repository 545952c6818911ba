//! When a campaign runs: a cron expression in an IANA time zone, as EventBridge Scheduler understands it.
//!
//! [`Cron`] is what a person wrote, checked and put into the form that EventBridge takes; [`Schedule`]
//! adds the time zone and foretells the runs. The rules are those of the EventBridge Scheduler user guide,
//! "Schedule types" (`external-apis.md` 5.3).

use chrono::{DateTime, Days, Utc};

use crate::field::FieldError;

mod cron;
mod cron_field;
mod days;
mod error;
mod runs;
mod values;
mod zone;

pub use cron::Cron;
pub use cron_field::CronField;
pub use error::{CronError, CronForm};
pub use zone::Zone;

/// A cron expression together with the time zone that its fields are read in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schedule {
    /// The fields that a local time must match, to the minute.
    pub cron: Cron,
    /// The IANA time zone in which the fields are evaluated.
    pub timezone: Zone,
}

impl Schedule {
    /// Reads a schedule from the two fields of a campaign.
    ///
    /// A schedule whose years have all passed is accepted here, because that depends on the present:
    /// a caller with a clock asks whether [`Schedule::next_runs`] is empty.
    ///
    /// # Errors
    ///
    /// One [`FieldError`] on `schedule_cron` when the expression cannot be read or names no date that
    /// exists (31 February, an hour that the clock skips), and one on `schedule_timezone` when the zone is
    /// unknown. Both are reported together.
    pub fn parse(cron: &str, timezone: &str) -> Result<Self, Vec<FieldError>> {
        let cron = Cron::parse(cron).map_err(|error| FieldError::new("schedule_cron", error.to_string()));
        let timezone = Zone::parse(timezone).map_err(|message| FieldError::new("schedule_timezone", message));
        match (cron, timezone) {
            (Ok(cron), Ok(timezone)) => {
                let schedule = Self { cron, timezone };
                if schedule.next_runs(before_all_years(), 1).is_empty() {
                    let message = format!("{} never runs: no such date exists", schedule.cron);
                    return Err(vec![FieldError::new("schedule_cron", message)]);
                }
                Ok(schedule)
            }
            (cron, timezone) => Err(cron.err().into_iter().chain(timezone.err()).collect()),
        }
    }

    /// The next `count` runs strictly after `after`, earliest first; fewer when the years run out (2199).
    ///
    /// A local time that the clock skips in spring is left out, one that occurs twice in autumn runs once,
    /// the first time, as EventBridge Scheduler does it. EventBridge fires within the minute that follows.
    pub fn next_runs(&self, after: DateTime<Utc>, count: usize) -> Vec<DateTime<Utc>> {
        runs::next_runs(&self.cron, &self.timezone, after, count)
    }
}

/// A moment that precedes every run that a cron expression can name, in every time zone.
fn before_all_years() -> DateTime<Utc> {
    DateTime::UNIX_EPOCH - Days::new(2)
}
