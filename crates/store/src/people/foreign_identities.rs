//! Who somebody here is elsewhere: at an identity provider, or at another issuer of tokens. An identity is known by issuer
//! and subject, never by its address.

use chrono::{DateTime, Utc};
use rostrum_core::{
    employee::Email,
    ids::{IdentityId, UserId, WorkspaceId},
};
use sqlx::PgExecutor;
use uuid::Uuid;

use crate::{Error, Transaction, identity::Standing};

/// An identity to be linked.
#[derive(Debug, Clone)]
pub struct NewIdentity<'a> {
    /// Its id.
    pub id: IdentityId,
    /// Whose it is here.
    pub user_id: UserId,
    /// `google`, `linkedin` or `supabase`.
    pub provider: &'a str,
    /// Who vouches for it.
    pub issuer: &'a str,
    /// Whose it is there.
    pub subject: &'a str,
}

/// An identity as its owner sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// Its id.
    pub id: Uuid,
    /// `google`, `linkedin` or `supabase`.
    pub provider: String,
    /// Since when it is linked.
    pub created_at: DateTime<Utc>,
    /// When somebody signed in with it last.
    pub last_used_at: DateTime<Utc>,
}

/// What the token of another issuer stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Presented {
    /// The identity.
    pub id: IdentityId,
    /// The person.
    pub user_id: UserId,
    /// The workspace.
    pub workspace_id: WorkspaceId,
    /// What the person is there.
    pub standing: Standing,
}

/// Whose the identity is.
///
/// # Errors
/// If Postgres cannot be read.
pub async fn owner(executor: impl PgExecutor<'_>, issuer: &str, subject: &str) -> Result<Option<UserId>, Error> {
    let id = sqlx::query_scalar!(
        "SELECT user_id FROM foreign_identities WHERE issuer = $1 AND subject = $2",
        issuer,
        subject,
    )
    .fetch_optional(executor)
    .await?;
    Ok(id.map(UserId::from))
}

/// The person with this address, but no program and nobody who was forgotten.
///
/// # Errors
/// If Postgres cannot be read.
pub async fn person_by_email(executor: impl PgExecutor<'_>, email: &Email) -> Result<Option<UserId>, Error> {
    let id = sqlx::query_scalar!(
        "SELECT id FROM users WHERE email = $1 AND kind = 'person' AND erased_at IS NULL",
        email.as_str(),
    )
    .fetch_optional(executor)
    .await?;
    Ok(id.map(UserId::from))
}

/// Links an identity, unless it is somebody's. Answers whether it was linked.
///
/// # Errors
/// If Postgres does not take it.
pub async fn link(transaction: &mut Transaction, new: &NewIdentity<'_>, now: DateTime<Utc>) -> Result<bool, Error> {
    let linked = sqlx::query!(
        "INSERT INTO foreign_identities (id, user_id, provider, issuer, subject, created_at, last_used_at)
         VALUES ($1, $2, $3, $4, $5, $6, $6)
         ON CONFLICT (issuer, subject) DO NOTHING",
        new.id.uuid(),
        new.user_id.uuid(),
        new.provider,
        new.issuer,
        new.subject,
        now,
    )
    .execute(transaction)
    .await?;
    Ok(linked.rows_affected() == 1)
}

/// Somebody signed in with the identity.
///
/// # Errors
/// If Postgres does not take it.
pub async fn note_use(
    transaction: &mut Transaction,
    issuer: &str,
    subject: &str,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    sqlx::query!(
        "UPDATE foreign_identities SET last_used_at = $3 WHERE issuer = $1 AND subject = $2",
        issuer,
        subject,
        now,
    )
    .execute(transaction)
    .await?;
    Ok(())
}

/// The identities of the person, the youngest first, a hundred at most.
///
/// # Errors
/// If Postgres cannot be read.
pub async fn list(executor: impl PgExecutor<'_>, user_id: UserId) -> Result<Vec<Identity>, Error> {
    let identities = sqlx::query_as!(
        Identity,
        "SELECT id, provider, created_at, last_used_at FROM foreign_identities WHERE user_id = $1
         ORDER BY id DESC
         LIMIT 100",
        user_id.uuid(),
    )
    .fetch_all(executor)
    .await?;
    Ok(identities)
}

/// Whether the person can sign in with an identity other than this one. A token that somebody else issued opens the API, but
/// signs nobody in.
///
/// # Errors
/// If Postgres cannot be read.
pub async fn has_another(executor: impl PgExecutor<'_>, user_id: UserId, but: IdentityId) -> Result<bool, Error> {
    let has_another = sqlx::query_scalar!(
        r#"SELECT EXISTS (
             SELECT FROM foreign_identities WHERE user_id = $1 AND id <> $2 AND provider <> 'supabase'
           ) AS "has_another!""#,
        user_id.uuid(),
        but.uuid(),
    )
    .fetch_one(executor)
    .await?;
    Ok(has_another)
}

/// Unlinks an identity of the person. Answers which provider's it was, if there is such an identity.
///
/// # Errors
/// If Postgres does not take it.
pub async fn unlink(transaction: &mut Transaction, user_id: UserId, id: IdentityId) -> Result<Option<String>, Error> {
    let provider = sqlx::query_scalar!(
        "DELETE FROM foreign_identities WHERE user_id = $1 AND id = $2 RETURNING provider",
        user_id.uuid(),
        id.uuid(),
    )
    .fetch_optional(transaction)
    .await?;
    Ok(provider)
}

/// What a token of this issuer and subject stands for: in the workspace that is named, or in the one that the person joined
/// first. `None` if the identity is nobody's, or the person is suspended or not there.
///
/// # Errors
/// If Postgres cannot be read, or holds a role that the code does not know.
pub async fn present(
    executor: impl PgExecutor<'_>,
    issuer: &str,
    subject: &str,
    workspace_id: Option<WorkspaceId>,
) -> Result<Option<Presented>, Error> {
    let row = sqlx::query!(
        "SELECT identity.id, identity.user_id, membership.workspace_id,
                CASE WHEN person.is_super_admin THEN 'super_admin' ELSE membership.role END AS \"role!\",
                ARRAY (
                  SELECT DISTINCT part.role FROM team_members AS part
                  WHERE part.workspace_id = membership.workspace_id AND part.user_id = membership.user_id
                ) AS \"teams!\",
                workspace.second_factor AS rule, person.totp_confirmed_at IS NOT NULL AS \"has_second_factor!\"
         FROM foreign_identities AS identity
         JOIN users AS person ON person.id = identity.user_id
         JOIN memberships AS membership ON membership.user_id = identity.user_id
         JOIN workspaces AS workspace ON workspace.id = membership.workspace_id
         WHERE identity.issuer = $1 AND identity.subject = $2 AND person.status = 'active'
           AND ($3::uuid IS NULL OR membership.workspace_id = $3)
         ORDER BY membership.created_at, membership.workspace_id
         LIMIT 1",
        issuer,
        subject,
        workspace_id.map(WorkspaceId::uuid),
    )
    .fetch_optional(executor)
    .await?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some(Presented {
        id: row.id.into(),
        user_id: row.user_id.into(),
        workspace_id: row.workspace_id.into(),
        standing: Standing::of_person(&row.role, &row.teams, &row.rule, row.has_second_factor)?,
    }))
}

/// What the person of the identity is in the workspace and its teams now; `None` if it was unlinked, or they are suspended
/// or not there.
///
/// # Errors
/// If Postgres cannot be read, or holds a role that the code does not know.
pub async fn standing(
    executor: impl PgExecutor<'_>,
    id: IdentityId,
    workspace_id: WorkspaceId,
) -> Result<Option<Standing>, Error> {
    let row = sqlx::query!(
        "SELECT CASE WHEN person.is_super_admin THEN 'super_admin' ELSE membership.role END AS \"role!\",
                ARRAY (
                  SELECT DISTINCT part.role FROM team_members AS part
                  WHERE part.workspace_id = membership.workspace_id AND part.user_id = membership.user_id
                ) AS \"teams!\",
                workspace.second_factor AS rule, person.totp_confirmed_at IS NOT NULL AS \"has_second_factor!\"
         FROM foreign_identities AS identity
         JOIN users AS person ON person.id = identity.user_id
         JOIN memberships AS membership ON membership.user_id = identity.user_id
         JOIN workspaces AS workspace ON workspace.id = membership.workspace_id
         WHERE identity.id = $1 AND membership.workspace_id = $2 AND person.status = 'active'",
        id.uuid(),
        workspace_id.uuid(),
    )
    .fetch_optional(executor)
    .await?;
    row.map(|row| Standing::of_person(&row.role, &row.teams, &row.rule, row.has_second_factor)).transpose()
}
