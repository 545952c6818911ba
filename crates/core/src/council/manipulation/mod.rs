//! Candidates that talk to the judge.
//!
//! A post speaks to its readers. One that asks to be chosen, names scores or gives instructions is out to win without
//! being better, whether its model meant it or passed on what it had read. Finding it is a matter of fixed patterns over
//! folded words, so that a found candidate can be shown with the words that gave it away. The patterns ask for the whole
//! phrase: an ordinary post that says "choose us" or "ignore the noise" must not be left out.

use serde::{Deserialize, Serialize};

mod rules;
mod shapes;
mod words;

use rules::{OBEYED, RESISTED, RULES, SPACED, SQUEEZED};
use words::{Pattern, Words};

/// Where a text talks to the judge.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// What it is up to.
    pub kind: Kind,
    /// The words that gave it away, as they were written; at most 200 characters.
    pub quote: String,
}

/// What a text is up to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// It wants instructions to be ignored or replaced.
    OverridesInstructions,
    /// It wants to be chosen.
    AsksForChoice,
    /// It wants a score, or that others get none.
    AsksForScore,
    /// It speaks to whoever judges.
    AddressesJudge,
    /// It holds what looks like the judge's answer.
    FakesAnswer,
    /// It holds what looks like the borders of the prompt.
    FakesBorders,
    /// It holds text that people do not see.
    HidesText,
}

const LONGEST_QUOTE: usize = 200;

impl Evidence {
    fn new(kind: Kind, quote: &str) -> Self {
        Self { kind, quote: quote.chars().take(LONGEST_QUOTE).collect() }
    }
}

/// The first place where `text` talks to the judge, if it does.
pub fn find(text: &str) -> Option<Evidence> {
    if let Some(hidden) = words::hidden_tags(text) {
        return Some(Evidence::new(Kind::HidesText, &hidden));
    }
    let turned = words::turned_around(text);
    shapes::find(text).or_else(|| find_words(text)).or_else(|| turned.and_then(|turned| find_words(&turned)))
}

/// Where `reason`, which a judge gave, shows that the judge did as a candidate said.
pub fn obeyed(reason: &str) -> Option<Evidence> {
    let words = Words::of(reason);
    let resisted = Pattern { places: &[RESISTED], gap: 0, opens: false, closes: false, unless: "" };
    if words.find(&resisted).is_some() {
        return None;
    }
    let said = OBEYED.iter().find_map(|pattern| words.find(pattern));
    said.map(|quote| Evidence::new(Kind::OverridesInstructions, quote)).or_else(|| find(reason))
}

fn find_words(text: &str) -> Option<Evidence> {
    let words = Words::of(text);
    let mut rules = RULES.iter().copied().flatten();
    let in_words = rules.find_map(|rule| Some(Evidence::new(rule.kind, words.find(&rule.pattern)?)));
    in_words
        .or_else(|| {
            let mut solid = SQUEEZED.iter();
            solid.find_map(|(kind, letters)| Some(Evidence::new(*kind, words.find_squeezed(letters)?)))
        })
        .or_else(|| {
            let mut spaced = SPACED.iter();
            spaced.find_map(|(kind, letters)| Some(Evidence::new(*kind, words.find_spaced(letters)?)))
        })
}

#[cfg(test)]
mod tests;
