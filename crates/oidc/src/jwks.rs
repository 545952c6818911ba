//! An issuer's public keys (RFC 7517), kept in memory, and the signatures that they prove.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::jwk::{AlgorithmParameters, EllipticCurve, Jwk, KeyAlgorithm, KeyOperations, PublicKeyUse};
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use reqwest::Client;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::sync::Mutex;

use crate::http::Http;
use crate::{Error, Rejection};

/// After this the keys are read again, so that a key which the issuer withdrew is not trusted for long.
const FRESH: TimeDelta = TimeDelta::hours(1);

/// As long as this the old keys hold when reading them again fails.
const USABLE: TimeDelta = TimeDelta::hours(24);

/// The least time between two readings: a stranger who invents key ids must not make us ask the issuer each time.
const PAUSE: TimeDelta = TimeDelta::minutes(1);

/// The same after a reading that failed.
const PAUSE_AFTER_FAILURE: TimeDelta = TimeDelta::seconds(5);

/// The keys at one address. The first token makes it read them.
#[derive(Debug)]
pub struct KeySet {
    http: Http,
    url: String,
    held: RwLock<Option<Arc<Held>>>,
    /// Locked while the keys are read, so that one reading serves all who wait for it.
    last: Mutex<Option<Attempt>>,
}

#[derive(Debug)]
struct Held {
    keys: Vec<Jwk>,
    since: DateTime<Utc>,
}

#[derive(Debug, Clone, Copy)]
struct Attempt {
    at: DateTime<Utc>,
    worked: bool,
}

/// Each key is read by itself: one of a kind that is unknown here must not hide the others.
#[derive(Deserialize)]
struct Document {
    keys: Vec<Value>,
}

impl KeySet {
    /// The keys that are published at `url`.
    pub fn new(client: Client, url: &str) -> Self {
        Self::with_http(Http::new(client), url)
    }

    pub(crate) fn with_http(http: Http, url: &str) -> Self {
        Self { http, url: url.to_owned(), held: RwLock::default(), last: Mutex::default() }
    }

    /// Waits this long for the keys instead of ten seconds.
    pub fn with_timeout(self, timeout: Duration) -> Self {
        Self { http: self.http.with_timeout(timeout), ..self }
    }

    /// What `token` says, if one of the keys signed it with RS256 or ES256.
    ///
    /// Only the signature is proven: issuer, audience and times are the caller's to check.
    ///
    /// # Errors
    ///
    /// [`Error::Rejected`] if the token is not accepted; [`Error::Unavailable`] or [`Error::Malformed`] if the keys are
    /// needed and cannot be read.
    pub async fn verify<T: DeserializeOwned>(&self, token: &str, now: DateTime<Utc>) -> Result<T, Error> {
        let header = Header::read(token)?;
        let key = self.find(&header, now).await?;
        let key = DecodingKey::from_jwk(&key).map_err(|_| Error::Malformed("a key has no usable value".to_owned()))?;
        let mut validation = Validation::new(header.algorithm);
        validation.required_spec_claims.clear();
        validation.validate_aud = false;
        // Done by the caller, with the clock that it is given.
        validation.validate_exp = false;
        match jsonwebtoken::decode(token, &key, &validation) {
            Ok(read) => Ok(read.claims),
            Err(error) => Err(Error::Rejected(match error.kind() {
                ErrorKind::InvalidSignature => Rejection::Signature,
                _ => Rejection::Unreadable,
            })),
        }
    }

    async fn find(&self, header: &Header, now: DateTime<Utc>) -> Result<Jwk, Error> {
        let fresh = || self.held(now, FRESH).and_then(|held| held.pick(header));
        if let Some(key) = fresh() {
            return Ok(key);
        }
        let mut last = self.last.lock().await;
        if let Some(key) = fresh() {
            return Ok(key);
        }
        let mut failure = None;
        if !last.is_some_and(|attempt| attempt.is_recent(now)) {
            failure = self.read(now).await.err();
            *last = Some(Attempt { at: now, worked: failure.is_none() });
        }
        let key = self.held(now, USABLE).and_then(|held| held.pick(header));
        match (key, failure) {
            (Some(key), None) => Ok(key),
            (Some(key), Some(error)) => {
                tracing::warn!(%error, url = self.url, "the keys could not be read again; the old ones hold");
                Ok(key)
            }
            (None, Some(error)) => Err(error),
            (None, None) if last.is_some_and(|attempt| attempt.worked) => Err(Rejection::UnknownKey.into()),
            (None, None) => Err(Error::Unavailable("the keys could not be read a moment ago".to_owned())),
        }
    }

    fn held(&self, now: DateTime<Utc>, at_most: TimeDelta) -> Option<Arc<Held>> {
        let held = self.held.read().unwrap_or_else(PoisonError::into_inner);
        held.as_ref().filter(|held| now - held.since < at_most).cloned()
    }

    async fn read(&self, now: DateTime<Utc>) -> Result<(), Error> {
        let document: Document = self.http.get(&self.url).await?;
        let keys = document.keys.into_iter().filter_map(|key| serde_json::from_value(key).ok()).collect();
        let mut held = self.held.write().unwrap_or_else(PoisonError::into_inner);
        *held = Some(Arc::new(Held { keys, since: now }));
        Ok(())
    }
}

impl Attempt {
    fn is_recent(self, now: DateTime<Utc>) -> bool {
        (now - self.at).abs() < if self.worked { PAUSE } else { PAUSE_AFTER_FAILURE }
    }
}

impl Held {
    /// The key that the header names. A token that names none fits only if there is no choice.
    fn pick(&self, header: &Header) -> Option<Jwk> {
        let mut fitting = self.keys.iter().filter(|key| {
            let named = header.key.is_none() || header.key == key.common.key_id;
            named && can_verify(key, header.algorithm)
        });
        let first = fitting.next()?;
        if header.key.is_none() && fitting.next().is_some() { None } else { Some(first.clone()) }
    }
}

fn can_verify(key: &Jwk, algorithm: Algorithm) -> bool {
    let kind = match &key.algorithm {
        AlgorithmParameters::RSA(_) => Algorithm::RS256,
        AlgorithmParameters::EllipticCurve(curve) if curve.curve == EllipticCurve::P256 => Algorithm::ES256,
        _ => return false,
    };
    let common = &key.common;
    let operations = common.key_operations.as_ref();
    kind == algorithm
        && common.key_algorithm.is_none_or(|named| named == KeyAlgorithm::from(algorithm))
        && common.public_key_use.as_ref().is_none_or(|purpose| *purpose == PublicKeyUse::Signature)
        && operations.is_none_or(|list| list.contains(&KeyOperations::Verify))
}

/// What a token's header says (RFC 7515 §4.1).
struct Header {
    algorithm: Algorithm,
    key: Option<String>,
}

impl Header {
    fn read(token: &str) -> Result<Self, Rejection> {
        #[derive(Deserialize)]
        struct Wire {
            alg: String,
            kid: Option<String>,
            crit: Option<Value>,
        }
        let (encoded, _) = token.split_once('.').ok_or(Rejection::Unreadable)?;
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(encoded).map_err(|_| Rejection::Unreadable)?;
        let wire: Wire = serde_json::from_slice(&bytes).map_err(|_| Rejection::Unreadable)?;
        // RFC 7515 §4.1.11: whoever does not understand an extension that is critical must refuse the token.
        if wire.crit.is_some() {
            return Err(Rejection::Unreadable);
        }
        let algorithm = match wire.alg.as_str() {
            "RS256" => Algorithm::RS256,
            "ES256" => Algorithm::ES256,
            _ => return Err(Rejection::Algorithm),
        };
        Ok(Self { algorithm, key: wire.kid })
    }
}
