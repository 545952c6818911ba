//! Employees: people with a profile in a workspace.

use chrono::{DateTime, Utc};
use rostrum_core::{
    employee::ValidProfile,
    ids::{UserId, WorkspaceId},
};
use sqlx::PgExecutor;
use uuid::Uuid;

use crate::{Error, Transaction};

/// An employee.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Employee {
    /// The id of the person.
    pub id: Uuid,
    /// What they are known by.
    pub email: String,
    /// The name that the posts are written under.
    pub display_name: String,
    /// What they do.
    pub job_title: String,
    /// Who they are.
    pub bio: String,
    /// How they write.
    pub voice: String,
    /// Counts the changes.
    pub version: i32,
    /// When they were archived.
    pub archived_at: Option<DateTime<Utc>>,
    /// When they were added.
    pub created_at: DateTime<Utc>,
    /// When they were last changed.
    pub updated_at: DateTime<Utc>,
}

/// Gives a member of the workspace a profile.
///
/// # Errors
/// [`Error::Duplicate`] if they have one, [`Error::Missing`] if they are no member.
pub async fn create(
    transaction: &mut Transaction,
    workspace_id: WorkspaceId,
    user_id: UserId,
    profile: &ValidProfile,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    sqlx::query!(
        "INSERT INTO employee_profiles
           (workspace_id, user_id, display_name, job_title, bio, voice, created_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $7)",
        workspace_id.uuid(),
        user_id.uuid(),
        profile.display_name,
        profile.job_title,
        profile.bio,
        profile.voice,
        now,
    )
    .execute(transaction)
    .await?;
    Ok(())
}

/// The employee with this id, archived or not.
///
/// # Errors
/// If Postgres cannot be read.
pub async fn get(
    executor: impl PgExecutor<'_>,
    workspace_id: WorkspaceId,
    user_id: UserId,
) -> Result<Option<Employee>, Error> {
    let employee = sqlx::query_as!(
        Employee,
        "SELECT profile.user_id AS id, person.email, profile.display_name, profile.job_title, profile.bio, profile.voice,
                profile.version, profile.archived_at, profile.created_at, profile.updated_at
         FROM employee_profiles AS profile
         JOIN users AS person ON person.id = profile.user_id
         WHERE profile.workspace_id = $1 AND profile.user_id = $2",
        workspace_id.uuid(),
        user_id.uuid(),
    )
    .fetch_optional(executor)
    .await?;
    Ok(employee)
}

/// Up to `limit` employees that are not archived (with `archived`: only those that are) with an id below `before`, the
/// youngest id first.
///
/// # Errors
/// If Postgres cannot be read.
pub async fn list(
    executor: impl PgExecutor<'_>,
    workspace_id: WorkspaceId,
    archived: bool,
    before: Uuid,
    limit: i64,
) -> Result<Vec<Employee>, Error> {
    let employees = sqlx::query_as!(
        Employee,
        "SELECT profile.user_id AS id, person.email, profile.display_name, profile.job_title, profile.bio, profile.voice,
                profile.version, profile.archived_at, profile.created_at, profile.updated_at
         FROM employee_profiles AS profile
         JOIN users AS person ON person.id = profile.user_id
         WHERE profile.workspace_id = $1 AND (profile.archived_at IS NOT NULL) = $2 AND profile.user_id < $3
         ORDER BY profile.user_id DESC
         LIMIT $4",
        workspace_id.uuid(),
        archived,
        before,
        limit,
    )
    .fetch_all(executor)
    .await?;
    Ok(employees)
}

/// Keeps others from changing the employee until the transaction ends.
///
/// # Errors
/// If Postgres cannot be read.
pub async fn lock(
    transaction: &mut Transaction,
    workspace_id: WorkspaceId,
    user_id: UserId,
) -> Result<Option<Employee>, Error> {
    let locked = sqlx::query_scalar!(
        "SELECT user_id FROM employee_profiles WHERE workspace_id = $1 AND user_id = $2 FOR UPDATE",
        workspace_id.uuid(),
        user_id.uuid(),
    )
    .fetch_optional(&mut *transaction)
    .await?;
    match locked {
        Some(_) => get(transaction, workspace_id, user_id).await,
        None => Ok(None),
    }
}

/// Replaces the profile.
///
/// # Errors
/// If Postgres does not take it.
pub async fn update(
    transaction: &mut Transaction,
    workspace_id: WorkspaceId,
    user_id: UserId,
    profile: &ValidProfile,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    sqlx::query!(
        "UPDATE employee_profiles
         SET display_name = $3, job_title = $4, bio = $5, voice = $6, version = version + 1, updated_at = $7
         WHERE workspace_id = $1 AND user_id = $2",
        workspace_id.uuid(),
        user_id.uuid(),
        profile.display_name,
        profile.job_title,
        profile.bio,
        profile.voice,
        now,
    )
    .execute(transaction)
    .await?;
    Ok(())
}

/// Archives the employee: no campaign writes for them any more, what was written stays.
///
/// # Errors
/// If Postgres does not take it.
pub async fn archive(
    transaction: &mut Transaction,
    workspace_id: WorkspaceId,
    user_id: UserId,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    sqlx::query!(
        "UPDATE employee_profiles SET archived_at = $3, version = version + 1, updated_at = $3
         WHERE workspace_id = $1 AND user_id = $2 AND archived_at IS NULL",
        workspace_id.uuid(),
        user_id.uuid(),
        now,
    )
    .execute(&mut *transaction)
    .await?;
    sqlx::query!(
        "UPDATE campaign_employees SET is_active = false WHERE workspace_id = $1 AND user_id = $2 AND is_active",
        workspace_id.uuid(),
        user_id.uuid(),
    )
    .execute(transaction)
    .await?;
    Ok(())
}
