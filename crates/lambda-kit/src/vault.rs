//! The vault: seals secrets under the active data key and opens them again. Postgres keeps ciphertexts and wrapped keys,
//! KMS alone unwraps a key, and only this process's memory has both.

use std::{collections::HashMap, fmt, sync::Arc};

use chrono::{DateTime, TimeDelta, Utc};
use rand::Rng;
use rostrum_cloud::{DataKeys, KmsDataKeys, SdkConfig};
use rostrum_core::{
    ids::DataKeyId,
    seal::{self, Binding, DataKey, NONCE_BYTES, SealError, Sealed},
};
use rostrum_store::{
    Database,
    data_keys::{self, State},
};
use tokio::sync::Mutex;
use zeroize::Zeroizing;

use crate::{
    Ambient,
    config::{self, ConfigError},
};

/// How long an unwrapped key is used before KMS is asked again.
pub const KEPT_FOR: TimeDelta = TimeDelta::minutes(5);

/// What is sealed must be committed within this time: a rotation retires a key no sooner after it began.
pub const COMMITTED_WITHIN: TimeDelta = TimeDelta::minutes(2);

/// Seals and opens; cheap to clone. Each call may take a connection of its own from the pool.
#[derive(Clone)]
pub struct Vault {
    keys: Arc<dyn DataKeys>,
    database: Database,
    ambient: Ambient,
    unwrapped: Arc<Mutex<HashMap<DataKeyId, Unwrapped>>>,
}

struct Unwrapped {
    key: Arc<DataKey>,
    until: DateTime<Utc>,
}

/// Why a secret was not sealed or opened. Names keys, never secrets.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// KMS did not do it. It may work later.
    #[error(transparent)]
    Keys(#[from] rostrum_cloud::Error),
    /// Postgres did not do it. It may work later.
    #[error(transparent)]
    Store(#[from] rostrum_store::Error),
    /// No key is active, although one was just made. It may work later.
    #[error("no data key is active")]
    NoKey,
    /// It was sealed under a key that this database does not have.
    #[error("there is no data key {0}")]
    UnknownKey(DataKeyId),
    /// It was sealed under a key that has been retired since, which a rotation should have replaced.
    #[error("the data key {0} is retired")]
    Retired(DataKeyId),
    /// It is no ciphertext, or not one of this binding.
    #[error(transparent)]
    Seal(#[from] SealError),
}

impl Vault {
    /// A vault that has unwrapped nothing yet.
    pub fn new(keys: Arc<dyn DataKeys>, database: Database, ambient: Ambient) -> Self {
        Self { keys, database, ambient, unwrapped: Arc::default() }
    }

    /// A vault whose keys are wrapped by the KMS key that `DATA_KEY_ARN` names.
    ///
    /// # Errors
    /// If the variable is not set. KMS is not asked yet.
    pub fn from_environment(aws: &SdkConfig, database: Database, ambient: Ambient) -> Result<Self, ConfigError> {
        Ok(Self::new(Arc::new(KmsDataKeys::new(aws, config::variable("DATA_KEY_ARN")?)), database, ambient))
    }

    /// Seals a secret under the key that is active now; makes the first one where there is none. The caller commits what it
    /// gets within [`COMMITTED_WITHIN`].
    ///
    /// # Errors
    /// If KMS or Postgres does not do it.
    pub async fn seal(&self, binding: &Binding, plaintext: &[u8]) -> Result<Sealed, VaultError> {
        // Which key is active is never remembered: what is sealed late under an old one would be lost with it.
        let active = match data_keys::active(&self.database).await? {
            Some(active) => active.id,
            None => self.first().await?,
        };
        let key = self.key(active).await?;
        let mut nonce = [0; NONCE_BYTES];
        self.ambient.random().fill_bytes(&mut nonce);
        Ok(seal::seal(&key, active, binding, plaintext, nonce)?)
    }

    /// Opens a secret. Its memory is overwritten when it goes; whoever copies it sees to the copy.
    ///
    /// # Errors
    /// If it is not of this binding, its key is unknown or retired, or KMS or Postgres does not answer.
    pub async fn open(&self, binding: &Binding, sealed: &Sealed) -> Result<Zeroizing<Vec<u8>>, VaultError> {
        let key = self.key(sealed.key_id()).await?;
        Ok(seal::open(&key, binding, sealed)?)
    }

    /// Makes the first key and answers the one that is active then, which may be one that another process made meanwhile.
    async fn first(&self) -> Result<DataKeyId, VaultError> {
        let now = self.ambient.now();
        let id = DataKeyId::new(now, &mut self.ambient.random());
        // Only the wrapped key is used: unwrapping it shows that it can be before anything is sealed under it.
        let (_, wrapped) = self.keys.generate(id).await?;
        let mut transaction = self.database.begin().await.map_err(rostrum_store::Error::from)?;
        let is_ours = data_keys::insert(&mut transaction, id, &wrapped, now).await?;
        transaction.commit().await.map_err(rostrum_store::Error::from)?;
        if is_ours {
            tracing::info!(key = %id, "the first data key was made");
        }
        let active = data_keys::active(&self.database).await?;
        active.map(|active| active.id).ok_or(VaultError::NoKey)
    }

    /// The unwrapped key. Those who want the same at once wait for one call of KMS.
    async fn key(&self, id: DataKeyId) -> Result<Arc<DataKey>, VaultError> {
        let mut unwrapped = self.unwrapped.lock().await;
        let now = self.ambient.now();
        unwrapped.retain(|_, kept| kept.until > now);
        if let Some(kept) = unwrapped.get(&id) {
            return Ok(kept.key.clone());
        }
        let stored = data_keys::by_id(&self.database, id).await?.ok_or(VaultError::UnknownKey(id))?;
        if stored.state == State::Retired {
            return Err(VaultError::Retired(id));
        }
        let key = Arc::new(self.keys.unwrap(id, &stored.wrapped).await?);
        unwrapped.insert(id, Unwrapped { key: key.clone(), until: now + KEPT_FOR });
        Ok(key)
    }
}

impl fmt::Debug for Vault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Vault").finish_non_exhaustive()
    }
}
