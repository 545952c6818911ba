//! `POST /api/campaigns/{id}/run`

use axum::extract::State;
use http::StatusCode;
use rostrum_contracts::{CampaignRun, Trigger, encode};
use rostrum_core::{
    access::Permission,
    ids::{CampaignId, ExecutionId},
};
use rostrum_store::{executions::plan, outbox::Kind};
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;

use crate::{
    App,
    answer::Answer,
    authentication::Caller,
    endpoint::{Endpoint, of_team, route},
    error::ApiError,
    extract::{Once, Path},
    routes::names::ExecutionStatus,
    work::Begun,
};

pub(super) fn endpoint() -> Endpoint {
    of_team(Permission::CampaignsRun, route!(run_campaign))
}

/// A run that was asked for.
#[derive(Debug, Serialize, ToSchema)]
struct StartedRun {
    /// The run; `GET /api/executions/{id}` tells how it goes.
    #[schema(value_type = uuid::Uuid)]
    execution_id: ExecutionId,
    /// `queued`.
    status: ExecutionStatus,
}

/// Run a campaign now
///
/// Each call is a run of its own, whatever the schedule does; `Idempotency-Key` makes a call that is repeated one run.
/// A body is not needed and not read.
#[utoipa::path(
    post, path = "/api/campaigns/{id}/run", tag = "campaigns",
    params(
        ("id" = uuid::Uuid, Path, description = "The campaign."),
        ("Idempotency-Key" = Option<String>, Header, description = "Makes sending it again harmless."),
    ),
    responses(
        (status = 202, description = "It will run at once.", body = StartedRun, headers(("Location" = String, description = "The address of the run."))),
        (status = 409, description = "The campaign is archived."),
    ),
)]
async fn run_campaign(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<CampaignId>,
    once: Once,
) -> Result<Answer, ApiError> {
    let mut work = match once.begin(&app, &caller).await? {
        Begun::Work(work) => work,
        Begun::Answered(answer) => return Ok(answer),
    };
    super::to_be_changed(&mut work, &caller, id).await?;
    let execution: ExecutionId = work.new_id();
    let (workspace_id, now) = (caller.workspace_id, work.now);
    plan::queue_manual(&mut work.transaction, execution, workspace_id, id, caller.user_id, now).await?;
    work.audit("campaign.run", "campaign", id, json!({ "execution_id": execution })).await?;
    let message = CampaignRun { workspace_id, campaign_id: id, trigger: Trigger::Manual { execution_id: execution } };
    work.send(Kind::CampaignRun, encode(&message).map_err(ApiError::internal)?).await?;
    let body = StartedRun { execution_id: execution, status: ExecutionStatus::Queued };
    let answer = Answer::new(StatusCode::ACCEPTED, &body)?.at(format!("/api/executions/{execution}"));
    work.finish(answer).await
}
