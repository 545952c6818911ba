//! Flows over several functions on the real local fleet, seen from outside: through the API, the queues and the
//! database of the fleet that `ROSTRUM_FLEET` names (`cargo xtask test flows` starts one).

pub mod fleet;
pub mod machines;
pub mod processes;
pub mod queues;
pub mod scene;

pub use fleet::Fleet;
pub use uuid::Uuid as Id;
