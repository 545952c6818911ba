//! Who sends a request, and whether they may.

mod authorize;
mod keys;
mod memberships;
mod tokens;

pub use authorize::{Caller, authorize};
pub use keys::{AUDIENCE, Claims, ISSUER, KeyError, Keys, LIFETIME};
pub(crate) use memberships::Memberships;
pub(crate) use tokens::Tokens;
