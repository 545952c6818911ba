//! Storing a post that was generated.

use chrono::{DateTime, Utc};
use rostrum_core::ids::{CampaignId, PostId, WorkspaceId};
use serde_json::Value;

use crate::{Error, Transaction, executions::slots::Key};

/// A generated post, waiting for review.
#[derive(Debug, Clone, PartialEq)]
pub struct Generated {
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
    /// What the checks found, a list.
    pub findings: Value,
    /// What makes it comparable with others at a glance.
    pub signature: Vec<u8>,
}

/// Stores `post` under `id` as `pending_review`, its text also as the original that edits are measured against. Answers the id of
/// the slot's post, which is an earlier one's if the slot has one already.
///
/// # Errors
/// If Postgres does not take it.
pub async fn generated(
    transaction: &mut Transaction,
    id: PostId,
    post: &Generated,
    now: DateTime<Utc>,
) -> Result<PostId, Error> {
    sqlx::query!(
        "INSERT INTO posts (id, workspace_id, campaign_id, employee_id, execution_id, slot, platform, status, content,
                            thread, hashtags, mentions, call_to_action, original_content, generation_metadata,
                            findings, signature, created_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7::text::platform_type, 'pending_review', $8, $9, $10, $11, $12, $8, $13, $14, $15, $16, $16)
         ON CONFLICT (execution_id, employee_id, slot) DO NOTHING",
        id.uuid(),
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
        post.findings,
        post.signature,
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

/// A picture that belongs to a post; its bytes are an object under its digest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Medium {
    /// The SHA-256 of its bytes, 64 lower-case hexadecimal digits.
    pub sha256: String,
    /// `image/jpeg` or `image/png`.
    pub content_type: String,
    /// In pixels.
    pub width: i32,
    /// In pixels.
    pub height: i32,
    /// How many bytes it has.
    pub bytes: i32,
    /// What somebody is told who cannot see it.
    pub alt_text: String,
    /// The template that it was drawn by.
    pub template: String,
    /// The texts in it, by the names of the template's fields.
    pub captions: Value,
}

/// Gives a post of the workspace its picture, unless it has one.
///
/// # Errors
/// If Postgres does not take it.
pub async fn attach(
    transaction: &mut Transaction,
    workspace_id: WorkspaceId,
    post_id: PostId,
    medium: &Medium,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    sqlx::query!(
        "INSERT INTO post_media (post_id, position, workspace_id, sha256, content_type, width, height, bytes, alt_text,
                                 template, captions, created_at)
         VALUES ($1, 1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
         ON CONFLICT DO NOTHING",
        post_id.uuid(),
        workspace_id.uuid(),
        medium.sha256,
        medium.content_type,
        medium.width,
        medium.height,
        medium.bytes,
        medium.alt_text,
        medium.template,
        medium.captions,
        now,
    )
    .execute(transaction)
    .await?;
    Ok(())
}
