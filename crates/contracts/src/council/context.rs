//! What the `context-fetcher` tells the state machine: who sits in the council, and which steps it has.

use rostrum_core::model::Family;
use serde::{Deserialize, Serialize};

use crate::Contract;

/// The slot's council is frozen in Postgres; this is the part of it that steers the machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContextFetched {
    /// The seats, each of which is asked at the same time.
    pub seats: Vec<Seat>,
    /// Whether the chosen answer is refined.
    pub refine: bool,
    /// Whether the post gets a picture.
    pub render: bool,
}

/// One seat of the council.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seat {
    /// Its name in the campaign's `workflow_config`, unique in its council.
    pub name: String,
    /// Whose models its own is one of; decides which function asks it.
    pub provider: Family,
}

impl Contract for ContextFetched {
    const NAME: &'static str = "council_context_fetched";
    const VERSION: u64 = 1;
}
