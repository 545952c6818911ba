//! The RSA key that signs access tokens, and what it says about them.

use std::{collections::HashSet, fmt};

use chrono::{DateTime, TimeDelta, Utc};
use jsonwebtoken::{
    Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, decode_header, encode,
    errors::ErrorKind,
    jwk::{Jwk, JwkSet, PublicKeyUse, ThumbprintHash},
};
use rostrum_core::ids::{UserId, WorkspaceId};
use rostrum_lambda_kit::config::ConfigError;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::error::ApiError;

/// Who issues the tokens.
pub const ISSUER: &str = "rostrum";

/// Whom the tokens are for.
pub const AUDIENCE: &str = "rostrum-api";

/// How long a token is valid.
pub const LIFETIME: TimeDelta = TimeDelta::hours(1);

/// What a token says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claims {
    /// [`ISSUER`].
    pub iss: String,
    /// [`AUDIENCE`].
    pub aud: String,
    /// Who signed in.
    pub sub: UserId,
    /// The workspace that they signed in to.
    pub workspace_id: WorkspaceId,
    /// When, in seconds since 1970.
    pub iat: i64,
    /// From when on the token is not valid any more.
    pub exp: i64,
    /// The id of the token.
    pub jti: Uuid,
}

impl Claims {
    /// What a token says that somebody gets who signs in `now`.
    pub fn new(sub: UserId, workspace_id: WorkspaceId, now: DateTime<Utc>, jti: Uuid) -> Self {
        Self {
            iss: ISSUER.to_owned(),
            aud: AUDIENCE.to_owned(),
            sub,
            workspace_id,
            iat: now.timestamp(),
            exp: (now + LIFETIME).timestamp(),
            jti,
        }
    }

    /// Whether the token has expired (RFC 7519, section 4.1.4: on or after `exp`). No leeway: we issue and check it.
    pub fn has_expired(&self, now: DateTime<Utc>) -> bool {
        now.timestamp() >= self.exp
    }
}

/// The signing key is no RSA key that we can use.
#[derive(Debug, thiserror::Error)]
#[error("the signing key cannot be used; expected an RSA private key of at least 2048 bits as PKCS#8 PEM: {0}")]
pub struct KeyError(#[from] jsonwebtoken::errors::Error);

impl From<KeyError> for ConfigError {
    fn from(error: KeyError) -> Self {
        tracing::error!(%error, "the signing key cannot be used");
        Self::Invalid {
            name: "SIGNING_KEY_SECRET_ARN",
            value: "(not shown)".to_owned(),
            expected: "the ARN of an RSA private key as PKCS#8 PEM",
        }
    }
}

/// The key pair.
pub struct Keys {
    id: String,
    private: EncodingKey,
    public: DecodingKey,
    set: String,
    validation: Validation,
}

impl Keys {
    /// The keys of an RSA private key in PKCS#8 PEM.
    ///
    /// # Errors
    /// If it is none.
    pub fn from_pem(pem: &SecretString) -> Result<Self, KeyError> {
        let private = EncodingKey::from_rsa_pem(pem.expose_secret().as_bytes())?;
        let mut key = Jwk::from_encoding_key(&private, Algorithm::RS256)?;
        let public = DecodingKey::from_jwk(&key)?;
        let id = key.thumbprint(ThumbprintHash::SHA256)?;
        key.common.key_id = Some(id.clone());
        key.common.public_key_use = Some(PublicKeyUse::Signature);
        let set = serde_json::to_string(&JwkSet { keys: vec![key] }).map_err(jsonwebtoken::errors::Error::from)?;
        let mut validation = Validation::new(Algorithm::RS256);
        validation.set_audience(&[AUDIENCE]);
        validation.set_issuer(&[ISSUER]);
        validation.required_spec_claims =
            ["exp", "aud", "iss", "sub"].map(str::to_owned).into_iter().collect::<HashSet<_>>();
        // Done by `verify`, with the clock that we are given.
        validation.validate_exp = false;
        Ok(Self { id, private, public, set, validation })
    }

    /// The public keys as a JWK set (RFC 7517). The key's id is its thumbprint (RFC 7638).
    pub fn set(&self) -> &str {
        &self.set
    }

    /// A token that says `claims`.
    ///
    /// # Errors
    /// If the key cannot sign.
    pub fn sign(&self, claims: &Claims) -> Result<String, ApiError> {
        let header = Header { kid: Some(self.id.clone()), ..Header::new(Algorithm::RS256) };
        encode(&header, claims, &self.private).map_err(ApiError::internal)
    }

    /// What the token says, if it is one of ours and has not expired.
    ///
    /// # Errors
    /// If it is not.
    pub fn verify(&self, token: &str, now: DateTime<Utc>) -> Result<Claims, ApiError> {
        let header = decode_header(token).map_err(|_| ApiError::TokenRefused("cannot be read"))?;
        if header.alg != Algorithm::RS256 || header.kid.as_deref() != Some(&self.id) {
            return Err(ApiError::TokenRefused("was not signed with our key"));
        }
        let claims = decode::<Claims>(token, &self.public, &self.validation).map_err(|error| {
            ApiError::TokenRefused(match error.kind() {
                ErrorKind::InvalidSignature => "was not signed with our key",
                ErrorKind::InvalidAudience | ErrorKind::InvalidIssuer => "is not meant for this API",
                _ => "cannot be read",
            })
        })?;
        if claims.claims.has_expired(now) {
            return Err(ApiError::TokenRefused("has expired"));
        }
        Ok(claims.claims)
    }
}

impl fmt::Debug for Keys {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Keys").field("id", &self.id).finish_non_exhaustive()
    }
}
