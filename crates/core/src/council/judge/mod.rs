//! The judge: a model that scores the candidates without knowing whose they are.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::{
    ask::Order,
    criteria::{self, Criterion, Marks},
    points::Points,
};

mod reading;

pub(in crate::council) use reading::parse;
pub use reading::{Nonsense, read};

/// The most tokens that a judge may write, thinking included: six candidates with five reasons each are about 1,500.
pub const MAX_OUTPUT_TOKENS: u32 = 8_000;

/// A question to a judge.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct JudgeCall {
    /// Counts the judgings of a council from 1.
    pub round: u32,
    /// The model that is asked.
    pub judge: String,
    /// Why it is asked.
    pub purpose: Purpose,
    /// The candidates as they are shown.
    pub order: Order,
}

/// Why a judge is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// The first question.
    First,
    /// The same again without a candidate that led the judge astray.
    WithoutOffender,
    /// The first judge gave no usable answer.
    Succession,
    /// The first judging was close; this one is in reversed order.
    CloseCall,
    /// The first judge preferred a candidate of its own family; this one is of another.
    OwnFamily,
}

/// A usable answer of a judge, in the order of the question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Judgement {
    /// The candidates with their marks.
    pub candidates: Vec<Judged>,
}

/// What a judge says about one candidate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Judged {
    /// The seat whose candidate it is.
    pub seat: String,
    /// A mark for each criterion.
    pub marks: Marks,
}

impl Judgement {
    /// What it says about the candidate of `seat`.
    pub fn of(&self, seat: &str) -> Option<&Marks> {
        self.candidates.iter().find(|judged| judged.seat == seat).map(|judged| &judged.marks)
    }

    /// The mean of the marks of the candidate of `seat`.
    pub fn total(&self, seat: &str) -> Option<Points> {
        self.of(seat).map(criteria::total)
    }
}

/// A question to a judge and what came of it, as it is kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Judging {
    /// The question.
    pub call: JudgeCall,
    /// What came of it.
    pub outcome: Outcome,
}

/// What came of a question to a judge.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "status", rename_all = "snake_case")]
pub enum Outcome {
    /// It can be used.
    Valid {
        /// The answer.
        judgement: Judgement,
    },
    /// It cannot be used.
    Nonsense {
        /// Why.
        problem: Nonsense,
    },
    /// There was no answer.
    CallFailed {
        /// Why, in words for people.
        error: String,
    },
}

/// The JSON Schema of the answer. As in [`generation::answer`](crate::generation::answer::schema), everything is required
/// and nothing is bounded, and the names are in the order in which the model is to write them: whom it is about, then for
/// each criterion the reason before the score.
pub fn schema(order: &Order) -> Value {
    let mark = |criterion: Criterion| {
        json!({
            "type": "object",
            "description": criterion.question(),
            "properties": {
                "reason": { "type": "string", "description": "One short sentence." },
                "score": { "type": "integer", "description": "From 0 to 10." },
            },
            "required": ["reason", "score"],
            "additionalProperties": false,
        })
    };
    let labels: Vec<String> = order.labels().map(|label| label.to_string()).collect();
    let mut properties = Map::new();
    properties.insert("candidate".to_owned(), json!({ "type": "string", "enum": labels }));
    properties.extend(Criterion::ALL.map(|criterion| (criterion.as_str().to_owned(), mark(criterion))));
    let names: Vec<&String> = properties.keys().collect();
    let entry = json!({
        "type": "object",
        "required": names,
        "properties": properties,
        "additionalProperties": false,
    });
    json!({
        "type": "object",
        "properties": {
            "candidates": { "type": "array", "items": entry, "description": "One entry for each candidate." },
        },
        "required": ["candidates"],
        "additionalProperties": false,
    })
}

#[cfg(test)]
mod tests;
