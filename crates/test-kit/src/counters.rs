//! DynamoDB's counters in memory.

use std::{
    collections::BTreeMap,
    sync::{
        Mutex,
        atomic::{AtomicBool, Ordering},
    },
};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use rostrum_cloud::{Counters, Error};
use rostrum_core::limits::Counts;

/// Counters that are forgotten with the test.
#[derive(Debug, Default)]
pub struct MemoryCounters {
    counts: Mutex<BTreeMap<(String, i64), u32>>,
    down: AtomicBool,
    silent: AtomicBool,
}

impl MemoryCounters {
    /// What was counted, by key and number of the window.
    pub fn all(&self) -> BTreeMap<(String, i64), u32> {
        self.counts.lock().unwrap().clone()
    }

    /// Lets every call fail from now on, or none.
    pub fn set_down(&self, down: bool) {
        self.down.store(down, Ordering::SeqCst);
    }

    /// Lets no call come to an end from now on, or every one.
    pub fn set_silent(&self, silent: bool) {
        self.silent.store(silent, Ordering::SeqCst);
    }
}

#[async_trait]
impl Counters for MemoryCounters {
    async fn add(&self, key: &str, window_number: i64, _: DateTime<Utc>) -> Result<Counts, Error> {
        if self.silent.load(Ordering::SeqCst) {
            std::future::pending::<()>().await;
        }
        if self.down.load(Ordering::SeqCst) {
            let message = "it is down".to_owned();
            return Err(Error { service: "dynamodb", operation: "UpdateItem", message });
        }
        let mut counts = self.counts.lock().unwrap();
        let previous = counts.get(&(key.to_owned(), window_number - 1)).copied().unwrap_or(0);
        let current = counts.entry((key.to_owned(), window_number)).or_default();
        *current += 1;
        Ok(Counts { current: *current, previous })
    }
}
