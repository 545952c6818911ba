//! What this process remembers of the counters, so that it need not ask, and counts itself where it must.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use chrono::{DateTime, Utc};
use rostrum_core::limits::Counts;

/// The most keys that are remembered, for each purpose; about a hundred bytes each.
const MOST: usize = 10_000;

/// Who was refused, and until when. Nothing but time ends a refusal, so that asking again before is of no use.
#[derive(Debug, Default)]
pub(super) struct Refused(Mutex<HashMap<String, DateTime<Utc>>>);

impl Refused {
    /// Until when `key` is refused; `None` if it is not known to be.
    pub(super) fn until(&self, key: &str, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(key).copied().filter(|until| now < *until)
    }

    pub(super) fn remember(&self, key: &str, until: DateTime<Utc>, now: DateTime<Utc>) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MOST {
            known.retain(|_, until| now < *until);
        }
        if known.len() >= MOST {
            known.clear();
        }
        known.insert(key.to_owned(), until);
    }
}

/// Counters of this process alone, each with the number of the window that it counts.
#[derive(Debug, Default)]
pub(super) struct OwnCounts(Mutex<HashMap<String, (i64, Counts)>>);

impl OwnCounts {
    /// Counts one more request of `key` in the window with this number.
    pub(super) fn add(&self, key: &str, window_number: i64) -> Counts {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MOST {
            known.retain(|_, (number, _)| *number >= window_number - 1);
        }
        if known.len() >= MOST {
            known.clear();
        }
        let (number, counts) = known.entry(key.to_owned()).or_insert((window_number, Counts::default()));
        if *number != window_number {
            let previous = if *number == window_number - 1 { counts.current } else { 0 };
            (*number, *counts) = (window_number, Counts { current: 0, previous });
        }
        counts.current = counts.current.saturating_add(1);
        *counts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(seconds, 0).unwrap()
    }

    #[test]
    fn a_refusal_ends_with_its_time() {
        let refused = Refused::default();
        refused.remember("a", at(10), at(0));
        assert_eq!(refused.until("a", at(9)), Some(at(10)));
        assert_eq!(refused.until("a", at(10)), None);
        assert_eq!(refused.until("b", at(9)), None);
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let (refused, own) = (Refused::default(), OwnCounts::default());
        for number in 0..=MOST {
            refused.remember(&number.to_string(), at(10), at(0));
            own.add(&number.to_string(), 1);
        }
        assert!(refused.0.lock().unwrap().len() <= MOST);
        assert!(own.0.lock().unwrap().len() <= MOST);
    }

    #[test]
    fn a_window_knows_the_one_before_and_none_further_back() {
        let own = OwnCounts::default();
        assert_eq!(own.add("a", 1), Counts { current: 1, previous: 0 });
        assert_eq!(own.add("a", 1), Counts { current: 2, previous: 0 });
        assert_eq!(own.add("b", 1), Counts { current: 1, previous: 0 });
        assert_eq!(own.add("a", 2), Counts { current: 1, previous: 2 });
        assert_eq!(own.add("a", 4), Counts { current: 1, previous: 0 });
    }
}
