//! From candidates to a decision, one question at a time.
//!
//! [`next`] is asked after everything that happened and says what is to be done; it remembers nothing, so a deliberation
//! that was broken off goes on where its records end. Its rules:
//!
//! * A candidate that talks to the judge is left out. Whoever is left must make the quorum; below it, the rules take the
//!   best if the campaign allows that, and otherwise the council fails.
//! * A single candidate is taken without asking anybody.
//! * The first judge sees the candidates in the order of the seed. A judge that was led astray by a candidate is asked
//!   once more without it; a judge that fails otherwise, or again, is asked no more, and its successor takes over. If both
//!   are gone the rules decide.
//! * A judge does not decide alone in favour of its own family. Partiality lifts the own family; so where another family
//!   wins all the same, one judge is enough, and where its own wins, a judge of another family is asked, too. The same
//!   second question is asked where the margin is small; then, without a partial judge, the same one answers it. It shows
//!   the candidates in reversed order, and the mean of both decides.
//! * If the own family wins and no other family judged, the judge's partiality is taken to be how much more it lifts its
//!   own family above the rules' scores than it lifts the others, and its own family loses that much.
//! * Equal points are decided by the rules, then by the seat's name.

use serde::{Deserialize, Serialize};

use super::{
    candidate::{Candidate, Outcome},
    judge::{JudgeCall, Judging},
    points::Points,
    rules::Yardstick,
    seed::Seed,
    verdict::{DecidedBy, Verdict},
    vote::{Ballot, VoteCall},
};
use crate::campaign::{Aggregation, BelowQuorum, CouncilConfig};

mod bench;
mod field;
mod poll;
mod ranking;

use field::Field;

/// The most questions to models that a deliberation can ask: a voter for each of six seats. Two judges come to five: one
/// that led to nothing for each of both, and three more between them.
pub const MOST_MODEL_CALLS: usize = 6;

/// How a council decides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Terms {
    /// How many candidates there must be.
    pub quorum: usize,
    /// What happens below that.
    pub below_quorum: BelowQuorum,
    /// How one is chosen.
    pub aggregation: Aggregation,
}

impl From<&CouncilConfig> for Terms {
    fn from(config: &CouncilConfig) -> Self {
        Self { quorum: config.quorum, below_quorum: config.below_quorum, aggregation: config.aggregation.clone() }
    }
}

/// Everything that a decision depends on.
#[derive(Debug, Clone, Copy)]
pub struct Deliberation<'a> {
    /// How the council decides.
    pub terms: &'a Terms,
    /// The seed of this council.
    pub seed: Seed,
    /// What came of each seat, in any order.
    pub candidates: &'a [Candidate],
    /// What the rules measure against.
    pub yardstick: &'a Yardstick,
    /// The questions to judges so far, in any order.
    pub judgings: &'a [Judging],
    /// The questions to voters so far, in any order.
    pub ballots: &'a [Ballot],
}

/// What is to be done next.
#[derive(Debug, Clone, PartialEq)]
pub enum Step {
    /// Ask this judge, record what came of it, and ask again.
    Judge(JudgeCall),
    /// Ask these voters, all at once if you like, record what came of each, and ask again.
    Vote(Vec<VoteCall>),
    /// It is decided.
    Decided(Box<Verdict>),
    /// There is nothing to choose from.
    Failed(Failure),
}

/// Why a council has no post.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Failure {
    /// No seat wrote anything that can be chosen.
    #[error("No seat of the council wrote a post that can be used. {}", told(.seats))]
    NoCandidate {
        /// Why, for each seat.
        seats: Vec<SeatError>,
    },
    /// Some did, but fewer than the campaign asks for.
    #[error("Only {answered} of the council's seats wrote a post that can be used, where the quorum is {quorum}. {}", told(.seats))]
    BelowQuorum {
        /// How many.
        answered: usize,
        /// How many there had to be.
        quorum: usize,
        /// Why the others did not.
        seats: Vec<SeatError>,
    },
}

/// Why the candidate of a seat cannot be chosen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeatError {
    /// The seat.
    pub seat: String,
    /// Why.
    pub error: String,
}

fn told(seats: &[SeatError]) -> String {
    seats.iter().map(|seat| format!("{}: {}", seat.seat, seat.error)).collect::<Vec<_>>().join("; ")
}

/// What is to be done after all that happened so far. The same of the same, whatever the order of the records.
pub fn next(deliberation: &Deliberation<'_>) -> Step {
    let field = Field::of(deliberation);
    match &deliberation.terms.aggregation {
        Aggregation::Judge { model, successor, margin } => {
            bench::next(deliberation, field, [model, successor], *margin)
        }
        Aggregation::Vote => poll::next(deliberation, &field),
        Aggregation::Rules => settled(deliberation, &field).unwrap_or_else(|| field.by_rules(deliberation)),
    }
}

/// The end, if there is nothing to ask: too few candidates, or only one.
fn settled(deliberation: &Deliberation<'_>, field: &Field<'_>) -> Option<Step> {
    let answered = field.contenders.len();
    let quorum = deliberation.terms.quorum;
    if answered == 0 {
        return Some(Step::Failed(Failure::NoCandidate { seats: field.errors(deliberation) }));
    }
    if answered < quorum && deliberation.terms.below_quorum == BelowQuorum::Fail {
        let seats = field.errors(deliberation);
        return Some(Step::Failed(Failure::BelowQuorum { answered, quorum, seats }));
    }
    (answered < quorum || answered == 1).then(|| field.by_rules(deliberation))
}

#[cfg(test)]
mod tests;
