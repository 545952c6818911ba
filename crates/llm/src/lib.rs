#![doc = include_str!("../README.md")]

mod error;
pub mod http;
mod model;
pub mod price;
mod request;
pub mod retry;
mod router;
pub mod schema;

pub use error::{Error, RetryAdvice};
pub use model::Model;
pub use request::{Reply, Request, Role, Schema, Stop, Turn, Usage};
pub use retry::{Attempt, AttemptStatus};
pub use router::Router;
