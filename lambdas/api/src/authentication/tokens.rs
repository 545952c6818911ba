//! Tokens that were checked before: checking an RSA signature costs more than reading a page of posts.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};

use super::{Claims, Keys};
use crate::error::ApiError;

/// The most tokens that are remembered; a few hundred bytes each.
const MOST: usize = 4096;

/// The tokens, by their digest: what is remembered is no token that could be used.
#[derive(Debug, Default)]
pub(crate) struct Tokens(Mutex<HashMap<[u8; 32], Claims>>);

impl Tokens {
    /// What the token says, if it is one of ours and has not expired.
    pub(crate) fn verify(&self, keys: &Keys, token: &str, now: DateTime<Utc>) -> Result<Claims, ApiError> {
        let digest: [u8; 32] = Sha256::digest(token.as_bytes()).into();
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&digest).cloned();
        if let Some(claims) = known {
            return if claims.has_expired(now) { Err(ApiError::TokenRefused("has expired")) } else { Ok(claims) };
        }
        let claims = keys.verify(token, now)?;
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MOST {
            known.retain(|_, claims| !claims.has_expired(now));
        }
        if known.len() >= MOST {
            known.clear();
        }
        known.insert(digest, claims.clone());
        Ok(claims)
    }
}
