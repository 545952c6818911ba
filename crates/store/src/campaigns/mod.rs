//! Campaigns and who writes for them.

pub mod assignments;
mod change;
mod view;

pub use assignments::{assign, unassign};
pub use change::{archive, create, set_schedule, set_team, update};
pub use view::{Campaign, by_name, get, list, lock};
