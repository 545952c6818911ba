//! The local fleet: real Postgres, the AWS emulator, a real small model and one address for the browser.

mod deploy;
pub(crate) mod down;
pub(crate) mod emulator;
mod first_run;
pub(crate) mod functions;
mod http;
mod identity;
pub(crate) mod keys;
pub(crate) mod logs;
mod models;
mod package;
mod ports;
pub(crate) mod postgres;
pub(crate) mod processes;
mod sample;
mod secrets;
pub(crate) mod up;
mod whole;
