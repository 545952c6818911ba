//! The judge, its successor, and when a second opinion is due.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    DecidedBy, Deliberation, Points, Step,
    field::{Field, Grounds, Totals},
    ranking, settled,
};
use crate::{
    council::{
        criteria::Criterion,
        judge::{JudgeCall, Judgement, Judging, Nonsense, Outcome, Purpose},
        verdict::{Round, RoundResult},
    },
    model::Family,
};

/// How the judges have done so far.
struct Bench<'a> {
    /// The first judge and its successor.
    judges: [&'a str; 2],
    /// A margin below this wants a second opinion.
    margin: Points,
    /// Those that are asked no more.
    gone: BTreeSet<&'a str>,
    /// The judge that was led astray just now.
    astray: Option<&'a str>,
    /// Those that were led astray before.
    warned: BTreeSet<&'a str>,
    /// The judgings that count.
    valid: Vec<(&'a JudgeCall, &'a Judgement)>,
}

/// Goes through the rounds that are recorded, up to the first that is not.
pub(super) fn next<'a>(
    deliberation: &Deliberation<'a>,
    mut field: Field<'a>,
    judges: [&'a String; 2],
    margin: Points,
) -> Step {
    let mut bench = Bench {
        judges: judges.map(String::as_str),
        margin,
        gone: BTreeSet::new(),
        astray: None,
        warned: BTreeSet::new(),
        valid: Vec::new(),
    };
    let mut recorded: Vec<&Judging> = Vec::new();
    for round in 1.. {
        if let Some(step) = settled(deliberation, &field) {
            return with_rounds(step, rounds(&field, &recorded));
        }
        let Some((judge, purpose)) = bench.due(&field) else { break };
        // Those that count are shown in opposite orders.
        let order = field.order(deliberation, bench.valid.len() % 2 == 1);
        let Some(judging) = deliberation.judgings.iter().find(|judging| judging.call.round == round) else {
            return Step::Judge(JudgeCall { round, judge: judge.to_owned(), purpose, order });
        };
        recorded.push(judging);
        bench.hear(judge, judging, &mut field);
    }
    decided(deliberation, &field, &bench, &recorded)
}

impl<'a> Bench<'a> {
    /// Who is to be asked now, if anybody.
    fn due(&self, field: &Field<'_>) -> Option<(&'a str, Purpose)> {
        let [first, successor] = self.judges;
        let (judge, purpose) = match self.valid.as_slice() {
            [] if self.can(first) => (first, Purpose::First),
            [] if self.can(successor) => (successor, Purpose::Succession),
            [(call, judgement)] => self.second(field, call, judgement)?,
            _ => return None,
        };
        Some((judge, if self.astray == Some(judge) { Purpose::WithoutOffender } else { purpose }))
    }

    /// Who is to give a second opinion on that judging, if it needs one.
    fn second(&self, field: &Field<'_>, call: &JudgeCall, judgement: &Judgement) -> Option<(&'a str, Purpose)> {
        let judge = self.judges.into_iter().find(|judge| *judge == call.judge)?;
        let other = self.judges.into_iter().find(|judge| *judge != call.judge)?;
        let ranked = ranking::ranked(field, &totals(field, &[judgement])?);
        let (winner, _) = ranked.first()?;
        let rivals = Rivals::of(field, Family::of_model(judge));
        let is_close = ranking::margin(&ranked).is_some_and(|margin| margin < self.margin);
        let for_own = rivals.both() && rivals.own.contains(winner);
        let impartial = rivals.both() && Family::of_model(other) != Family::of_model(judge) && self.can(other);
        match (is_close, for_own) {
            (_, true) if impartial => Some((other, Purpose::OwnFamily)),
            (true, _) if impartial => Some((other, Purpose::CloseCall)),
            (true, _) if self.can(judge) => Some((judge, Purpose::CloseCall)),
            _ => None,
        }
    }

    fn can(&self, judge: &str) -> bool {
        !self.gone.contains(judge)
    }

    /// Takes note of what came of a question to `judge`.
    fn hear(&mut self, judge: &'a str, judging: &'a Judging, field: &mut Field<'_>) {
        self.astray = None;
        match &judging.outcome {
            Outcome::Valid { judgement } => self.valid.push((&judging.call, judgement)),
            Outcome::CallFailed { .. } => {
                self.gone.insert(judge);
            }
            Outcome::Nonsense { problem } => {
                let found = match problem {
                    Nonsense::Obeyed { offender: Some(seat), evidence } => {
                        field.leave_out(seat, judging.call.round, evidence)
                    }
                    _ => false,
                };
                if found && self.warned.insert(judge) {
                    self.astray = Some(judge);
                } else {
                    self.gone.insert(judge);
                }
            }
        }
    }
}

/// The contenders by whether they are of a family.
struct Rivals<'a> {
    own: Vec<&'a str>,
    others: usize,
}

impl<'a> Rivals<'a> {
    fn of(field: &Field<'a>, family: Option<Family>) -> Self {
        let is_own = |of: Option<Family>| of.is_some() && of == family;
        let own: Vec<&str> =
            field.contenders.iter().filter(|(_, one)| is_own(one.family)).map(|(seat, _)| *seat).collect();
        Self { others: field.contenders.len() - own.len(), own }
    }

    /// Whether the family contends, and against others: only then can partiality matter.
    fn both(&self) -> bool {
        !self.own.is_empty() && self.others > 0
    }
}

/// The mean of the judgements for each contender; none if there are no judgements, or one is not about all of them.
fn totals<'a>(field: &Field<'a>, judgements: &[&Judgement]) -> Option<Totals<'a>> {
    let total = |seat: &'a str| {
        let totals: Option<Vec<Points>> = judgements.iter().map(|judgement| judgement.total(seat)).collect();
        Some((seat, Points::mean(totals?)?))
    };
    field.contenders.keys().map(|seat| total(seat)).collect()
}

fn decided(deliberation: &Deliberation<'_>, field: &Field<'_>, bench: &Bench<'_>, recorded: &[&Judging]) -> Step {
    let rounds = rounds(field, recorded);
    let judgements: Vec<&Judgement> = bench.valid.iter().map(|(_, judgement)| *judgement).collect();
    let Some(mut totals) = totals(field, &judgements) else {
        return with_rounds(field.by_rules(deliberation), rounds);
    };
    let families: BTreeSet<Option<Family>> =
        bench.valid.iter().map(|(call, _)| Family::of_model(&call.judge)).collect();
    let mut offset = None;
    if let (Some(Some(family)), 1) = (families.first(), families.len()) {
        let rivals = Rivals::of(field, Some(*family));
        let ranked = ranking::ranked(field, &totals);
        if ranked.first().is_some_and(|(winner, _)| rivals.own.contains(winner)) {
            offset = ranking::partiality(field, &totals, *family);
        }
        if let Some(offset) = offset {
            for seat in rivals.own {
                totals.entry(seat).and_modify(|total| *total = *total - offset.points);
            }
        }
    }
    let grounds = Grounds { criteria: criteria(field, &judgements), rounds, offset, ..Grounds::default() };
    field.decided(deliberation, DecidedBy::Judge, &totals, grounds)
}

/// The mean of the judgements for each contender and criterion.
fn criteria(field: &Field<'_>, judgements: &[&Judgement]) -> BTreeMap<String, BTreeMap<Criterion, Points>> {
    let of = |seat: &str| {
        let mean = |criterion| {
            let scores = judgements.iter().filter_map(|judgement| Some(judgement.of(seat)?.get(&criterion)?.score));
            Some((criterion, Points::mean(scores)?))
        };
        Criterion::ALL.into_iter().filter_map(mean).collect()
    };
    field.contenders.keys().map(|seat| ((*seat).to_owned(), of(seat))).collect()
}

/// The rounds as the verdict tells them.
fn rounds(field: &Field<'_>, recorded: &[&Judging]) -> Vec<Round> {
    let round = |judging: &&Judging| {
        let JudgeCall { round, judge, purpose, order } = judging.call.clone();
        let result = match &judging.outcome {
            Outcome::Valid { judgement } => valid(field, judgement),
            Outcome::Nonsense { problem } => RoundResult::Nonsense { problem: problem.clone() },
            Outcome::CallFailed { error } => RoundResult::CallFailed { error: error.clone() },
        };
        Round { round, judge, purpose, order, result }
    };
    recorded.iter().map(round).collect()
}

/// Whom it preferred among those that are contenders in the end.
fn valid(field: &Field<'_>, judgement: &Judgement) -> RoundResult {
    let ranked = totals(field, &[judgement]).map(|totals| ranking::ranked(field, &totals)).unwrap_or_default();
    let totals =
        judgement.candidates.iter().filter_map(|judged| Some((judged.seat.clone(), judgement.total(&judged.seat)?)));
    RoundResult::Valid {
        preferred: ranked.first().map(|(seat, _)| (*seat).to_owned()).unwrap_or_default(),
        margin: ranking::margin(&ranked),
        totals: totals.collect(),
    }
}

fn with_rounds(step: Step, rounds: Vec<Round>) -> Step {
    match step {
        Step::Decided(mut verdict) => {
            verdict.rounds = rounds;
            Step::Decided(verdict)
        }
        other => other,
    }
}
