//! Looking at teams.

use chrono::{DateTime, Utc};
use rostrum_core::ids::{TeamId, UserId, WorkspaceId};
use sqlx::PgExecutor;
use uuid::Uuid;

use crate::{Error, Scope, Transaction, page::up_to};

/// A team.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Team {
    /// The id.
    pub id: Uuid,
    /// What it is called.
    pub name: String,
    /// Counts the changes of the team itself; who is in it is not one of them.
    pub version: i32,
    /// Since when it is only kept for its campaigns.
    pub archived_at: Option<DateTime<Utc>>,
    /// When it was created.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
}

/// The team with this id, archived or not, if `member` is in it; with `None`, whoever is.
///
/// # Errors
/// If Postgres cannot be read.
pub async fn get(
    executor: impl PgExecutor<'_>,
    workspace_id: WorkspaceId,
    id: TeamId,
    member: Option<UserId>,
) -> Result<Option<Team>, Error> {
    let team = sqlx::query_as!(
        Team,
        "SELECT id, name, version, archived_at, created_at, updated_at FROM teams
         WHERE workspace_id = $1 AND id = $2
           AND ($3::uuid IS NULL OR EXISTS (
             SELECT FROM team_members AS part
             WHERE part.workspace_id = $1 AND part.team_id = teams.id AND part.user_id = $3
           ))",
        workspace_id.uuid(),
        id.uuid(),
        member.map(UserId::uuid),
    )
    .fetch_optional(executor)
    .await?;
    Ok(team)
}

/// The team with this id, archived or not. Neither it nor who is in it changes until the transaction ends.
///
/// # Errors
/// If Postgres cannot be read.
pub async fn lock(transaction: &mut Transaction, workspace_id: WorkspaceId, id: TeamId) -> Result<Option<Team>, Error> {
    let team = sqlx::query_as!(
        Team,
        "SELECT id, name, version, archived_at, created_at, updated_at FROM teams
         WHERE workspace_id = $1 AND id = $2
         FOR NO KEY UPDATE",
        workspace_id.uuid(),
        id.uuid(),
    )
    .fetch_optional(transaction)
    .await?;
    Ok(team)
}

/// Whether there is such a team in the scope that is not archived. It is not archived until the transaction ends.
///
/// # Errors
/// If Postgres cannot be read.
pub async fn lock_living(
    transaction: &mut Transaction,
    workspace_id: WorkspaceId,
    id: TeamId,
    scope: Scope,
) -> Result<bool, Error> {
    let roles = scope.roles();
    let found = sqlx::query_scalar!(
        "SELECT id FROM teams
         WHERE workspace_id = $1 AND id = $2 AND archived_at IS NULL
           AND ($3::uuid IS NULL OR EXISTS (
             SELECT FROM team_members AS part
             WHERE part.workspace_id = $1 AND part.team_id = teams.id AND part.user_id = $3 AND part.role = ANY ($4)
           ))
         FOR SHARE",
        workspace_id.uuid(),
        id.uuid(),
        scope.person(),
        &roles,
    )
    .fetch_optional(transaction)
    .await?;
    Ok(found.is_some())
}

/// Up to `limit` teams with an id below `before`, archived ones among them, the newest first; with a `member`, those that
/// they are in.
///
/// # Errors
/// If Postgres cannot be read.
pub async fn list(
    executor: impl PgExecutor<'_>,
    workspace_id: WorkspaceId,
    member: Option<UserId>,
    before: Uuid,
    limit: i64,
) -> Result<Vec<Team>, Error> {
    let teams = sqlx::query_as!(
        Team,
        "SELECT id, name, version, archived_at, created_at, updated_at FROM teams
         WHERE workspace_id >= $1 AND (workspace_id, id) <= ($1, $2)
           AND ($3::uuid IS NULL OR EXISTS (
             SELECT FROM team_members AS part
             WHERE part.workspace_id = $1 AND part.team_id = teams.id AND part.user_id = $3
           ))
         ORDER BY workspace_id DESC, id DESC
         LIMIT $4",
        workspace_id.uuid(),
        up_to(before),
        member.map(UserId::uuid),
        limit,
    )
    .fetch_all(executor)
    .await?;
    Ok(teams)
}
