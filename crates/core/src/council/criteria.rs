//! What a judge looks at.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::points::Points;

/// One quality of a post. Each counts the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Criterion {
    /// It is understood at the first reading.
    Clarity,
    /// It claims nothing that it cannot know.
    FactualCaution,
    /// It says what the campaign wants said.
    FitToBrief,
    /// It is made for its network.
    FitToPlatform,
    /// It sounds like the employee.
    FitToVoice,
}

impl Criterion {
    /// Every criterion, in the order of their names, in which a model is made to write them.
    pub const ALL: [Self; 5] =
        [Self::Clarity, Self::FactualCaution, Self::FitToBrief, Self::FitToPlatform, Self::FitToVoice];

    /// The name in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Clarity => "clarity",
            Self::FactualCaution => "factual_caution",
            Self::FitToBrief => "fit_to_brief",
            Self::FitToPlatform => "fit_to_platform",
            Self::FitToVoice => "fit_to_voice",
        }
    }

    /// The question that the judge answers.
    pub const fn question(self) -> &'static str {
        match self {
            Self::Clarity => "Is it understood at the first reading, with one thought and no empty words?",
            Self::FactualCaution => {
                "Does it keep to what the brief says, without invented figures, names, quotes, links or promises?"
            }
            Self::FitToBrief => "Does it say what the brief asks for, to the readers it is meant for?",
            Self::FitToPlatform => "Do length, opening line, layout and hashtags suit the network?",
            Self::FitToVoice => "Does it sound like the employee, as described and as in their own posts?",
        }
    }
}

/// A score and why it was given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    /// Why.
    pub reason: String,
    /// From 0, the worst, to 10.
    pub score: Points,
}

/// A mark for each criterion.
pub type Marks = BTreeMap<Criterion, Mark>;

/// The mean of the marks; zero if there are none.
pub fn total(marks: &Marks) -> Points {
    Points::mean(marks.values().map(|mark| mark.score)).unwrap_or_default()
}
