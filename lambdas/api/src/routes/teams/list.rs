//! `GET /api/v1/teams`

use axum::extract::State;
use http::StatusCode;
use rostrum_core::access::Permission;
use rostrum_store::teams;

use super::wire::Team;
use crate::{
    App,
    answer::Answer,
    authentication::Caller,
    endpoint::{Endpoint, own, route},
    error::ApiError,
    extract::Query,
    page::Page,
};

pub(super) fn endpoint() -> Endpoint {
    own(Permission::TeamsRead, route!(list_teams))
}

/// List the teams, newest first
///
/// Archived ones among them. Whoever sees only what is their own sees the teams that they are in.
#[utoipa::path(
    get, path = "/api/v1/teams", tag = "teams",
    params(
        ("limit" = Option<i64>, Query, description = "1 to 100, 50 if not given."),
        ("cursor" = Option<String>, Query, description = "`next_cursor` of the page before."),
    ),
    responses((status = 200, description = "A page.", body = Page<Team>)),
)]
async fn list_teams(State(app): State<App>, caller: Caller, mut query: Query) -> Result<Answer, ApiError> {
    let request = query.page();
    query.finish()?;
    let (database, member) = (app.database().await?, caller.only());
    let rows = teams::list(database, caller.workspace_id, member, request.before(), request.rows()).await?;
    Answer::new(StatusCode::OK, &request.page(rows, |row| row.id, Team::from))
}
