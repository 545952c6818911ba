//! Writing samples: texts that an employee wrote.

use chrono::{DateTime, Utc};
use rostrum_core::{
    employee::ValidSample,
    ids::{SampleId, UserId, WorkspaceId},
    platform::Platform,
};
use sqlx::PgExecutor;
use uuid::Uuid;

use crate::{Error, Transaction, page::up_to};

/// The constraint that a sample breaks whose text the employee has already.
pub const DISTINCT: &str = "idx_writing_samples_distinct";

/// A writing sample.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WritingSample {
    /// The id.
    pub id: Uuid,
    /// Who wrote it.
    pub employee_id: Uuid,
    /// The network that it was written for, as the database names it; `None` if it fits every one.
    pub platform: Option<String>,
    /// The text.
    pub content: String,
    /// Counts the changes.
    pub version: i32,
    /// When it was archived.
    pub archived_at: Option<DateTime<Utc>>,
    /// When it was added.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
}

/// Adds a sample of an employee.
///
/// # Errors
/// [`Error::Duplicate`] of [`DISTINCT`] if the employee has the text already, [`Error::Missing`] if there is no such
/// employee.
pub async fn create(
    transaction: &mut Transaction,
    id: SampleId,
    workspace_id: WorkspaceId,
    user_id: UserId,
    sample: &ValidSample,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    sqlx::query!(
        "INSERT INTO writing_samples (id, workspace_id, user_id, platform, content, created_at, updated_at)
         VALUES ($1, $2, $3, $4::text::platform_type, $5, $6, $6)",
        id.uuid(),
        workspace_id.uuid(),
        user_id.uuid(),
        sample.platform.map(Platform::as_str),
        sample.content,
        now,
    )
    .execute(transaction)
    .await?;
    Ok(())
}

/// The sample with this id, archived or not.
///
/// # Errors
/// If Postgres cannot be read.
pub async fn get(
    executor: impl PgExecutor<'_>,
    workspace_id: WorkspaceId,
    id: SampleId,
) -> Result<Option<WritingSample>, Error> {
    let sample = sqlx::query_as!(
        WritingSample,
        "SELECT id, user_id AS employee_id, platform::text, content, version, archived_at, created_at, updated_at
         FROM writing_samples WHERE workspace_id = $1 AND id = $2",
        workspace_id.uuid(),
        id.uuid(),
    )
    .fetch_optional(executor)
    .await?;
    Ok(sample)
}

/// As [`get`], and keeps others from changing the sample until the transaction ends.
///
/// # Errors
/// If Postgres cannot be read.
pub async fn lock(
    transaction: &mut Transaction,
    workspace_id: WorkspaceId,
    id: SampleId,
) -> Result<Option<WritingSample>, Error> {
    let sample = sqlx::query_as!(
        WritingSample,
        "SELECT id, user_id AS employee_id, platform::text, content, version, archived_at, created_at, updated_at
         FROM writing_samples WHERE workspace_id = $1 AND id = $2 FOR UPDATE",
        workspace_id.uuid(),
        id.uuid(),
    )
    .fetch_optional(transaction)
    .await?;
    Ok(sample)
}

/// Up to `limit` samples of the employee that are not archived, with an id below `before`, the newest first.
///
/// # Errors
/// If Postgres cannot be read.
pub async fn list(
    executor: impl PgExecutor<'_>,
    workspace_id: WorkspaceId,
    user_id: UserId,
    before: Uuid,
    limit: i64,
) -> Result<Vec<WritingSample>, Error> {
    let samples = sqlx::query_as!(
        WritingSample,
        "SELECT id, user_id AS employee_id, platform::text, content, version, archived_at, created_at, updated_at
         FROM writing_samples
         WHERE workspace_id = $1 AND user_id >= $2 AND (user_id, id) <= ($2, $3) AND archived_at IS NULL
         ORDER BY user_id DESC, id DESC
         LIMIT $4",
        workspace_id.uuid(),
        user_id.uuid(),
        up_to(before),
        limit,
    )
    .fetch_all(executor)
    .await?;
    Ok(samples)
}

/// Replaces the sample.
///
/// # Errors
/// [`Error::Duplicate`] of [`DISTINCT`] if the employee has the text already.
pub async fn update(
    transaction: &mut Transaction,
    workspace_id: WorkspaceId,
    id: SampleId,
    sample: &ValidSample,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    sqlx::query!(
        "UPDATE writing_samples
         SET platform = $3::text::platform_type, content = $4, version = version + 1, updated_at = $5
         WHERE workspace_id = $1 AND id = $2",
        workspace_id.uuid(),
        id.uuid(),
        sample.platform.map(Platform::as_str),
        sample.content,
        now,
    )
    .execute(transaction)
    .await?;
    Ok(())
}

/// Archives the sample: no prompt shows it any more.
///
/// # Errors
/// If Postgres does not take it.
pub async fn archive(
    transaction: &mut Transaction,
    workspace_id: WorkspaceId,
    id: SampleId,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    sqlx::query!(
        "UPDATE writing_samples SET archived_at = $3, version = version + 1, updated_at = $3
         WHERE workspace_id = $1 AND id = $2 AND archived_at IS NULL",
        workspace_id.uuid(),
        id.uuid(),
        now,
    )
    .execute(transaction)
    .await?;
    Ok(())
}
