//! `PATCH /api/v1/teams/{id}`

use axum::extract::State;
use http::StatusCode;
use rostrum_core::{access::Permission, ids::TeamId};
use rostrum_store::teams;
use serde_json::json;

use super::wire::{Team, TeamBody, TeamPatch};
use crate::{
    App,
    answer::Answer,
    authentication::Caller,
    endpoint::{Endpoint, needs, route},
    error::ApiError,
    extract::{Path, RequiredIfMatch},
    work::Work,
};

pub(super) fn endpoint() -> Endpoint {
    needs(Permission::TeamsWrite, route!(change_team))
}

/// Rename a team
#[utoipa::path(
    patch, path = "/api/v1/teams/{id}", tag = "teams",
    params(
        ("id" = uuid::Uuid, Path, description = "The team."),
        ("If-Match" = String, Header, description = "The ETag of the version that is to be changed."),
    ),
    request_body(content = TeamPatch, content_type = "application/merge-patch+json"),
    responses(
        (status = 200, description = "It is called so.", body = Team, headers(("ETag" = String, description = "Its new version."))),
        (status = 409, description = "It is archived, or another team is called so."),
    ),
)]
async fn change_team(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<TeamId>,
    if_match: RequiredIfMatch,
    patch: TeamPatch,
) -> Result<Answer, ApiError> {
    let mut work = Work::begin(&app, &caller).await?;
    let before = super::to_be_changed(&mut work, &caller, id).await?;
    if_match.check(before.version)?;
    let name = super::name(&patch.apply(&TeamBody { name: before.name.clone() })?.name)?;
    let (workspace_id, now) = (caller.workspace_id, work.now);
    teams::rename(&mut work.transaction, workspace_id, id, &name, now).await.map_err(super::refused)?;
    work.audit("team.renamed", "team", id, json!({ "from": before.name, "to": name })).await?;
    let team = super::locked(&mut work, &caller, id).await?;
    let version = team.version;
    work.finish(Answer::new(StatusCode::OK, &Team::from(team))?.version(version)).await
}
