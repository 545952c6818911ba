#![doc = include_str!("../README.md")]

mod dice;
pub mod edge;
pub mod models;
pub mod oidc;
pub mod replay;
pub mod server;
