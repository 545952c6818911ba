//! `POST /api/v1/teams`

use axum::extract::State;
use http::StatusCode;
use rostrum_core::{access::Permission, ids::TeamId};
use rostrum_store::teams;
use serde_json::json;

use super::wire::{Team, TeamBody};
use crate::{
    App,
    answer::Answer,
    authentication::Caller,
    endpoint::{Endpoint, needs, route},
    error::ApiError,
    extract::Submitted,
    work::Begun,
};

pub(super) fn endpoint() -> Endpoint {
    needs(Permission::TeamsWrite, route!(create_team))
}

/// Create a team
///
/// Nobody is in it at first, and it has no campaigns.
#[utoipa::path(
    post, path = "/api/v1/teams", tag = "teams",
    params(("Idempotency-Key" = Option<String>, Header, description = "Makes sending it again harmless.")),
    request_body = TeamBody,
    responses(
        (status = 201, description = "It is created.", body = Team, headers(
            ("Location" = String, description = "Its address."), ("ETag" = String, description = "Its version."),
        )),
        (status = 409, description = "Another team is called so."),
    ),
)]
async fn create_team(
    State(app): State<App>,
    caller: Caller,
    Submitted { value, once }: Submitted<TeamBody>,
) -> Result<Answer, ApiError> {
    let name = super::name(&value.name)?;
    let mut work = match once.begin(&app, &caller).await? {
        Begun::Work(work) => work,
        Begun::Answered(answer) => return Ok(answer),
    };
    let id: TeamId = work.new_id();
    let (workspace_id, now) = (caller.workspace_id, work.now);
    teams::create(&mut work.transaction, workspace_id, id, &name, now).await.map_err(super::refused)?;
    work.audit("team.created", "team", id, json!({ "name": name })).await?;
    let team = super::locked(&mut work, &caller, id).await?;
    let version = team.version;
    let answer = Answer::new(StatusCode::CREATED, &Team::from(team))?;
    work.finish(answer.at(format!("/api/v1/teams/{id}")).version(version)).await
}
