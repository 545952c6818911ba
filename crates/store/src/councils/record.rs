//! What became of a campaign's councils, seat by seat. What follows from it is decided in core. A post whose author was
//! erased counts as what it was then: nobody rejected it.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use rostrum_core::{
    council::record::{Record, Seat, Tally},
    ids::{CampaignId, WorkspaceId},
};
use uuid::Uuid;

use crate::{Database, Error, Scope};

/// A seat and its model.
type Place = (String, String);

/// The record of the campaign's councils that began at `since` or later. Whether the campaign itself is in the scope is
/// for the caller to know; what models wrote alone is counted in the scope.
///
/// # Errors
/// If Postgres cannot be read.
pub async fn load(
    database: &Database,
    workspace_id: WorkspaceId,
    campaign_id: CampaignId,
    scope: Scope,
    since: DateTime<Utc>,
) -> Result<Record, Error> {
    let mut record = Record::default();
    let mut seats = asked(database, workspace_id, campaign_id, since).await?;
    chosen(database, workspace_id, campaign_id, since, &mut seats, &mut record.below_quorum).await?;
    let models: Vec<String> = seats.values().flat_map(|(_, models)| models.iter().cloned()).collect();
    let alone = simple(database, workspace_id, scope, &models, since).await?;
    record.seats = seats
        .into_values()
        .map(|(seat, models)| {
            let found: Vec<Tally> = models.iter().filter_map(|model| alone.get(model).copied()).collect();
            Seat { simple: (!found.is_empty()).then(|| found.into_iter().sum()), ..seat }
        })
        .collect();
    Ok(record)
}

/// Every seat with what it was asked for, and the models that answered for it.
async fn asked(
    database: &Database,
    workspace_id: WorkspaceId,
    campaign_id: CampaignId,
    since: DateTime<Utc>,
) -> Result<BTreeMap<Place, (Seat, Vec<String>)>, Error> {
    // The log names the model that answered, too, in fewer bytes than the candidate.
    let rows = sqlx::query!(
        "SELECT candidate.seat, candidate.model, count(*) AS \"asked!\",
                count(*) FILTER (WHERE candidate.status = 'answered') AS \"answered!\",
                coalesce(array_agg(DISTINCT spent.model) FILTER (WHERE spent.model IS NOT NULL), '{}') AS \"models!\",
                coalesce(sum(spent.cost_microusd), 0)::bigint AS \"cost_microusd!\", count(spent.cost_microusd) AS \"priced!\"
         FROM councils AS council
         JOIN council_candidates AS candidate
           ON candidate.execution_id = council.execution_id AND candidate.employee_id = council.employee_id
           AND candidate.slot = council.slot
         LEFT JOIN LATERAL (
           SELECT sum(log.cost_microusd)::bigint AS cost_microusd,
                  max(log.model) FILTER (WHERE log.status = 'success') AS model
           FROM workflow_logs AS log
           WHERE log.execution_id = council.execution_id AND log.employee_id = council.employee_id
             AND log.slot = council.slot AND log.step_name IN ('generate:' || candidate.seat, 'repair:' || candidate.seat)
         ) AS spent ON true
         WHERE council.workspace_id = $1 AND council.campaign_id = $2 AND council.created_at >= $3
         GROUP BY candidate.seat, candidate.model",
        workspace_id.uuid(),
        campaign_id.uuid(),
        since,
    )
    .fetch_all(database)
    .await?;
    let mut points = points(database, workspace_id, campaign_id, since).await?;
    let seats = rows.into_iter().map(|row| {
        let place = (row.seat, row.model);
        let seat = Seat {
            seat: place.0.clone(),
            model: place.1.clone(),
            asked: row.asked,
            answered: row.answered,
            mean_points: points.remove(&place),
            cost_microusd: row.cost_microusd,
            priced: row.priced,
            ..Seat::default()
        };
        (place, (seat, row.models))
    });
    Ok(seats.collect())
}

/// The mean points of the candidates of every seat. Points count where a judge decided: those of rules and votes are of
/// another kind.
async fn points(
    database: &Database,
    workspace_id: WorkspaceId,
    campaign_id: CampaignId,
    since: DateTime<Utc>,
) -> Result<BTreeMap<Place, f64>, Error> {
    let rows = sqlx::query!(
        "SELECT placed.seat AS \"seat!\", placed.model AS \"model!\", avg(placed.total) AS \"points!\"
         FROM councils AS council,
              jsonb_to_recordset(council.verdict -> 'candidates') AS placed (seat text, model text, total float8)
         WHERE council.workspace_id = $1 AND council.campaign_id = $2 AND council.created_at >= $3
           AND council.verdict ->> 'decided_by' = 'judge' AND placed.total IS NOT NULL
         GROUP BY 1, 2",
        workspace_id.uuid(),
        campaign_id.uuid(),
        since,
    )
    .fetch_all(database)
    .await?;
    Ok(rows.into_iter().map(|row| ((row.seat, row.model), row.points)).collect())
}

/// Adds what became of the posts: to the seat whose candidate was chosen, or to those below the quorum.
async fn chosen(
    database: &Database,
    workspace_id: WorkspaceId,
    campaign_id: CampaignId,
    since: DateTime<Utc>,
    seats: &mut BTreeMap<Place, (Seat, Vec<String>)>,
    below_quorum: &mut Tally,
) -> Result<(), Error> {
    let rows = sqlx::query!(
        "SELECT candidate.seat, candidate.model, council.standing = 'full' AS \"is_full!\",
                coalesce(council.refinement ->> 'kept' = 'refinement', false) AS \"is_refined!\",
                count(*) AS \"posts!\",
                count(*) FILTER (WHERE was.status IN ('approved', 'scheduled', 'publishing', 'published')) AS \"approved!\",
                count(*) FILTER (WHERE was.status = 'rejected') AS \"rejected!\",
                coalesce(sum(post.edit_distance) FILTER (
                  WHERE was.status IN ('approved', 'scheduled', 'publishing', 'published')), 0) AS \"edit_distance!\",
                coalesce(sum(spent.cost_microusd), 0)::bigint AS \"cost_microusd!\", count(spent.cost_microusd) AS \"priced!\"
         FROM councils AS council
         JOIN posts AS post
           ON post.execution_id = council.execution_id AND post.employee_id = council.employee_id
           AND post.slot = council.slot
         JOIN council_candidates AS candidate
           ON candidate.execution_id = council.execution_id AND candidate.employee_id = council.employee_id
           AND candidate.slot = council.slot AND candidate.was_selected
         CROSS JOIN LATERAL (
           SELECT coalesce(post.generation_metadata ->> 'status_when_erased', post.status) AS status
         ) AS was
         LEFT JOIN LATERAL (
           SELECT sum(log.cost_microusd)::bigint AS cost_microusd FROM workflow_logs AS log
           WHERE log.execution_id = council.execution_id AND log.employee_id = council.employee_id
             AND log.slot = council.slot
         ) AS spent ON true
         WHERE council.workspace_id = $1 AND council.campaign_id = $2 AND council.created_at >= $3
         GROUP BY 1, 2, 3, 4",
        workspace_id.uuid(),
        campaign_id.uuid(),
        since,
    )
    .fetch_all(database)
    .await?;
    for row in rows {
        let tally = Tally {
            posts: row.posts,
            approved: row.approved,
            rejected: row.rejected,
            edit_distance: row.edit_distance,
            cost_microusd: row.cost_microusd,
            priced: row.priced,
        };
        if !row.is_full {
            *below_quorum = *below_quorum + tally;
        } else if let Some((seat, _)) = seats.get_mut(&(row.seat, row.model)) {
            let side = if row.is_refined { &mut seat.refined } else { &mut seat.unrefined };
            *side = *side + tally;
        }
    }
    Ok(())
}

/// What became of the posts that these models wrote alone since then: in the whole workspace, or in the campaigns of
/// somebody's teams if they see no others.
async fn simple(
    database: &Database,
    workspace_id: WorkspaceId,
    scope: Scope,
    models: &[String],
    since: DateTime<Utc>,
) -> Result<BTreeMap<String, Tally>, Error> {
    let roles = scope.roles();
    let rows = sqlx::query!(
        "SELECT post.generation_metadata ->> 'model' AS \"model!\", count(*) AS \"posts!\",
                count(*) FILTER (WHERE was.status IN ('approved', 'scheduled', 'publishing', 'published')) AS \"approved!\",
                count(*) FILTER (WHERE was.status = 'rejected') AS \"rejected!\",
                coalesce(sum(post.edit_distance) FILTER (
                  WHERE was.status IN ('approved', 'scheduled', 'publishing', 'published')), 0) AS \"edit_distance!\",
                coalesce(sum(spent.cost_microusd), 0)::bigint AS \"cost_microusd!\", count(spent.cost_microusd) AS \"priced!\"
         FROM posts AS post
         CROSS JOIN LATERAL (
           SELECT coalesce(post.generation_metadata ->> 'status_when_erased', post.status) AS status
         ) AS was
         LEFT JOIN LATERAL (
           SELECT sum(log.cost_microusd)::bigint AS cost_microusd FROM workflow_logs AS log
           WHERE log.execution_id = post.execution_id AND log.employee_id = post.employee_id AND log.slot = post.slot
         ) AS spent ON true
         WHERE post.workspace_id = $1 AND post.id >= $2 AND post.created_at >= $3
           AND post.generation_metadata ->> 'workflow_type' = 'simple'
           AND post.generation_metadata ->> 'model' = ANY ($4)
           AND ($5::uuid IS NULL OR post.campaign_id IN (
             SELECT campaign.id FROM campaigns AS campaign
             JOIN team_members AS part ON part.workspace_id = campaign.workspace_id AND part.team_id = campaign.team_id
             WHERE campaign.workspace_id = $1 AND part.user_id = $5 AND part.role = ANY ($6)
           ))
         GROUP BY 1",
        workspace_id.uuid(),
        earliest_id(since),
        since,
        models,
        scope.person(),
        &roles,
    )
    .fetch_all(database)
    .await?;
    let tally = rows.into_iter().map(|row| {
        let tally = Tally {
            posts: row.posts,
            approved: row.approved,
            rejected: row.rejected,
            edit_distance: row.edit_distance,
            cost_microusd: row.cost_microusd,
            priced: row.priced,
        };
        (row.model, tally)
    });
    Ok(tally.collect())
}

/// No id of that time or later is below this one: a UUIDv7 begins with the milliseconds of its time. Ids are what the
/// index of a workspace's posts is sorted by.
fn earliest_id(since: DateTime<Utc>) -> Uuid {
    let millis = u128::try_from(since.timestamp_millis()).unwrap_or(0);
    Uuid::from_u128(millis << 80)
}
