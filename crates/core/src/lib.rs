//! The domain of Rostrum, pure: ids, states, decisions, formatting. No async, no I/O, no SQL, no AWS.
//!
//! Time and randomness come in as arguments, so that every decision can be repeated and tested.

pub mod access;
pub mod campaign;
pub mod checks;
pub mod council;
pub mod employee;
pub mod field;
pub mod generation;
pub mod ids;
pub mod limits;
pub mod mail;
pub mod media;
pub mod model;
pub mod password;
pub mod platform;
pub mod schedule;
pub mod seal;
pub mod sign_in;
pub mod workspace;

mod check;
mod fold;
