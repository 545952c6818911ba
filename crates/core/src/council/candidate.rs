//! What the seats of a council wrote.

use serde::{Deserialize, Serialize};

use super::manipulation::{self, Evidence};
use crate::model::Family;

/// What came of one seat.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Candidate {
    /// The seat's name, unlike the others of its council.
    pub seat: String,
    /// The model that sits there.
    pub model: String,
    /// What it wrote.
    pub outcome: Outcome,
}

/// Whether a seat wrote a post.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "status", rename_all = "snake_case")]
pub enum Outcome {
    /// It did.
    Answered {
        /// The whole post as it would be stored.
        text: String,
    },
    /// It did not.
    Failed {
        /// Why, in words for people.
        error: String,
    },
}

impl Candidate {
    /// A seat that wrote `text`.
    pub fn answered(seat: impl Into<String>, model: impl Into<String>, text: impl Into<String>) -> Self {
        Self { seat: seat.into(), model: model.into(), outcome: Outcome::Answered { text: text.into() } }
    }

    /// A seat that failed because of `error`.
    pub fn failed(seat: impl Into<String>, model: impl Into<String>, error: impl Into<String>) -> Self {
        Self { seat: seat.into(), model: model.into(), outcome: Outcome::Failed { error: error.into() } }
    }

    /// The post, if there is one.
    pub fn text(&self) -> Option<&str> {
        match &self.outcome {
            Outcome::Answered { text } => Some(text),
            Outcome::Failed { .. } => None,
        }
    }

    /// Whose model wrote it.
    pub fn family(&self) -> Option<Family> {
        Family::of_model(&self.model)
    }

    /// Where its post talks to the judge instead of its readers, if it does. Such a candidate is never chosen.
    pub fn manipulation(&self) -> Option<Evidence> {
        self.text().and_then(manipulation::find)
    }
}
