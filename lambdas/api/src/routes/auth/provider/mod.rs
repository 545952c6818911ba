//! Signing in with an identity provider: the browser is sent there, and comes back with a code.

mod begin;
mod complete;
mod person;
mod vouched;

use crate::endpoint::Endpoint;

/// The routes under `/api/v1/auth/with`.
pub(super) fn endpoints() -> [Endpoint; 2] {
    [begin::endpoint(), complete::endpoint()]
}
