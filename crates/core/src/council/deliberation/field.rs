//! Who can be chosen, and who cannot.

use std::collections::{BTreeMap, BTreeSet};

use super::{Deliberation, Outcome, SeatError, Step, ranking};
use crate::{
    council::{
        ask::Order,
        candidate::Candidate,
        manipulation::Evidence,
        points::Points,
        rules::{self, RuleMarks},
        verdict::{DecidedBy, Offset, Place, Placed, Round, Standing, Verdict, Voted},
    },
    model::Family,
};

/// The candidates, sorted out.
pub(super) struct Field<'a> {
    /// Those that can be chosen, by seat.
    pub(super) contenders: BTreeMap<&'a str, Contender<'a>>,
    /// Those that talk to the judge, by seat.
    left_out: BTreeMap<&'a str, LeftOut>,
}

/// A candidate that can be chosen.
pub(super) struct Contender<'a> {
    pub(super) candidate: &'a Candidate,
    pub(super) family: Option<Family>,
    rules: RuleMarks,
    pub(super) rules_total: Points,
}

/// Why a candidate cannot be chosen.
struct LeftOut {
    round: Option<u32>,
    evidence: Evidence,
}

/// What led to a decision beside the totals.
#[derive(Default)]
pub(super) struct Grounds {
    pub(super) criteria: BTreeMap<String, BTreeMap<crate::council::criteria::Criterion, Points>>,
    pub(super) rounds: Vec<Round>,
    pub(super) ballots: Vec<Voted>,
    pub(super) offset: Option<Offset>,
}

/// The points of each contender.
pub(super) type Totals<'a> = BTreeMap<&'a str, Points>;

impl<'a> Field<'a> {
    /// Leaves out the candidates that talk to the judge.
    pub(super) fn of(deliberation: &Deliberation<'a>) -> Self {
        let mut field = Self { contenders: BTreeMap::new(), left_out: BTreeMap::new() };
        for candidate in deliberation.candidates {
            let Some(text) = candidate.text() else { continue };
            let seat = candidate.seat.as_str();
            if let Some(evidence) = candidate.manipulation() {
                field.left_out.insert(seat, LeftOut { round: None, evidence });
                continue;
            }
            let rules = rules::score(text, deliberation.yardstick);
            let rules_total = rules::total(&rules);
            field.contenders.insert(seat, Contender { candidate, family: candidate.family(), rules, rules_total });
        }
        field
    }

    /// Leaves out the candidate that a judge obeyed; false if there is none of that seat.
    pub(super) fn leave_out(&mut self, seat: &str, round: u32, evidence: &Evidence) -> bool {
        let Some((seat, _)) = self.contenders.remove_entry(seat) else { return false };
        self.left_out.insert(seat, LeftOut { round: Some(round), evidence: evidence.clone() });
        true
    }

    /// The contenders as they are shown. The seed orders all seats, so that one that is left out does not change the
    /// order of the others.
    pub(super) fn order(&self, deliberation: &Deliberation<'_>, reversed: bool) -> Order {
        let seats = deliberation.candidates.iter().map(|candidate| candidate.seat.as_str());
        let order = deliberation.seed.order(seats);
        let mut order: Vec<&str> = order.into_iter().filter(|seat| self.contenders.contains_key(seat)).collect();
        if reversed {
            order.reverse();
        }
        Order::of(order)
    }

    /// The decision of the rules, or of nobody if there is only one to take.
    pub(super) fn by_rules(&self, deliberation: &Deliberation<'_>) -> Step {
        self.decided(deliberation, DecidedBy::Rules, &self.rules_totals(), Grounds::default())
    }

    /// What the rules give.
    pub(super) fn rules_totals(&self) -> Totals<'a> {
        self.contenders.iter().map(|(seat, contender)| (*seat, contender.rules_total)).collect()
    }

    /// The decision by these totals.
    pub(super) fn decided(
        &self,
        deliberation: &Deliberation<'_>,
        decided_by: DecidedBy,
        totals: &Totals<'_>,
        mut grounds: Grounds,
    ) -> Step {
        let ranked = ranking::ranked(self, totals);
        let Some((winner, _)) = ranked.first() else {
            return Step::Failed(super::Failure::NoCandidate { seats: self.errors(deliberation) });
        };
        let (answered, quorum) = (ranked.len(), deliberation.terms.quorum);
        let mut placed: Vec<Placed> = Vec::new();
        for (seat, total) in &ranked {
            let Some(contender) = self.contenders.get(seat) else { continue };
            let place = Place::Contender {
                total: *total,
                criteria: grounds.criteria.remove(*seat).unwrap_or_default(),
                rules: contender.rules.clone(),
                rules_total: contender.rules_total,
            };
            placed.push(self::placed(contender.candidate, place));
        }
        placed.extend(self.others(deliberation));
        Step::Decided(Box::new(Verdict {
            dissent: ranking::dissent(winner, &grounds),
            winner: (*winner).to_owned(),
            standing: if answered < quorum {
                Standing::BelowQuorum { answered, quorum }
            } else {
                Standing::Full { answered, quorum }
            },
            decided_by: if answered == 1 { DecidedBy::OnlyCandidate } else { decided_by },
            margin: ranking::margin(&ranked),
            candidates: placed,
            rounds: grounds.rounds,
            ballots: grounds.ballots,
            offset: grounds.offset,
        }))
    }

    /// Why the other seats have no candidate, by name.
    pub(super) fn errors(&self, deliberation: &Deliberation<'_>) -> Vec<SeatError> {
        let told = |placed: Placed| {
            let error = match placed.place {
                Place::Failed { error } => error,
                Place::LeftOut { evidence, .. } => {
                    format!("left out, because it talks to the judge ({:?})", evidence.quote)
                }
                Place::Contender { .. } => return None,
            };
            Some(SeatError { seat: placed.seat, error })
        };
        self.others(deliberation).into_iter().filter_map(told).collect()
    }

    /// The seats that are no contenders, by name.
    fn others(&self, deliberation: &Deliberation<'_>) -> Vec<Placed> {
        let mut others: Vec<Placed> = Vec::new();
        let mut seen = BTreeSet::new();
        for candidate in deliberation.candidates.iter().filter(|candidate| seen.insert(candidate.seat.as_str())) {
            match (&candidate.outcome, self.left_out.get(candidate.seat.as_str())) {
                (Outcome::Failed { error }, _) => {
                    others.push(placed(candidate, Place::Failed { error: error.clone() }));
                }
                (_, Some(LeftOut { round, evidence })) => {
                    others.push(placed(candidate, Place::LeftOut { round: *round, evidence: evidence.clone() }));
                }
                (Outcome::Answered { .. }, None) => {}
            }
        }
        others.sort_by(|left, right| left.seat.cmp(&right.seat));
        others
    }
}

fn placed(candidate: &Candidate, place: Place) -> Placed {
    Placed { seat: candidate.seat.clone(), model: candidate.model.clone(), family: candidate.family(), place }
}
