//! What all requests share.

use std::sync::Arc;

use rostrum_cloud::Objects;
use rostrum_core::mail::Web;
use rostrum_lambda_kit::{Ambient, Effects, Vault};
use rostrum_oidc::{Foreign, Provider};
use rostrum_relay::Relay;
use rostrum_store::Database;

use crate::{
    authentication::{ForeignTokens, KeyRing, Keys, Memberships, Tokens},
    cors::Origins,
    document::Document,
    error::ApiError,
    lazy::Lazy,
    limits::Limits,
    providers::{ProviderName, Providers},
};

/// The database, what lets its messages leave, and the bucket of the pictures.
#[derive(Debug)]
pub struct Backend {
    /// Postgres, as the role of the fleet.
    pub database: Database,
    /// Sends what a commit has left in the outbox.
    pub relay: Relay,
    /// What seals secrets and opens them.
    pub vault: Vault,
    /// Where the links of mails lead.
    pub web: Web,
    /// With whom people may sign in besides.
    pub providers: Providers,
    /// The bucket of the pictures, of which a request needs to know nothing unless it shows one.
    pub media: Lazy<Arc<dyn Objects>>,
}

/// What a request has to do with before any route looks at it.
#[derive(Debug, Default)]
pub struct Gate {
    /// How often somebody may ask; everybody as often as they like by default.
    pub limits: Limits,
    /// The pages of other origins that may use the API from a browser; none by default.
    pub origins: Origins,
    /// Somebody else whose access tokens are taken, such as Supabase Auth; nobody by default.
    pub foreign: Option<Foreign>,
}

/// The state of the router; cheap to clone.
#[derive(Debug, Clone)]
pub struct App(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    backend: Lazy<Backend>,
    keys: KeyRing,
    gate: Gate,
    document: Document,
    tokens: Tokens,
    foreign_tokens: ForeignTokens,
    memberships: Memberships,
    ambient: Ambient,
    effects: Effects,
}

impl App {
    /// An API over this backend, whose tokens these keys sign, behind this gate, which this document describes.
    pub fn new(
        backend: Lazy<Backend>,
        keys: KeyRing,
        gate: Gate,
        document: Document,
        ambient: Ambient,
        effects: Effects,
    ) -> Self {
        let (tokens, foreign_tokens) = (Tokens::default(), ForeignTokens::default());
        let memberships = Memberships::default();
        Self(Arc::new(Shared { backend, keys, gate, document, tokens, foreign_tokens, memberships, ambient, effects }))
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

    /// What seals secrets and opens them.
    ///
    /// # Errors
    /// As [`App::backend`].
    pub async fn vault(&self) -> Result<&Vault, ApiError> {
        Ok(&self.backend().await?.vault)
    }

    /// Where the links of mails lead.
    ///
    /// # Errors
    /// As [`App::backend`].
    pub async fn web(&self) -> Result<&Web, ApiError> {
        Ok(&self.backend().await?.web)
    }

    /// The identity provider of this name.
    ///
    /// # Errors
    /// As [`App::backend`]; [`ApiError::NotFound`] if people cannot sign in there.
    pub async fn provider(&self, name: ProviderName) -> Result<&Provider, ApiError> {
        let provider = self.backend().await?.providers.named(name).ok_or(ApiError::NotFound)?;
        Ok(provider.get().await?)
    }

    /// The keys that sign and check tokens.
    ///
    /// # Errors
    /// If their secret cannot be read.
    pub async fn keys(&self) -> Result<Arc<Keys>, ApiError> {
        self.0.keys.keys(self.0.ambient.now()).await
    }

    /// The keys, for a token that may be newer than what we know of them.
    pub(crate) fn key_ring(&self) -> &KeyRing {
        &self.0.keys
    }

    /// How often somebody may ask.
    pub(crate) fn limits(&self) -> &Limits {
        &self.0.gate.limits
    }

    /// The pages of other origins that may use the API.
    pub(crate) fn origins(&self) -> &Origins {
        &self.0.gate.origins
    }

    /// The description of all routes.
    pub(crate) fn document(&self) -> &Document {
        &self.0.document
    }

    /// Tokens that were checked before.
    pub(crate) fn tokens(&self) -> &Tokens {
        &self.0.tokens
    }

    /// Somebody else whose access tokens are taken.
    pub(crate) fn foreign(&self) -> Option<&Foreign> {
        self.0.gate.foreign.as_ref()
    }

    /// Tokens of somebody else that were checked before.
    pub(crate) fn foreign_tokens(&self) -> &ForeignTokens {
        &self.0.foreign_tokens
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
