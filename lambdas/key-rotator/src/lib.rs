//! `key-rotator`: replaces the key under which secrets are sealed, and seals anew what is under the old one, in as many
//! invocations as it takes. An operator invokes it (`cargo xtask rotate-keys`).

mod handler;
mod sources;

pub use handler::{Input, KeyRotator, Progress, RotateError};
pub use sources::{Mails, Row, Source, TotpSecrets, every_source};
