//! Who sends a request, and whether they may.

mod authorize;
mod foreign;
mod key_ring;
mod keys;
mod memberships;
mod tokens;

pub use authorize::{Caller, Door, Entry, authorize};
pub(crate) use foreign::{ForeignTokens, reason};
pub use key_ring::KeyRing;
pub use keys::{AUDIENCE, Claims, ISSUER, KeyError, Keys, LIFETIME};
pub(crate) use memberships::{Member, Memberships};
pub(crate) use tokens::Tokens;
