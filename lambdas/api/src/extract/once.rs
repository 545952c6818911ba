//! `Idempotency-Key`: what tells a request that is sent again from a second one.

use axum::extract::{FromRequest, Request};
use http::request::Parts;
use sha2::{Digest, Sha256};

use super::body;
use crate::{endpoint::PREFIXES, error::ApiError};

/// The key of a request, if it has one, and what the request was.
#[derive(Debug, Clone)]
pub struct Once {
    /// What the client calls the request.
    pub(crate) key: Option<String>,
    /// SHA-256 over method, path and body.
    pub(crate) digest: [u8; 32],
}

impl Once {
    pub(super) fn of(parts: &Parts, body: &[u8]) -> Result<Self, ApiError> {
        let mut keys = parts.headers.get_all("idempotency-key").iter();
        let key = keys.next().map(|key| key.to_str().unwrap_or_default().to_owned());
        let is_key = |key: &String| {
            (1..=255).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ')
        };
        if key.as_ref().is_some_and(|key| !is_key(key)) || keys.next().is_some() {
            return Err(ApiError::field("Idempotency-Key", "must be one text of 1 to 255 visible ASCII characters"));
        }
        // The same route under another prefix is the same request.
        let path = parts.uri.path();
        let path = PREFIXES.iter().find_map(|prefix| path.strip_prefix(prefix)).unwrap_or(path);
        let mut digest = Sha256::new();
        for part in [parts.method.as_str().as_bytes(), path.as_bytes(), body] {
            digest.update((part.len() as u64).to_be_bytes());
            digest.update(part);
        }
        Ok(Self { key, digest: digest.finalize().into() })
    }
}

/// Of a request whose body says nothing: it is part of what the request was, and otherwise ignored.
impl<S: Send + Sync> FromRequest<S> for Once {
    type Rejection = ApiError;

    async fn from_request(request: Request, _: &S) -> Result<Self, ApiError> {
        let (parts, body) = request.into_parts();
        let bytes = body::bytes(body).await?;
        Self::of(&parts, &bytes)
    }
}
