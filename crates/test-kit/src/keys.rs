//! Keys for tests.

use std::sync::OnceLock;

use aws_lc_rs::{
    encoding::{AsDer, Pkcs8V1Der, PublicKeyX509Der},
    rsa::{self, KeySize},
    signature::KeyPair,
};
use base64::{Engine, prelude::BASE64_STANDARD};
use secrecy::{ExposeSecret, SecretString};

/// A fresh RSA key of 2048 bits as PKCS#8 PEM.
pub fn fresh_signing_key() -> SecretString {
    let key = rsa::KeyPair::generate(KeySize::Rsa2048).expect("a key");
    let der: Pkcs8V1Der<'_> = key.as_der().expect("its PKCS#8 form");
    SecretString::from(pem("PRIVATE KEY", der.as_ref()))
}

/// These bytes as PEM (RFC 7468).
fn pem(label: &str, der: &[u8]) -> String {
    let text = BASE64_STANDARD.encode(der);
    let lines: Vec<&str> = text.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).expect("ASCII")).collect();
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", lines.join("\n"))
}

/// What everybody may know of an RSA key.
#[derive(Debug, Clone)]
pub struct PublicKey {
    /// Its SubjectPublicKeyInfo (RFC 5280).
    pub der: Vec<u8>,
    /// The same as PEM.
    pub pem: String,
}

/// The public half of a key in PKCS#8 PEM.
pub fn public_key(private: &SecretString) -> PublicKey {
    let text: String = private.expose_secret().lines().filter(|line| !line.starts_with("-----")).collect();
    let private = BASE64_STANDARD.decode(text).expect("base 64");
    let key = rsa::KeyPair::from_pkcs8(&private).expect("an RSA key");
    let der: PublicKeyX509Der<'_> = key.public_key().as_der().expect("its public half");
    let bytes: &[u8] = der.as_ref();
    PublicKey { der: bytes.to_vec(), pem: pem("PUBLIC KEY", bytes) }
}

/// The signing key of this process's tests: made once, because that takes a while.
pub fn signing_key() -> SecretString {
    static KEY: OnceLock<SecretString> = OnceLock::new();
    KEY.get_or_init(fresh_signing_key).clone()
}
