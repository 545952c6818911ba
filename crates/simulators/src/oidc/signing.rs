use std::sync::OnceLock;

use anyhow::Context as _;
use aws_lc_rs::encoding::{AsDer as _, Pkcs8V1Der};
use aws_lc_rs::rsa::{KeyPair, KeySize};
use axum::Json;
use axum::extract::State;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use jsonwebtoken::jwk::{Jwk, JwkSet, PublicKeyUse, ThumbprintHash};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::oidc::Office;

/// The RSA key that signs ID tokens. Each process makes its own, so that none has to be kept.
pub(crate) struct SigningKey {
    id: String,
    private: EncodingKey,
    public: JwkSet,
    seed: [u8; 32],
}

impl SigningKey {
    pub(crate) fn of_this_process() -> anyhow::Result<&'static Self> {
        static KEY: OnceLock<SigningKey> = OnceLock::new();
        if let Some(key) = KEY.get() {
            return Ok(key);
        }
        let key = Self::make()?;
        Ok(KEY.get_or_init(|| key))
    }

    fn make() -> anyhow::Result<Self> {
        let pair = KeyPair::generate(KeySize::Rsa2048).context("cannot make a key")?;
        let der: Pkcs8V1Der<'_> = pair.as_der().context("cannot write the key")?;
        let text = BASE64_STANDARD.encode(der.as_ref());
        let pem = format!("-----BEGIN PRIVATE KEY-----\n{text}\n-----END PRIVATE KEY-----\n");
        let private = EncodingKey::from_rsa_pem(pem.as_bytes())?;
        let mut key = Jwk::from_encoding_key(&private, Algorithm::RS256)?;
        let id = key.thumbprint(ThumbprintHash::SHA256)?;
        key.common.key_id = Some(id.clone());
        key.common.public_key_use = Some(PublicKeyUse::Signature);
        Ok(Self { id, private, public: JwkSet { keys: vec![key] }, seed: Sha256::digest(der.as_ref()).into() })
    }

    pub(crate) fn sign(&self, claims: &Value) -> anyhow::Result<String> {
        let header = Header { kid: Some(self.id.clone()), ..Header::new(Algorithm::RS256) };
        Ok(jsonwebtoken::encode(&header, claims, &self.private)?)
    }

    /// As secret as the key.
    pub(crate) fn seed(&self) -> [u8; 32] {
        self.seed
    }
}

pub(crate) async fn jwks(State(office): State<Office>) -> Json<&'static JwkSet> {
    Json(&office.simulator.key.public)
}
