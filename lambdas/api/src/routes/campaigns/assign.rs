//! `POST /api/campaigns/{id}/employees`

use std::collections::BTreeSet;

use axum::extract::State;
use http::StatusCode;
use rostrum_core::{
    access::Permission,
    field::FieldError,
    ids::{CampaignId, UserId},
};
use rostrum_store::campaigns::assignments;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    App,
    answer::Answer,
    authentication::Caller,
    endpoint::{Endpoint, of_team, route},
    error::ApiError,
    extract::{Path, Submitted},
    work::Begun,
};

pub(super) fn endpoint() -> Endpoint {
    of_team(Permission::CampaignsWrite, route!(assign_employees))
}

/// The most employees that are assigned at once.
const MOST: usize = 1000;

/// Employees who are to write for a campaign.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct AssignBody {
    /// Their ids.
    #[schema(min_items = 1, max_items = 1000)]
    user_ids: Vec<Uuid>,
}

/// Employees who write for a campaign now.
#[derive(Debug, Serialize, ToSchema)]
struct Assigned {
    /// Their ids, those that were asked for.
    user_ids: Vec<Uuid>,
}

/// Let employees write for a campaign
///
/// Those who do already are left as they are. If one of them cannot be assigned, none is.
#[utoipa::path(
    post, path = "/api/campaigns/{id}/employees", tag = "campaigns",
    params(
        ("id" = uuid::Uuid, Path, description = "The campaign."),
        ("Idempotency-Key" = Option<String>, Header, description = "Makes sending it again harmless."),
    ),
    request_body = AssignBody,
    responses(
        (status = 200, description = "They write for it from the next run on.", body = Assigned),
        (status = 409, description = "The campaign is archived."),
    ),
)]
async fn assign_employees(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<CampaignId>,
    Submitted { value, once }: Submitted<AssignBody>,
) -> Result<Answer, ApiError> {
    if value.user_ids.is_empty() || value.user_ids.len() > MOST {
        return Err(ApiError::field("user_ids", format!("must name 1 to {MOST} employees")));
    }
    let mut work = match once.begin(&app, &caller).await? {
        Begun::Work(work) => work,
        Begun::Answered(answer) => return Ok(answer),
    };
    let workspace_id = caller.workspace_id;
    super::to_be_changed(&mut work, &caller, id).await?;
    let wanted: BTreeSet<UserId> = value.user_ids.iter().copied().map(UserId::from).collect();
    let wanted: Vec<UserId> = wanted.into_iter().collect();
    let found = assignments::assignable(&mut work.transaction, workspace_id, &wanted).await?;
    let unknown: Vec<FieldError> = (0..)
        .zip(&value.user_ids)
        .filter(|(_, user)| !found.contains(&UserId::from(**user)))
        .map(|(position, _): (usize, _)| {
            FieldError::new(format!("user_ids[{position}]"), "is not an employee of this workspace, or is archived")
        })
        .collect();
    if !unknown.is_empty() {
        return Err(ApiError::Invalid(unknown));
    }
    let assigned: Vec<(Uuid, UserId)> = found.iter().map(|user| (work.new_id(), *user)).collect();
    assignments::assign(&mut work.transaction, workspace_id, id, &assigned, work.now).await?;
    work.audit("campaign.employees_assigned", "campaign", id, json!({ "user_ids": found })).await?;
    let body = Assigned { user_ids: found.into_iter().map(UserId::uuid).collect() };
    let answer = Answer::new(StatusCode::OK, &body)?;
    work.finish(answer).await
}
