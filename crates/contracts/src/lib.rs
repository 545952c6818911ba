//! The payloads on the wires between our parts. Each has a fixture in `fixtures/` that a test reads and writes back, so
//! that a change of shape is seen before a message in flight meets the new code.

pub mod campaign_run;
pub mod council;
pub mod generate_slot;
pub mod message;

pub use campaign_run::{CampaignRun, Trigger};
pub use council::CouncilStart;
pub use generate_slot::GenerateSlot;
pub use message::{Contract, Unreadable, decode, encode, read};
