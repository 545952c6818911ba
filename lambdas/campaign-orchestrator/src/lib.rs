//! `campaign-orchestrator`: turns the wish to run a campaign into one slot per employee and post.

mod handler;

pub use handler::Orchestrator;
