//! One rotation, in as many invocations as it takes.

use std::{fmt, sync::Arc};

use chrono::{DateTime, TimeDelta, Utc};
use rostrum_cloud::DataKeys;
use rostrum_core::{ids::DataKeyId, seal::Sealed};
use rostrum_lambda_kit::{Ambient, Effects, Vault, VaultError, vault::COMMITTED_WITHIN};
use rostrum_store::{Database, Transaction, data_keys};
use serde::{Deserialize, Serialize};

use crate::sources::{Row, Source};

/// What an operator asks for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Input {
    /// Whether to begin a rotation if none is under way; otherwise one that is under way is continued.
    pub begin: bool,
}

/// How far it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Progress {
    /// Whether this invocation began the rotation.
    pub begun: bool,
    /// How many secrets this invocation sealed anew.
    pub resealed: i64,
    /// How many are left under the old key.
    pub remaining: i64,
    /// Whether no rotation is under way any more.
    pub done: bool,
}

/// Why an invocation ended early. What it committed before stays, and the next one goes on from there.
#[derive(Debug, thiserror::Error)]
pub enum RotateError {
    /// Postgres did not do it.
    #[error(transparent)]
    Store(#[from] rostrum_store::Error),
    /// KMS did not make a key.
    #[error(transparent)]
    Keys(#[from] rostrum_cloud::Error),
    /// A secret could not be opened or sealed, for a reason that concerns them all.
    #[error(transparent)]
    Vault(#[from] VaultError),
}

/// The use case and what it needs.
pub struct KeyRotator {
    /// KMS.
    pub keys: Arc<dyn DataKeys>,
    /// Opens under the old key and seals under the new one.
    pub vault: Vault,
    /// Postgres; two connections at least.
    pub database: Database,
    /// Where sealed secrets lie.
    pub sources: Vec<Box<dyn Source>>,
    /// Time and randomness.
    pub ambient: Ambient,
    /// The way to the outside.
    pub effects: Effects,
}

/// How many rows one transaction seals anew.
const AT_ONCE: i64 = 100;

/// What is left of an invocation for its last batch and its answer.
const TO_END: TimeDelta = TimeDelta::seconds(10);

/// After the end of a rotation none is begun for as long as a Lambda invocation can last, so that an invocation that its
/// caller repeats, not knowing of its end, rotates once.
const QUIET: TimeDelta = TimeDelta::minutes(15);

impl KeyRotator {
    /// Begins a rotation if that is asked for and none is under way, and moves on with it until shortly before
    /// `deadline`. Two invocations at once share the work.
    ///
    /// A secret that cannot be opened is left as it is and told in the log. It keeps the old key from being retired.
    ///
    /// # Errors
    /// If Postgres or KMS does not answer.
    pub async fn rotate(&self, input: Input, deadline: DateTime<Utc>) -> Result<Progress, RotateError> {
        let begun = input.begin && self.begin().await?;
        let Some(rotation) = data_keys::rotation(&self.database).await? else {
            return Ok(Progress { begun, resealed: 0, remaining: 0, done: true });
        };
        let mut resealed = 0;
        for source in &self.sources {
            resealed += self.reseal(source.as_ref(), rotation.retiring, deadline).await?;
        }
        let (remaining, done) = self.settle(rotation).await?;
        tracing::info!(key = %rotation.retiring, begun, resealed, remaining, done, "rotated");
        Ok(Progress { begun, resealed, remaining, done })
    }

    async fn begin(&self) -> Result<bool, RotateError> {
        if data_keys::rotation(&self.database).await?.is_some() {
            return Ok(false);
        }
        let now = self.ambient.now();
        let id = DataKeyId::new(now, &mut self.ambient.random());
        // Before the transaction: no row is held while KMS answers. A key that is then not needed is forgotten.
        let (_, wrapped) = self.effects.perform("make key", self.keys.generate(id)).await?;
        let mut transaction = self.database.begin().await.map_err(rostrum_store::Error::from)?;
        let begun = data_keys::begin_rotation(&mut transaction, id, &wrapped, now - QUIET, now).await?;
        let Some(retiring) = begun else { return Ok(false) };
        let remaining = self.count(&mut transaction, retiring).await?;
        data_keys::recount(&mut transaction, retiring, remaining).await?;
        self.commit(transaction).await?;
        tracing::info!(%retiring, active = %id, remaining, "a rotation has begun");
        Ok(true)
    }

    /// Goes once through the rows of a source. Answers how many it sealed anew.
    async fn reseal(
        &self,
        source: &dyn Source,
        retiring: DataKeyId,
        deadline: DateTime<Utc>,
    ) -> Result<i64, RotateError> {
        let (mut resealed, mut after) = (0, None);
        while self.ambient.now() + TO_END < deadline {
            let mut transaction = self.database.begin().await.map_err(rostrum_store::Error::from)?;
            let rows = source.batch(&mut transaction, retiring, after, AT_ONCE).await?;
            let Some(last) = rows.last() else { break };
            after = Some(last.id);
            let mut done = 0;
            for row in &rows {
                match self.seal_anew(row).await {
                    Ok(sealed) => {
                        source.replace(&mut transaction, row.id, sealed.as_bytes()).await?;
                        done += 1;
                    }
                    Err(VaultError::Seal(error)) => {
                        let (source, id) = (source.name(), row.id);
                        tracing::error!(source, %id, %error, "the secret cannot be opened; the old key is kept for it");
                    }
                    Err(error) => return Err(error.into()),
                }
            }
            if done > 0 {
                data_keys::progress(&mut transaction, retiring, done).await?;
                self.commit(transaction).await?;
                resealed += done;
            }
        }
        Ok(resealed)
    }

    async fn seal_anew(&self, row: &Row) -> Result<Sealed, VaultError> {
        let sealed = Sealed::from_bytes(row.sealed.clone())?;
        let plaintext = self.vault.open(&row.binding, &sealed).await?;
        self.vault.seal(&row.binding, &plaintext).await
    }

    /// Counts what is left, and retires the key if that is nothing and nobody can be about to commit more.
    async fn settle(&self, rotation: data_keys::Rotation) -> Result<(i64, bool), RotateError> {
        let now = self.ambient.now();
        let mut transaction = self.database.begin().await.map_err(rostrum_store::Error::from)?;
        if !data_keys::hold(&mut transaction, rotation.retiring).await? {
            // Another invocation has retired it meanwhile.
            return Ok((0, true));
        }
        let remaining = self.count(&mut transaction, rotation.retiring).await?;
        data_keys::recount(&mut transaction, rotation.retiring, remaining).await?;
        let may_retire = remaining == 0 && now >= rotation.began_at + COMMITTED_WITHIN;
        let done = may_retire && data_keys::retire(&mut transaction, rotation.retiring, now).await?;
        self.commit(transaction).await?;
        Ok((remaining, done))
    }

    async fn count(&self, transaction: &mut Transaction, key: DataKeyId) -> Result<i64, rostrum_store::Error> {
        let mut rows = 0;
        for source in &self.sources {
            rows += source.count(transaction, key).await?;
        }
        Ok(rows)
    }

    async fn commit(&self, transaction: Transaction) -> Result<(), rostrum_store::Error> {
        Ok(self.effects.perform("commit", transaction.commit()).await?)
    }
}

impl fmt::Debug for KeyRotator {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sources: Vec<&str> = self.sources.iter().map(|source| source.name()).collect();
        formatter.debug_struct("KeyRotator").field("sources", &sources).finish_non_exhaustive()
    }
}
