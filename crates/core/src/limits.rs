//! How often somebody may ask: a sliding window, estimated from the counters of two fixed ones.
//!
//! The estimate is that of Cloudflare's rate limiter ("How we built rate limiting capable of scaling to millions of
//! domains", 2017): requests of the previous window are taken to lie evenly in it, so that the share of it that a window
//! ending now still covers is that share of its count. Two numbers per window and key are all that must be kept.
//!
//! What it promises: a fixed window allows at most [`Limit::most`], so that any stretch of the same length, which touches
//! two of them at most, allows at most twice as many. Only a burst at the very end of one window and another at the end of
//! the next come near that; who asks evenly is held to the limit itself, give or take one.

use std::net::IpAddr;

use chrono::{DateTime, TimeDelta, Utc};

use crate::access::Role;

/// So many requests in so long a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit {
    /// The most requests, at least one.
    pub most: u32,
    /// The time, in whole milliseconds, at least one and at most a day of them.
    pub window: TimeDelta,
}

impl Limit {
    /// So many a minute.
    pub const fn per_minute(most: u32) -> Self {
        Self { most, window: TimeDelta::minutes(1) }
    }

    /// The number of the fixed window that `now` lies in. The first one began with 1970.
    pub fn window_number(self, now: DateTime<Utc>) -> i64 {
        now.timestamp_millis().div_euclid(self.window_milliseconds())
    }

    /// When the counter of this window is of no use any more: after the next one, whose estimates need it.
    pub fn expires_at(self, window_number: i64) -> DateTime<Utc> {
        let milliseconds = window_number.saturating_add(2).saturating_mul(self.window_milliseconds());
        DateTime::from_timestamp_millis(milliseconds).unwrap_or(DateTime::<Utc>::MAX_UTC)
    }

    fn window_milliseconds(self) -> i64 {
        self.window.num_milliseconds().max(1)
    }
}

/// All that one network address may ask for.
pub const ADDRESS: Limit = Limit::per_minute(1_200);

/// What one network address may ask of the routes where a secret could be guessed.
pub const GUARDED: Limit = Limit::per_minute(30);

/// What an account may ask for depends on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tier {
    /// An account without a subscription.
    Basic,
    /// An account with one.
    Premium,
    /// Those who work with the product all day.
    Staff,
}

impl Tier {
    /// The tier of those who are this in a workspace.
    pub const fn of(role: Role) -> Self {
        match role {
            Role::User => Self::Basic,
            Role::PremiumUser => Self::Premium,
            Role::ContentCreator
            | Role::Publisher
            | Role::Reviewer
            | Role::BrandManager
            | Role::Admin
            | Role::SuperAdmin => Self::Staff,
        }
    }

    /// What an account of this tier may ask for.
    pub const fn limit(self) -> Limit {
        Limit::per_minute(match self {
            Self::Basic => 60,
            Self::Premium => 300,
            Self::Staff => 600,
        })
    }
}

/// How often was asked.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// In the window of now, this request included; those that were refused count too.
    pub current: u32,
    /// In the window before.
    pub previous: u32,
}

/// Whether a request may pass, and what its sender is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Decision {
    /// Whether it may.
    pub allowed: bool,
    /// How many more would be allowed at this very moment.
    pub remaining: u32,
    /// After how many seconds the current window ends, rounded up.
    pub reset_after_seconds: u32,
    /// After how many seconds the next request is allowed if nobody else asks until then, rounded up: 0 for a request
    /// that may pass, at least 1 and at most a window and a second for one that may not.
    pub retry_after_seconds: u32,
}

impl Decision {
    /// A request that may not pass because an earlier one was told to come back at `until`, and now it is `now`.
    pub fn refused_until(limit: Limit, until: DateTime<Utc>, now: DateTime<Utc>) -> Self {
        let window = limit.window_milliseconds();
        let left = window - now.timestamp_millis().rem_euclid(window);
        let wait = (until - now).num_milliseconds().max(1);
        Self {
            allowed: false,
            remaining: 0,
            reset_after_seconds: seconds(left.unsigned_abs()),
            retry_after_seconds: seconds(wait.unsigned_abs()),
        }
    }
}

/// Whether the request that `counts` include may pass at `now`.
///
/// It may if the estimate of the requests before it is below the limit. What the previous window refused was no use of the
/// service: of it at most [`Limit::most`] count.
pub fn decide(limit: Limit, counts: Counts, now: DateTime<Utc>) -> Decision {
    let window = limit.window_milliseconds().unsigned_abs();
    let elapsed = now.timestamp_millis().rem_euclid(limit.window_milliseconds()).unsigned_abs();
    let (most, current) = (u64::from(limit.most.max(1)), u64::from(counts.current.max(1)));
    let previous = u64::from(counts.previous).min(most);
    // In requests times milliseconds, so that nothing is rounded before the end.
    let free = most * window - previous * (window - elapsed);
    let room = free.div_ceil(window);
    let allowed = current <= room;
    Decision {
        allowed,
        remaining: u32::try_from(room.saturating_sub(current)).unwrap_or(u32::MAX),
        reset_after_seconds: seconds(window - elapsed),
        retry_after_seconds: if allowed {
            0
        } else {
            seconds(next_opportunity(most, window, current, previous).saturating_sub(elapsed)).max(1)
        },
    }
}

/// Rounded up.
fn seconds(milliseconds: u64) -> u32 {
    u32::try_from(milliseconds.div_ceil(1_000)).unwrap_or(u32::MAX)
}

/// How many milliseconds after the beginning of the current window one more request would be allowed.
fn next_opportunity(most: u64, window: u64, current: u64, previous: u64) -> u64 {
    // In this window, where it is preceded by `current` requests: previous × (window − t) < (most − current) × window.
    let in_this_window = (most.saturating_sub(current) * window).checked_sub(1).and_then(|free| {
        let left = free.checked_div(previous).map_or(window, |left| left.min(window));
        (left > 0).then_some(window - left)
    });
    // In the next one, where it is the first: previous × (window − t) < most × window, with what is current now as previous.
    in_this_window.unwrap_or_else(|| {
        let left = (most * window - 1) / current.min(most);
        window + window - left.min(window)
    })
}

/// The part of a network address that stands for one subscriber: an IPv4 address itself, and of an IPv6 address the first
/// 64 bits, since whoever has one of those addresses has all of them (RFC 6177). What is no address stands for itself.
pub fn subscriber(address: &str) -> String {
    match address.parse::<IpAddr>().map(|address| address.to_canonical()) {
        Ok(IpAddr::V4(address)) => address.to_string(),
        Ok(IpAddr::V6(address)) => {
            let [first, second, third, fourth, ..] = address.segments();
            format!("{first:x}:{second:x}:{third:x}:{fourth:x}::/64")
        }
        Err(_) => address.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    const LIMIT: Limit = Limit::per_minute(60);

    fn at(milliseconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp_millis(1_800_000_000_000 + milliseconds).unwrap()
    }

    #[track_caller]
    fn check(current: u32, previous: u32, milliseconds: i64, expected: (bool, u32, u32, u32)) {
        let Decision { allowed, remaining, reset_after_seconds, retry_after_seconds } =
            decide(LIMIT, Counts { current, previous }, at(milliseconds));
        assert_eq!((allowed, remaining, reset_after_seconds, retry_after_seconds), expected);
    }

    #[test]
    fn a_window_without_a_past_allows_what_the_limit_says() {
        check(1, 0, 0, (true, 59, 60, 0));
        check(60, 0, 0, (true, 0, 60, 0));
        check(61, 0, 0, (false, 0, 60, 61));
        check(61, 0, 59_500, (false, 0, 1, 1));
    }

    #[test]
    fn the_previous_window_counts_by_the_share_that_is_still_covered() {
        // Half of 40 are 20; 40 are free.
        check(1, 40, 30_000, (true, 39, 30, 0));
        check(40, 40, 30_000, (true, 0, 30, 0));
        // 41 need a moment more than half a minute, 42 one and a half seconds more than that.
        check(41, 40, 30_000, (false, 0, 30, 2));
        check(1, 60, 0, (false, 0, 60, 2));
        check(1, 60, 1, (true, 0, 60, 0));
    }

    #[test]
    fn what_was_refused_before_counts_no_more_than_the_limit() {
        check(1, 1_000_000, 30_000, (true, 29, 30, 0));
        check(u32::MAX, u32::MAX, 0, (false, 0, 60, 61));
    }

    #[test]
    fn a_limit_of_one_lets_pass_one_at_a_time() {
        let one = Limit::per_minute(1);
        let decision = decide(one, Counts { current: 2, previous: 0 }, at(10_000));
        assert_eq!((decision.allowed, decision.retry_after_seconds), (false, 51));
        assert!(decide(one, Counts { current: 1, previous: 1 }, at(61_000)).allowed);
    }

    #[test]
    fn who_was_told_when_to_come_back_is_told_the_same_again() {
        let decision = Decision::refused_until(LIMIT, at(61_000), at(30_500));
        let expected = Decision { allowed: false, remaining: 0, reset_after_seconds: 30, retry_after_seconds: 31 };
        assert_eq!(decision, expected);
    }

    #[test]
    fn windows_follow_each_other_without_a_gap() {
        let number = LIMIT.window_number(at(0));
        assert_eq!((number, LIMIT.window_number(at(59_999))), (30_000_000, 30_000_000));
        assert_eq!((LIMIT.window_number(at(-1)), LIMIT.window_number(at(60_000))), (29_999_999, 30_000_001));
        assert_eq!(LIMIT.expires_at(number), at(120_000));
        assert_eq!(LIMIT.window_number(DateTime::from_timestamp_millis(-1).unwrap()), -1);
        assert_eq!(LIMIT.expires_at(i64::MAX), DateTime::<Utc>::MAX_UTC);
    }

    #[test]
    fn the_tiers() {
        let limits = [Tier::Basic, Tier::Premium, Tier::Staff].map(|tier| tier.limit().most);
        assert_eq!(limits, [60, 300, 600]);
        assert_eq!((ADDRESS.most, GUARDED.most), (1_200, 30));
        assert_eq!(Tier::of(Role::Admin), Tier::Staff);
    }

    #[test]
    fn a_subscriber_has_one_address_or_one_network() {
        for (address, expected) in [
            ("203.0.113.7", "203.0.113.7"),
            ("::ffff:203.0.113.7", "203.0.113.7"),
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
            ("2001:db8:1:2::", "2001:db8:1:2::/64"),
            ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
            ("somewhere", "somewhere"),
        ] {
            assert_eq!(subscriber(address), expected);
        }
    }

    /// Counters of one key.
    #[derive(Default)]
    struct Ledger(BTreeMap<i64, u32>);

    impl Ledger {
        fn ask(&mut self, limit: Limit, now: DateTime<Utc>) -> Decision {
            let number = limit.window_number(now);
            let previous = self.0.get(&(number - 1)).copied().unwrap_or(0);
            let current = self.0.entry(number).or_default();
            *current += 1;
            decide(limit, Counts { current: *current, previous }, now)
        }

        /// The times, in milliseconds, at which requests at these times were allowed.
        fn allowed(limit: Limit, times: impl IntoIterator<Item = i64>) -> Vec<i64> {
            let mut ledger = Self::default();
            times.into_iter().filter(|time| ledger.ask(limit, at(*time)).allowed).collect()
        }
    }

    /// The most of these times, in ascending order, that lie within one window's length.
    fn densest(times: &[i64], window: i64) -> usize {
        let within = |start: usize| times[start..].iter().take_while(|time| **time < times[start] + window).count();
        (0..times.len()).map(within).max().unwrap_or(0)
    }

    proptest! {
        #[test]
        fn bursts_get_at_most_twice_the_limit_in_any_stretch_and_the_limit_in_a_fixed_one(
            most in 1..50_u32,
            mut times in prop::collection::vec(0..30_000_i64, 1..400),
        ) {
            let limit = Limit { most, window: TimeDelta::seconds(5) };
            times.sort_unstable();
            let allowed = Ledger::allowed(limit, times);
            prop_assert!(densest(&allowed, 5_000) <= 2 * most as usize);
            let mut fixed = BTreeMap::<i64, u32>::new();
            for time in allowed {
                *fixed.entry(limit.window_number(at(time))).or_default() += 1;
            }
            prop_assert!(fixed.values().all(|count| *count <= most), "{fixed:?}");
        }

        #[test]
        fn who_asks_evenly_gets_the_limit_and_at_most_one_more_in_any_stretch(
            most in 1..50_u32,
            gap in 1..2_000_i64,
            start in 0..5_000_i64,
        ) {
            let limit = Limit { most, window: TimeDelta::seconds(5) };
            let first_window_ends = 5_000 - start.rem_euclid(5_000);
            let times: Vec<i64> = (0..400).map(|count| start + count * gap).collect();
            let allowed = Ledger::allowed(limit, times.iter().copied());
            // Rates above the limit begin with a burst, which the fixed windows bound; the rest is held to the limit.
            let after_the_burst: Vec<i64> =
                allowed.iter().copied().filter(|time| *time >= start + first_window_ends).collect();
            prop_assert!(densest(&after_the_burst, 5_000) <= most as usize + 1);
            if gap * i64::from(most) > 5_000 {
                prop_assert_eq!(allowed.len(), times.len(), "a rate below the limit is never refused");
            }
        }

        #[test]
        fn whoever_waits_as_told_is_allowed_and_not_made_to_wait_for_seconds_in_vain(
            most in 1..1_000_u32,
            current in 1..3_000_u32,
            previous in 0..3_000_u32,
            elapsed in 0..60_000_i64,
        ) {
            let limit = Limit::per_minute(most);
            let number = limit.window_number(at(0));
            let decision = decide(limit, Counts { current, previous }, at(elapsed));
            let again = |seconds: i64| {
                let mut ledger = Ledger(BTreeMap::from([(number - 1, previous), (number, current)]));
                ledger.ask(limit, at(elapsed + seconds * 1_000)).allowed
            };
            if decision.allowed {
                prop_assert_eq!(decision.retry_after_seconds, 0);
            } else {
                prop_assert_eq!(decision.remaining, 0);
                let wait = i64::from(decision.retry_after_seconds);
                prop_assert!((1..=61).contains(&wait));
                prop_assert!(again(wait), "{decision:?}");
                prop_assert!(wait == 1 || !again(wait - 1), "{decision:?}");
            }
        }

        #[test]
        fn as_many_as_remain_are_allowed_at_once_and_not_one_more(
            current in 1..70_u32,
            previous in 0..100_u32,
            elapsed in 0..60_000_i64,
        ) {
            let decide = |current| decide(LIMIT, Counts { current, previous }, at(elapsed));
            let first = decide(current);
            if first.allowed {
                prop_assert!(decide(current + first.remaining).allowed);
                prop_assert!(!decide(current + first.remaining + 1).allowed);
            }
        }
    }
}
