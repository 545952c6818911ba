//! What EventBridge Scheduler should say about a campaign.

use rostrum_core::ids::{CampaignId, WorkspaceId};

use crate::{Error, Transaction};

/// The cron and the time zone that a campaign wants; `None` if it wants no schedule or does not exist. The campaign
/// cannot be changed until the transaction ends.
///
/// # Errors
/// If Postgres cannot be read.
pub async fn wanted(
    transaction: &mut Transaction,
    workspace_id: WorkspaceId,
    campaign_id: CampaignId,
) -> Result<Option<(String, String)>, Error> {
    let row = sqlx::query!(
        "SELECT schedule_cron, schedule_timezone FROM campaigns WHERE workspace_id = $1 AND id = $2 FOR SHARE",
        workspace_id.uuid(),
        campaign_id.uuid(),
    )
    .fetch_optional(transaction)
    .await?;
    Ok(row.and_then(|row| Some((row.schedule_cron?, row.schedule_timezone))))
}
