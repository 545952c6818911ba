//! Tokens of another issuer that were checked before.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use chrono::{DateTime, Utc};
use rostrum_oidc::{Error, Foreign, ForeignClaims, Rejection};
use sha2::{Digest, Sha256};

use crate::error::ApiError;

/// The most tokens that are remembered.
const MOST: usize = 4096;

/// The tokens, by their digest: what is remembered is no token that could be used.
#[derive(Debug, Default)]
pub(crate) struct ForeignTokens(Mutex<HashMap<[u8; 32], ForeignClaims>>);

impl ForeignTokens {
    /// Whom the token stands for, if its issuer made it for us and its time is not over.
    pub(crate) async fn verify(
        &self,
        issuer: &Foreign,
        token: &str,
        now: DateTime<Utc>,
    ) -> Result<ForeignClaims, ApiError> {
        let digest: [u8; 32] = Sha256::digest(token.as_bytes()).into();
        if let Some(claims) = self.known(&digest, now) {
            return Ok(claims);
        }
        let claims = issuer.verify(token, now).await.map_err(refused)?;
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MOST {
            known.retain(|_, claims| is_valid(claims, now));
        }
        if known.len() >= MOST {
            known.clear();
        }
        known.insert(digest, claims.clone());
        Ok(claims)
    }

    fn known(&self, digest: &[u8; 32], now: DateTime<Utc>) -> Option<ForeignClaims> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(digest).filter(|claims| is_valid(claims, now)).cloned()
    }
}

fn is_valid(claims: &ForeignClaims, now: DateTime<Utc>) -> bool {
    now.timestamp() < claims.expires_at
}

fn refused(error: Error) -> ApiError {
    match error {
        Error::Rejected(rejection) => ApiError::TokenRefused(reason(rejection)),
        error => ApiError::Unavailable(error.into()),
    }
}

/// What the token's sender is told.
pub(crate) const fn reason(rejection: Rejection) -> &'static str {
    match rejection {
        Rejection::Expired => "has expired",
        Rejection::Early => "is not valid yet",
        Rejection::Issuer | Rejection::Audience | Rejection::Nonce => "is not meant for this API",
        Rejection::Algorithm | Rejection::UnknownKey | Rejection::Signature => {
            "was not signed with a key of its issuer"
        }
        Rejection::Unreadable => "cannot be read",
    }
}
