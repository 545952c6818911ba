//! `result-store`: the end of a council. It checks the post, stores it and finishes the slot, or finishes the slot with the
//! cause of the failure.

mod failure;
mod handler;

pub use handler::ResultStore;
