//! `GET /api/v1/teams/{id}`

use axum::extract::State;
use http::StatusCode;
use rostrum_core::{access::Permission, ids::TeamId};
use rostrum_store::teams::{self, members};

use super::wire::{TeamDetails, TeamMember};
use crate::{
    App,
    answer::Answer,
    authentication::Caller,
    endpoint::{Endpoint, own, route},
    error::ApiError,
    extract::Path,
};

pub(super) fn endpoint() -> Endpoint {
    own(Permission::TeamsRead, route!(get_team))
}

/// Read a team and who is in it
#[utoipa::path(
    get, path = "/api/v1/teams/{id}", tag = "teams",
    params(("id" = uuid::Uuid, Path, description = "The team.")),
    responses((status = 200, description = "The team, archived or not.", body = TeamDetails, headers(
        ("ETag" = String, description = "Its version."),
    ))),
)]
async fn get_team(State(app): State<App>, caller: Caller, Path(id): Path<TeamId>) -> Result<Answer, ApiError> {
    let database = app.database().await?;
    let team = teams::get(database, caller.workspace_id, id, caller.only()).await?.ok_or(ApiError::NotFound)?;
    let members = members::list(database, caller.workspace_id, id).await?;
    let version = team.version;
    let members = members.into_iter().map(TeamMember::from).collect();
    Ok(Answer::new(StatusCode::OK, &TeamDetails { team: team.into(), members })?.version(version))
}
