//! What the seats of a council wrote, as JSON.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use rostrum_core::{
    council::{
        criteria::Criterion,
        manipulation::Kind,
        points::Points,
        rules::RuleMarks,
        verdict::{Place, Verdict},
    },
    model::Family,
    platform::Fitted,
};
use rostrum_store::councils::view;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{super::wire::Failure, decision::Mark};
use crate::{error::ApiError, extract::read_stored, routes::names::SeatStatus};

/// A seat of the council's settings.
#[derive(Debug, Deserialize)]
pub(super) struct ConfiguredSeat {
    name: String,
    model: String,
}

/// A post as a seat wrote it.
#[derive(Debug, Deserialize)]
struct Draft {
    fitted: Fitted,
    model: String,
    repaired: bool,
}

/// A seat and what came of it.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct CouncilCandidate {
    /// Its name.
    seat: String,
    /// The model that was asked.
    model: String,
    /// Whose model that is: `anthropic`, `openai` or `xai`.
    #[schema(value_type = Option<String>)]
    family: Option<Family>,
    /// Whether it answered.
    #[schema(value_type = SeatStatus)]
    status: String,
    /// What it wrote, as it would be stored; of a thread all parts, a blank line between.
    text: Option<String>,
    /// The model that wrote it, as its provider names it.
    answered_by: Option<String>,
    /// Whether its first answer could not be used.
    repaired: Option<bool>,
    /// Whether it was chosen.
    was_selected: bool,
    /// Why there is no text; null unless it failed.
    failure: Option<Failure>,
    /// What it was worth; null if it could not be chosen, or nothing is decided.
    points: Option<CandidatePoints>,
    /// Why it could not be chosen although there is a text; null if it could.
    left_out: Option<LeftOut>,
    /// What its calls cost, in millionths of a US dollar; null if no price is known.
    cost_microusd: Option<i64>,
    /// How long its calls took together, in milliseconds.
    latency_ms: Option<i64>,
    /// When it was kept.
    created_at: Option<DateTime<Utc>>,
}

/// What a candidate was worth, in points of 10.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct CandidatePoints {
    /// The points that decided.
    #[schema(value_type = f64)]
    total: Points,
    /// The mean of all judgings for each criterion; empty if no judge decided.
    #[schema(value_type = BTreeMap<String, f64>)]
    criteria: BTreeMap<Criterion, Points>,
    /// What the fixed formulas say.
    #[schema(value_type = BTreeMap<String, Mark>)]
    rules: RuleMarks,
    /// The mean of that.
    #[schema(value_type = f64)]
    rules_total: Points,
}

/// Why a candidate could not be chosen: it talks to the judge.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct LeftOut {
    /// The round in which the judge obeyed it; null if it was found before.
    round: Option<u32>,
    /// What it was up to.
    #[schema(value_type = String)]
    kind: Kind,
    /// The words that gave it away.
    quote: String,
}

/// The seats in the order of the settings, with what came of them.
pub(super) fn all(
    seats: Vec<ConfiguredSeat>,
    mut kept: Vec<view::Candidate>,
    verdict: Option<&Verdict>,
    steps: &[view::Step],
) -> Result<Vec<CouncilCandidate>, ApiError> {
    let candidates = seats.into_iter().map(|seat| {
        let found = kept.iter().position(|candidate| candidate.seat == seat.name);
        let kept = found.map(|position| kept.swap_remove(position));
        candidate(seat, kept, verdict, steps)
    });
    candidates.collect()
}

fn candidate(
    seat: ConfiguredSeat,
    kept: Option<view::Candidate>,
    verdict: Option<&Verdict>,
    steps: &[view::Step],
) -> Result<CouncilCandidate, ApiError> {
    let own = [format!("generate:{}", seat.name), format!("repair:{}", seat.name)];
    let calls: Vec<&view::Step> = steps.iter().filter(|step| own.contains(&step.step_name)).collect();
    let (points, left_out) = match verdict.and_then(|verdict| verdict.of(&seat.name)).map(|placed| placed.place.clone())
    {
        Some(Place::Contender { total, criteria, rules, rules_total }) => {
            (Some(CandidatePoints { total, criteria, rules, rules_total }), None)
        }
        Some(Place::LeftOut { round, evidence }) => {
            (None, Some(LeftOut { round, kind: evidence.kind, quote: evidence.quote }))
        }
        Some(Place::Failed { .. }) | None => (None, None),
    };
    let mut shown = CouncilCandidate {
        family: Family::of_model(&seat.model),
        seat: seat.name,
        model: seat.model,
        status: SeatStatus::Waiting.as_str().to_owned(),
        text: None,
        answered_by: None,
        repaired: None,
        was_selected: false,
        failure: None,
        points,
        left_out,
        cost_microusd: total(calls.iter().map(|call| call.cost_microusd)),
        latency_ms: total(calls.iter().map(|call| call.latency_ms.map(i64::from))),
        created_at: None,
    };
    let Some(kept) = kept else { return Ok(shown) };
    if let Some(draft) = kept.draft {
        let Draft { fitted, model, repaired } = read_stored("council_candidates.draft", draft)?;
        shown.text = Some(fitted.content());
        shown.answered_by = Some(model);
        shown.repaired = Some(repaired);
    }
    shown.status = kept.status;
    shown.was_selected = kept.was_selected;
    shown.failure = Failure::of(kept.failure_kind, kept.failure_message);
    shown.created_at = Some(kept.created_at);
    Ok(shown)
}

/// The sum of what is known; `None` if nothing is.
pub(super) fn total(numbers: impl Iterator<Item = Option<i64>>) -> Option<i64> {
    numbers.flatten().reduce(|sum, number| sum + number)
}
