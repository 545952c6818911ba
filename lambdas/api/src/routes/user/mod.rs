//! What somebody knows and says about themselves.

mod data;
mod identities;
mod profile;

use crate::endpoint::Endpoint;

/// The routes under `/api/v1/user`.
pub fn endpoints() -> Vec<Endpoint> {
    let mut endpoints = Vec::new();
    endpoints.extend(profile::endpoints());
    endpoints.extend(data::endpoints());
    endpoints.extend(identities::endpoints());
    endpoints
}
