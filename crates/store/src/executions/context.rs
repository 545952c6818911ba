//! What a worker needs to know to write the post of a slot.

use rostrum_core::ids::{CampaignId, UserId, WorkspaceId};
use serde_json::Value;
use sqlx::PgExecutor;

use crate::Error;

/// The campaign and the employee of a slot, as they are now.
#[derive(Debug, Clone, PartialEq)]
pub struct Context {
    /// The campaign's name.
    pub campaign_name: String,
    /// `linkedin`, `x` or `instagram`.
    pub platform: String,
    /// What is to be written about.
    pub brief: String,
    /// Who is to read it.
    pub audience: String,
    /// A BCP 47 language tag.
    pub language: String,
    /// What the reader is asked to do.
    pub call_to_action: String,
    /// Hashtags of the campaign, without `#`.
    pub hashtags: Vec<String>,
    /// Who may be mentioned.
    pub mentions: Vec<String>,
    /// How many posts a thread may have.
    pub max_thread_posts: i32,
    /// How many posts the employee gets in this run.
    pub posts_per_employee: i32,
    /// `simple`.
    pub workflow_type: String,
    /// The settings of the workflow, as validated when the campaign was saved.
    pub workflow_config: Value,
    /// Whether the campaign has been archived.
    pub archived: bool,
    /// The employee's name.
    pub employee_name: String,
    /// Their job title.
    pub job_title: String,
    /// Who they are.
    pub bio: String,
    /// How they write.
    pub voice: String,
}

/// Reads the context; `None` if the employee has no profile in the workspace or was erased, or the campaign is not its own.
///
/// # Errors
/// If Postgres cannot be read.
pub async fn load(
    executor: impl PgExecutor<'_>,
    workspace_id: WorkspaceId,
    campaign_id: CampaignId,
    employee_id: UserId,
) -> Result<Option<Context>, Error> {
    let context = sqlx::query_as!(
        Context,
        "SELECT campaign.name AS campaign_name, campaign.platform::text AS \"platform!\", campaign.brief,
                campaign.audience, campaign.language, campaign.call_to_action, campaign.hashtags, campaign.mentions,
                campaign.max_thread_posts, campaign.posts_per_employee, campaign.workflow_type,
                campaign.workflow_config, campaign.status = 'archived' AS \"archived!\",
                profile.display_name AS employee_name, profile.job_title, profile.bio, profile.voice
         FROM campaigns AS campaign
         JOIN employee_profiles AS profile ON profile.workspace_id = campaign.workspace_id
         JOIN users AS person ON person.id = profile.user_id
         WHERE campaign.workspace_id = $1 AND campaign.id = $2 AND profile.user_id = $3 AND person.erased_at IS NULL",
        workspace_id.uuid(),
        campaign_id.uuid(),
        employee_id.uuid(),
    )
    .fetch_optional(executor)
    .await?;
    Ok(context)
}

/// Up to `limit` of the employee's writing samples, those for `platform` first, then the newest.
///
/// # Errors
/// If Postgres cannot be read.
pub async fn samples(
    executor: impl PgExecutor<'_>,
    workspace_id: WorkspaceId,
    employee_id: UserId,
    platform: &str,
    limit: i64,
) -> Result<Vec<String>, Error> {
    let samples = sqlx::query_scalar!(
        "SELECT content FROM writing_samples
         WHERE workspace_id = $1 AND user_id = $2 AND archived_at IS NULL
         ORDER BY (platform::text = $3) IS TRUE DESC, id DESC
         LIMIT $4",
        workspace_id.uuid(),
        employee_id.uuid(),
        platform,
        limit,
    )
    .fetch_all(executor)
    .await?;
    Ok(samples)
}
