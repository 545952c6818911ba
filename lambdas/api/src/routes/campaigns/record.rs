//! `GET /api/campaigns/{id}/council-record`

use std::str::FromStr;

use axum::extract::State;
use chrono::{DateTime, Datelike, TimeDelta, Utc};
use http::StatusCode;
use rostrum_core::{
    access::Permission,
    council::record::{self, LEAST_REVIEWS, Record},
    ids::CampaignId,
};
use rostrum_store::councils;
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    App,
    answer::Answer,
    authentication::Caller,
    endpoint::{Endpoint, of_team, route},
    error::ApiError,
    extract::{Path, Query},
};

pub(super) fn endpoint() -> Endpoint {
    of_team(Permission::ExecutionsRead, route!(get_council_record))
}

/// How far back it looks if nothing is said, so that what it reads has an end.
const USUAL_PERIOD: TimeDelta = TimeDelta::days(90);

/// A time as RFC 3339 has it, with a year of four digits. Postgres does not know every time that chrono does.
struct Since(DateTime<Utc>);

impl FromStr for Since {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let time: Option<DateTime<Utc>> = text.parse().ok();
        time.filter(|time| (0..=9999).contains(&time.year())).map(Self).ok_or(())
    }
}

/// Whether a campaign's council is worth its price.
#[derive(Debug, Serialize, ToSchema)]
struct CouncilRecord {
    /// Councils that began before are not counted.
    since: DateTime<Utc>,
    /// The posts for which enough seats answered.
    council: Tally,
    /// The posts for which too few did. They are nobody's but their writer's, and count nowhere else.
    below_quorum: Tally,
    /// Every seat that was asked; a seat whose model was changed is there once for each.
    seats: Vec<SeatRecord>,
    /// The seat whose own candidates did best where they became the post as they were: the greatest approval rate, at
    /// equal ones the smallest mean edit distance. Null while no seat has `reviews_needed` such posts reviewed.
    best_single_seat: Option<SingleSeat>,
    /// Whether the council's posts did better than that, by the same rule; null while one side has fewer than
    /// `reviews_needed` reviewed posts.
    beats_best_single_seat: Option<bool>,
    /// How many posts must be approved or rejected on each side before they are compared.
    reviews_needed: i64,
}

/// A seat with one model.
#[derive(Debug, Serialize, ToSchema)]
struct SingleSeat {
    /// Its name.
    seat: String,
    /// Its model.
    model: String,
}

/// What became of some posts.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PostTally)]
struct Tally {
    /// How many there are.
    posts: i64,
    /// How many of them were approved, whether or not they are out already.
    approved: i64,
    /// How many were rejected.
    rejected: i64,
    /// The share of approved among those approved or rejected, 0 to 1; null if there are none.
    approval_rate: Option<f64>,
    /// How far people moved an approved post, where one that nobody changed counts 0; null if there are none.
    mean_edit_distance: Option<f64>,
    /// What all calls for a post cost, in millionths of a US dollar; null if no price is known.
    mean_cost_microusd: Option<i64>,
}

/// A seat of the campaign's councils.
#[derive(Debug, Serialize, ToSchema)]
struct SeatRecord {
    /// Its name.
    seat: String,
    /// The model that was asked.
    model: String,
    /// How often it was asked for a candidate.
    asked: i64,
    /// How often it wrote one.
    answered: i64,
    /// How often its candidate became the post of a full council, refined or not.
    chosen: i64,
    /// The mean of its candidates' points of 10 where a judge decided, chosen or not; null if none did.
    mean_points: Option<f64>,
    /// What a candidate cost, in millionths of a US dollar; null if no price is known.
    mean_cost_microusd: Option<i64>,
    /// The posts that are its candidate as it was.
    unrefined: Tally,
    /// The posts that are its candidate made better.
    refined: Tally,
    /// The posts that its model wrote alone, in the workflow `simple`; null if there are none. They are those of the
    /// workspace, or of the campaigns of the caller's teams if these are what the caller sees.
    simple: Option<Tally>,
    /// Whether the council's posts did better than those; null while one side has fewer than `reviews_needed` reviewed
    /// posts.
    council_beats_simple: Option<bool>,
}

/// Compare a campaign's council with its best seat alone
///
/// What a council costs more, it must be worth: this tells how often its posts were approved and how much they were
/// changed, against those of each seat and of each seat's model in the workflow `simple`. Of two sides the one with the
/// greater approval rate is better, at equal rates the one with the smaller mean edit distance.
#[utoipa::path(
    get, path = "/api/campaigns/{id}/council-record", tag = "campaigns",
    params(
        ("id" = uuid::Uuid, Path, description = "The campaign."),
        ("since" = Option<DateTime<Utc>>, Query, description = "From when on councils and posts are counted; 90 days ago if not given."),
    ),
    responses((status = 200, description = "The record; empty for a campaign that had no council.", body = CouncilRecord)),
)]
async fn get_council_record(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<CampaignId>,
    mut query: Query,
) -> Result<Answer, ApiError> {
    let since = query.take("since", "a time such as 2026-11-01T00:00:00Z");
    query.finish()?;
    let since = since.map_or_else(|| app.ambient().now() - USUAL_PERIOD, |Since(time)| time);
    let database = app.database().await?;
    super::known(database, &caller, id).await?;
    let record = councils::record::load(database, caller.workspace_id, id, caller.scope(), since).await?;
    Answer::new(StatusCode::OK, &CouncilRecord::new(&record, since))
}

impl CouncilRecord {
    fn new(record: &Record, since: DateTime<Utc>) -> Self {
        let best = record.best_single_seat();
        Self {
            since,
            council: record.council().into(),
            below_quorum: record.below_quorum.into(),
            seats: record.seats.iter().map(|seat| SeatRecord::new(record, seat)).collect(),
            best_single_seat: best.map(|best| SingleSeat { seat: best.seat.clone(), model: best.model.clone() }),
            beats_best_single_seat: record.beats_best_single_seat(),
            reviews_needed: LEAST_REVIEWS,
        }
    }
}

impl SeatRecord {
    fn new(record: &Record, seat: &record::Seat) -> Self {
        Self {
            seat: seat.seat.clone(),
            model: seat.model.clone(),
            asked: seat.asked,
            answered: seat.answered,
            chosen: seat.unrefined.posts + seat.refined.posts,
            mean_points: seat.mean_points,
            mean_cost_microusd: seat.mean_cost_microusd(),
            unrefined: seat.unrefined.into(),
            refined: seat.refined.into(),
            simple: seat.simple.map(Tally::from),
            council_beats_simple: record.beats_simple(seat),
        }
    }
}

impl From<record::Tally> for Tally {
    fn from(tally: record::Tally) -> Self {
        Self {
            posts: tally.posts,
            approved: tally.approved,
            rejected: tally.rejected,
            approval_rate: tally.approval_rate(),
            mean_edit_distance: tally.mean_edit_distance(),
            mean_cost_microusd: tally.mean_cost_microusd(),
        }
    }
}
