use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use reqwest::Client;
use serde::Deserialize;

use crate::Error;
use crate::claims::Registered;
use crate::jwks::KeySet;

/// Somebody else whose access tokens we accept, such as Supabase Auth.
///
/// Of a Supabase project the issuer is `https://REF.supabase.co/auth/v1`, the audience `authenticated`, and the keys are at
/// `https://REF.supabase.co/auth/v1/.well-known/jwks.json`, unless it still signs with HS256.
#[derive(Debug)]
pub struct Foreign {
    issuer: String,
    audience: String,
    keys: KeySet,
}

/// Whom a foreign token stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForeignClaims {
    /// The person at this issuer.
    pub subject: String,
    /// The e-mail address. Whether it was ever confirmed is the issuer's setting: do not find people by it.
    pub email: Option<String>,
    /// From when on the token is not valid any more, in seconds since 1970.
    pub expires_at: i64,
}

impl Foreign {
    /// The issuer whose keys are published at `jwks_url`, and the audience that its tokens for us have.
    pub fn new(client: Client, issuer: &str, audience: &str, jwks_url: &str) -> Self {
        Self { issuer: issuer.to_owned(), audience: audience.to_owned(), keys: KeySet::new(client, jwks_url) }
    }

    /// Waits this long for the keys instead of ten seconds.
    pub fn with_timeout(self, timeout: Duration) -> Self {
        Self { keys: self.keys.with_timeout(timeout), ..self }
    }

    /// The name of the issuer.
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// Whether the token says that it is this issuer's, which proves nothing: it tells who is to verify it.
    pub fn is_named_by(&self, token: &str) -> bool {
        #[derive(Deserialize)]
        struct Named {
            iss: String,
        }
        let payload = token.split('.').nth(1).and_then(|encoded| BASE64_URL_SAFE_NO_PAD.decode(encoded).ok());
        let named = payload.and_then(|bytes| serde_json::from_slice::<Named>(&bytes).ok());
        named.is_some_and(|named| named.iss == self.issuer)
    }

    /// Whom the token stands for, if this issuer made it for our audience and its time is not over.
    ///
    /// # Errors
    ///
    /// [`Error::Rejected`] if the token is not accepted; [`Error::Unavailable`] or [`Error::Malformed`] if the keys are
    /// needed and cannot be read.
    pub async fn verify(&self, token: &str, now: DateTime<Utc>) -> Result<ForeignClaims, Error> {
        let claims: Claims = self.keys.verify(token, now).await?;
        let registered = claims.registered;
        registered.check_issuer(&[&self.issuer])?;
        registered.check_audience(&self.audience)?;
        registered.check_times(now)?;
        registered.check_subject()?;
        let email = claims.email.filter(|email| !email.is_empty());
        Ok(ForeignClaims { expires_at: registered.exp, subject: registered.sub, email })
    }
}

#[derive(Deserialize)]
struct Claims {
    #[serde(flatten)]
    registered: Registered,
    email: Option<String>,
}
