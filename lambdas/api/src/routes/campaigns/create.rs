//! `POST /api/campaigns`

use axum::extract::State;
use http::StatusCode;
use rostrum_core::{access::Permission, ids::CampaignId};
use rostrum_store::campaigns;
use serde_json::json;
use utoipa_axum::routes;

use super::wire::{Campaign, CampaignBody};
use crate::{
    App,
    answer::Answer,
    authentication::Caller,
    endpoint::{Endpoint, needs},
    error::ApiError,
    extract::Submitted,
    work::Begun,
};

pub(super) fn endpoint() -> Endpoint {
    needs(Permission::CampaignsWrite, routes!(create_campaign))
}

/// Create a campaign
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
    let fields = value.validate()?;
    let mut work = match once.begin(&app, &caller).await? {
        Begun::Work(work) => work,
        Begun::Answered(answer) => return Ok(answer),
    };
    super::must_run_again(&fields, &work)?;
    let id: CampaignId = work.new_id();
    campaigns::create(&mut work.transaction, id, caller.workspace_id, &fields, work.now).await?;
    work.audit("campaign.created", "campaign", id, json!({ "name": fields.name })).await?;
    if fields.schedule().is_some() {
        super::announce_schedule(&mut work, id).await?;
    }
    let campaign = super::known(&mut work.transaction, caller.workspace_id, id).await?;
    let version = campaign.version;
    let answer = Answer::new(StatusCode::CREATED, &Campaign::try_from(campaign)?)?;
    work.finish(answer.at(format!("/api/campaigns/{id}")).version(version)).await
}
