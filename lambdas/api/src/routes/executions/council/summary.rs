//! A council in short, as JSON.

use rostrum_store::councils::view;
use serde::Serialize;
use utoipa::ToSchema;

use super::{super::wire::Failure, Progress};
use crate::routes::names::{CouncilStanding, CouncilStep, DecidedBy, SeatStatus};

/// How a council came to its post, without the texts.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::routes::executions) struct CouncilSummary {
    /// The seat whose candidate was chosen; null as long as none is.
    winner: Option<String>,
    /// Whether enough seats answered; null as long as nothing is decided.
    #[schema(value_type = Option<CouncilStanding>)]
    standing: Option<String>,
    /// What decided; null as long as nothing is.
    #[schema(value_type = Option<DecidedBy>)]
    decided_by: Option<String>,
    /// By how many points of 10 the winner is ahead of the second; null if it had no rival.
    margin: Option<f64>,
    /// Whether the post is the refinement and not the candidate; null if nothing was refined.
    refined: Option<bool>,
    /// Whether there is a picture.
    picture: bool,
    /// What the checks found; null as long as nothing was checked.
    findings: Option<FindingCounts>,
    /// What all calls of the slot cost, in millionths of a US dollar; calls without a known price are not in it, and null
    /// says that there is no other.
    cost_microusd: Option<i64>,
    /// The seats in the order of the campaign's settings.
    seats: Vec<SeatSummary>,
    /// The steps that are done, in their order.
    steps_done: Vec<CouncilStep>,
}

/// How many findings there are.
#[derive(Debug, Default, Serialize, ToSchema)]
pub(super) struct FindingCounts {
    /// Worth a look.
    note: usize,
    /// Probably wrong.
    warning: usize,
    /// Not to be published like this.
    blocking: usize,
}

/// What a seat came to.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SeatSummary {
    /// Its name.
    seat: String,
    /// The model that was asked.
    model: String,
    /// Whether it answered.
    #[schema(value_type = SeatStatus)]
    status: String,
    /// The points that decided, of 10; null if it could not be chosen, or nothing is decided.
    total: Option<f64>,
    /// Why it failed; null unless it did.
    failure: Option<Failure>,
    /// What its calls cost, in millionths of a US dollar; null if no price is known.
    cost_microusd: Option<i64>,
    /// How long its calls took together, in milliseconds; null as long as there is none.
    latency_ms: Option<i64>,
}

impl CouncilSummary {
    /// `is_stored` tells whether the post is.
    pub(in crate::routes::executions) fn new(stored: view::Summary, is_stored: bool) -> Self {
        let progress = Progress {
            all_seats_ended: stored.seats.iter().all(|seat| seat.status.is_some()),
            is_decided: stored.winner.is_some(),
            is_refined: stored.kept.is_some(),
            has_picture: stored.has_picture,
            is_checked: stored.is_checked,
            is_stored,
        };
        Self {
            winner: stored.winner,
            standing: stored.standing,
            decided_by: stored.decided_by,
            margin: stored.margin,
            refined: stored.kept.map(|kept| kept == "refinement"),
            picture: stored.has_picture,
            findings: stored.is_checked.then(|| FindingCounts::of(&stored.severities)),
            cost_microusd: stored.cost_microusd,
            seats: stored.seats.into_iter().map(SeatSummary::from).collect(),
            steps_done: progress.steps(),
        }
    }
}

impl FindingCounts {
    fn of(severities: &[String]) -> Self {
        let count = |wanted: &str| severities.iter().filter(|severity| *severity == wanted).count();
        Self { note: count("note"), warning: count("warning"), blocking: count("blocking") }
    }
}

impl From<view::Seat> for SeatSummary {
    fn from(stored: view::Seat) -> Self {
        Self {
            seat: stored.seat,
            model: stored.model,
            status: stored.status.unwrap_or_else(|| SeatStatus::Waiting.as_str().to_owned()),
            total: stored.total,
            failure: Failure::of(stored.failure_kind, stored.failure_message),
            cost_microusd: stored.cost_microusd,
            latency_ms: stored.latency_ms,
        }
    }
}
