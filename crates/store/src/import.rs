//! What only an import asks of the database.

use chrono::{DateTime, Utc};
use rostrum_core::ids::{CampaignId, UserId, WorkspaceId};

use crate::{Error, Transaction};

/// Keeps other imports of the workspace waiting until the transaction ends.
///
/// # Errors
/// If Postgres cannot be reached.
pub async fn lock(transaction: &mut Transaction, slug: &str) -> Result<(), Error> {
    sqlx::query!("SELECT pg_advisory_xact_lock(hashtextextended('import ' || $1, 0))", slug)
        .execute(transaction)
        .await?;
    Ok(())
}

/// Gives a person another password.
///
/// # Errors
/// If Postgres does not take it.
pub async fn set_password(
    transaction: &mut Transaction,
    user_id: UserId,
    password_hash: &str,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    sqlx::query!(
        "UPDATE users SET password_hash = $2, updated_at = $3 WHERE id = $1",
        user_id.uuid(),
        password_hash,
        now,
    )
    .execute(transaction)
    .await?;
    Ok(())
}

/// Whether the employee has a sample with this text. An archived one counts: somebody did not want it any more.
///
/// # Errors
/// If Postgres cannot be read.
pub async fn has_sample(
    transaction: &mut Transaction,
    workspace_id: WorkspaceId,
    user_id: UserId,
    content: &str,
) -> Result<bool, Error> {
    let found = sqlx::query_scalar!(
        "SELECT EXISTS (
           SELECT FROM writing_samples WHERE workspace_id = $1 AND user_id = $2 AND content = $3
         ) AS \"found!\"",
        workspace_id.uuid(),
        user_id.uuid(),
        content,
    )
    .fetch_one(transaction)
    .await?;
    Ok(found)
}

/// The campaign of this name, rather an active one than an archived one, rather an old one than a young one.
///
/// # Errors
/// If Postgres cannot be read.
pub async fn campaign(
    transaction: &mut Transaction,
    workspace_id: WorkspaceId,
    name: &str,
) -> Result<Option<CampaignId>, Error> {
    let id = sqlx::query_scalar!(
        "SELECT id FROM campaigns WHERE workspace_id = $1 AND name = $2 ORDER BY status = 'archived', id LIMIT 1",
        workspace_id.uuid(),
        name,
    )
    .fetch_optional(transaction)
    .await?;
    Ok(id.map(CampaignId::from))
}
