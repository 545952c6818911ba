//! `POST /api/campaigns/{id}/schedule`

use axum::extract::State;
use http::StatusCode;
use rostrum_core::{access::Permission, ids::CampaignId};
use rostrum_store::campaigns;
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;

use super::{super::wire::CampaignBody, SchedulePreview};
use crate::{
    App,
    answer::Answer,
    authentication::Caller,
    endpoint::{Endpoint, of_team, route},
    error::ApiError,
    extract::{IfMatch, Path, Submitted},
    routes::campaigns::{announce_schedule, must_run_again, to_be_changed},
    work::Work,
};

pub(in super::super) fn endpoint() -> Endpoint {
    of_team(Permission::CampaignsWrite, route!(set_campaign_schedule))
}

/// When a campaign is to run.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ScheduleBody {
    /// Five Unix cron fields or `cron(…)` of EventBridge.
    #[schema(example = "0 9 * * 1-5")]
    schedule_cron: String,
    /// An IANA time zone; without, the one that the campaign has (`UTC` at first).
    #[schema(example = "Europe/Zurich")]
    schedule_timezone: Option<String>,
}

/// Set when a campaign runs
///
/// Replaces the schedule that it has, and shows the next five runs.
#[utoipa::path(
    post, path = "/api/campaigns/{id}/schedule", tag = "campaigns",
    params(
        ("id" = uuid::Uuid, Path, description = "The campaign."),
        ("If-Match" = Option<String>, Header, description = "The ETag of the campaign's version that is to be changed."),
    ),
    request_body = ScheduleBody,
    responses(
        (status = 200, description = "It is set.", body = SchedulePreview, headers(("ETag" = String, description = "The campaign's new version."))),
        (status = 409, description = "The campaign is archived."),
    ),
)]
async fn set_campaign_schedule(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<CampaignId>,
    if_match: IfMatch,
    Submitted { value, .. }: Submitted<ScheduleBody>,
) -> Result<Answer, ApiError> {
    let mut work = Work::begin(&app, &caller).await?;
    let before = to_be_changed(&mut work, &caller, id).await?;
    if_match.check(before.version)?;
    let mut body = CampaignBody::try_from(before)?;
    body.schedule_cron = Some(value.schedule_cron);
    if let Some(timezone) = value.schedule_timezone {
        body.schedule_timezone = timezone;
    }
    let fields = body.validate()?;
    must_run_again(&fields, &work)?;
    let (Some(schedule), Some(cron)) = (fields.schedule(), fields.schedule_cron.as_deref()) else {
        return Err(ApiError::internal("a schedule that was set is not there"));
    };
    let workspace_id = caller.workspace_id;
    let timezone = &fields.schedule_timezone;
    let version =
        campaigns::set_schedule(&mut work.transaction, workspace_id, id, Some(cron), timezone, work.now).await?;
    let detail = json!({ "schedule_cron": cron, "schedule_timezone": timezone });
    work.audit("campaign.schedule_set", "campaign", id, detail).await?;
    announce_schedule(&mut work, id).await?;
    let answer = Answer::new(StatusCode::OK, &SchedulePreview::new(cron, schedule, work.now))?.version(version);
    work.finish(answer).await
}
