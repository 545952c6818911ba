//! `outbox-relay`: every minute, lets leave what could not leave when it was written, and ends what nobody finished.

use rostrum_lambda_kit::{Ambient, Effects};
use rostrum_relay::Relay;
use rostrum_store::{Database, Error, executions::slots, idempotency, sessions, sign_in_attempts};
use serde::Serialize;

/// The use case and what it needs.
#[derive(Debug, Clone)]
pub struct Sweeper {
    /// Postgres.
    pub database: Database,
    /// The sender.
    pub relay: Relay,
    /// Time and randomness.
    pub ambient: Ambient,
    /// The way to the outside.
    pub effects: Effects,
}

/// What a sweep did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Swept {
    /// Messages that left.
    pub sent: usize,
    /// Messages that still cannot.
    pub postponed: usize,
    /// Slots that were given up.
    pub abandoned: u64,
}

/// A sweep ends before the next one starts; what is left then is the next one's.
const MOST_ROUNDS: usize = 100;

/// How many slots one transaction gives up.
const ABANDONED_AT_ONCE: i64 = 500;

/// How many sessions, and how many sign-ins that are under way, one sweep forgets whose time is over.
const FORGOTTEN_AT_ONCE: i64 = 500;

impl Sweeper {
    /// Sweeps once. Two sweeps at once share the work.
    ///
    /// # Errors
    /// If Postgres cannot be reached; what was sent stays sent.
    pub async fn sweep(&self) -> Result<Swept, Error> {
        let mut swept = Swept::default();
        for _ in 0..MOST_ROUNDS {
            let round = self.relay.sweep().await?;
            swept.sent += round.sent;
            swept.postponed += round.postponed;
            if round.is_empty() {
                break;
            }
        }
        let now = self.ambient.now();
        let mut transaction = self.database.begin().await?;
        swept.abandoned = slots::fail_abandoned(&mut transaction, ABANDONED_AT_ONCE, now).await?;
        idempotency::forget(&mut transaction, now - idempotency::KEPT_FOR).await?;
        sessions::forget(&mut transaction, now, FORGOTTEN_AT_ONCE).await?;
        sign_in_attempts::forget(&mut transaction, now, FORGOTTEN_AT_ONCE).await?;
        self.effects.perform("commit", transaction.commit()).await?;
        if swept != Swept::default() {
            tracing::info!(sent = swept.sent, postponed = swept.postponed, abandoned = swept.abandoned, "swept");
        }
        Ok(swept)
    }
}
