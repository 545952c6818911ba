//! The vote of the seats.

use super::{
    DecidedBy, Deliberation, Step,
    field::{Field, Grounds, Totals},
    settled,
};
use crate::council::{
    ask::Order,
    verdict::Voted,
    vote::{self, Ballot, BallotOutcome, VoteCall},
};

/// One ballot decides nothing: it says nothing about its own voter's candidate.
const FEWEST_BALLOTS: usize = 2;

/// Two candidates would rank each other, which is always a tie.
const FEWEST_VOTERS: usize = 3;

/// The ballots that are missing, or the decision. Whoever is a contender votes.
pub(super) fn next(deliberation: &Deliberation<'_>, field: &Field<'_>) -> Step {
    if let Some(step) = settled(deliberation, field) {
        return step;
    }
    if field.contenders.len() < FEWEST_VOTERS {
        return field.by_rules(deliberation);
    }
    let calls = calls(deliberation, field);
    let ballot = |call: &VoteCall| deliberation.ballots.iter().find(|ballot| ballot.call.round == call.round);
    let ballots: Vec<&Ballot> = calls.iter().filter_map(ballot).collect();
    let missing: Vec<VoteCall> = calls.iter().filter(|call| ballot(call).is_none()).cloned().collect();
    if !missing.is_empty() {
        return Step::Vote(missing);
    }
    let rankings = ballots.iter().filter_map(|ballot| match &ballot.outcome {
        BallotOutcome::Valid { ranking } => Some(ranking.as_slice()),
        _ => None,
    });
    let totals: Totals<'_> = vote::count(rankings.clone());
    let is_complete = field.contenders.keys().all(|seat| totals.contains_key(seat));
    let counts = rankings.count() >= FEWEST_BALLOTS && is_complete;
    let grounds = Grounds { ballots: ballots.into_iter().map(voted).collect(), ..Grounds::default() };
    if counts {
        field.decided(deliberation, DecidedBy::Vote, &totals, grounds)
    } else {
        field.decided(deliberation, DecidedBy::Rules, &field.rules_totals(), grounds)
    }
}

/// The question to each contender, by seat. Every second one sees the reversed order, so that being shown first helps
/// nobody.
fn calls(deliberation: &Deliberation<'_>, field: &Field<'_>) -> Vec<VoteCall> {
    let call = |(round, (seat, contender)): (u32, (&&str, &super::field::Contender<'_>))| {
        let order = field.order(deliberation, round % 2 == 0);
        VoteCall {
            round,
            voter: (*seat).to_owned(),
            model: contender.candidate.model.clone(),
            order: Order::of(order.seats().iter().map(String::as_str).filter(|other| other != seat)),
        }
    };
    (1..).zip(&field.contenders).map(call).collect()
}

fn voted(ballot: &Ballot) -> Voted {
    let VoteCall { round, voter, order, .. } = ballot.call.clone();
    Voted { round, voter, order, outcome: ballot.outcome.clone() }
}
