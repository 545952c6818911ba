//! Workspaces, the people in them, and what they may do there.

use chrono::{DateTime, Utc};
use rostrum_core::{
    access::{Role, SecondFactorRule, TeamRole, TeamRoles},
    employee::Email,
    ids::{SessionId, UserId, WorkspaceId},
};
use sqlx::PgExecutor;

use crate::{Error, Transaction, error::read};

/// A person, as far as signing in needs to know them.
#[derive(Debug, Clone)]
pub struct User {
    /// The id.
    pub id: UserId,
    /// What their password is checked against, a PHC string; `None` if they cannot sign in.
    pub password_hash: Option<String>,
    /// Whether they may not sign in, nor use a token that they still have.
    pub is_suspended: bool,
}

/// What somebody is in a workspace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// Their role in the whole of it.
    pub role: Role,
    /// Their roles in teams of it, whichever these are.
    pub teams: TeamRoles,
    /// Whether the workspace requires a second factor of them, and they have none.
    pub owes_second_factor: bool,
}

impl Standing {
    /// Of a program, as the database has it. No rule about second factors is for programs.
    pub(crate) fn of_program(role: &str, teams: &[String]) -> Result<Self, Error> {
        let teams = teams.iter().map(|name| read::<TeamRole>("team_members.role", name));
        let teams = teams.collect::<Result<TeamRoles, Error>>()?;
        Ok(Self { role: read("memberships.role", role)?, teams, owes_second_factor: false })
    }

    /// Of a person, as the database has it. `required` is what the workspace says about second factors.
    pub(crate) fn of_person(
        role: &str,
        teams: &[String],
        required: &str,
        has_second_factor: bool,
    ) -> Result<Self, Error> {
        let required: SecondFactorRule = read("workspaces.second_factor", required)?;
        let standing = Self::of_program(role, teams)?;
        Ok(Self { owes_second_factor: required.is_owed_by(standing.role, has_second_factor), ..standing })
    }
}

/// A person to be added.
#[derive(Debug, Clone)]
pub struct NewUser<'a> {
    /// The id, which is not used if the address is known already.
    pub id: UserId,
    /// What they are known by.
    pub email: &'a Email,
    /// Their name.
    pub name: &'a str,
    /// A PHC string, or `None` for somebody who does not sign in. Whoever is added with one is known to own the address.
    pub password_hash: Option<&'a str>,
}

/// The workspace with this slug.
///
/// # Errors
/// If Postgres cannot be read.
pub async fn workspace_by_slug(executor: impl PgExecutor<'_>, slug: &str) -> Result<Option<WorkspaceId>, Error> {
    let id = sqlx::query_scalar!("SELECT id FROM workspaces WHERE slug = $1", slug).fetch_optional(executor).await?;
    Ok(id.map(WorkspaceId::from))
}

/// Adds a workspace. The fleet's own role may not; it needs a connection of the schema's owner.
///
/// # Errors
/// [`Error::Duplicate`] if the slug is taken.
pub async fn create_workspace(
    transaction: &mut Transaction,
    id: WorkspaceId,
    slug: &str,
    name: &str,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    sqlx::query!(
        "INSERT INTO workspaces (id, slug, name, created_at, updated_at) VALUES ($1, $2, $3, $4, $4)",
        id.uuid(),
        slug,
        name,
        now,
    )
    .execute(transaction)
    .await?;
    Ok(())
}

/// The person with this address. People are known across workspaces; what they may see is their membership's business.
///
/// # Errors
/// If Postgres cannot be read.
pub async fn user_by_email(executor: impl PgExecutor<'_>, email: &Email) -> Result<Option<User>, Error> {
    let row = sqlx::query!("SELECT id, password_hash, status FROM users WHERE email = $1", email.as_str())
        .fetch_optional(executor)
        .await?;
    Ok(row.map(|row| User {
        id: row.id.into(),
        password_hash: row.password_hash,
        is_suspended: row.status == "suspended",
    }))
}

/// Adds a person, unless the address is known already. Answers whose it is; a known person is not changed.
///
/// # Errors
/// If Postgres does not take it.
pub async fn create_user(
    transaction: &mut Transaction,
    user: &NewUser<'_>,
    now: DateTime<Utc>,
) -> Result<UserId, Error> {
    let added = sqlx::query_scalar!(
        "INSERT INTO users (id, email, name, password_hash, email_verified_at, created_at, updated_at)
         VALUES ($1, $2, $3, $4, CASE WHEN $4::text IS NOT NULL THEN $5::timestamptz END, $5, $5)
         ON CONFLICT (email) DO NOTHING
         RETURNING id",
        user.id.uuid(),
        user.email.as_str(),
        user.name,
        user.password_hash,
        now,
    )
    .fetch_optional(&mut *transaction)
    .await?;
    // A second statement, because the first one does not see a row that was committed while it ran.
    let id = match added {
        Some(id) => id,
        None => {
            sqlx::query_scalar!("SELECT id FROM users WHERE email = $1", user.email.as_str())
                .fetch_one(transaction)
                .await?
        }
    };
    Ok(id.into())
}

/// Makes a person a member of the workspace, unless they are. Answers whether they were added; the role of a member is
/// not changed.
///
/// # Errors
/// [`Error::Missing`] if there is no such workspace or person.
pub async fn create_membership(
    transaction: &mut Transaction,
    workspace_id: WorkspaceId,
    user_id: UserId,
    role: Role,
    now: DateTime<Utc>,
) -> Result<bool, Error> {
    let added = sqlx::query!(
        "INSERT INTO memberships (workspace_id, user_id, role, created_at) VALUES ($1, $2, $3, $4)
         ON CONFLICT (workspace_id, user_id) DO NOTHING",
        workspace_id.uuid(),
        user_id.uuid(),
        role.as_str(),
        now,
    )
    .execute(transaction)
    .await?;
    Ok(added.rows_affected() == 1)
}

/// What a person is in the workspace now; `None` if they are not in it or are suspended.
///
/// # Errors
/// If Postgres cannot be read, or holds a role that the code does not know.
pub async fn role(
    executor: impl PgExecutor<'_>,
    workspace_id: WorkspaceId,
    user_id: UserId,
) -> Result<Option<Role>, Error> {
    let role = sqlx::query_scalar!(
        "SELECT CASE WHEN person.is_super_admin THEN 'super_admin' ELSE membership.role END AS \"role!\"
         FROM memberships AS membership
         JOIN users AS person ON person.id = membership.user_id
         WHERE membership.workspace_id = $1 AND membership.user_id = $2 AND person.status = 'active'",
        workspace_id.uuid(),
        user_id.uuid(),
    )
    .fetch_optional(executor)
    .await?;
    role.map(|role| read("memberships.role", &role)).transpose()
}

/// What a person is in the workspace and in its teams now, if they have a session there; `None` if that has ended, if they
/// are not in it or are suspended.
///
/// # Errors
/// If Postgres cannot be read, or holds a role that the code does not know.
pub async fn standing_in_session(
    executor: impl PgExecutor<'_>,
    workspace_id: WorkspaceId,
    user_id: UserId,
    session_id: SessionId,
) -> Result<Option<Standing>, Error> {
    let row = sqlx::query!(
        "SELECT CASE WHEN person.is_super_admin THEN 'super_admin' ELSE membership.role END AS \"role!\",
                ARRAY (
                  SELECT DISTINCT part.role FROM team_members AS part
                  WHERE part.workspace_id = membership.workspace_id AND part.user_id = membership.user_id
                ) AS \"teams!\",
                workspace.second_factor AS rule, person.totp_confirmed_at IS NOT NULL AS \"has_second_factor!\"
         FROM memberships AS membership
         JOIN users AS person ON person.id = membership.user_id
         JOIN workspaces AS workspace ON workspace.id = membership.workspace_id
         JOIN sessions AS session
           ON session.user_id = membership.user_id AND session.workspace_id = membership.workspace_id
         WHERE membership.workspace_id = $1 AND membership.user_id = $2 AND person.status = 'active'
           AND session.id = $3 AND session.ended_at IS NULL",
        workspace_id.uuid(),
        user_id.uuid(),
        session_id.uuid(),
    )
    .fetch_optional(executor)
    .await?;
    row.map(|row| Standing::of_person(&row.role, &row.teams, &row.rule, row.has_second_factor)).transpose()
}

/// The workspace that a person signs in to if they name none: the one that they joined first.
///
/// # Errors
/// If Postgres cannot be read.
pub async fn first_workspace(executor: impl PgExecutor<'_>, user_id: UserId) -> Result<Option<WorkspaceId>, Error> {
    let id = sqlx::query_scalar!(
        "SELECT workspace_id FROM memberships WHERE user_id = $1 ORDER BY created_at, workspace_id LIMIT 1",
        user_id.uuid(),
    )
    .fetch_optional(executor)
    .await?;
    Ok(id.map(WorkspaceId::from))
}
