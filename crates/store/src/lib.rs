//! Postgres: one module per aggregate, every statement checked against the schema when it is compiled.
//!
//! Reads take any executor (`&Database` or `&mut Transaction`), changes take `&mut Transaction`, so that what belongs
//! together commits together. Every query names its workspace, unless it serves a queue or a schedule, which do not
//! have one.

pub mod audit;
pub mod campaigns;
pub mod connection;
pub mod councils;
pub mod data_keys;
pub mod employees;
pub mod error;
pub mod executions;
pub mod health;
pub mod idempotency;
pub mod identity;
pub mod import;
pub mod migrations;
pub mod outbox;
pub mod people;
pub mod posts;
pub mod prompts;
pub mod samples;
pub mod schedules;
pub mod scope;
pub mod sealed;
pub mod sessions;
pub mod sign_in;
pub mod sign_in_attempts;
pub mod teams;
pub mod workflow_logs;
pub mod workspaces;

mod page;

pub use connection::{Database, Transaction};
pub use error::Error;
pub use scope::Scope;
