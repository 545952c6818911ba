//! The RSA key that signs access tokens, and what it says about them.

use std::{collections::HashSet, fmt};

use chrono::{DateTime, TimeDelta, Utc};
use jsonwebtoken::{
    Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, decode_header, encode,
    errors::ErrorKind,
    jwk::{Jwk, JwkSet, PublicKeyUse, ThumbprintHash},
};
use rostrum_core::ids::{SessionId, UserId, WorkspaceId};
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

/// How far the clock of the function that signs may be ahead of the one that checks.
const AHEAD: TimeDelta = TimeDelta::minutes(1);

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
    /// Where they are signed in: a token of a session that has ended is not valid any more.
    pub sid: SessionId,
    /// When, in seconds since 1970.
    pub iat: i64,
    /// From when on the token is not valid any more.
    pub exp: i64,
    /// The id of the token.
    pub jti: Uuid,
}

impl Claims {
    /// What a token says that somebody gets `now` for their session.
    pub fn new(sub: UserId, workspace_id: WorkspaceId, sid: SessionId, now: DateTime<Utc>, jti: Uuid) -> Self {
        Self {
            iss: ISSUER.to_owned(),
            aud: AUDIENCE.to_owned(),
            sub,
            workspace_id,
            sid,
            iat: now.timestamp(),
            exp: (now + LIFETIME).timestamp(),
            jti,
        }
    }

    /// Whether the token was not signed yet, also if our clock is a minute behind: then it is not valid yet.
    pub fn is_early(&self, now: DateTime<Utc>) -> bool {
        (now + AHEAD).timestamp() < self.iat
    }

    /// Whether the token has expired (RFC 7519, section 4.1.4: on or after `exp`). No leeway: a token of an hour does not
    /// depend on it.
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

/// The keys. The first one signs; what any of them signed is accepted, so that a key can be replaced while tokens of the
/// one before are still in use.
pub struct Keys {
    private: EncodingKey,
    public: Vec<PublicKey>,
    set: String,
    validation: Validation,
}

struct PublicKey {
    id: String,
    key: DecodingKey,
}

/// How a key in PKCS#8 PEM ends.
const END: &str = "-----END PRIVATE KEY-----";

impl Keys {
    /// The keys of one or more RSA private keys in PKCS#8 PEM, one behind the other, the newest first.
    ///
    /// # Errors
    /// If one of them is none.
    pub fn from_pem(pem: &SecretString) -> Result<Self, KeyError> {
        let mut public = Vec::new();
        let mut known = Vec::new();
        let mut signing = None;
        for block in pem.expose_secret().split_inclusive(END).filter(|block| !block.trim().is_empty()) {
            let private = EncodingKey::from_rsa_pem(block.trim_start().as_bytes())?;
            let mut jwk = Jwk::from_encoding_key(&private, Algorithm::RS256)?;
            let key = DecodingKey::from_jwk(&jwk)?;
            let id = jwk.thumbprint(ThumbprintHash::SHA256)?;
            jwk.common.key_id = Some(id.clone());
            jwk.common.public_key_use = Some(PublicKeyUse::Signature);
            known.push(jwk);
            public.push(PublicKey { id, key });
            signing.get_or_insert(private);
        }
        let private = signing.ok_or_else(|| jsonwebtoken::errors::Error::from(ErrorKind::InvalidKeyFormat))?;
        let set = serde_json::to_string(&JwkSet { keys: known }).map_err(jsonwebtoken::errors::Error::from)?;
        let mut validation = Validation::new(Algorithm::RS256);
        validation.set_audience(&[AUDIENCE]);
        validation.set_issuer(&[ISSUER]);
        validation.required_spec_claims =
            ["exp", "aud", "iss", "sub"].map(str::to_owned).into_iter().collect::<HashSet<_>>();
        // Done by `verify`, with the clock that we are given.
        validation.validate_exp = false;
        Ok(Self { private, public, set, validation })
    }

    /// The public keys as a JWK set (RFC 7517). A key's id is its thumbprint (RFC 7638).
    pub fn set(&self) -> &str {
        &self.set
    }

    /// A token that says `claims`.
    ///
    /// # Errors
    /// If the key cannot sign.
    pub fn sign(&self, claims: &Claims) -> Result<String, ApiError> {
        let id = self.public.first().map(|key| key.id.clone());
        let header = Header { kid: id, ..Header::new(Algorithm::RS256) };
        encode(&header, claims, &self.private).map_err(ApiError::internal)
    }

    /// Whether the token names a key that is none of ours, perhaps because it is newer than what we know.
    pub fn is_stranger(&self, token: &str) -> bool {
        decode_header(token).is_ok_and(|header| header.kid.is_some_and(|id| self.public(&id).is_none()))
    }

    fn public(&self, id: &str) -> Option<&DecodingKey> {
        self.public.iter().find(|key| key.id == id).map(|key| &key.key)
    }

    /// What the token says, if it is one of ours and now is its time: from a minute before `iat` on, until
    /// before `exp`.
    ///
    /// # Errors
    /// If it is not.
    pub fn verify(&self, token: &str, now: DateTime<Utc>) -> Result<Claims, ApiError> {
        let header = decode_header(token).map_err(|_| ApiError::TokenRefused("cannot be read"))?;
        let key = header.kid.as_deref().filter(|_| header.alg == Algorithm::RS256).and_then(|id| self.public(id));
        let key = key.ok_or(ApiError::TokenRefused("was not signed with our key"))?;
        let claims = decode::<Claims>(token, key, &self.validation).map_err(|error| {
            ApiError::TokenRefused(match error.kind() {
                ErrorKind::InvalidSignature => "was not signed with our key",
                ErrorKind::InvalidAudience | ErrorKind::InvalidIssuer => "is not meant for this API",
                _ => "cannot be read",
            })
        })?;
        if claims.claims.has_expired(now) {
            return Err(ApiError::TokenRefused("has expired"));
        }
        if claims.claims.is_early(now) {
            return Err(ApiError::TokenRefused("is not valid yet"));
        }
        Ok(claims.claims)
    }
}

impl fmt::Debug for Keys {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ids: Vec<&str> = self.public.iter().map(|key| key.id.as_str()).collect();
        formatter.debug_struct("Keys").field("ids", &ids).finish_non_exhaustive()
    }
}
