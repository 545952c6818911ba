//! Reading what a judge answered.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Judged, Judgement};
use crate::council::{
    ask::Order,
    candidate::Candidate,
    criteria::{Criterion, Mark, Marks},
    manipulation::{self, Evidence},
    points::Points,
};

/// Why an answer of a judge or a voter cannot be used.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Nonsense {
    /// There is nothing.
    #[error("The answer is empty.")]
    Empty,
    /// It was cut off at the limit of tokens.
    #[error("The answer was cut off before its end.")]
    Cut,
    /// It is not the JSON that was asked for.
    #[error("The answer is not the JSON object that was asked for: {problem}.")]
    NotTheSchema {
        /// What is wrong.
        problem: String,
    },
    /// It names a candidate that does not exist.
    #[error("The answer names the candidate {label:?}, which does not exist.")]
    UnknownCandidate {
        /// As it was written.
        label: String,
    },
    /// It says nothing about a candidate.
    #[error("The answer says nothing about the candidate {label}.")]
    MissingCandidate {
        /// The label under which it was shown.
        label: String,
    },
    /// It speaks twice of the same candidate.
    #[error("The answer speaks twice of the candidate {label}.")]
    DoubleCandidate {
        /// The label under which it was shown.
        label: String,
    },
    /// A score is not from 0 to 10.
    #[error("The answer gives the candidate {label} a score of {score} for {}, which is not from 0 to 10.", .criterion.as_str())]
    OutOfRange {
        /// The label under which the candidate was shown.
        label: String,
        /// For what.
        criterion: Criterion,
        /// As it was written.
        score: f64,
    },
    /// All scores are the same and none has a reason: nobody looked.
    #[error("The answer gives everything the same score and no reason.")]
    Indifferent,
    /// The judge did what a candidate told it to.
    #[error("The judge was talked into it: {:?}.", .evidence.quote)]
    Obeyed {
        /// The seat of the candidate that talked it into it, if that can be told.
        offender: Option<String>,
        /// The words in the judge's reason.
        evidence: Evidence,
    },
}

impl Nonsense {
    /// The seat whose candidate led the judge astray, if one did.
    pub fn offender(&self) -> Option<&str> {
        match self {
            Self::Obeyed { offender, .. } => offender.as_deref(),
            _ => None,
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Answer {
    candidates: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    candidate: String,
    clarity: Scored,
    factual_caution: Scored,
    fit_to_brief: Scored,
    fit_to_platform: Scored,
    fit_to_voice: Scored,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Scored {
    reason: String,
    score: f64,
}

/// Reads the answer of a judge that was shown the candidates in `order`. `complete` is false if the model stopped because
/// it ran out of tokens.
///
/// # Errors
/// If the answer cannot be used, or shows that the judge obeyed a candidate.
pub fn read(raw: &str, complete: bool, order: &Order, candidates: &[Candidate]) -> Result<Judgement, Nonsense> {
    let answer: Answer = parse(raw, complete)?;
    let mut judged: BTreeMap<&str, Marks> = BTreeMap::new();
    for entry in answer.candidates {
        let label = entry.candidate.trim().to_owned();
        let Some(seat) = order.seat(&label) else { return Err(Nonsense::UnknownCandidate { label }) };
        if judged.insert(seat, marks(entry, &label)?).is_some() {
            return Err(Nonsense::DoubleCandidate { label });
        }
    }
    let mut judgement = Judgement { candidates: Vec::new() };
    for (label, seat) in order.labelled() {
        let missing = || Nonsense::MissingCandidate { label: label.to_string() };
        let marks = judged.remove(seat).ok_or_else(missing)?;
        judgement.candidates.push(Judged { seat: seat.to_owned(), marks });
    }
    if is_indifferent(&judgement) {
        return Err(Nonsense::Indifferent);
    }
    match obedience(&judgement, candidates) {
        Some((offender, evidence)) => Err(Nonsense::Obeyed { offender, evidence }),
        None => Ok(judgement),
    }
}

/// The JSON object that `raw` must be.
pub(in crate::council) fn parse<T: for<'de> Deserialize<'de>>(raw: &str, complete: bool) -> Result<T, Nonsense> {
    let raw = raw.trim();
    if raw.is_empty() {
        return Err(Nonsense::Empty);
    }
    if !complete {
        return Err(Nonsense::Cut);
    }
    serde_json::from_str(raw).map_err(|error| {
        if error.is_eof() { Nonsense::Cut } else { Nonsense::NotTheSchema { problem: error.to_string() } }
    })
}

fn marks(entry: Entry, label: &str) -> Result<Marks, Nonsense> {
    let scores = [
        (Criterion::Clarity, entry.clarity),
        (Criterion::FactualCaution, entry.factual_caution),
        (Criterion::FitToBrief, entry.fit_to_brief),
        (Criterion::FitToPlatform, entry.fit_to_platform),
        (Criterion::FitToVoice, entry.fit_to_voice),
    ];
    let mark = |(criterion, scored): (Criterion, Scored)| {
        let score = Points::from_number(scored.score).filter(|score| score.is_score());
        let wrong = || Nonsense::OutOfRange { label: label.to_owned(), criterion, score: scored.score };
        Ok((criterion, Mark { score: score.ok_or_else(wrong)?, reason: scored.reason }))
    };
    scores.into_iter().map(mark).collect()
}

fn is_indifferent(judgement: &Judgement) -> bool {
    let mut marks = judgement.candidates.iter().flat_map(|judged| judged.marks.values());
    let Some(first) = marks.next() else { return true };
    let has_reason = |mark: &Mark| mark.reason.chars().any(char::is_alphanumeric);
    !has_reason(first) && marks.all(|mark| mark.score == first.score && !has_reason(mark))
}

/// Whether a reason shows obedience, and to whom: to the candidate whose words it repeats, or else to the one that is
/// spoken of, if that one came out first. A judge that mentions such words and puts their candidate down did its work.
fn obedience(judgement: &Judgement, candidates: &[Candidate]) -> Option<(Option<String>, Evidence)> {
    let totals = judgement.candidates.iter().filter_map(|judged| judgement.total(&judged.seat));
    let best = totals.max()?;
    for judged in &judgement.candidates {
        let is_first = judgement.total(&judged.seat) == Some(best);
        for mark in judged.marks.values() {
            let Some(evidence) = manipulation::obeyed(&mark.reason) else { continue };
            let source = candidates.iter().find(|candidate| repeats(candidate, &evidence));
            if let Some(source) = source {
                // The reason tells of these words; whether the judge did as they say is told by who gained.
                if source.seat != judged.seat || is_first {
                    return Some((Some(source.seat.clone()), evidence));
                }
            } else if is_first {
                return Some((Some(judged.seat.clone()), evidence));
            } else if evidence.kind == manipulation::Kind::OverridesInstructions {
                return Some((None, evidence));
            }
        }
    }
    None
}

fn repeats(candidate: &Candidate, evidence: &Evidence) -> bool {
    let quote = evidence.quote.to_lowercase();
    !quote.is_empty() && candidate.text().is_some_and(|text| text.to_lowercase().contains(&quote))
}
