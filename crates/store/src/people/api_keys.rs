//! The keys by which programs get in. Each lets in a service account of its own.

use chrono::{DateTime, Utc};
use rostrum_core::{
    access::{Permission, Role},
    ids::{ApiKeyId, UserId, WorkspaceId},
    sign_in::secret::SecretDigest,
};
use sqlx::PgExecutor;
use uuid::Uuid;

use crate::{Error, Transaction, error::read, identity::Standing};

/// A key to be made, with the account that it lets in.
#[derive(Debug, Clone)]
pub struct NewKey<'a> {
    /// Its id.
    pub id: ApiKeyId,
    /// The workspace.
    pub workspace_id: WorkspaceId,
    /// The id of the account.
    pub user_id: UserId,
    /// What it is called.
    pub name: &'a str,
    /// What the account is in the workspace.
    pub role: Role,
    /// What of that the key is for.
    pub permissions: &'a [Permission],
    /// Of the key.
    pub digest: SecretDigest,
    /// Its last four letters.
    pub hint: &'a str,
    /// Who makes it.
    pub created_by: UserId,
    /// Until when it is good.
    pub expires_at: DateTime<Utc>,
}

/// A key as people see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiKey {
    /// Its id.
    pub id: Uuid,
    /// The account that it lets in.
    pub user_id: Uuid,
    /// What it is called.
    pub name: String,
    /// What the account is.
    pub role: String,
    /// What of that the key is for.
    pub permissions: Vec<String>,
    /// Its last four letters.
    pub hint: String,
    /// Who made it.
    pub created_by: Uuid,
    /// When.
    pub created_at: DateTime<Utc>,
    /// Until when it is good.
    pub expires_at: DateTime<Utc>,
    /// When it was revoked.
    pub revoked_at: Option<DateTime<Utc>>,
}

/// What a key that was sent stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Presented {
    /// The key.
    pub id: ApiKeyId,
    /// The account.
    pub user_id: UserId,
    /// The workspace.
    pub workspace_id: WorkspaceId,
    /// What the account is there.
    pub standing: Standing,
    /// What of that the key is for.
    pub permissions: Vec<Permission>,
    /// Until when it is good.
    pub expires_at: DateTime<Utc>,
}

/// Makes the account and its key.
///
/// # Errors
/// If Postgres does not take it.
pub async fn create(transaction: &mut Transaction, new: &NewKey<'_>, now: DateTime<Utc>) -> Result<(), Error> {
    // No mail reaches it: the top-level domain is reserved to lead nowhere (RFC 2606).
    let email = format!("{}@service.invalid", new.user_id);
    sqlx::query!(
        "INSERT INTO users (id, email, name, kind, created_at, updated_at) VALUES ($1, $2, $3, 'service', $4, $4)",
        new.user_id.uuid(),
        email,
        new.name,
        now,
    )
    .execute(&mut *transaction)
    .await?;
    crate::identity::create_membership(transaction, new.workspace_id, new.user_id, new.role, now).await?;
    let permissions: Vec<String> = new.permissions.iter().map(ToString::to_string).collect();
    sqlx::query!(
        "INSERT INTO api_keys (id, workspace_id, user_id, name, digest, hint, permissions, created_by, created_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        new.id.uuid(),
        new.workspace_id.uuid(),
        new.user_id.uuid(),
        new.name,
        &new.digest[..],
        new.hint,
        &permissions,
        new.created_by.uuid(),
        now,
        new.expires_at,
    )
    .execute(transaction)
    .await?;
    Ok(())
}

/// The keys of the workspace, the youngest first, revoked and expired ones among them.
///
/// # Errors
/// If Postgres cannot be read.
pub async fn list(
    executor: impl PgExecutor<'_>,
    workspace_id: WorkspaceId,
    before: Uuid,
    limit: i64,
) -> Result<Vec<ApiKey>, Error> {
    let keys = sqlx::query_as!(
        ApiKey,
        "SELECT key.id, key.user_id, key.name, membership.role, key.permissions, key.hint, key.created_by, key.created_at,
                key.expires_at, key.revoked_at
         FROM api_keys AS key
         JOIN memberships AS membership
           ON membership.workspace_id = key.workspace_id AND membership.user_id = key.user_id
         WHERE key.workspace_id = $1 AND key.id < $2
         ORDER BY key.workspace_id DESC, key.id DESC
         LIMIT $3",
        workspace_id.uuid(),
        before,
        limit,
    )
    .fetch_all(executor)
    .await?;
    Ok(keys)
}

/// What the key with this digest stands for; `None` if it is none, expired or revoked.
///
/// # Errors
/// If Postgres cannot be read, or holds what the code does not know.
pub async fn present(
    executor: impl PgExecutor<'_>,
    digest: &SecretDigest,
    now: DateTime<Utc>,
) -> Result<Option<Presented>, Error> {
    let row = sqlx::query!(
        "SELECT key.id, key.user_id, key.workspace_id, key.permissions, key.expires_at, membership.role,
                ARRAY (
                  SELECT DISTINCT part.role FROM team_members AS part
                  WHERE part.workspace_id = key.workspace_id AND part.user_id = key.user_id
                ) AS \"teams!\"
         FROM api_keys AS key
         JOIN memberships AS membership
           ON membership.workspace_id = key.workspace_id AND membership.user_id = key.user_id
         JOIN users AS account ON account.id = key.user_id
         WHERE key.digest = $1 AND key.revoked_at IS NULL AND key.expires_at > $2 AND account.status = 'active'",
        &digest[..],
        now,
    )
    .fetch_optional(executor)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let permissions =
        row.permissions.iter().map(|name| read("api_keys.permissions", name)).collect::<Result<_, _>>()?;
    Ok(Some(Presented {
        id: row.id.into(),
        user_id: row.user_id.into(),
        workspace_id: row.workspace_id.into(),
        standing: Standing::of_program(&row.role, &row.teams)?,
        permissions,
        expires_at: row.expires_at,
    }))
}

/// What the account of the key is now; `None` if the key is expired or revoked.
///
/// # Errors
/// If Postgres cannot be read, or holds what the code does not know.
pub async fn standing(
    executor: impl PgExecutor<'_>,
    id: ApiKeyId,
    now: DateTime<Utc>,
) -> Result<Option<Standing>, Error> {
    let row = sqlx::query!(
        "SELECT membership.role,
                ARRAY (
                  SELECT DISTINCT part.role FROM team_members AS part
                  WHERE part.workspace_id = key.workspace_id AND part.user_id = key.user_id
                ) AS \"teams!\"
         FROM api_keys AS key
         JOIN memberships AS membership
           ON membership.workspace_id = key.workspace_id AND membership.user_id = key.user_id
         JOIN users AS account ON account.id = key.user_id
         WHERE key.id = $1 AND key.revoked_at IS NULL AND key.expires_at > $2 AND account.status = 'active'",
        id.uuid(),
        now,
    )
    .fetch_optional(executor)
    .await?;
    row.map(|row| Standing::of_program(&row.role, &row.teams)).transpose()
}

/// Revokes a key. Answers whose account it was for, if there is such a key that was not revoked before.
///
/// # Errors
/// If Postgres does not take it.
pub async fn revoke(
    transaction: &mut Transaction,
    workspace_id: WorkspaceId,
    id: ApiKeyId,
    now: DateTime<Utc>,
) -> Result<Option<UserId>, Error> {
    let user_id = sqlx::query_scalar!(
        "UPDATE api_keys SET revoked_at = $3 WHERE workspace_id = $1 AND id = $2 AND revoked_at IS NULL RETURNING user_id",
        workspace_id.uuid(),
        id.uuid(),
        now,
    )
    .fetch_optional(transaction)
    .await?;
    Ok(user_id.map(UserId::from))
}
