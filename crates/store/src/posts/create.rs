//! Storing a post that was generated.

use chrono::{DateTime, Utc};
use rostrum_core::ids::{CampaignId, PostId};
use serde_json::Value;

use crate::{Error, Transaction, executions::slots::Key};

/// A generated post, waiting for review.
#[derive(Debug, Clone, PartialEq)]
pub struct Generated {
    /// The id of the post.
    pub id: PostId,
    /// The slot that it fills.
    pub key: Key,
    /// The campaign of the run.
    pub campaign_id: CampaignId,
    /// `linkedin`, `x` or `instagram`.
    pub platform: String,
    /// The whole text; of a thread, its posts with a blank line between.
    pub content: String,
    /// The posts of a thread; empty unless there are at least two.
    pub thread: Vec<String>,
    /// The hashtags, without `#`.
    pub hashtags: Vec<String>,
    /// Who is mentioned.
    pub mentions: Vec<String>,
    /// What the reader is asked to do.
    pub call_to_action: String,
    /// How it came to be.
    pub generation_metadata: Value,
}

/// Stores `post` as `pending_review`, its text also as the original that edits are measured against. Answers the id of
/// the slot's post, which is an earlier one's if the slot has one already.
///
/// # Errors
/// If Postgres does not take it.
pub async fn generated(transaction: &mut Transaction, post: &Generated, now: DateTime<Utc>) -> Result<PostId, Error> {
    sqlx::query!(
        "INSERT INTO posts (id, workspace_id, campaign_id, employee_id, execution_id, slot, platform, status, content,
                            thread, hashtags, mentions, call_to_action, original_content, generation_metadata,
                            created_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7::text::platform_type, 'pending_review', $8, $9, $10, $11, $12, $8, $13, $14, $14)
         ON CONFLICT (execution_id, employee_id, slot) DO NOTHING",
        post.id.uuid(),
        post.key.workspace_id.uuid(),
        post.campaign_id.uuid(),
        post.key.employee_id.uuid(),
        post.key.execution_id.uuid(),
        post.key.slot,
        post.platform,
        post.content,
        &post.thread,
        &post.hashtags,
        &post.mentions,
        post.call_to_action,
        post.generation_metadata,
        now,
    )
    .execute(&mut *transaction)
    .await?;
    let id = sqlx::query_scalar!(
        "SELECT id FROM posts WHERE execution_id = $1 AND employee_id = $2 AND slot = $3 AND workspace_id = $4",
        post.key.execution_id.uuid(),
        post.key.employee_id.uuid(),
        post.key.slot,
        post.key.workspace_id.uuid(),
    )
    .fetch_one(transaction)
    .await?;
    Ok(id.into())
}
