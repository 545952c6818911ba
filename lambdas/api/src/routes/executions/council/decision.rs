//! What a council decided and why, as JSON.

use rostrum_core::{
    council::{
        criteria::Marks,
        judge::{self, Judging, Nonsense, Purpose},
        manipulation::{Evidence, Kind},
        points::Points,
        verdict::{self, RoundResult, Standing, Verdict},
        vote::BallotOutcome,
    },
    model::Family,
};
use serde::Serialize;
use utoipa::ToSchema;

use crate::routes::names::{CouncilStanding, DecidedBy};

/// A decision with everything that led to it.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct CouncilDecision {
    /// The seat whose candidate was chosen.
    winner: String,
    /// Whether enough seats answered.
    standing: CouncilStanding,
    /// How many candidates could be chosen.
    answered: usize,
    /// How many there had to be.
    quorum: usize,
    /// What decided.
    #[schema(value_type = DecidedBy)]
    decided_by: verdict::DecidedBy,
    /// By how many points of 10 the winner is ahead of the second; null if it had no rival.
    #[schema(value_type = Option<f64>)]
    margin: Option<Points>,
    /// Every question to a judge, in order.
    rounds: Vec<JudgingRound>,
    /// Every question to a voter.
    ballots: Vec<CouncilBallot>,
    /// What the candidates of the judge's own family lost because no other family judged; null if nothing.
    offset: Option<FamilyOffset>,
    /// Judgings and ballots that preferred another candidate.
    dissent: Vec<CouncilDissent>,
}

/// A question to a judge.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct JudgingRound {
    /// Its number, from 1.
    round: u32,
    /// The model that was asked.
    judge: String,
    /// Why: `first`, `without_offender`, `succession`, `close_call` or `own_family`.
    #[schema(value_type = String)]
    purpose: Purpose,
    /// The seats in the order in which their candidates were shown, without names.
    order: Vec<String>,
    /// `valid`, `nonsense` or `call_failed`; only the first counts.
    status: &'static str,
    /// The seat that it put first.
    preferred: Option<String>,
    /// By how many points of 10; null if it had no rival.
    #[schema(value_type = Option<f64>)]
    margin: Option<Points>,
    /// What it said about each candidate.
    judged: Vec<JudgedCandidate>,
    /// Why it does not count.
    problem: Option<String>,
    /// How a candidate talked it into something, if one did.
    manipulation: Option<RoundManipulation>,
}

/// What a judge said about a candidate.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct JudgedCandidate {
    /// Whose it is.
    seat: String,
    /// The mean of the marks, of 10.
    #[schema(value_type = Option<f64>)]
    total: Option<Points>,
    /// A mark with its reason for each criterion.
    #[schema(value_type = BTreeMap<String, Mark>)]
    marks: Marks,
}

/// A score and why it was given, as core writes it.
#[derive(Serialize, ToSchema)]
pub(super) struct Mark {
    /// Why.
    reason: String,
    /// From 0, the worst, to 10.
    score: f64,
}

/// How a judge was led astray.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct RoundManipulation {
    /// By the candidate of this seat, if that can be told.
    seat: Option<String>,
    /// What the candidate was up to.
    #[schema(value_type = String)]
    kind: Kind,
    /// The words in the judge's reason that gave it away.
    quote: String,
}

/// A question to a voter.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct CouncilBallot {
    /// Its number, from 1.
    round: u32,
    /// The seat that voted; its own candidate was not shown to it.
    voter: String,
    /// The seats in the order in which their candidates were shown.
    order: Vec<String>,
    /// `valid`, `nonsense` or `call_failed`; only the first counts.
    status: &'static str,
    /// The seats, the best first.
    ranking: Vec<String>,
    /// Why it does not count.
    problem: Option<String>,
}

/// What the candidates of one family lost.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct FamilyOffset {
    /// `anthropic`, `openai` or `xai`.
    #[schema(value_type = String)]
    family: Family,
    /// What each of them lost, in points of 10.
    #[schema(value_type = f64)]
    points: Points,
}

/// A preference that did not prevail.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct CouncilDissent {
    /// The round of the judging or ballot.
    round: u32,
    /// The judge's model or the voter's seat.
    by: String,
    /// The seat that it put first.
    preferred: String,
}

impl CouncilDecision {
    /// The verdict together with the judges' whole answers.
    pub(super) fn new(verdict: &Verdict, judgings: &[Judging]) -> Self {
        let (standing, answered, quorum) = match verdict.standing {
            Standing::Full { answered, quorum } => (CouncilStanding::Full, answered, quorum),
            Standing::BelowQuorum { answered, quorum } => (CouncilStanding::BelowQuorum, answered, quorum),
        };
        let dissent = verdict.dissent.iter().map(|one| CouncilDissent {
            round: one.round,
            by: one.by.clone(),
            preferred: one.preferred.clone(),
        });
        Self {
            winner: verdict.winner.clone(),
            standing,
            answered,
            quorum,
            decided_by: verdict.decided_by,
            margin: verdict.margin,
            rounds: rounds(verdict, judgings),
            ballots: verdict.ballots.iter().map(CouncilBallot::from).collect(),
            offset: verdict.offset.map(|offset| FamilyOffset { family: offset.family, points: offset.points }),
            dissent: dissent.collect(),
        }
    }
}

/// Every question to a judge.
pub(super) fn rounds(verdict: &Verdict, judgings: &[Judging]) -> Vec<JudgingRound> {
    verdict.rounds.iter().map(|round| JudgingRound::new(round, judgings)).collect()
}

impl JudgingRound {
    fn new(round: &verdict::Round, judgings: &[Judging]) -> Self {
        let judging = judgings.iter().find(|judging| judging.call.round == round.round);
        let judged = match judging.map(|judging| &judging.outcome) {
            Some(judge::Outcome::Valid { judgement }) => judgement.candidates.as_slice(),
            _ => &[],
        };
        let judged = judged.iter().map(|one| JudgedCandidate {
            seat: one.seat.clone(),
            total: (!one.marks.is_empty()).then(|| rostrum_core::council::criteria::total(&one.marks)),
            marks: one.marks.clone(),
        });
        let mut shown = Self {
            round: round.round,
            judge: round.judge.clone(),
            purpose: round.purpose,
            order: round.order.seats().to_vec(),
            status: "valid",
            preferred: None,
            margin: None,
            judged: judged.collect(),
            problem: None,
            manipulation: None,
        };
        match &round.result {
            RoundResult::Valid { preferred, margin, .. } => {
                shown.preferred = Some(preferred.clone());
                shown.margin = *margin;
            }
            RoundResult::Nonsense { problem } => {
                shown.status = "nonsense";
                shown.problem = Some(problem.to_string());
                if let Nonsense::Obeyed { offender, evidence: Evidence { kind, quote } } = problem {
                    let manipulation = RoundManipulation { seat: offender.clone(), kind: *kind, quote: quote.clone() };
                    shown.manipulation = Some(manipulation);
                }
            }
            RoundResult::CallFailed { error } => {
                shown.status = "call_failed";
                shown.problem = Some(error.clone());
            }
        }
        shown
    }
}

impl From<&verdict::Voted> for CouncilBallot {
    fn from(voted: &verdict::Voted) -> Self {
        let (status, ranking, problem) = match &voted.outcome {
            BallotOutcome::Valid { ranking } => ("valid", ranking.clone(), None),
            BallotOutcome::Nonsense { problem } => ("nonsense", Vec::new(), Some(problem.to_string())),
            BallotOutcome::CallFailed { error } => ("call_failed", Vec::new(), Some(error.clone())),
        };
        Self {
            round: voted.round,
            voter: voted.voter.clone(),
            order: voted.order.seats().to_vec(),
            status,
            ranking,
            problem,
        }
    }
}
