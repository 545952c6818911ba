//! What the tests share: a real Postgres per test, deliveries that die at every effect, and stand-ins for AWS and the
//! models that remember what they were asked.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::missing_panics_doc,
    reason = "only tests use it"
)]

pub mod base32;
pub mod cloud;
pub mod council;
pub mod counters;
pub mod data_keys;
pub mod database;
pub mod delivery;
pub mod keys;
pub mod model;
pub mod objects;
pub mod sample;
pub mod state_machines;
