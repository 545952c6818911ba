//! What came of making a post better, as it is kept.

use rostrum_core::council::{judge::Judging, refine::Keep, verdict::Verdict};
use serde::{Deserialize, Serialize};

/// A refinement.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Refinement {
    /// Which text is the post.
    pub kept: Keep,
    /// The model that was asked.
    pub model: String,
    /// What it found wrong with the draft.
    pub critique: Option<String>,
    /// What it wrote instead.
    pub text: Option<String>,
    /// Why there is nothing to compare, if that is so.
    pub problem: Option<String>,
    /// How the comparison came out.
    pub verdict: Option<Verdict>,
    /// Every question to a judge with its whole answer.
    pub judgings: Vec<Judging>,
}
