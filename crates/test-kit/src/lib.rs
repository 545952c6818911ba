//! What the tests share: a real Postgres per test, deliveries that die at every effect, and stand-ins for AWS and the
//! models that remember what they were asked.

pub mod cloud;
pub mod database;
pub mod delivery;
pub mod model;
pub mod sample;
