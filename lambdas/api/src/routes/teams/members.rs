//! `PUT` and `DELETE /api/v1/teams/{id}/members/{user_id}`

use axum::extract::State;
use http::StatusCode;
use rostrum_core::{
    access::{Permission, TeamRole, UnknownTeamRole},
    ids::{TeamId, UserId},
};
use rostrum_store::{people, teams::members};
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;

use super::wire::TeamMember;
use crate::{
    App,
    answer::Answer,
    authentication::Caller,
    endpoint::{Endpoint, needs, route},
    error::ApiError,
    extract::{Path, Submitted},
    routes::names::TeamRoleName,
    work::Work,
};

pub(super) fn set_endpoint() -> Endpoint {
    needs(Permission::TeamsWrite, route!(set_team_member))
}

pub(super) fn remove_endpoint() -> Endpoint {
    needs(Permission::TeamsWrite, route!(remove_team_member))
}

/// The most people in a team, so that all of them can be shown at once.
const MOST: i64 = 1000;

/// What somebody is to be in a team.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct TeamRoleBody {
    /// One of the four.
    #[schema(value_type = TeamRoleName)]
    role: String,
}

/// The role of this name, if the caller may hand it out.
fn granted(caller: &Caller, name: &str) -> Result<TeamRole, ApiError> {
    let role: TeamRole = name.parse().map_err(|error: UnknownTeamRole| ApiError::field("role", error.to_string()))?;
    if caller.role.may_grant_in_team(role) {
        Ok(role)
    } else {
        Err(ApiError::field("role", "is none that you may hand out"))
    }
}

/// Put somebody into a team, or say what they are in it
///
/// They must be a member of the workspace. Holds at once for whatever they change, and within a minute for what they read.
#[utoipa::path(
    put, path = "/api/v1/teams/{id}/members/{user_id}", tag = "teams",
    params(
        ("id" = uuid::Uuid, Path, description = "The team."),
        ("user_id" = uuid::Uuid, Path, description = "The member of the workspace."),
    ),
    request_body = TeamRoleBody,
    responses(
        (status = 200, description = "They are that in the team now.", body = TeamMember),
        (status = 409, description = "The team is archived, or has 1,000 members."),
    ),
)]
async fn set_team_member(
    State(app): State<App>,
    caller: Caller,
    Path((id, user_id)): Path<(TeamId, UserId)>,
    Submitted { value, .. }: Submitted<TeamRoleBody>,
) -> Result<Answer, ApiError> {
    let role = granted(&caller, &value.role)?;
    let mut work = Work::begin(&app, &caller).await?;
    let (workspace_id, now) = (caller.workspace_id, work.now);
    super::to_be_changed(&mut work, &caller, id).await?;
    people::members::lock(&mut work.transaction, workspace_id, user_id).await?.ok_or(ApiError::NotFound)?;
    let before = members::get(&mut work.transaction, workspace_id, id, user_id).await?.map(|member| member.role);
    if before.is_none() && members::count(&mut work.transaction, workspace_id, id).await? >= MOST {
        return Err(ApiError::Conflict("A team has at most 1,000 members."));
    }
    if before != Some(role) {
        members::set(&mut work.transaction, workspace_id, id, user_id, role, now).await?;
        let from = before.map(TeamRole::as_str);
        let detail = json!({ "user_id": user_id, "from": from, "to": role.as_str() });
        work.audit("team.member_set", "team", id, detail).await?;
    }
    let member = members::get(&mut work.transaction, workspace_id, id, user_id).await?;
    let member = member.ok_or_else(|| ApiError::internal("a member of a team that was set is not there"))?;
    let answer = work.finish(Answer::new(StatusCode::OK, &TeamMember::from(member))?).await?;
    app.memberships().forget(user_id);
    Ok(answer)
}

/// Take somebody out of a team
///
/// From then on they see nothing of it. 404 also for somebody who is not in it.
#[utoipa::path(
    delete, path = "/api/v1/teams/{id}/members/{user_id}", tag = "teams",
    params(
        ("id" = uuid::Uuid, Path, description = "The team."),
        ("user_id" = uuid::Uuid, Path, description = "The member of the team."),
    ),
    responses((status = 204, description = "They are not in it any more.")),
)]
async fn remove_team_member(
    State(app): State<App>,
    caller: Caller,
    Path((id, user_id)): Path<(TeamId, UserId)>,
) -> Result<Answer, ApiError> {
    let mut work = Work::begin(&app, &caller).await?;
    super::locked(&mut work, &caller, id).await?;
    let removed = members::remove(&mut work.transaction, caller.workspace_id, id, user_id).await?;
    let role = removed.ok_or(ApiError::NotFound)?;
    let detail = json!({ "user_id": user_id, "role": role.as_str() });
    work.audit("team.member_removed", "team", id, detail).await?;
    let answer = work.finish(Answer::empty()).await?;
    app.memberships().forget(user_id);
    Ok(answer)
}
