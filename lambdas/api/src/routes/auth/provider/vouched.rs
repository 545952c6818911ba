//! Whom the provider vouches for. Its code is good once, so that its answer is kept with the attempt before anything is made
//! of it: what fails later, or needs a second factor, goes on from there.

use rostrum_core::{
    employee::{self, Email},
    sign_in::{attempt::Attempt, secret::SecretDigest},
};
use rostrum_oidc::{Error, Identity, Pkce, Provider};
use rostrum_store::sign_in_attempts::{self, Open, Vouched};

use crate::{App, error::ApiError, providers::ProviderName};

/// A sign-in at a provider that goes on.
#[derive(Clone, Copy)]
pub(super) struct Ongoing<'a> {
    pub(super) app: &'a App,
    pub(super) name: ProviderName,
    pub(super) attempt: Attempt<'a>,
    pub(super) digest: &'a SecretDigest,
}

/// The attempt is none that could be gone on with.
pub(super) fn over() -> ApiError {
    ApiError::field("attempt", "is none of ours, was used before, or is too old; begin again")
}

impl Ongoing<'_> {
    /// Whom the provider vouches for, asked with this code unless it has told before.
    pub(super) async fn vouched(self, provider: &Provider, code: &str) -> Result<Vouched, ApiError> {
        let Self { app, name, digest, .. } = self;
        let now = app.ambient().now();
        match sign_in_attempts::find(app.database().await?, name.as_str(), digest, now).await?.ok_or_else(over)? {
            Open::Vouched(vouched) => return Ok(vouched),
            Open::Redeemed => return Err(over()),
            Open::Fresh => {}
        }
        let mut transaction = app.database().await?.begin().await?;
        // Of two requests at once, one takes the code to the provider.
        if !sign_in_attempts::redeem(&mut transaction, digest, now).await? {
            return Err(over());
        }
        app.effects().perform("commit", transaction.commit()).await?;
        let asked = self.ask(provider, code).await;
        let mut transaction = app.database().await?.begin().await?;
        match &asked {
            Ok(vouched) => sign_in_attempts::keep(&mut transaction, digest, vouched).await?,
            Err(ApiError::ProviderUnavailable(_)) => sign_in_attempts::give_back(&mut transaction, digest).await?,
            Err(_) => {}
        }
        app.effects().perform("commit", transaction.commit()).await?;
        asked
    }

    async fn ask(self, provider: &Provider, code: &str) -> Result<Vouched, ApiError> {
        let Self { app, name, attempt, .. } = self;
        let verifier = Pkce::from_random(attempt.verifier()).verifier;
        let redirect_uri = app.web().await?.sign_in(name.as_str());
        let tokens = app.effects().perform("code", provider.exchange(code, &verifier, &redirect_uri)).await;
        let tokens = tokens.map_err(refused)?;
        let identity = provider.verify(&tokens.id_token, &attempt.nonce(), app.ambient().now()).await;
        Ok(known_by(identity.map_err(refused)?))
    }
}

/// What of an identity means something here. An address that the provider does not vouch for is anybody's.
fn known_by(identity: Identity) -> Vouched {
    let Identity { issuer, subject, email, email_verified, name } = identity;
    let email = email.filter(|_| email_verified).and_then(|email| Email::parse(&email).ok());
    let name = name.and_then(|name| employee::name("name", &name).ok());
    Vouched { issuer, subject, email: email.map(|email| email.as_str().to_owned()), name }
}

/// Errors of RFC 6749 (section 5.2) that are about us and not about the code.
const OURS: [&str; 3] = ["invalid_client", "unauthorized_client", "unsupported_grant_type"];

fn refused(error: Error) -> ApiError {
    match error {
        Error::Refused { error: word, .. } if OURS.contains(&word.as_str()) => {
            ApiError::internal(format!("the identity provider does not know us: {word}"))
        }
        Error::Refused { .. } | Error::Rejected(_) => {
            tracing::warn!(%error, "an identity provider vouches for nobody");
            ApiError::field("code", "was not accepted by the provider: it was used before, or is too old; begin again")
        }
        Error::Unavailable(_) | Error::Malformed(_) => ApiError::ProviderUnavailable(error.into()),
    }
}
