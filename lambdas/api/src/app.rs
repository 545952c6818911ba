//! What all requests share.

use std::sync::Arc;

use rostrum_cloud::Objects;
use rostrum_lambda_kit::{Ambient, Effects};
use rostrum_relay::Relay;
use rostrum_store::Database;

use crate::{
    authentication::{Keys, Memberships, Tokens},
    error::ApiError,
    lazy::Lazy,
};

/// The database, what lets its messages leave, and the bucket of the pictures.
#[derive(Debug)]
pub struct Backend {
    /// Postgres, as the role of the fleet.
    pub database: Database,
    /// Sends what a commit has left in the outbox.
    pub relay: Relay,
    /// The bucket of the pictures, of which a request needs to know nothing unless it shows one.
    pub media: Lazy<Arc<dyn Objects>>,
}

/// The state of the router; cheap to clone.
#[derive(Debug, Clone)]
pub struct App(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    backend: Lazy<Backend>,
    keys: Lazy<Keys>,
    tokens: Tokens,
    memberships: Memberships,
    ambient: Ambient,
    effects: Effects,
}

impl App {
    /// An API over this backend, whose tokens these keys sign.
    pub fn new(backend: Lazy<Backend>, keys: Lazy<Keys>, ambient: Ambient, effects: Effects) -> Self {
        let (tokens, memberships) = (Tokens::default(), Memberships::default());
        Self(Arc::new(Shared { backend, keys, tokens, memberships, ambient, effects }))
    }

    /// The database and the relay.
    ///
    /// # Errors
    /// If the configuration is incomplete or its secret cannot be read.
    pub async fn backend(&self) -> Result<&Backend, ApiError> {
        Ok(self.0.backend.get().await?)
    }

    /// The database.
    ///
    /// # Errors
    /// As [`App::backend`].
    pub async fn database(&self) -> Result<&Database, ApiError> {
        Ok(&self.backend().await?.database)
    }

    /// The bucket of the pictures.
    ///
    /// # Errors
    /// As [`App::backend`].
    pub async fn media(&self) -> Result<&dyn Objects, ApiError> {
        Ok(self.backend().await?.media.get().await?.as_ref())
    }

    /// The keys that sign and check tokens.
    ///
    /// # Errors
    /// If their secret cannot be read.
    pub async fn keys(&self) -> Result<&Keys, ApiError> {
        Ok(self.0.keys.get().await?)
    }

    /// Tokens that were checked before.
    pub(crate) fn tokens(&self) -> &Tokens {
        &self.0.tokens
    }

    /// Memberships that were looked up before.
    pub(crate) fn memberships(&self) -> &Memberships {
        &self.0.memberships
    }

    /// Time and randomness.
    pub fn ambient(&self) -> &Ambient {
        &self.0.ambient
    }

    /// The way to the outside.
    pub fn effects(&self) -> &Effects {
        &self.0.effects
    }
}
