//! The steps after the seats: one answer is chosen, refined and illustrated.

use serde::{Deserialize, Serialize};

use super::{CouncilStart, SeatAnswer};
use crate::{Contract, message::nested};

/// Choose among the answers of these seats.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AggregateInput {
    /// The slot whose council it is.
    #[serde(with = "nested")]
    pub slot: CouncilStart,
    /// How each seat ended, in the order of the council. One that crashed is known from here alone.
    #[serde(with = "nested::list")]
    pub seats: Vec<SeatAnswer>,
}

/// An answer is chosen. That none could be is an error of the function.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Aggregated {
    /// The seat that wrote it.
    pub winner: String,
    /// Whether the quorum was met; otherwise it is the best single answer.
    pub quorum: bool,
}

/// Refine the chosen answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefineInput {
    /// The slot whose council it is.
    #[serde(with = "nested")]
    pub slot: CouncilStart,
}

/// What the refiner keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refined {
    /// Which of the two texts is the post.
    pub kept: Kept,
}

/// One of the two texts that a refinement compares.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kept {
    /// The answer as its seat wrote it.
    Draft,
    /// The refined text, because it is better.
    Refined,
}

/// Draw the post's picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct RenderInput {
    /// The slot whose council it is.
    #[serde(with = "nested")]
    pub slot: CouncilStart,
}

/// The picture is stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rendered {
    /// The SHA-256 of its bytes, 64 lower-case hexadecimal digits.
    pub sha256: String,
}

impl Contract for AggregateInput {
    const NAME: &'static str = "council_aggregate_input";
    const VERSION: u64 = 1;
}

impl Contract for Aggregated {
    const NAME: &'static str = "council_aggregated";
    const VERSION: u64 = 1;
}

impl Contract for RefineInput {
    const NAME: &'static str = "council_refine_input";
    const VERSION: u64 = 1;
}

impl Contract for Refined {
    const NAME: &'static str = "council_refined";
    const VERSION: u64 = 1;
}

impl Contract for RenderInput {
    const NAME: &'static str = "council_render_input";
    const VERSION: u64 = 1;
}

impl Contract for Rendered {
    const NAME: &'static str = "council_rendered";
    const VERSION: u64 = 1;
}
