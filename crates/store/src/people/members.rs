//! Who is in a workspace, and as what.

use chrono::{DateTime, Utc};
use rostrum_core::{
    access::Role,
    ids::{UserId, WorkspaceId},
};
use sqlx::PgExecutor;
use uuid::Uuid;

use crate::{Error, Transaction, error::read};

/// A member.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Who it is.
    pub user_id: Uuid,
    /// Their name.
    pub name: String,
    /// Their address.
    pub email: String,
    /// What they are.
    pub role: Role,
    /// Whether they stand for a program.
    pub is_service: bool,
    /// Whether they sign in with a second factor.
    pub has_second_factor: bool,
    /// Since when.
    pub created_at: DateTime<Utc>,
}

struct Row {
    user_id: Uuid,
    name: String,
    email: String,
    role: String,
    kind: String,
    totp_confirmed_at: Option<DateTime<Utc>>,
    created_at: DateTime<Utc>,
}

impl TryFrom<Row> for Member {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self, Error> {
        Ok(Self {
            user_id: row.user_id,
            name: row.name,
            email: row.email,
            role: read("memberships.role", &row.role)?,
            is_service: row.kind == "service",
            has_second_factor: row.totp_confirmed_at.is_some(),
            created_at: row.created_at,
        })
    }
}

/// The members of the workspace, by their ids from `before` down.
///
/// # Errors
/// If Postgres cannot be read.
pub async fn list(
    executor: impl PgExecutor<'_>,
    workspace_id: WorkspaceId,
    before: Uuid,
    limit: i64,
) -> Result<Vec<Member>, Error> {
    let rows = sqlx::query_as!(
        Row,
        "SELECT membership.user_id, person.name, person.email, membership.role, person.kind, person.totp_confirmed_at,
                membership.created_at
         FROM memberships AS membership JOIN users AS person ON person.id = membership.user_id
         WHERE membership.workspace_id = $1 AND membership.user_id < $2
         ORDER BY membership.workspace_id DESC, membership.user_id DESC
         LIMIT $3",
        workspace_id.uuid(),
        before,
        limit,
    )
    .fetch_all(executor)
    .await?;
    rows.into_iter().map(Member::try_from).collect()
}

/// One member. They stay what they are until `transaction` is over.
///
/// # Errors
/// If Postgres cannot be read.
pub async fn lock(
    transaction: &mut Transaction,
    workspace_id: WorkspaceId,
    user_id: UserId,
) -> Result<Option<Member>, Error> {
    let row = sqlx::query_as!(
        Row,
        "SELECT membership.user_id, person.name, person.email, membership.role, person.kind, person.totp_confirmed_at,
                membership.created_at
         FROM memberships AS membership JOIN users AS person ON person.id = membership.user_id
         WHERE membership.workspace_id = $1 AND membership.user_id = $2
         FOR NO KEY UPDATE OF membership",
        workspace_id.uuid(),
        user_id.uuid(),
    )
    .fetch_optional(transaction)
    .await?;
    row.map(Member::try_from).transpose()
}

/// The people who act as admins of the workspace: no programs, nor who is suspended or erased. All of them stay so until
/// `transaction` is over.
///
/// # Errors
/// If Postgres cannot be read.
pub async fn lock_admins(transaction: &mut Transaction, workspace_id: WorkspaceId) -> Result<Vec<UserId>, Error> {
    let admins = sqlx::query_scalar!(
        "SELECT membership.user_id
         FROM memberships AS membership JOIN users AS person ON person.id = membership.user_id
         WHERE membership.workspace_id = $1 AND membership.role = 'admin' AND person.kind = 'person'
           AND person.status = 'active'
         ORDER BY membership.user_id
         FOR NO KEY UPDATE OF membership",
        workspace_id.uuid(),
    )
    .fetch_all(transaction)
    .await?;
    Ok(admins.into_iter().map(UserId::from).collect())
}

/// Makes the member this.
///
/// # Errors
/// If Postgres does not take it.
pub async fn set_role(
    transaction: &mut Transaction,
    workspace_id: WorkspaceId,
    user_id: UserId,
    role: Role,
) -> Result<(), Error> {
    sqlx::query!(
        "UPDATE memberships SET role = $3 WHERE workspace_id = $1 AND user_id = $2",
        workspace_id.uuid(),
        user_id.uuid(),
        role.as_str(),
    )
    .execute(transaction)
    .await?;
    Ok(())
}

/// Whether the person writes for the workspace: then their posts and samples keep them a member.
///
/// # Errors
/// If Postgres cannot be read.
pub async fn is_employee(
    transaction: &mut Transaction,
    workspace_id: WorkspaceId,
    user_id: UserId,
) -> Result<bool, Error> {
    let is_one = sqlx::query_scalar!(
        "SELECT EXISTS (SELECT FROM employee_profiles WHERE workspace_id = $1 AND user_id = $2) AS \"is_one!\"",
        workspace_id.uuid(),
        user_id.uuid(),
    )
    .fetch_one(transaction)
    .await?;
    Ok(is_one)
}

/// The person is no member any more. Their sessions and keys of the workspace go with it.
///
/// # Errors
/// If Postgres does not do it.
pub async fn remove(transaction: &mut Transaction, workspace_id: WorkspaceId, user_id: UserId) -> Result<(), Error> {
    sqlx::query!(
        "DELETE FROM memberships WHERE workspace_id = $1 AND user_id = $2",
        workspace_id.uuid(),
        user_id.uuid(),
    )
    .execute(transaction)
    .await?;
    Ok(())
}
