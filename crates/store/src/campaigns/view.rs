//! Looking at campaigns.

use chrono::{DateTime, Utc};
use rostrum_core::ids::{CampaignId, WorkspaceId};
use serde_json::Value;
use sqlx::PgExecutor;
use uuid::Uuid;

use crate::{Error, Scope, Transaction, page::up_to};

/// A campaign, as it is stored.
#[derive(Debug, Clone, PartialEq)]
pub struct Campaign {
    /// The id.
    pub id: Uuid,
    /// The team that looks after it; `None`: everybody does.
    pub team_id: Option<Uuid>,
    /// What it is called.
    pub name: String,
    /// The network that its posts are for, as the database names it.
    pub platform: String,
    /// What is to be written about.
    pub brief: String,
    /// Who is to read it.
    pub audience: String,
    /// A BCP 47 language tag.
    pub language: String,
    /// What the reader is asked to do.
    pub call_to_action: String,
    /// Hashtags, without `#`.
    pub hashtags: Vec<String>,
    /// Who may be mentioned, without `@`.
    pub mentions: Vec<String>,
    /// How many posts a thread may have.
    pub max_thread_posts: i32,
    /// `active` or `archived`.
    pub status: String,
    /// When it runs, as the person wrote it.
    pub schedule_cron: Option<String>,
    /// The IANA time zone of that.
    pub schedule_timezone: String,
    /// How many posts each employee gets per run.
    pub posts_per_employee: i32,
    /// The way in which a post is written.
    pub workflow_type: String,
    /// The settings of that way.
    pub workflow_config: Value,
    /// Counts the changes.
    pub version: i32,
    /// When it was created.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
}

impl Campaign {
    /// Whether it is only kept for what came of it.
    pub fn is_archived(&self) -> bool {
        self.status == "archived"
    }
}

/// The campaign with this id, archived or not, if it is in the scope.
///
/// # Errors
/// If Postgres cannot be read.
pub async fn get(
    executor: impl PgExecutor<'_>,
    workspace_id: WorkspaceId,
    id: CampaignId,
    scope: Scope,
) -> Result<Option<Campaign>, Error> {
    let roles = scope.roles();
    let campaign = sqlx::query_as!(
        Campaign,
        "SELECT id, team_id, name, platform::text AS \"platform!\", brief, audience, language, call_to_action, hashtags,
                mentions, max_thread_posts, status, schedule_cron, schedule_timezone, posts_per_employee, workflow_type,
                workflow_config, version, created_at, updated_at
         FROM campaigns
         WHERE workspace_id = $1 AND id = $2
           AND ($3::uuid IS NULL OR EXISTS (
             SELECT FROM team_members AS part
             WHERE part.workspace_id = $1 AND part.team_id = campaigns.team_id AND part.user_id = $3
               AND part.role = ANY ($4)
           ))",
        workspace_id.uuid(),
        id.uuid(),
        scope.person(),
        &roles,
    )
    .fetch_optional(executor)
    .await?;
    Ok(campaign)
}

/// As [`get`], and keeps others from changing the campaign until the transaction ends.
///
/// # Errors
/// If Postgres cannot be read.
pub async fn lock(
    transaction: &mut Transaction,
    workspace_id: WorkspaceId,
    id: CampaignId,
    scope: Scope,
) -> Result<Option<Campaign>, Error> {
    let roles = scope.roles();
    let campaign = sqlx::query_as!(
        Campaign,
        "SELECT id, team_id, name, platform::text AS \"platform!\", brief, audience, language, call_to_action, hashtags,
                mentions, max_thread_posts, status, schedule_cron, schedule_timezone, posts_per_employee, workflow_type,
                workflow_config, version, created_at, updated_at
         FROM campaigns
         WHERE workspace_id = $1 AND id = $2
           AND ($3::uuid IS NULL OR EXISTS (
             SELECT FROM team_members AS part
             WHERE part.workspace_id = $1 AND part.team_id = campaigns.team_id AND part.user_id = $3
               AND part.role = ANY ($4)
           ))
         FOR NO KEY UPDATE",
        workspace_id.uuid(),
        id.uuid(),
        scope.person(),
        &roles,
    )
    .fetch_optional(transaction)
    .await?;
    Ok(campaign)
}

/// The oldest active campaign of this name, for those who know it by nothing else.
///
/// # Errors
/// If Postgres cannot be read.
pub async fn by_name(
    executor: impl PgExecutor<'_>,
    workspace_id: WorkspaceId,
    name: &str,
) -> Result<Option<CampaignId>, Error> {
    let id = sqlx::query_scalar!(
        "SELECT id FROM campaigns WHERE workspace_id = $1 AND name = $2 AND status = 'active' ORDER BY id LIMIT 1",
        workspace_id.uuid(),
        name,
    )
    .fetch_optional(executor)
    .await?;
    Ok(id.map(CampaignId::from))
}

/// Up to `limit` campaigns in the scope, of `status` (every status if `None`) with an id below `before`, the newest first.
///
/// # Errors
/// If Postgres cannot be read.
pub async fn list(
    executor: impl PgExecutor<'_>,
    workspace_id: WorkspaceId,
    scope: Scope,
    status: Option<&str>,
    before: Uuid,
    limit: i64,
) -> Result<Vec<Campaign>, Error> {
    let roles = scope.roles();
    let campaigns = sqlx::query_as!(
        Campaign,
        "SELECT id, team_id, name, platform::text AS \"platform!\", brief, audience, language, call_to_action, hashtags,
                mentions, max_thread_posts, status, schedule_cron, schedule_timezone, posts_per_employee, workflow_type,
                workflow_config, version, created_at, updated_at
         FROM campaigns
         WHERE workspace_id >= $1 AND (workspace_id, id) <= ($1, $3) AND ($2::text IS NULL OR status = $2)
           AND ($5::uuid IS NULL OR EXISTS (
             SELECT FROM team_members AS part
             WHERE part.workspace_id = $1 AND part.team_id = campaigns.team_id AND part.user_id = $5
               AND part.role = ANY ($6)
           ))
         ORDER BY workspace_id DESC, id DESC
         LIMIT $4",
        workspace_id.uuid(),
        status,
        up_to(before),
        limit,
        scope.person(),
        &roles,
    )
    .fetch_all(executor)
    .await?;
    Ok(campaigns)
}
