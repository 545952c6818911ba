//! Writing one post: what the model is told, what it must answer, and what its answer is worth.

pub mod answer;
pub mod plan;
pub mod prompt;
