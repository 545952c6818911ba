//! Earlier posts, to compare a new one with and to learn from.

use chrono::{DateTime, Utc};
use rostrum_core::ids::{CampaignId, PostId, UserId, WorkspaceId, earliest_uuid};
use sqlx::PgExecutor;

use crate::{Error, Transaction};

/// An earlier post.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recent {
    /// Its id.
    pub id: PostId,
    /// Who it is by.
    pub employee_id: UserId,
    /// Their name.
    pub author: String,
    /// When it was written.
    pub created_at: DateTime<Utc>,
    /// Its whole text.
    pub content: String,
}

/// What makes a post comparable with others: its id and its signature.
pub type Signed = (PostId, Vec<u8>);

/// How many of the newest posts of each kind are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Newest {
    /// Of the whole workspace.
    pub of_workspace: i64,
    /// Of the campaign.
    pub of_campaign: i64,
    /// Of the employee.
    pub of_employee: i64,
}

/// What makes the newest posts comparable that were not rejected: those of the workspace, and beyond these of the campaign
/// and of the employee, who may write so seldom that others crowd theirs out. A post without a signature, such as one of
/// somebody who was erased, is comparable with none.
///
/// # Errors
/// If Postgres cannot be read.
pub async fn signatures(
    executor: impl PgExecutor<'_>,
    workspace_id: WorkspaceId,
    campaign_id: CampaignId,
    employee_id: UserId,
    newest: Newest,
) -> Result<Vec<Signed>, Error> {
    // One row with all of them: to read a thousand rows would cost far more than to compare a thousand signatures.
    let posts = sqlx::query!(
        "SELECT coalesce(array_agg(post.id), '{}') AS \"ids!\",
                coalesce(array_agg(post.signature), '{}') AS \"signatures!\"
         FROM ((SELECT id, signature FROM posts
                WHERE workspace_id = $1 AND status <> 'rejected' AND signature IS NOT NULL
                ORDER BY workspace_id DESC, id DESC
                LIMIT $4)
               UNION
               (SELECT id, signature FROM posts
                WHERE workspace_id = $1 AND campaign_id = $2 AND status <> 'rejected' AND signature IS NOT NULL
                ORDER BY workspace_id DESC, campaign_id DESC, id DESC
                LIMIT $5)
               UNION
               (SELECT id, signature FROM posts
                WHERE workspace_id = $1 AND employee_id = $3 AND status <> 'rejected' AND signature IS NOT NULL
                ORDER BY workspace_id DESC, employee_id DESC, id DESC
                LIMIT $6)) AS post",
        workspace_id.uuid(),
        campaign_id.uuid(),
        employee_id.uuid(),
        newest.of_workspace,
        newest.of_campaign,
        newest.of_employee,
    )
    .fetch_one(executor)
    .await?;
    Ok(posts.ids.into_iter().map(PostId::from).zip(posts.signatures).collect())
}

/// As [`signatures`], of the `limit` newest posts of the workspace that were made `since` then.
///
/// # Errors
/// If Postgres cannot be read.
pub async fn signatures_since(
    executor: impl PgExecutor<'_>,
    workspace_id: WorkspaceId,
    since: DateTime<Utc>,
    limit: i64,
) -> Result<Vec<Signed>, Error> {
    let posts = sqlx::query!(
        "SELECT coalesce(array_agg(post.id), '{}') AS \"ids!\",
                coalesce(array_agg(post.signature), '{}') AS \"signatures!\"
         FROM (SELECT id, signature FROM posts
               WHERE workspace_id = $1 AND id >= $2 AND status <> 'rejected' AND signature IS NOT NULL
               ORDER BY workspace_id DESC, id DESC
               LIMIT $3) AS post",
        workspace_id.uuid(),
        earliest_uuid(since),
        limit,
    )
    .fetch_one(executor)
    .await?;
    Ok(posts.ids.into_iter().map(PostId::from).zip(posts.signatures).collect())
}

/// These posts of the workspace, in the order of their ids in `ids`.
///
/// # Errors
/// If Postgres cannot be read.
pub async fn list(
    executor: impl PgExecutor<'_>,
    workspace_id: WorkspaceId,
    ids: &[PostId],
) -> Result<Vec<Recent>, Error> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<_> = ids.iter().map(|id| id.uuid()).collect();
    let posts = sqlx::query_as!(
        Recent,
        "SELECT post.id, post.employee_id, coalesce(profile.display_name, '') AS \"author!\", post.created_at, post.content
         FROM posts AS post
         LEFT JOIN employee_profiles AS profile
           ON profile.workspace_id = post.workspace_id AND profile.user_id = post.employee_id
         WHERE post.workspace_id = $1 AND post.id = ANY ($2)
         ORDER BY array_position($2, post.id)",
        workspace_id.uuid(),
        &ids,
    )
    .fetch_all(executor)
    .await?;
    Ok(posts)
}

/// Waits until nobody else stores a post in the workspace; others wait until `transaction` is over. Two posts that are
/// alike are stored one after the other so, and the second is compared with the first.
///
/// # Errors
/// If Postgres does not answer.
pub async fn take_turn(transaction: &mut Transaction, workspace_id: WorkspaceId) -> Result<(), Error> {
    sqlx::query!("SELECT pg_advisory_xact_lock(hashtextextended('post ' || $1::text, 0))", workspace_id.to_string())
        .execute(transaction)
        .await?;
    Ok(())
}

/// A post that a person changed before it was approved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edited {
    /// As it was generated.
    pub original_content: String,
    /// As it was approved.
    pub content: String,
}

/// The `limit` newest posts of the campaign that were changed and approved, and whose author was not erased.
///
/// # Errors
/// If Postgres cannot be read.
pub async fn edited(
    executor: impl PgExecutor<'_>,
    workspace_id: WorkspaceId,
    campaign_id: CampaignId,
    limit: i64,
) -> Result<Vec<Edited>, Error> {
    let posts = sqlx::query_as!(
        Edited,
        "SELECT original_content, content FROM posts
         WHERE workspace_id = $1 AND campaign_id = $2 AND edit_distance > 0 AND original_content <> content
           AND status IN ('approved', 'scheduled', 'publishing', 'published')
         ORDER BY id DESC
         LIMIT $3",
        workspace_id.uuid(),
        campaign_id.uuid(),
        limit,
    )
    .fetch_all(executor)
    .await?;
    Ok(posts)
}

/// The words and phrases that no post of the workspace may hold.
///
/// # Errors
/// If Postgres cannot be read.
pub async fn prohibited_words(executor: impl PgExecutor<'_>, workspace_id: WorkspaceId) -> Result<Vec<String>, Error> {
    let words = sqlx::query_scalar!("SELECT prohibited_words FROM workspaces WHERE id = $1", workspace_id.uuid())
        .fetch_optional(executor)
        .await?;
    Ok(words.unwrap_or_default())
}
