//! `GET /api/campaigns`

use axum::extract::State;
use http::StatusCode;
use rostrum_core::access::Permission;
use rostrum_store::campaigns;

use super::wire::Campaign;
use crate::{
    App,
    answer::Answer,
    authentication::Caller,
    endpoint::{Endpoint, of_team, route},
    error::ApiError,
    extract::Query,
    page::Page,
    routes::names::CampaignStatus,
};

pub(super) fn endpoint() -> Endpoint {
    of_team(Permission::CampaignsRead, route!(list_campaigns))
}

/// List the campaigns, newest first
#[utoipa::path(
    get, path = "/api/campaigns", tag = "campaigns",
    params(
        ("status" = Option<CampaignStatus>, Query, description = "Only those; without, all."),
        ("limit" = Option<i64>, Query, minimum = 1, maximum = 100, description = "1 to 100, 50 if not given."),
        ("cursor" = Option<String>, Query, description = "`next_cursor` of the page before."),
    ),
    responses((status = 200, description = "A page.", body = Page<Campaign>)),
)]
async fn list_campaigns(State(app): State<App>, caller: Caller, mut query: Query) -> Result<Answer, ApiError> {
    let status = query.take::<CampaignStatus>("status", CampaignStatus::WORDS).map(CampaignStatus::as_str);
    let request = query.page();
    query.finish()?;
    let database = app.database().await?;
    let (workspace_id, scope) = (caller.workspace_id, caller.scope());
    let rows = campaigns::list(database, workspace_id, scope, status, request.before(), request.rows()).await?;
    let page = request.page(rows, |row| row.id, Campaign::try_from);
    let items = page.items.into_iter().collect::<Result<Vec<_>, _>>()?;
    Answer::new(StatusCode::OK, &Page { items, next_cursor: page.next_cursor })
}
