//! `GET /api/campaigns/{id}`

use axum::extract::State;
use http::StatusCode;
use rostrum_core::{access::Permission, ids::CampaignId};

use super::wire::Campaign;
use crate::{
    App,
    answer::Answer,
    authentication::Caller,
    endpoint::{Endpoint, of_team, route},
    error::ApiError,
    extract::Path,
};

pub(super) fn endpoint() -> Endpoint {
    of_team(Permission::CampaignsRead, route!(get_campaign))
}

/// Read a campaign
#[utoipa::path(
    get, path = "/api/campaigns/{id}", tag = "campaigns",
    params(("id" = uuid::Uuid, Path, description = "The campaign.")),
    responses((status = 200, description = "The campaign, archived or not.", body = Campaign, headers(
        ("ETag" = String, description = "Its version."),
    ))),
)]
async fn get_campaign(State(app): State<App>, caller: Caller, Path(id): Path<CampaignId>) -> Result<Answer, ApiError> {
    let campaign = super::known(app.database().await?, &caller, id).await?;
    let version = campaign.version;
    Ok(Answer::new(StatusCode::OK, &Campaign::try_from(campaign)?)?.version(version))
}
