//! `POST /api/v1/teams/{id}/archive`

use axum::extract::State;
use http::StatusCode;
use rostrum_core::{access::Permission, ids::TeamId};
use rostrum_store::teams;
use serde_json::json;

use super::wire::Team;
use crate::{
    App,
    answer::Answer,
    authentication::Caller,
    endpoint::{Endpoint, needs, route},
    error::ApiError,
    extract::{IfMatch, Path},
    work::Work,
};

pub(super) fn endpoint() -> Endpoint {
    needs(Permission::TeamsWrite, route!(archive_team))
}

/// Archive a team
///
/// Nobody is in it any more, and its name can be given again. Its campaigns stay, and stay its own, for those who see all
/// of the workspace. Archiving it again changes nothing.
#[utoipa::path(
    post, path = "/api/v1/teams/{id}/archive", tag = "teams",
    params(
        ("id" = uuid::Uuid, Path, description = "The team."),
        ("If-Match" = Option<String>, Header, description = "The ETag of the version that is to be archived."),
    ),
    responses((status = 200, description = "It is archived.", body = Team, headers(
        ("ETag" = String, description = "Its version."),
    ))),
)]
async fn archive_team(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<TeamId>,
    if_match: IfMatch,
) -> Result<Answer, ApiError> {
    let mut work = Work::begin(&app, &caller).await?;
    let before = super::locked(&mut work, &caller, id).await?;
    if_match.check(before.version)?;
    let mut left = Vec::new();
    if before.archived_at.is_none() {
        let now = work.now;
        left = teams::archive(&mut work.transaction, caller.workspace_id, id, now).await?;
        work.audit("team.archived", "team", id, json!({ "members": left })).await?;
    }
    let team = super::locked(&mut work, &caller, id).await?;
    let version = team.version;
    let answer = work.finish(Answer::new(StatusCode::OK, &Team::from(team))?.version(version)).await?;
    for user_id in left {
        app.memberships().forget(user_id);
    }
    Ok(answer)
}
