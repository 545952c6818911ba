//! `POST /api/campaigns`

use axum::extract::State;
use http::StatusCode;
use rostrum_core::{access::Permission, ids::CampaignId};
use rostrum_store::campaigns;
use serde_json::json;

use super::{
    team,
    wire::{Campaign, CampaignBody},
};
use crate::{
    App,
    answer::Answer,
    authentication::Caller,
    endpoint::{Endpoint, of_team, route},
    error::ApiError,
    extract::Submitted,
    work::Begun,
};

pub(super) fn endpoint() -> Endpoint {
    of_team(Permission::CampaignsWrite, route!(create_campaign))
}

/// Create a campaign
///
/// Whoever may do so in teams alone names one of those as its team.
#[utoipa::path(
    post, path = "/api/campaigns", tag = "campaigns",
    params(("Idempotency-Key" = Option<String>, Header, description = "Makes sending it again harmless.")),
    request_body = CampaignBody,
    responses((status = 201, description = "It is created.", body = Campaign, headers(
        ("Location" = String, description = "Its address."), ("ETag" = String, description = "Its version."),
    ))),
)]
async fn create_campaign(
    State(app): State<App>,
    caller: Caller,
    Submitted { value, once }: Submitted<CampaignBody>,
) -> Result<Answer, ApiError> {
    let team_id = value.team_id;
    let fields = value.validate()?;
    let mut work = match once.begin(&app, &caller).await? {
        Begun::Work(work) => work,
        Begun::Answered(answer) => return Ok(answer),
    };
    super::must_run_again(&fields, &work)?;
    let team_id = team::chosen(&mut work, &caller, team_id).await?;
    let id: CampaignId = work.new_id();
    campaigns::create(&mut work.transaction, id, caller.workspace_id, &fields, work.now).await?;
    if team_id.is_some() {
        campaigns::set_team(&mut work.transaction, caller.workspace_id, id, team_id).await?;
    }
    let detail = json!({ "name": fields.name, "team_id": team_id });
    work.audit("campaign.created", "campaign", id, detail).await?;
    if fields.schedule().is_some() {
        super::announce_schedule(&mut work, id).await?;
    }
    let campaign = super::known(&mut work.transaction, &caller, id).await?;
    let version = campaign.version;
    let answer = Answer::new(StatusCode::CREATED, &Campaign::try_from(campaign)?)?;
    work.finish(answer.at(format!("/api/campaigns/{id}")).version(version)).await
}
