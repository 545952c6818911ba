//! `GET /api/campaigns/{id}/employees`

use axum::extract::State;
use chrono::{DateTime, Utc};
use http::StatusCode;
use rostrum_core::{access::Permission, ids::CampaignId};
use rostrum_store::campaigns::assignments;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    App,
    answer::Answer,
    authentication::Caller,
    endpoint::{Endpoint, of_team, route},
    error::ApiError,
    extract::{Path, Query},
    page::Page,
};

pub(super) fn endpoint() -> Endpoint {
    of_team(Permission::CampaignsRead, route!(list_campaign_employees))
}

/// An employee who writes for a campaign.
#[derive(Debug, Serialize, ToSchema)]
struct Assignment {
    /// The employee.
    user_id: Uuid,
    /// The name that their posts are written under.
    display_name: String,
    /// What they do.
    job_title: String,
    /// Since when they write for it.
    assigned_at: DateTime<Utc>,
}

/// List who writes for a campaign
#[utoipa::path(
    get, path = "/api/campaigns/{id}/employees", tag = "campaigns",
    params(
        ("id" = uuid::Uuid, Path, description = "The campaign."),
        ("limit" = Option<i64>, Query, minimum = 1, maximum = 100, description = "1 to 100, 50 if not given."),
        ("cursor" = Option<String>, Query, description = "`next_cursor` of the page before."),
    ),
    responses((status = 200, description = "A page.", body = Page<Assignment>)),
)]
async fn list_campaign_employees(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<CampaignId>,
    mut query: Query,
) -> Result<Answer, ApiError> {
    let request = query.page();
    query.finish()?;
    let database = app.database().await?;
    super::known(database, &caller, id).await?;
    let rows = assignments::list(database, caller.workspace_id, id, request.before(), request.rows()).await?;
    let page = request.page(
        rows,
        |row| row.user_id,
        |row| Assignment {
            user_id: row.user_id,
            display_name: row.display_name,
            job_title: row.job_title,
            assigned_at: row.created_at,
        },
    );
    Answer::new(StatusCode::OK, &page)
}
