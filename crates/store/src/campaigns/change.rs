//! Changing campaigns. Whoever changes a schedule adds a `campaign_schedule` message to the outbox in the same
//! transaction.

use chrono::{DateTime, Utc};
use rostrum_core::{
    campaign::CampaignFields,
    ids::{CampaignId, TeamId, WorkspaceId},
};

use crate::{Error, Transaction};

/// Adds a campaign.
///
/// # Errors
/// [`Error::Missing`] if there is no such workspace.
pub async fn create(
    transaction: &mut Transaction,
    id: CampaignId,
    workspace_id: WorkspaceId,
    fields: &CampaignFields,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    sqlx::query!(
        "INSERT INTO campaigns
           (id, workspace_id, name, platform, brief, audience, language, call_to_action, hashtags, mentions,
            max_thread_posts, schedule_cron, schedule_timezone, posts_per_employee, workflow_type, workflow_config,
            created_at, updated_at)
         VALUES ($1, $2, $3, $4::text::platform_type, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $17)",
        id.uuid(),
        workspace_id.uuid(),
        fields.name,
        fields.platform.as_str(),
        fields.brief,
        fields.audience,
        fields.language,
        fields.call_to_action,
        &fields.hashtags,
        &fields.mentions,
        fields.max_thread_posts,
        fields.schedule_cron,
        fields.schedule_timezone,
        fields.posts_per_employee,
        fields.workflow_type,
        fields.workflow_config,
        now,
    )
    .execute(transaction)
    .await?;
    Ok(())
}

/// Replaces the fields of a campaign.
///
/// # Errors
/// If Postgres does not take it.
pub async fn update(
    transaction: &mut Transaction,
    workspace_id: WorkspaceId,
    id: CampaignId,
    fields: &CampaignFields,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    sqlx::query!(
        "UPDATE campaigns
         SET name = $3, platform = $4::text::platform_type, brief = $5, audience = $6, language = $7,
             call_to_action = $8, hashtags = $9, mentions = $10, max_thread_posts = $11, schedule_cron = $12,
             schedule_timezone = $13, posts_per_employee = $14, workflow_type = $15, workflow_config = $16,
             version = version + 1, updated_at = $17
         WHERE workspace_id = $1 AND id = $2",
        workspace_id.uuid(),
        id.uuid(),
        fields.name,
        fields.platform.as_str(),
        fields.brief,
        fields.audience,
        fields.language,
        fields.call_to_action,
        &fields.hashtags,
        &fields.mentions,
        fields.max_thread_posts,
        fields.schedule_cron,
        fields.schedule_timezone,
        fields.posts_per_employee,
        fields.workflow_type,
        fields.workflow_config,
        now,
    )
    .execute(transaction)
    .await?;
    Ok(())
}

/// Sets when a campaign runs, or with `None` that it runs only on request. Answers the new version.
///
/// # Errors
/// If Postgres does not take it.
pub async fn set_schedule(
    transaction: &mut Transaction,
    workspace_id: WorkspaceId,
    id: CampaignId,
    cron: Option<&str>,
    timezone: &str,
    now: DateTime<Utc>,
) -> Result<i32, Error> {
    let version = sqlx::query_scalar!(
        "UPDATE campaigns SET schedule_cron = $3, schedule_timezone = $4, version = version + 1, updated_at = $5
         WHERE workspace_id = $1 AND id = $2
         RETURNING version",
        workspace_id.uuid(),
        id.uuid(),
        cron,
        timezone,
        now,
    )
    .fetch_one(transaction)
    .await?;
    Ok(version)
}

/// Says which team looks after a campaign; `None`: everybody. Whoever creates or changes the campaign does it in the same
/// transaction, so that the version counts it already.
///
/// # Errors
/// [`Error::Missing`] if the team is not of the workspace.
pub async fn set_team(
    transaction: &mut Transaction,
    workspace_id: WorkspaceId,
    id: CampaignId,
    team_id: Option<TeamId>,
) -> Result<(), Error> {
    sqlx::query!(
        "UPDATE campaigns SET team_id = $3 WHERE workspace_id = $1 AND id = $2",
        workspace_id.uuid(),
        id.uuid(),
        team_id.map(TeamId::uuid),
    )
    .execute(transaction)
    .await?;
    Ok(())
}

/// Archives a campaign: it runs no more, what came of it stays. Its schedule goes with it.
///
/// # Errors
/// If Postgres does not take it.
pub async fn archive(
    transaction: &mut Transaction,
    workspace_id: WorkspaceId,
    id: CampaignId,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    sqlx::query!(
        "UPDATE campaigns SET status = 'archived', schedule_cron = NULL, version = version + 1, updated_at = $3
         WHERE workspace_id = $1 AND id = $2 AND status = 'active'",
        workspace_id.uuid(),
        id.uuid(),
        now,
    )
    .execute(transaction)
    .await?;
    Ok(())
}
