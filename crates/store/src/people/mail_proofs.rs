//! Secrets that were sent by mail: whoever has one reads the mails of that address.

use chrono::{DateTime, Utc};
use rostrum_core::{ids::UserId, sign_in::secret::SecretDigest};

use crate::{Error, Transaction};

/// What the mail is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// To show that the address is theirs.
    Verification,
    /// To set a new password without the old one.
    PasswordReset,
}

impl Purpose {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Verification => "verification",
            Self::PasswordReset => "password_reset",
        }
    }
}

/// Keeps the digest of a secret that is about to be sent. Earlier ones for the same purpose are good for nothing any more.
///
/// # Errors
/// If Postgres does not take it.
pub async fn create(
    transaction: &mut Transaction,
    user_id: UserId,
    purpose: Purpose,
    digest: &SecretDigest,
    expires_at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    sqlx::query!("DELETE FROM mail_proofs WHERE user_id = $1 AND purpose = $2", user_id.uuid(), purpose.as_str())
        .execute(&mut *transaction)
        .await?;
    sqlx::query!(
        "INSERT INTO mail_proofs (digest, user_id, purpose, created_at, expires_at) VALUES ($1, $2, $3, $4, $5)",
        &digest[..],
        user_id.uuid(),
        purpose.as_str(),
        now,
        expires_at,
    )
    .execute(transaction)
    .await?;
    Ok(())
}

/// Uses the secret, which is good once. Answers whose it is.
///
/// # Errors
/// If Postgres does not take it.
pub async fn take(
    transaction: &mut Transaction,
    purpose: Purpose,
    digest: &SecretDigest,
    now: DateTime<Utc>,
) -> Result<Option<UserId>, Error> {
    let user_id = sqlx::query_scalar!(
        "UPDATE mail_proofs SET used_at = $3 WHERE digest = $1 AND purpose = $2 AND used_at IS NULL AND expires_at > $3
         RETURNING user_id",
        &digest[..],
        purpose.as_str(),
        now,
    )
    .fetch_optional(transaction)
    .await?;
    Ok(user_id.map(UserId::from))
}
