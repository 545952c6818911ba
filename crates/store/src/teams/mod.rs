//! Teams of a workspace: who is in them, and as what.

mod change;
pub mod members;
mod view;

pub use change::{NAME, archive, create, rename};
pub use view::{Team, get, list, lock, lock_living};
