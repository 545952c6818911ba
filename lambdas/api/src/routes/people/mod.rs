//! Who is in the workspace: members, invitations, and the keys of programs.

mod api_keys;
mod invitations;
mod members;

use crate::endpoint::Endpoint;

/// The routes under `/api/v1/members`, `/api/v1/invitations` and `/api/v1/api-keys`.
pub fn endpoints() -> Vec<Endpoint> {
    let mut endpoints = Vec::new();
    endpoints.extend(members::endpoints());
    endpoints.extend(invitations::endpoints());
    endpoints.extend(api_keys::endpoints());
    endpoints
}
