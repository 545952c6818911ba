//! What everybody may ask for: to sign in, the keys that check a token, and whether we are well.

mod health;
mod keys;
mod login;

use crate::endpoint::Endpoint;

/// The public routes.
pub fn endpoints() -> Vec<Endpoint> {
    vec![login::endpoint(), keys::endpoint(), health::endpoint()]
}
