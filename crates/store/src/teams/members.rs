//! Who is in a team, and as what. Whoever changes that has locked the team.

use chrono::{DateTime, Utc};
use rostrum_core::{
    access::TeamRole,
    ids::{TeamId, UserId, WorkspaceId},
};
use sqlx::PgExecutor;
use uuid::Uuid;

use crate::{Error, Transaction, error::read};

/// Somebody in a team.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Who it is.
    pub user_id: Uuid,
    /// Their name.
    pub name: String,
    /// What they are in the team.
    pub role: TeamRole,
    /// Since when they are in it.
    pub created_at: DateTime<Utc>,
}

struct Row {
    user_id: Uuid,
    name: String,
    role: String,
    created_at: DateTime<Utc>,
}

impl TryFrom<Row> for Member {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self, Error> {
        let Row { user_id, name, role, created_at } = row;
        Ok(Self { user_id, name, role: read("team_members.role", &role)?, created_at })
    }
}

/// The members of the team, by their ids.
///
/// # Errors
/// If Postgres cannot be read.
pub async fn list(
    executor: impl PgExecutor<'_>,
    workspace_id: WorkspaceId,
    team_id: TeamId,
) -> Result<Vec<Member>, Error> {
    let rows = sqlx::query_as!(
        Row,
        "SELECT part.user_id, person.name, part.role, part.created_at
         FROM team_members AS part JOIN users AS person ON person.id = part.user_id
         WHERE part.workspace_id = $1 AND part.team_id = $2
         ORDER BY part.user_id",
        workspace_id.uuid(),
        team_id.uuid(),
    )
    .fetch_all(executor)
    .await?;
    rows.into_iter().map(Member::try_from).collect()
}

/// One member of the team.
///
/// # Errors
/// If Postgres cannot be read.
pub async fn get(
    transaction: &mut Transaction,
    workspace_id: WorkspaceId,
    team_id: TeamId,
    user_id: UserId,
) -> Result<Option<Member>, Error> {
    let row = sqlx::query_as!(
        Row,
        "SELECT part.user_id, person.name, part.role, part.created_at
         FROM team_members AS part JOIN users AS person ON person.id = part.user_id
         WHERE part.workspace_id = $1 AND part.team_id = $2 AND part.user_id = $3",
        workspace_id.uuid(),
        team_id.uuid(),
        user_id.uuid(),
    )
    .fetch_optional(transaction)
    .await?;
    row.map(Member::try_from).transpose()
}

/// How many are in the team.
///
/// # Errors
/// If Postgres cannot be read.
pub async fn count(transaction: &mut Transaction, workspace_id: WorkspaceId, team_id: TeamId) -> Result<i64, Error> {
    let count = sqlx::query_scalar!(
        "SELECT count(*) AS \"count!\" FROM team_members WHERE workspace_id = $1 AND team_id = $2",
        workspace_id.uuid(),
        team_id.uuid(),
    )
    .fetch_one(transaction)
    .await?;
    Ok(count)
}

/// Puts a member of the workspace into the team as this, or makes them this if they are in it.
///
/// # Errors
/// [`Error::Missing`] if they are no member of the workspace.
pub async fn set(
    transaction: &mut Transaction,
    workspace_id: WorkspaceId,
    team_id: TeamId,
    user_id: UserId,
    role: TeamRole,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    sqlx::query!(
        "INSERT INTO team_members (team_id, workspace_id, user_id, role, created_at) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (team_id, user_id) DO UPDATE SET role = excluded.role",
        team_id.uuid(),
        workspace_id.uuid(),
        user_id.uuid(),
        role.as_str(),
        now,
    )
    .execute(transaction)
    .await?;
    Ok(())
}

/// Takes somebody out of the team. Answers what they were, if they were in it.
///
/// # Errors
/// If Postgres does not do it.
pub async fn remove(
    transaction: &mut Transaction,
    workspace_id: WorkspaceId,
    team_id: TeamId,
    user_id: UserId,
) -> Result<Option<TeamRole>, Error> {
    let role = sqlx::query_scalar!(
        "DELETE FROM team_members WHERE workspace_id = $1 AND team_id = $2 AND user_id = $3 RETURNING role",
        workspace_id.uuid(),
        team_id.uuid(),
        user_id.uuid(),
    )
    .fetch_optional(transaction)
    .await?;
    role.map(|role| read("team_members.role", &role)).transpose()
}
