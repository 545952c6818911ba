//! The audit log: who changed what, written in the transaction of the change.

use chrono::{DateTime, Utc};
use rostrum_core::ids::{AuditId, UserId, WorkspaceId};
use serde_json::Value;
use sqlx::PgExecutor;
use uuid::Uuid;

use crate::{Error, Transaction};

/// Who did it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Actor {
    /// A person who was signed in.
    User(UserId),
    /// A schedule or the fleet itself.
    System,
}

/// One change.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The id of the entry.
    pub id: AuditId,
    /// The workspace that the subject belongs to.
    pub workspace_id: WorkspaceId,
    /// Who did it.
    pub actor: Actor,
    /// What was done, `subject.verb`, for example `campaign.archived`.
    pub action: &'static str,
    /// The kind of thing that it was done to, for example `campaign`.
    pub subject_type: &'static str,
    /// The thing that it was done to.
    pub subject_id: Uuid,
    /// What a reader needs besides; never a secret.
    pub detail: Value,
    /// When.
    pub at: DateTime<Utc>,
}

/// Writes `entry`.
///
/// # Errors
/// If Postgres does not take it.
pub async fn record(transaction: &mut Transaction, entry: &Entry) -> Result<(), Error> {
    let (kind, actor) = match entry.actor {
        Actor::User(user) => ("user", Some(user.uuid())),
        Actor::System => ("system", None),
    };
    sqlx::query!(
        "INSERT INTO audit_log (id, workspace_id, actor_kind, actor_id, action, subject_type, subject_id, detail, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        entry.id.uuid(),
        entry.workspace_id.uuid(),
        kind,
        actor,
        entry.action,
        entry.subject_type,
        entry.subject_id,
        entry.detail,
        entry.at,
    )
    .execute(transaction)
    .await?;
    Ok(())
}

/// A change as it was written.
#[derive(Debug, Clone, PartialEq)]
pub struct Recorded {
    /// The id of the entry.
    pub id: Uuid,
    /// `user` or `system`.
    pub actor_kind: String,
    /// Who, if it was a person or a program.
    pub actor_id: Option<Uuid>,
    /// What was done.
    pub action: String,
    /// The kind of thing that it was done to.
    pub subject_type: String,
    /// The thing.
    pub subject_id: Uuid,
    /// What a reader needs besides.
    pub detail: Value,
    /// When.
    pub created_at: DateTime<Utc>,
}

/// What was done in the workspace, newest first, from the entry before `before` on.
///
/// # Errors
/// If Postgres cannot be read.
pub async fn list(
    executor: impl PgExecutor<'_>,
    workspace_id: WorkspaceId,
    before: Uuid,
    limit: i64,
) -> Result<Vec<Recorded>, Error> {
    let entries = sqlx::query_as!(
        Recorded,
        "SELECT id, actor_kind, actor_id, action, subject_type, subject_id, detail, created_at FROM audit_log
         WHERE workspace_id = $1 AND id < $2
         ORDER BY workspace_id DESC, id DESC
         LIMIT $3",
        workspace_id.uuid(),
        before,
        limit,
    )
    .fetch_all(executor)
    .await?;
    Ok(entries)
}
