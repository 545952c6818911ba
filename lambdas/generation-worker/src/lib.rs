//! `generation-worker`: writes the post of one slot.
//!
//! The walk: claim the slot, read campaign, employee, samples and prompt, ask the model (and once more, if its answer
//! cannot be used), fit the answer to the platform, store the post as `pending_review`. Each model answer is committed
//! to `workflow_logs` before anything is made of it, and read back from there after a crash.

mod handler;

pub use handler::Worker;
