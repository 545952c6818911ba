#![doc = include_str!("../README.md")]

mod claims;
mod discovery;
mod error;
mod foreign;
mod http;
pub mod jwks;
mod pkce;
mod provider;

pub use error::{Error, Rejection};
pub use foreign::{Foreign, ForeignClaims};
pub use http::client;
pub use pkce::Pkce;
pub use provider::{Authorization, Identity, Provider, SCOPES, TokenAuthentication, Tokens};
