//! One seat: what its function is asked and what the machine makes of its end.

use serde::{Deserialize, Serialize};

use super::CouncilStart;
use crate::{Contract, message::nested};

/// Have this seat answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeatInput {
    /// The slot whose council it is.
    #[serde(with = "nested")]
    pub slot: CouncilStart,
    /// The seat's name.
    pub seat: String,
}

/// How a seat ended. Its function says so, or the machine does in its place if the function crashed or ran out of time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeatAnswer {
    /// The seat's name.
    pub seat: String,
    /// How it ended.
    #[serde(flatten)]
    pub outcome: SeatOutcome,
}

/// How a seat ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum SeatOutcome {
    /// Its answer is a row of `council_candidates`.
    Answered,
    /// It has none.
    Failed {
        /// Why, at most 500 characters if the machine says it: the error's name, a colon and its cause.
        error: String,
    },
}

impl Contract for SeatInput {
    const NAME: &'static str = "council_seat_input";
    const VERSION: u64 = 1;
}

impl Contract for SeatAnswer {
    const NAME: &'static str = "council_seat_answer";
    const VERSION: u64 = 1;
}
