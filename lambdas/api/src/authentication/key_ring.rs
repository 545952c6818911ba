//! The keys as they are now. They are replaced while processes live on: a process that meets a token of a key that it
//! does not know reads them again, so that nobody is logged out.

use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

use chrono::{DateTime, TimeDelta, Utc};
use futures::future::{BoxFuture, ready};
use rostrum_lambda_kit::config::ConfigError;

use super::Keys;
use crate::error::ApiError;

type Read = Box<dyn Fn() -> BoxFuture<'static, Result<Keys, ConfigError>> + Send + Sync>;

/// A stranger's tokens must not make us read the secret again and again.
const PAUSE: TimeDelta = TimeDelta::seconds(30);

/// The keys, read when they are first needed, and again when a token shows that there are newer ones.
pub struct KeyRing {
    read: Read,
    known: Mutex<Option<(Arc<Keys>, DateTime<Utc>)>>,
}

impl KeyRing {
    /// The keys that `read` reads.
    pub fn new(read: impl Fn() -> BoxFuture<'static, Result<Keys, ConfigError>> + Send + Sync + 'static) -> Self {
        Self { read: Box::new(read), known: Mutex::new(None) }
    }

    /// Keys that are never read again.
    pub fn ready(keys: Keys) -> Self {
        let keys = Arc::new(keys);
        let read: Read = Box::new(|| Box::pin(ready(Err(ConfigError::Missing("keys that were to be ready")))));
        Self { read, known: Mutex::new(Some((keys, DateTime::<Utc>::MAX_UTC))) }
    }

    /// The keys.
    ///
    /// # Errors
    /// If they cannot be read.
    pub async fn keys(&self, now: DateTime<Utc>) -> Result<Arc<Keys>, ApiError> {
        match self.known() {
            Some((keys, _)) => Ok(keys),
            None => self.read(now).await,
        }
    }

    /// The keys for this token: read again if it names none of those that are known.
    ///
    /// # Errors
    /// If they cannot be read.
    pub async fn keys_for(&self, token: &str, now: DateTime<Utc>) -> Result<Arc<Keys>, ApiError> {
        match self.known() {
            Some((keys, since)) if now - since < PAUSE || !keys.is_stranger(token) => Ok(keys),
            _ => self.read(now).await,
        }
    }

    fn known(&self) -> Option<(Arc<Keys>, DateTime<Utc>)> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    async fn read(&self, now: DateTime<Utc>) -> Result<Arc<Keys>, ApiError> {
        let keys = Arc::new((self.read)().await?);
        *self.known.lock().unwrap_or_else(PoisonError::into_inner) = Some((Arc::clone(&keys), now));
        Ok(keys)
    }
}

impl fmt::Debug for KeyRing {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("KeyRing").finish_non_exhaustive()
    }
}
