//! The vote: each seat's model ranks the candidates of the others.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{ask::Order, judge::Nonsense, points::Points};

/// The most tokens that a voter may write, thinking included.
pub const MAX_OUTPUT_TOKENS: u32 = 4_000;

/// A question to a voter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VoteCall {
    /// Numbers the voters of a council from 1; with the council it names this question for ever.
    pub round: u32,
    /// The seat that votes.
    pub voter: String,
    /// Its model.
    pub model: String,
    /// The candidates as they are shown, its own left out.
    pub order: Order,
}

/// A question to a voter and what came of it, as it is kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Ballot {
    /// The question.
    pub call: VoteCall,
    /// What came of it.
    pub outcome: BallotOutcome,
}

/// What came of a question to a voter.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "status", rename_all = "snake_case")]
pub enum BallotOutcome {
    /// It counts.
    Valid {
        /// The seats, the best first.
        ranking: Vec<String>,
    },
    /// It does not count.
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

/// The JSON Schema of the answer: the comparison before the ranking.
pub fn schema(order: &Order) -> Value {
    let labels: Vec<String> = order.labels().map(|label| label.to_string()).collect();
    json!({
        "type": "object",
        "properties": {
            "comparison": { "type": "string", "description": "Two sentences on what sets the candidates apart." },
            "ranking": {
                "type": "array",
                "items": { "type": "string", "enum": labels },
                "description": "Every candidate once, the best first.",
            },
        },
        "required": ["comparison", "ranking"],
        "additionalProperties": false,
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Answer {
    #[serde(rename = "comparison")]
    _comparison: String,
    ranking: Vec<String>,
}

/// Reads the answer of a voter that was shown the candidates in `order`: the seats, the best first. `complete` is false if
/// the model stopped because it ran out of tokens.
///
/// # Errors
/// If the answer does not rank every candidate once.
pub fn read(raw: &str, complete: bool, order: &Order) -> Result<Vec<String>, Nonsense> {
    let answer: Answer = super::judge::parse(raw, complete)?;
    let mut ranking: Vec<String> = Vec::new();
    for label in answer.ranking {
        let Some(seat) = order.seat(&label) else { return Err(Nonsense::UnknownCandidate { label }) };
        if ranking.iter().any(|other| other == seat) {
            return Err(Nonsense::DoubleCandidate { label });
        }
        ranking.push(seat.to_owned());
    }
    let missing = order.labelled().find(|(_, seat)| ranking.iter().all(|other| other != seat));
    match missing {
        Some((label, _)) => Err(Nonsense::MissingCandidate { label: label.to_string() }),
        None => Ok(ranking),
    }
}

/// The points of each ranked seat: on a ballot of n candidates the first gets 10, the last 0, and those between evenly
/// spaced points (Borda's count, in points of 10). As no seat ranks its own candidate and ballots may be missing, seats
/// are on different numbers of ballots; so the mean counts and not the sum.
pub fn count<'a>(rankings: impl IntoIterator<Item = &'a [String]>) -> BTreeMap<&'a str, Points> {
    let mut points: BTreeMap<&str, Vec<Points>> = BTreeMap::new();
    for ranking in rankings {
        let worse = ranking.len().saturating_sub(1);
        for (position, seat) in ranking.iter().enumerate() {
            points.entry(seat).or_default().push(Points::share(worse - position, worse));
        }
    }
    points.into_iter().filter_map(|(seat, points)| Some((seat, Points::mean(points)?))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(raw: &str, expected: &str) {
        let result = match read(raw, true, &Order::of(["gpt", "claude", "grok"])) {
            Ok(ranking) => ranking.join(" "),
            Err(problem) => format!("! {problem}"),
        };
        assert_eq!(result, expected, "{raw}");
    }

    #[test]
    fn a_ballot_ranks_every_candidate_once() {
        let ballot = |ranking: &str| format!(r#"{{"comparison": "A is warm.", "ranking": {ranking}}}"#);
        check(&ballot(r#"["B", "A", "C"]"#), "claude gpt grok");
        check(&ballot(r#"["B", "A"]"#), "! The answer says nothing about the candidate C.");
        check(&ballot(r#"["B", "A", "A"]"#), "! The answer speaks twice of the candidate A.");
        check(&ballot(r#"["B", "A", "D"]"#), "! The answer names the candidate \"D\", which does not exist.");
        check(
            "B > A > C",
            "! The answer is not the JSON object that was asked for: expected value at line 1 column 1.",
        );
    }

    #[test]
    fn points_are_means_over_the_ballots() {
        let ballot = |seats: &[&str]| seats.iter().map(|seat| (*seat).to_owned()).collect::<Vec<_>>();
        let ballots = [ballot(&["b", "c", "d"]), ballot(&["c", "a", "d"]), ballot(&["b", "a", "d"])];
        let points = count(ballots.iter().map(Vec::as_slice));
        let points: Vec<String> = points.iter().map(|(seat, points)| format!("{seat} {points}")).collect();
        assert_eq!(points, ["a 5", "b 10", "c 7.5", "d 0"]);
    }
}
