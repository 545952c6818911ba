//! `GET /api/campaigns/{id}/executions`

use axum::extract::State;
use http::StatusCode;
use rostrum_core::{access::Permission, ids::CampaignId};
use rostrum_store::executions::view;

use crate::{
    App,
    answer::Answer,
    authentication::Caller,
    endpoint::{Endpoint, of_team, route},
    error::ApiError,
    extract::{Path, Query},
    page::Page,
    routes::executions::Execution,
};

pub(super) fn endpoint() -> Endpoint {
    of_team(Permission::ExecutionsRead, route!(list_campaign_executions))
}

/// List the runs of a campaign, newest first
#[utoipa::path(
    get, path = "/api/campaigns/{id}/executions", tag = "executions",
    params(
        ("id" = uuid::Uuid, Path, description = "The campaign."),
        ("limit" = Option<i64>, Query, minimum = 1, maximum = 100, description = "1 to 100, 50 if not given."),
        ("cursor" = Option<String>, Query, description = "`next_cursor` of the page before."),
    ),
    responses((status = 200, description = "A page.", body = Page<Execution>)),
)]
async fn list_campaign_executions(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<CampaignId>,
    mut query: Query,
) -> Result<Answer, ApiError> {
    let request = query.page();
    query.finish()?;
    let database = app.database().await?;
    super::known(database, &caller, id).await?;
    let rows = view::list(database, caller.workspace_id, id, request.before(), request.rows()).await?;
    Answer::new(StatusCode::OK, &request.page(rows, |row| row.id, Execution::from))
}
