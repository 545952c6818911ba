//! `POST /api/campaigns/{id}/archive`

use axum::extract::State;
use http::StatusCode;
use rostrum_core::{access::Permission, ids::CampaignId};
use rostrum_store::campaigns;
use serde_json::json;

use super::wire::Campaign;
use crate::{
    App,
    answer::Answer,
    authentication::Caller,
    endpoint::{Endpoint, of_team, route},
    error::ApiError,
    extract::{IfMatch, Path},
    work::Work,
};

pub(super) fn endpoint() -> Endpoint {
    of_team(Permission::CampaignsWrite, route!(archive_campaign))
}

/// Archive a campaign
///
/// It runs no more and loses its schedule; its runs and posts stay. Archiving it again changes nothing.
#[utoipa::path(
    post, path = "/api/campaigns/{id}/archive", tag = "campaigns",
    params(
        ("id" = uuid::Uuid, Path, description = "The campaign."),
        ("If-Match" = Option<String>, Header, description = "The ETag of the version that is to be archived."),
    ),
    responses((status = 200, description = "It is archived.", body = Campaign, headers(
        ("ETag" = String, description = "Its version."),
    ))),
)]
async fn archive_campaign(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<CampaignId>,
    if_match: IfMatch,
) -> Result<Answer, ApiError> {
    let mut work = Work::begin(&app, &caller).await?;
    let before = super::locked(&mut work, &caller, id).await?;
    if_match.check(before.version)?;
    if !before.is_archived() {
        campaigns::archive(&mut work.transaction, caller.workspace_id, id, work.now).await?;
        work.audit("campaign.archived", "campaign", id, json!({})).await?;
        super::announce_schedule(&mut work, id).await?;
    }
    let campaign = super::known(&mut work.transaction, &caller, id).await?;
    let version = campaign.version;
    let answer = Answer::new(StatusCode::OK, &Campaign::try_from(campaign)?)?.version(version);
    work.finish(answer).await
}
