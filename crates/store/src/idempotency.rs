//! Answers that may be asked for again: the first request with a key does the work, every further one gets its answer.

use chrono::{DateTime, TimeDelta, Utc};
use rostrum_core::ids::{UserId, WorkspaceId};

use crate::{Error, Transaction};

/// How long an answer is kept. After that the key is free for another request.
pub const KEPT_FOR: TimeDelta = TimeDelta::hours(24);

/// Whose key it is.
#[derive(Debug, Clone, Copy)]
pub struct Key<'a> {
    /// The workspace of the request.
    pub workspace_id: WorkspaceId,
    /// Who sent it.
    pub user_id: UserId,
    /// The key that the client chose.
    pub key: &'a str,
}

/// What a request was answered with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The HTTP status.
    pub status: i32,
    /// The `Location` header.
    pub location: Option<String>,
    /// The `ETag` header.
    pub etag: Option<String>,
    /// The body, as it was sent.
    pub body: String,
}

/// What is known of a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Claim {
    /// Nobody used it: the work is ours. Until the transaction ends, others with the same key wait.
    Ours,
    /// The same request was answered before.
    Answered(Answer),
    /// Another request used it.
    Mismatch,
}

/// Claims a key for the request with this digest. Waits for a transaction that has claimed it and is still open.
///
/// # Errors
/// [`Error::Missing`] if the person is no member of the workspace any more.
pub async fn claim(
    transaction: &mut Transaction,
    key: Key<'_>,
    digest: &[u8; 32],
    now: DateTime<Utc>,
) -> Result<Claim, Error> {
    let claimed = sqlx::query!(
        "INSERT INTO idempotency_keys (workspace_id, user_id, key, request_digest, created_at)
         VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (workspace_id, user_id, key) DO UPDATE
         SET request_digest = excluded.request_digest, created_at = excluded.created_at,
             status = NULL, location = NULL, etag = NULL, body = NULL
         WHERE idempotency_keys.created_at <= $6",
        key.workspace_id.uuid(),
        key.user_id.uuid(),
        key.key,
        digest.as_slice(),
        now,
        now - KEPT_FOR,
    )
    .execute(&mut *transaction)
    .await?;
    if claimed.rows_affected() == 1 {
        return Ok(Claim::Ours);
    }
    let row = sqlx::query!(
        "SELECT request_digest, status, location, etag, body FROM idempotency_keys
         WHERE workspace_id = $1 AND user_id = $2 AND key = $3",
        key.workspace_id.uuid(),
        key.user_id.uuid(),
        key.key,
    )
    .fetch_one(transaction)
    .await?;
    if row.request_digest != digest {
        return Ok(Claim::Mismatch);
    }
    // A claim is only ever committed together with its answer.
    let (Some(status), Some(body)) = (row.status, row.body) else {
        return Err(Error::Unreadable("an idempotency key without its answer".to_owned()));
    };
    Ok(Claim::Answered(Answer { status, location: row.location, etag: row.etag, body }))
}

/// Keeps the answer of a key that was claimed in this transaction.
///
/// # Errors
/// If Postgres does not take it.
pub async fn answer(transaction: &mut Transaction, key: Key<'_>, answer: &Answer) -> Result<(), Error> {
    sqlx::query!(
        "UPDATE idempotency_keys SET status = $4, location = $5, etag = $6, body = $7
         WHERE workspace_id = $1 AND user_id = $2 AND key = $3",
        key.workspace_id.uuid(),
        key.user_id.uuid(),
        key.key,
        answer.status,
        answer.location,
        answer.etag,
        answer.body,
    )
    .execute(transaction)
    .await?;
    Ok(())
}

/// Forgets answers that were given before `before`; a client that asks again so late asks anew.
///
/// # Errors
/// If Postgres does not take it.
pub async fn forget(transaction: &mut Transaction, before: DateTime<Utc>) -> Result<(), Error> {
    sqlx::query!("DELETE FROM idempotency_keys WHERE created_at < $1", before).execute(transaction).await?;
    Ok(())
}
