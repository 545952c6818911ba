//! What every function shares: time and randomness, the effects seam, logs, metrics, configuration, the SQS batch
//! loop with its Retry or Fail, the tasks of state machines with their errors, and the vault of secrets.

pub mod ambient;
pub mod config;
pub mod effects;
pub mod job;
pub mod logging;
pub mod metrics;
pub mod sqs;
pub mod task;
pub mod vault;

pub use ambient::Ambient;
pub use effects::Effects;
pub use job::JobError;
pub use task::TaskError;
pub use vault::{Vault, VaultError};
