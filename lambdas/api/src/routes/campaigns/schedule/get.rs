//! `GET /api/campaigns/{id}/schedule`

use axum::extract::State;
use http::StatusCode;
use rostrum_core::{access::Permission, ids::CampaignId, schedule::Schedule};

use super::SchedulePreview;
use crate::{
    App,
    answer::Answer,
    authentication::Caller,
    endpoint::{Endpoint, of_team, route},
    error::ApiError,
    extract::Path,
    routes::campaigns::known,
};

pub(in super::super) fn endpoint() -> Endpoint {
    of_team(Permission::CampaignsRead, route!(get_campaign_schedule))
}

/// Read when a campaign runs
///
/// 404 also for a campaign that has no schedule.
#[utoipa::path(
    get, path = "/api/campaigns/{id}/schedule", tag = "campaigns",
    params(("id" = uuid::Uuid, Path, description = "The campaign.")),
    responses((status = 200, description = "The schedule and the next five runs.", body = SchedulePreview, headers(
        ("ETag" = String, description = "The campaign's version."),
    ))),
)]
async fn get_campaign_schedule(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<CampaignId>,
) -> Result<Answer, ApiError> {
    let campaign = known(app.database().await?, &caller, id).await?;
    let cron = campaign.schedule_cron.ok_or(ApiError::NotFound)?;
    let schedule = Schedule::parse(&cron, &campaign.schedule_timezone)
        .map_err(|_| ApiError::internal("a stored schedule cannot be read"))?;
    let preview = SchedulePreview::new(&cron, &schedule, app.ambient().now());
    Ok(Answer::new(StatusCode::OK, &preview)?.version(campaign.version))
}
