//! `DELETE /api/campaigns/{id}/employees/{user_id}`

use axum::extract::State;
use rostrum_core::{
    access::Permission,
    ids::{CampaignId, UserId},
};
use rostrum_store::campaigns;
use serde_json::json;

use crate::{
    App,
    answer::Answer,
    authentication::Caller,
    endpoint::{Endpoint, of_team, route},
    error::ApiError,
    extract::Path,
    work::Work,
};

pub(super) fn endpoint() -> Endpoint {
    of_team(Permission::CampaignsWrite, route!(unassign_employee))
}

/// Let an employee write for a campaign no more
///
/// What a run under way has planned is still written. 404 also for somebody who does not write for it.
#[utoipa::path(
    delete, path = "/api/campaigns/{id}/employees/{user_id}", tag = "campaigns",
    params(
        ("id" = uuid::Uuid, Path, description = "The campaign."),
        ("user_id" = uuid::Uuid, Path, description = "The employee."),
    ),
    responses((status = 204, description = "They do not write for it any more.")),
)]
async fn unassign_employee(
    State(app): State<App>,
    caller: Caller,
    Path((id, user_id)): Path<(CampaignId, UserId)>,
) -> Result<Answer, ApiError> {
    let mut work = Work::begin(&app, &caller).await?;
    super::locked(&mut work, &caller, id).await?;
    if !campaigns::unassign(&mut work.transaction, caller.workspace_id, id, user_id).await? {
        return Err(ApiError::NotFound);
    }
    work.audit("campaign.employee_removed", "campaign", id, json!({ "user_id": user_id })).await?;
    work.finish(Answer::empty()).await
}
