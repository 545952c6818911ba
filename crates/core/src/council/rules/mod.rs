//! Scoring without a model: fixed formulas that anybody can repeat.
//!
//! They measure what can be measured, and are no judge of a good post: they decide where no judge can be had, break ties,
//! and tell how far a judge favours its own family. Every rule gives 0 to 10 points and counts the same.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{criteria::Mark, points::Points};
use crate::platform::Platform;

mod content;
mod layout;
mod voice;

/// What a post is measured against.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Yardstick {
    /// Where it appears.
    pub platform: Platform,
    /// What it is about, with everything that it may take facts from: brief, readers, call to action.
    pub brief: String,
    /// Texts that the employee wrote.
    pub samples: Vec<String>,
}

/// One of the rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    /// How many of the brief's terms it uses.
    Coverage,
    /// How little it claims that it cannot know.
    FactualCaution,
    /// How many hashtags it has.
    Hashtags,
    /// How long it is.
    Length,
    /// How it begins.
    Opening,
    /// How long its sentences are.
    Readability,
    /// How near it is to what the employee wrote.
    Voice,
}

/// A mark for each rule.
pub type RuleMarks = BTreeMap<Rule, Mark>;

/// What the rules say about `text`.
pub fn score(text: &str, yardstick: &Yardstick) -> RuleMarks {
    let platform = yardstick.platform;
    BTreeMap::from([
        (Rule::Coverage, content::coverage(text, &yardstick.brief)),
        (Rule::FactualCaution, content::factual_caution(text, yardstick)),
        (Rule::Hashtags, layout::hashtags(text, platform)),
        (Rule::Length, layout::length(text, platform)),
        (Rule::Opening, layout::opening(text, platform)),
        (Rule::Readability, layout::readability(text)),
        (Rule::Voice, voice::voice(text, &yardstick.samples)),
    ])
}

/// The mean of the marks.
pub fn total(marks: &RuleMarks) -> Points {
    Points::mean(marks.values().map(|mark| mark.score)).unwrap_or_default()
}

/// What a rule gives where there is nothing to measure against: neither praise nor blame.
const NEUTRAL: Points = Points::from_thousandths(5_000);

fn mark(score: Points, reason: impl Into<String>) -> Mark {
    Mark { reason: reason.into(), score: score.clamped() }
}

/// Ten points, less `each` for every one of `count`.
fn less(count: usize, each: i32) -> Points {
    let count = i32::try_from(count).unwrap_or(i32::MAX);
    Points::from_thousandths(Points::TEN.thousandths().saturating_sub(count.saturating_mul(each)))
}

#[cfg(test)]
mod tests;
