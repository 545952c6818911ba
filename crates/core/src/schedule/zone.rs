//! An IANA time zone.

use std::sync::LazyLock;

use chrono::{DateTime, Datelike, FixedOffset, NaiveDateTime, Offset, TimeZone as _, Timelike, Utc};
use jiff::{
    Timestamp, civil,
    tz::{AmbiguousOffset, TimeZone, TimeZoneDatabase},
};

/// The longest time zone name that EventBridge Scheduler stores, in characters.
const LIMIT: usize = 50;

/// The zones of the world, which are part of the program: those of a machine may be old, or missing.
static ZONES: LazyLock<TimeZoneDatabase> = LazyLock::new(TimeZoneDatabase::bundled);

/// The clock of a region, with all of its changes, also those of years to come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Zone {
    name: String,
    rules: TimeZone,
}

impl Zone {
    /// The zone of this IANA name, written as there.
    pub(super) fn parse(name: &str) -> Result<Self, String> {
        let name = name.trim();
        if name.chars().count() > LIMIT {
            return Err(format!("is longer than {LIMIT} characters; give an IANA name such as Europe/Zurich"));
        }
        let unknown = |hint: &str| Err(format!("`{name}` is not an IANA time zone; {hint}"));
        // Names are found in either case.
        match ZONES.get(name).ok().filter(|zone| !zone.is_unknown()) {
            Some(rules) if rules.iana_name() == Some(name) => Ok(Self { name: name.to_owned(), rules }),
            Some(rules) => unknown(&format!("did you mean {}?", rules.iana_name().unwrap_or("UTC"))),
            None => unknown("give a name such as Europe/Zurich or UTC"),
        }
    }

    /// Its IANA name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The local time of a moment, with its distance from UTC.
    pub fn at(&self, moment: DateTime<Utc>) -> DateTime<FixedOffset> {
        let offset = Timestamp::from_second(moment.timestamp()).map(|moment| self.rules.to_offset(moment));
        let offset = offset.ok().and_then(|offset| FixedOffset::east_opt(offset.seconds()));
        // Only for a moment that no calendar of ours reaches.
        moment.with_timezone(&offset.unwrap_or(Utc.fix()))
    }

    /// The moment of a local time: none if the clock skips it, the first one if it comes twice.
    pub(super) fn first(&self, local: NaiveDateTime) -> Option<DateTime<Utc>> {
        let civil = civil::DateTime::new(
            i16::try_from(local.year()).ok()?,
            local.month() as i8,
            local.day() as i8,
            local.hour() as i8,
            local.minute() as i8,
            local.second() as i8,
            0,
        );
        let offset = match self.rules.to_ambiguous_timestamp(civil.ok()?).offset() {
            AmbiguousOffset::Unambiguous { offset } | AmbiguousOffset::Fold { before: offset, .. } => offset,
            AmbiguousOffset::Gap { .. } => return None,
        };
        let offset = FixedOffset::east_opt(offset.seconds())?;
        Some(offset.from_local_datetime(&local).single()?.to_utc())
    }
}
