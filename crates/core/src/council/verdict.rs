//! What a council decided and why, as it is kept and shown.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{
    ask::Order,
    criteria::Criterion,
    judge::{Nonsense, Purpose},
    manipulation::Evidence,
    points::Points,
    rules::RuleMarks,
};
use crate::model::Family;

/// A decision.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Verdict {
    /// The seat whose candidate is taken.
    pub winner: String,
    /// Whether it is a full council's decision.
    pub standing: Standing,
    /// What decided.
    pub decided_by: DecidedBy,
    /// By how much the winner is ahead of the second; none if it had no rival.
    pub margin: Option<Points>,
    /// Every seat: the contenders from the best to the last, then the others by name.
    pub candidates: Vec<Placed>,
    /// Every question to a judge.
    pub rounds: Vec<Round>,
    /// Every question to a voter.
    pub ballots: Vec<Voted>,
    /// What the candidates of the judge's own family lost because no other family judged.
    pub offset: Option<Offset>,
    /// Judgings and ballots that preferred another candidate than the winner.
    pub dissent: Vec<Dissent>,
}

/// Whether enough seats wrote something that could be chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Standing {
    /// As many as the campaign asks for, or more.
    Full {
        /// How many.
        answered: usize,
        /// How many there had to be.
        quorum: usize,
    },
    /// Fewer: the best of what there was.
    BelowQuorum {
        /// How many.
        answered: usize,
        /// How many there had to be.
        quorum: usize,
    },
}

/// What decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DecidedBy {
    /// The marks of one judging or the mean of two.
    Judge,
    /// The ballots.
    Vote,
    /// The rules, because they were asked for or because nobody else could decide.
    Rules,
    /// There was only one to take.
    OnlyCandidate,
}

/// A seat and what came of its candidate.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Placed {
    /// The seat.
    pub seat: String,
    /// Its model.
    pub model: String,
    /// Whose model that is.
    pub family: Option<Family>,
    /// What came of it.
    #[serde(flatten)]
    pub place: Place,
}

/// What came of a candidate.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "status", rename_all = "snake_case")]
pub enum Place {
    /// It could be chosen.
    Contender {
        /// The points that decided.
        total: Points,
        /// The mean of the judgings for each criterion; empty if no judge decided.
        criteria: BTreeMap<Criterion, Points>,
        /// What the rules say.
        rules: RuleMarks,
        /// The mean of that.
        rules_total: Points,
    },
    /// It could not, because it talks to the judge.
    LeftOut {
        /// The round in which the judge obeyed it; none if it was found before.
        round: Option<u32>,
        /// What gave it away.
        evidence: Evidence,
    },
    /// There is none.
    Failed {
        /// Why.
        error: String,
    },
}

/// A question to a judge.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Round {
    /// Its number, from 1.
    pub round: u32,
    /// The model that was asked.
    pub judge: String,
    /// Why.
    pub purpose: Purpose,
    /// The seats in the order shown.
    pub order: Order,
    /// What came of it.
    #[serde(flatten)]
    pub result: RoundResult,
}

/// What came of a question to a judge.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "status", rename_all = "snake_case")]
pub enum RoundResult {
    /// It counts.
    Valid {
        /// The seat that it put first.
        preferred: String,
        /// By how much; none if it had no rival.
        margin: Option<Points>,
        /// The points of every seat that it judged.
        totals: BTreeMap<String, Points>,
    },
    /// It does not count.
    Nonsense {
        /// Why.
        problem: Nonsense,
    },
    /// There was no answer.
    CallFailed {
        /// Why.
        error: String,
    },
}

/// A question to a voter.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Voted {
    /// Its number, from 1.
    pub round: u32,
    /// The seat that was asked.
    pub voter: String,
    /// The seats in the order shown.
    pub order: Order,
    /// What came of it.
    #[serde(flatten)]
    pub outcome: super::vote::BallotOutcome,
}

/// What the candidates of one family lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offset {
    /// The family of the judge and of those candidates.
    pub family: Family,
    /// What each of them lost.
    pub points: Points,
}

/// A preference that did not prevail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dissent {
    /// The round of the judging or ballot.
    pub round: u32,
    /// The judge's model or the voter's seat.
    pub by: String,
    /// The seat that it put first.
    pub preferred: String,
}

impl Verdict {
    /// What came of the candidate of `seat`.
    pub fn of(&self, seat: &str) -> Option<&Placed> {
        self.candidates.iter().find(|placed| placed.seat == seat)
    }
}
