//! Columns that hold sealed secrets, for the rotation of their keys: which rows are under a key, and what replaces them.
//! Which key it is stands in the secret's own bytes. These queries serve the rotation, which has no workspace.

use rostrum_core::ids::{DataKeyId, OutboxId, UserId, WorkspaceId};
use uuid::Uuid;

use crate::{Error, Transaction};

/// The secret of a person's one-time codes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TotpSecret {
    /// Whose it is.
    pub user_id: UserId,
    /// The sealed bytes.
    pub sealed: Vec<u8>,
}

/// Takes up to `limit` secrets under this key by the order of their users, from the one after `after` on, and keeps others
/// from changing them until the transaction ends. Leaves out those that somebody is just changing.
///
/// # Errors
/// If Postgres cannot be read.
pub async fn take_totp_secrets(
    transaction: &mut Transaction,
    key: DataKeyId,
    after: Option<UserId>,
    limit: i64,
) -> Result<Vec<TotpSecret>, Error> {
    let key = key.uuid();
    let rows = sqlx::query!(
        r#"SELECT id, totp_secret AS "sealed!" FROM users
           WHERE totp_secret IS NOT NULL AND substring(totp_secret FROM 2 FOR 16) = $1 AND id > $2
           ORDER BY id
           LIMIT $3
           FOR NO KEY UPDATE SKIP LOCKED"#,
        key.as_bytes().as_slice(),
        after.map_or(Uuid::nil(), UserId::uuid),
        limit,
    )
    .fetch_all(transaction)
    .await?;
    Ok(rows.into_iter().map(|row| TotpSecret { user_id: row.id.into(), sealed: row.sealed }).collect())
}

/// Replaces the secret of a row that [`take_totp_secrets`] took in this transaction.
///
/// # Errors
/// If Postgres does not do it.
pub async fn replace_totp_secret(transaction: &mut Transaction, user_id: UserId, sealed: &[u8]) -> Result<(), Error> {
    sqlx::query!("UPDATE users SET totp_secret = $2 WHERE id = $1", user_id.uuid(), sealed)
        .execute(transaction)
        .await?;
    Ok(())
}

/// How many secrets are under this key.
///
/// # Errors
/// If Postgres cannot be read.
pub async fn count_totp_secrets(transaction: &mut Transaction, key: DataKeyId) -> Result<i64, Error> {
    let key = key.uuid();
    let count = sqlx::query_scalar!(
        r#"SELECT count(*) AS "count!" FROM users
           WHERE totp_secret IS NOT NULL AND substring(totp_secret FROM 2 FOR 16) = $1"#,
        key.as_bytes().as_slice(),
    )
    .fetch_one(transaction)
    .await?;
    Ok(count)
}

/// A mail in the outbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedMail {
    /// The message.
    pub id: OutboxId,
    /// Whose it is.
    pub workspace_id: WorkspaceId,
    /// The sealed bytes.
    pub sealed: Vec<u8>,
}

/// As [`take_totp_secrets`], of the mails that have not left yet.
///
/// # Errors
/// If Postgres cannot be read.
pub async fn take_mails(
    transaction: &mut Transaction,
    key: DataKeyId,
    after: Option<OutboxId>,
    limit: i64,
) -> Result<Vec<SealedMail>, Error> {
    let key = key.uuid();
    let rows = sqlx::query!(
        r#"SELECT id, workspace_id, decode(payload ->> 'sealed', 'base64') AS "sealed!" FROM outbox
           WHERE kind = 'mail' AND substring(decode(payload ->> 'sealed', 'base64') FROM 2 FOR 16) = $1 AND id > $2
           ORDER BY id
           LIMIT $3
           FOR NO KEY UPDATE SKIP LOCKED"#,
        key.as_bytes().as_slice(),
        after.map_or(Uuid::nil(), OutboxId::uuid),
        limit,
    )
    .fetch_all(transaction)
    .await?;
    let mail =
        |id: Uuid, workspace_id: Uuid, sealed| SealedMail { id: id.into(), workspace_id: workspace_id.into(), sealed };
    Ok(rows.into_iter().map(|row| mail(row.id, row.workspace_id, row.sealed)).collect())
}

/// Replaces the mail of a message that [`take_mails`] took in this transaction.
///
/// # Errors
/// If Postgres does not do it.
pub async fn replace_mail(transaction: &mut Transaction, id: OutboxId, sealed: &[u8]) -> Result<(), Error> {
    // Postgres breaks base 64 into lines; who reads it expects one.
    sqlx::query!(
        r#"UPDATE outbox SET payload = jsonb_build_object('sealed', translate(encode($2::bytea, 'base64'), E'\n', ''))
           WHERE id = $1"#,
        id.uuid(),
        sealed,
    )
    .execute(transaction)
    .await?;
    Ok(())
}

/// How many mails are under this key.
///
/// # Errors
/// If Postgres cannot be read.
pub async fn count_mails(transaction: &mut Transaction, key: DataKeyId) -> Result<i64, Error> {
    let key = key.uuid();
    let count = sqlx::query_scalar!(
        r#"SELECT count(*) AS "count!" FROM outbox
           WHERE kind = 'mail' AND substring(decode(payload ->> 'sealed', 'base64') FROM 2 FOR 16) = $1"#,
        key.as_bytes().as_slice(),
    )
    .fetch_one(transaction)
    .await?;
    Ok(count)
}
