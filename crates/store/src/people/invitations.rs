//! Invitations: whoever has the secret of one may join, as what it says.

use chrono::{DateTime, Utc};
use rostrum_core::{
    access::Role,
    employee::Email,
    ids::{InvitationId, UserId, WorkspaceId},
    sign_in::secret::SecretDigest,
};
use sqlx::PgExecutor;
use uuid::Uuid;

use crate::{Error, Transaction, error::read};

/// The unique index that keeps an address from being invited twice.
pub const OPEN: &str = "idx_invitations_open";

/// An invitation to be made.
#[derive(Debug, Clone)]
pub struct NewInvitation<'a> {
    /// Its id.
    pub id: InvitationId,
    /// Where to.
    pub workspace_id: WorkspaceId,
    /// Whom.
    pub email: &'a Email,
    /// As what.
    pub role: Role,
    /// Of its secret.
    pub digest: SecretDigest,
    /// By whom.
    pub invited_by: UserId,
    /// Until when it is good.
    pub expires_at: DateTime<Utc>,
}

/// An invitation that is open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invitation {
    /// Its id.
    pub id: Uuid,
    /// Where to.
    pub workspace_id: WorkspaceId,
    /// Whom.
    pub email: String,
    /// As what.
    pub role: Role,
    /// By whom.
    pub invited_by: UserId,
    /// When.
    pub created_at: DateTime<Utc>,
    /// Until when it is good.
    pub expires_at: DateTime<Utc>,
}

struct Row {
    id: Uuid,
    workspace_id: Uuid,
    email: String,
    role: String,
    invited_by: Uuid,
    created_at: DateTime<Utc>,
    expires_at: DateTime<Utc>,
}

impl TryFrom<Row> for Invitation {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self, Error> {
        Ok(Self {
            id: row.id,
            workspace_id: row.workspace_id.into(),
            email: row.email,
            role: read("invitations.role", &row.role)?,
            invited_by: row.invited_by.into(),
            created_at: row.created_at,
            expires_at: row.expires_at,
        })
    }
}

/// Makes an invitation in the place of an expired one to the same address.
///
/// # Errors
/// [`Error::Duplicate`] of [`OPEN`] if the address has an open one.
pub async fn create(transaction: &mut Transaction, new: &NewInvitation<'_>, now: DateTime<Utc>) -> Result<(), Error> {
    sqlx::query!(
        "UPDATE invitations SET revoked_at = $3
         WHERE workspace_id = $1 AND email = $2 AND accepted_at IS NULL AND revoked_at IS NULL AND expires_at <= $3",
        new.workspace_id.uuid(),
        new.email.as_str(),
        now,
    )
    .execute(&mut *transaction)
    .await?;
    sqlx::query!(
        "INSERT INTO invitations (id, workspace_id, email, role, digest, invited_by, created_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        new.id.uuid(),
        new.workspace_id.uuid(),
        new.email.as_str(),
        new.role.as_str(),
        &new.digest[..],
        new.invited_by.uuid(),
        now,
        new.expires_at,
    )
    .execute(transaction)
    .await?;
    Ok(())
}

/// The open invitations of the workspace, the youngest first.
///
/// # Errors
/// If Postgres cannot be read.
pub async fn list(
    executor: impl PgExecutor<'_>,
    workspace_id: WorkspaceId,
    before: Uuid,
    limit: i64,
    now: DateTime<Utc>,
) -> Result<Vec<Invitation>, Error> {
    let rows = sqlx::query_as!(
        Row,
        "SELECT id, workspace_id, email, role, invited_by, created_at, expires_at FROM invitations
         WHERE workspace_id = $1 AND id < $2 AND accepted_at IS NULL AND revoked_at IS NULL AND expires_at > $4
         ORDER BY workspace_id DESC, id DESC
         LIMIT $3",
        workspace_id.uuid(),
        before,
        limit,
        now,
    )
    .fetch_all(executor)
    .await?;
    rows.into_iter().map(Invitation::try_from).collect()
}

/// The open invitation with this secret. Nobody else accepts or revokes it until `transaction` is over.
///
/// # Errors
/// If Postgres cannot be read.
pub async fn present(
    transaction: &mut Transaction,
    digest: &SecretDigest,
    now: DateTime<Utc>,
) -> Result<Option<Invitation>, Error> {
    let row = sqlx::query_as!(
        Row,
        "SELECT id, workspace_id, email, role, invited_by, created_at, expires_at FROM invitations
         WHERE digest = $1 AND accepted_at IS NULL AND revoked_at IS NULL AND expires_at > $2
         FOR UPDATE",
        &digest[..],
        now,
    )
    .fetch_optional(transaction)
    .await?;
    row.map(Invitation::try_from).transpose()
}

/// The invitation was accepted.
///
/// # Errors
/// If Postgres does not take it.
pub async fn accept(transaction: &mut Transaction, id: Uuid, now: DateTime<Utc>) -> Result<(), Error> {
    sqlx::query!("UPDATE invitations SET accepted_at = $2 WHERE id = $1", id, now).execute(transaction).await?;
    Ok(())
}

/// Revokes an open invitation. Answers whether there was one.
///
/// # Errors
/// If Postgres does not take it.
pub async fn revoke(
    transaction: &mut Transaction,
    workspace_id: WorkspaceId,
    id: InvitationId,
    now: DateTime<Utc>,
) -> Result<bool, Error> {
    let revoked = sqlx::query!(
        "UPDATE invitations SET revoked_at = $3
         WHERE workspace_id = $1 AND id = $2 AND accepted_at IS NULL AND revoked_at IS NULL",
        workspace_id.uuid(),
        id.uuid(),
        now,
    )
    .execute(transaction)
    .await?;
    Ok(revoked.rows_affected() == 1)
}
