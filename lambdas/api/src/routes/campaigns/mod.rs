//! Campaigns, when they run, and who writes for them.

mod archive;
mod assign;
mod assigned;
mod change;
mod create;
mod executions;
mod get;
mod list;
mod record;
mod run;
mod schedule;
mod team;
mod unassign;
mod wire;
mod workflow;

use rostrum_core::{campaign::CampaignFields, ids::CampaignId};
use rostrum_store::{campaigns, outbox::Kind};
use serde_json::json;
use sqlx::PgExecutor;

use crate::{authentication::Caller, endpoint::Endpoint, error::ApiError, work::Work};

/// The routes under `/api/campaigns`.
pub fn endpoints() -> Vec<Endpoint> {
    vec![
        create::endpoint(),
        list::endpoint(),
        get::endpoint(),
        change::endpoint(),
        archive::endpoint(),
        schedule::set::endpoint(),
        schedule::get::endpoint(),
        schedule::remove::endpoint(),
        run::endpoint(),
        executions::endpoint(),
        record::endpoint(),
        assign::endpoint(),
        assigned::endpoint(),
        unassign::endpoint(),
    ]
}

/// The campaign, or 404 if there is none for this caller.
async fn known(
    executor: impl PgExecutor<'_>,
    caller: &Caller,
    id: CampaignId,
) -> Result<campaigns::Campaign, ApiError> {
    campaigns::get(executor, caller.workspace_id, id, caller.scope()).await?.ok_or(ApiError::NotFound)
}

/// As [`known`], kept for this change.
async fn locked(work: &mut Work, caller: &Caller, id: CampaignId) -> Result<campaigns::Campaign, ApiError> {
    let campaign = campaigns::lock(&mut work.transaction, caller.workspace_id, id, caller.scope()).await?;
    campaign.ok_or(ApiError::NotFound)
}

/// The campaign, kept for this change, if it can be changed at all.
async fn to_be_changed(work: &mut Work, caller: &Caller, id: CampaignId) -> Result<campaigns::Campaign, ApiError> {
    let campaign = locked(work, caller, id).await?;
    if campaign.is_archived() { Err(ARCHIVED) } else { Ok(campaign) }
}

const ARCHIVED: ApiError = ApiError::Conflict("The campaign is archived.");

/// Refuses a schedule all of whose years have passed: that depends on the time, which the check of the fields does not
/// know.
fn must_run_again(fields: &CampaignFields, work: &Work) -> Result<(), ApiError> {
    match fields.schedule() {
        Some(schedule) if schedule.next_runs(work.now, 1).is_empty() => {
            Err(ApiError::field("schedule_cron", "never runs again: all of its years have passed"))
        }
        _ => Ok(()),
    }
}

/// Lets EventBridge Scheduler hear of a schedule that may have changed.
async fn announce_schedule(work: &mut Work, id: CampaignId) -> Result<(), ApiError> {
    work.send(Kind::CampaignSchedule, json!({ "campaign_id": id })).await
}
