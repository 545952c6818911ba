//! From points to an order, and what a partial judge's points are worth.

use super::field::{Field, Grounds, Totals};
use crate::{
    council::{
        points::Points,
        verdict::{Dissent, Offset, RoundResult},
        vote::BallotOutcome,
    },
    model::Family,
};

/// The contenders from the best to the last: by their points, then by the rules, then by the seat's name.
pub(super) fn ranked<'a>(field: &Field<'a>, totals: &Totals<'_>) -> Vec<(&'a str, Points)> {
    let mut ranked: Vec<(&str, Points, Points)> = field
        .contenders
        .iter()
        .map(|(seat, contender)| (*seat, totals.get(seat).copied().unwrap_or_default(), contender.rules_total))
        .collect();
    ranked.sort_by(|left, right| right.1.cmp(&left.1).then(right.2.cmp(&left.2)).then(left.0.cmp(right.0)));
    ranked.into_iter().map(|(seat, points, _)| (seat, points)).collect()
}

/// By how much the first is ahead of the second.
pub(super) fn margin(ranked: &[(&str, Points)]) -> Option<Points> {
    match ranked {
        [(_, first), (_, second), ..] => Some(*first - *second),
        _ => None,
    }
}

/// How much more the judge's `totals` lift its own family above the rules than they lift the others: the difference of the
/// two means of (judge's points − rules' points). None if it lifts the others more, or if there are no others or none of
/// its own.
pub(super) fn partiality(field: &Field<'_>, totals: &Totals<'_>, family: Family) -> Option<Offset> {
    let lift = |own: bool| {
        let side = field.contenders.iter().filter(move |(_, contender)| (contender.family == Some(family)) == own);
        Points::mean(side.filter_map(|(seat, contender)| Some(*totals.get(seat)? - contender.rules_total)))
    };
    let points = lift(true)? - lift(false)?;
    (points > Points::ZERO).then_some(Offset { family, points })
}

/// Whoever preferred another than the winner.
pub(super) fn dissent(winner: &str, grounds: &Grounds) -> Vec<Dissent> {
    let judges = grounds.rounds.iter().filter_map(|round| match &round.result {
        RoundResult::Valid { preferred, .. } => Some((round.round, &round.judge, preferred)),
        _ => None,
    });
    let voters = grounds.ballots.iter().filter_map(|ballot| match &ballot.outcome {
        // Nobody ranks their own, so the winner's own ballot always names another.
        BallotOutcome::Valid { ranking } if ballot.voter != winner => {
            Some((ballot.round, &ballot.voter, ranking.first()?))
        }
        _ => None,
    });
    judges
        .chain(voters)
        .filter(|(_, _, preferred)| *preferred != winner)
        .map(|(round, by, preferred)| Dissent { round, by: by.clone(), preferred: preferred.clone() })
        .collect()
}
