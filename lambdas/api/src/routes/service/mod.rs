//! What everybody may ask for: the keys that check a token, and whether we are well.

mod health;
mod keys;

use crate::endpoint::Endpoint;

/// The public routes.
pub fn endpoints() -> Vec<Endpoint> {
    vec![keys::endpoint(), health::endpoint()]
}
