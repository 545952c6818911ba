//! What holds for a whole workspace.

use chrono::{DateTime, Utc};
use rostrum_core::ids::WorkspaceId;

use crate::{Error, Transaction};

/// The words and phrases that no post of the workspace may hold, kept from changing until the transaction ends. Rows that
/// refer to the workspace are written all the same.
///
/// # Errors
/// If Postgres cannot be read.
pub async fn lock_prohibited_words(
    transaction: &mut Transaction,
    workspace_id: WorkspaceId,
) -> Result<Vec<String>, Error> {
    let words = sqlx::query_scalar!(
        "SELECT prohibited_words FROM workspaces WHERE id = $1 FOR NO KEY UPDATE",
        workspace_id.uuid(),
    )
    .fetch_optional(transaction)
    .await?;
    Ok(words.unwrap_or_default())
}

/// Replaces them.
///
/// # Errors
/// If Postgres does not take it.
pub async fn set_prohibited_words(
    transaction: &mut Transaction,
    workspace_id: WorkspaceId,
    words: &[String],
    now: DateTime<Utc>,
) -> Result<(), Error> {
    sqlx::query!(
        "UPDATE workspaces SET prohibited_words = $2, updated_at = $3 WHERE id = $1",
        workspace_id.uuid(),
        words,
        now,
    )
    .execute(transaction)
    .await?;
    Ok(())
}
