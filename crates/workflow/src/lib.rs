//! The steps of a workflow that ask a model.
//!
//! A [`Step`] is one question of one slot. [`Steps::ask`] answers it: every call is a committed row of `workflow_logs`
//! before anything is made of it, and a step that was answered before a crash is read back instead of being paid for
//! again. [`Steps::write`] writes a post in two such steps at most, the second a repair.

mod ask;
mod assignment;
pub mod check;
pub mod council;
mod deliberate;
mod entry;
pub mod function;
mod models;
pub mod note;
pub mod picture;
pub mod post;
pub mod refinement;
pub mod seat;
mod stop;
pub mod storable;
mod write;

pub use ask::{Said, Step, Steps, Subject};
pub use assignment::{Assignment, Prepared, prepare};
pub use council::Council;
pub use deliberate::{Choice, Chosen, Compared, yardstick};
pub use stop::Stop;
pub use write::Written;
