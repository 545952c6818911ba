//! Runs of campaigns: planning them, working off their slots, and looking at them.

pub mod context;
pub mod plan;
pub mod slots;
pub mod view;
