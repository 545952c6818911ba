//! `PATCH /api/campaigns/{id}`

use axum::extract::State;
use http::StatusCode;
use rostrum_core::{access::Permission, ids::CampaignId};
use rostrum_store::campaigns;
use serde_json::json;

use super::{
    team,
    wire::{Campaign, CampaignBody, CampaignPatch},
};
use crate::{
    App,
    answer::Answer,
    authentication::Caller,
    endpoint::{Endpoint, of_team, route},
    error::ApiError,
    extract::{Path, RequiredIfMatch},
    work::Work,
};

pub(super) fn endpoint() -> Endpoint {
    of_team(Permission::CampaignsWrite, route!(change_campaign))
}

/// Change a campaign
///
/// The change holds from the next run on; a run that is under way is not touched. Whoever may do so in teams alone moves it
/// to no other team than those.
#[utoipa::path(
    patch, path = "/api/campaigns/{id}", tag = "campaigns",
    params(
        ("id" = uuid::Uuid, Path, description = "The campaign."),
        ("If-Match" = String, Header, description = "The ETag of the version that is to be changed."),
    ),
    request_body(content = CampaignPatch, content_type = "application/merge-patch+json"),
    responses(
        (status = 200, description = "It is changed.", body = Campaign, headers(("ETag" = String, description = "Its new version."))),
        (status = 409, description = "It is archived."),
    ),
)]
async fn change_campaign(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<CampaignId>,
    if_match: RequiredIfMatch,
    patch: CampaignPatch,
) -> Result<Answer, ApiError> {
    let mut work = Work::begin(&app, &caller).await?;
    let before = super::to_be_changed(&mut work, &caller, id).await?;
    if_match.check(before.version)?;
    let schedule_before = (before.schedule_cron.clone(), before.schedule_timezone.clone());
    let team_before = before.team_id;
    let body = CampaignBody::try_from(before)?.changed(&patch)?;
    let team_id = body.team_id;
    let fields = body.validate()?;
    let is_rescheduled = schedule_before != (fields.schedule_cron.clone(), fields.schedule_timezone.clone());
    if is_rescheduled {
        super::must_run_again(&fields, &work)?;
        super::announce_schedule(&mut work, id).await?;
    }
    campaigns::update(&mut work.transaction, caller.workspace_id, id, &fields, work.now).await?;
    if team_id != team_before {
        let team_id = team::chosen(&mut work, &caller, team_id).await?;
        campaigns::set_team(&mut work.transaction, caller.workspace_id, id, team_id).await?;
    }
    work.audit("campaign.changed", "campaign", id, json!({ "fields": patch.fields() })).await?;
    let campaign = super::known(&mut work.transaction, &caller, id).await?;
    let version = campaign.version;
    let answer = Answer::new(StatusCode::OK, &Campaign::try_from(campaign)?)?.version(version);
    work.finish(answer).await
}
