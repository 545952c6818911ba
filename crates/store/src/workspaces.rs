//! What holds for a whole workspace.

use chrono::{DateTime, Utc};
use rostrum_core::ids::WorkspaceId;

use sqlx::PgExecutor;

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

/// The name of the workspace.
///
/// # Errors
/// If Postgres cannot be read.
pub async fn name(executor: impl PgExecutor<'_>, workspace_id: WorkspaceId) -> Result<Option<String>, Error> {
    let name = sqlx::query_scalar!("SELECT name FROM workspaces WHERE id = $1", workspace_id.uuid());
    Ok(name.fetch_optional(executor).await?)
}

/// The workspace of this slug, if strangers may register there.
///
/// # Errors
/// If Postgres cannot be read.
pub async fn open_to_all(executor: impl PgExecutor<'_>, slug: &str) -> Result<Option<WorkspaceId>, Error> {
    let id = sqlx::query_scalar!("SELECT id FROM workspaces WHERE slug = $1 AND registration = 'open'", slug);
    Ok(id.fetch_optional(executor).await?.map(WorkspaceId::from))
}

/// What admins say about a workspace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// What it is called.
    pub name: String,
    /// Whether strangers may register: `invitation` or `open`.
    pub registration: String,
    /// Of whom a second factor is required: `optional` or `required_of_admins`.
    pub second_factor: String,
}

/// The settings of the workspace.
///
/// # Errors
/// If Postgres cannot be read.
pub async fn settings(executor: impl PgExecutor<'_>, workspace_id: WorkspaceId) -> Result<Option<Settings>, Error> {
    let settings = sqlx::query_as!(
        Settings,
        "SELECT name, registration, second_factor FROM workspaces WHERE id = $1",
        workspace_id.uuid(),
    );
    Ok(settings.fetch_optional(executor).await?)
}

/// As [`settings`], kept from changing until the transaction ends. Rows that refer to the workspace are written all the
/// same.
///
/// # Errors
/// If Postgres cannot be read.
pub async fn lock_settings(
    transaction: &mut Transaction,
    workspace_id: WorkspaceId,
) -> Result<Option<Settings>, Error> {
    let settings = sqlx::query_as!(
        Settings,
        "SELECT name, registration, second_factor FROM workspaces WHERE id = $1 FOR NO KEY UPDATE",
        workspace_id.uuid(),
    );
    Ok(settings.fetch_optional(transaction).await?)
}

/// Replaces them.
///
/// # Errors
/// If Postgres does not take it.
pub async fn set_settings(
    transaction: &mut Transaction,
    workspace_id: WorkspaceId,
    settings: &Settings,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    sqlx::query!(
        "UPDATE workspaces SET name = $2, registration = $3, second_factor = $4, updated_at = $5 WHERE id = $1",
        workspace_id.uuid(),
        settings.name,
        settings.registration,
        settings.second_factor,
        now,
    )
    .execute(transaction)
    .await?;
    Ok(())
}
