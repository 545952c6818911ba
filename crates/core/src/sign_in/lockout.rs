//! How long an account is closed after failed attempts. The delay grows, so that guessing is hopeless and a person who
//! mistypes waits little.

use chrono::TimeDelta;

/// So many failures in a row cost nothing.
pub const FREE: u32 = 5;

/// The first delay.
const FIRST: TimeDelta = TimeDelta::seconds(30);

/// The longest one. Somebody else can lock a person out for no longer than this.
const LONGEST: TimeDelta = TimeDelta::hours(1);

/// How long no attempt is looked at after this many failures in a row.
pub fn delay(failures: u32) -> Option<TimeDelta> {
    let beyond = failures.checked_sub(FREE)?;
    let doubled = FIRST.checked_mul(1 << beyond.min(16)).unwrap_or(LONGEST);
    Some(doubled.min(LONGEST))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_delay_doubles_up_to_an_hour() {
        assert_eq!(delay(0), None);
        assert_eq!(delay(4), None);
        assert_eq!(delay(5), Some(TimeDelta::seconds(30)));
        assert_eq!(delay(6), Some(TimeDelta::seconds(60)));
        assert_eq!(delay(11), Some(TimeDelta::seconds(1920)));
        assert_eq!(delay(12), Some(TimeDelta::hours(1)));
        assert_eq!(delay(u32::MAX), Some(TimeDelta::hours(1)));
    }
}
