//! What every function shares: time and randomness, the effects seam, logs, metrics, configuration and the SQS batch
//! loop with its Retry or Fail.

pub mod ambient;
pub mod config;
pub mod effects;
pub mod job;
pub mod logging;
pub mod metrics;
pub mod sqs;

pub use ambient::Ambient;
pub use effects::Effects;
pub use job::JobError;
