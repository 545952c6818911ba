//! Changing teams.

use chrono::{DateTime, Utc};
use rostrum_core::ids::{TeamId, UserId, WorkspaceId};

use crate::{Error, Transaction};

/// What two teams of a workspace that are not archived never share, their name, as [`Error::Duplicate`] has it.
pub const NAME: &str = "idx_teams_name";

/// Adds a team without members.
///
/// # Errors
/// [`Error::Duplicate`] with [`NAME`] if another one is called so.
pub async fn create(
    transaction: &mut Transaction,
    workspace_id: WorkspaceId,
    id: TeamId,
    name: &str,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    sqlx::query!(
        "INSERT INTO teams (id, workspace_id, name, created_at, updated_at) VALUES ($1, $2, $3, $4, $4)",
        id.uuid(),
        workspace_id.uuid(),
        name,
        now,
    )
    .execute(transaction)
    .await?;
    Ok(())
}

/// Calls a team this.
///
/// # Errors
/// [`Error::Duplicate`] with [`NAME`] if another one is called so.
pub async fn rename(
    transaction: &mut Transaction,
    workspace_id: WorkspaceId,
    id: TeamId,
    name: &str,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    sqlx::query!(
        "UPDATE teams SET name = $3, version = version + 1, updated_at = $4 WHERE workspace_id = $1 AND id = $2",
        workspace_id.uuid(),
        id.uuid(),
        name,
        now,
    )
    .execute(transaction)
    .await?;
    Ok(())
}

/// Archives a team: its campaigns stay its own, and nobody is in it any more. Answers who was.
///
/// # Errors
/// If Postgres does not take it.
pub async fn archive(
    transaction: &mut Transaction,
    workspace_id: WorkspaceId,
    id: TeamId,
    now: DateTime<Utc>,
) -> Result<Vec<UserId>, Error> {
    sqlx::query!(
        "UPDATE teams SET archived_at = $3, version = version + 1, updated_at = $3
         WHERE workspace_id = $1 AND id = $2 AND archived_at IS NULL",
        workspace_id.uuid(),
        id.uuid(),
        now,
    )
    .execute(&mut *transaction)
    .await?;
    let members = sqlx::query_scalar!(
        "DELETE FROM team_members WHERE workspace_id = $1 AND team_id = $2 RETURNING user_id",
        workspace_id.uuid(),
        id.uuid(),
    )
    .fetch_all(transaction)
    .await?;
    Ok(members.into_iter().map(UserId::from).collect())
}
