//! `DELETE /api/campaigns/{id}/schedule`

use axum::extract::State;
use rostrum_core::{access::Permission, ids::CampaignId};
use rostrum_store::campaigns;
use serde_json::json;

use crate::{
    App,
    answer::Answer,
    authentication::Caller,
    endpoint::{Endpoint, of_team, route},
    error::ApiError,
    extract::{IfMatch, Path},
    routes::campaigns::{announce_schedule, locked},
    work::Work,
};

pub(in super::super) fn endpoint() -> Endpoint {
    of_team(Permission::CampaignsWrite, route!(remove_campaign_schedule))
}

/// Let a campaign run only on request
///
/// Removing a schedule that is not there changes nothing. The campaign keeps its time zone.
#[utoipa::path(
    delete, path = "/api/campaigns/{id}/schedule", tag = "campaigns",
    params(
        ("id" = uuid::Uuid, Path, description = "The campaign."),
        ("If-Match" = Option<String>, Header, description = "The ETag of the campaign's version that is to be changed."),
    ),
    responses((status = 204, description = "It has no schedule.", headers(
        ("ETag" = String, description = "The campaign's version."),
    ))),
)]
async fn remove_campaign_schedule(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<CampaignId>,
    if_match: IfMatch,
) -> Result<Answer, ApiError> {
    let mut work = Work::begin(&app, &caller).await?;
    let before = locked(&mut work, &caller, id).await?;
    if_match.check(before.version)?;
    let mut version = before.version;
    if before.schedule_cron.is_some() {
        let timezone = &before.schedule_timezone;
        version =
            campaigns::set_schedule(&mut work.transaction, caller.workspace_id, id, None, timezone, work.now).await?;
        work.audit("campaign.schedule_removed", "campaign", id, json!({})).await?;
        announce_schedule(&mut work, id).await?;
    }
    work.finish(Answer::empty().version(version)).await
}
