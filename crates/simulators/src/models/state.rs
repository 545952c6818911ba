use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::models::Settings;
use crate::models::faults::Faults;
use crate::models::journal::Journal;
use crate::models::writer::Upstream;

/// What all faces share.
pub(crate) struct Simulator {
    pub(crate) upstream: Option<Upstream>,
    canned: Mutex<Option<Duration>>,
    faults: Mutex<Faults>,
    journal: Mutex<Journal>,
    calls: AtomicU64,
}

impl Simulator {
    pub(crate) fn new(settings: Settings) -> anyhow::Result<Self> {
        let upstream = settings.upstream.map(|url| Upstream::new(&url, settings.upstream_slots)).transpose()?;
        let canned = match upstream {
            Some(_) => settings.canned_latency,
            None => Some(settings.canned_latency.unwrap_or_default()),
        };
        Ok(Self {
            upstream,
            canned: Mutex::new(canned),
            faults: Mutex::default(),
            journal: Mutex::default(),
            calls: AtomicU64::new(0),
        })
    }

    /// The number of the next call, from 1.
    pub(crate) fn next_number(&self) -> u64 {
        self.calls.fetch_add(1, Ordering::Relaxed) + 1
    }

    pub(crate) fn canned(&self) -> MutexGuard<'_, Option<Duration>> {
        lock(&self.canned)
    }

    pub(crate) fn faults(&self) -> MutexGuard<'_, Faults> {
        lock(&self.faults)
    }

    pub(crate) fn journal(&self) -> MutexGuard<'_, Journal> {
        lock(&self.journal)
    }
}

/// What the locks guard stays whole even if a holder panics.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
