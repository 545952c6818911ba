//! Sign-ins that are under way at an identity provider, known by the digest of a secret that the browser keeps.

use chrono::{DateTime, Utc};
use rostrum_core::sign_in::secret::SecretDigest;
use sqlx::PgExecutor;

use crate::{Error, Transaction};

/// Whom a provider vouches for.
#[derive(Clone, PartialEq, Eq)]
pub struct Vouched {
    /// The provider, by the name that it was configured with.
    pub issuer: String,
    /// The person there.
    pub subject: String,
    /// Their address, in the form in which people are known by it, if the provider vouches that it is theirs.
    pub email: Option<String>,
    /// The name to show, 1 to 200 characters.
    pub name: Option<String>,
}

impl std::fmt::Debug for Vouched {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Vouched").field("issuer", &self.issuer).finish_non_exhaustive()
    }
}

/// An attempt that nobody was signed in with yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Open {
    /// The provider was not asked yet.
    Fresh,
    /// Its code was taken to the provider, whose answer is not known: it is on its way, or was never had.
    Redeemed,
    /// The provider has answered.
    Vouched(Vouched),
}

/// Keeps a new attempt.
///
/// # Errors
/// If Postgres does not take it.
pub async fn create(
    transaction: &mut Transaction,
    provider: &str,
    digest: &SecretDigest,
    expires_at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    sqlx::query!(
        "INSERT INTO sign_in_attempts (digest, provider, created_at, expires_at) VALUES ($1, $2, $3, $4)",
        &digest[..],
        provider,
        now,
        expires_at,
    )
    .execute(transaction)
    .await?;
    Ok(())
}

/// The attempt at this provider; `None` if there is none, its time is over or somebody was signed in with it.
///
/// # Errors
/// If Postgres cannot be read.
pub async fn find(
    executor: impl PgExecutor<'_>,
    provider: &str,
    digest: &SecretDigest,
    now: DateTime<Utc>,
) -> Result<Option<Open>, Error> {
    let row = sqlx::query!(
        "SELECT redeemed_at, issuer, subject, email, name FROM sign_in_attempts
         WHERE digest = $1 AND provider = $2 AND used_at IS NULL AND expires_at > $3",
        &digest[..],
        provider,
        now,
    )
    .fetch_optional(executor)
    .await?;
    Ok(row.map(|row| match (row.issuer, row.subject, row.redeemed_at) {
        (Some(issuer), Some(subject), _) => {
            Open::Vouched(Vouched { issuer, subject, email: row.email, name: row.name })
        }
        (_, _, Some(_)) => Open::Redeemed,
        (_, _, None) => Open::Fresh,
    }))
}

/// Claims the right to take the attempt's code to the provider, who takes it once. Answers whether it was had.
///
/// # Errors
/// If Postgres does not take it.
pub async fn redeem(transaction: &mut Transaction, digest: &SecretDigest, now: DateTime<Utc>) -> Result<bool, Error> {
    let redeemed = sqlx::query!(
        "UPDATE sign_in_attempts SET redeemed_at = $2
         WHERE digest = $1 AND redeemed_at IS NULL AND used_at IS NULL AND expires_at > $2",
        &digest[..],
        now,
    )
    .execute(transaction)
    .await?;
    Ok(redeemed.rows_affected() == 1)
}

/// Gives back what [`redeem`] claimed: the provider did not take the code.
///
/// # Errors
/// If Postgres does not take it.
pub async fn give_back(transaction: &mut Transaction, digest: &SecretDigest) -> Result<(), Error> {
    sqlx::query!("UPDATE sign_in_attempts SET redeemed_at = NULL WHERE digest = $1 AND issuer IS NULL", &digest[..])
        .execute(transaction)
        .await?;
    Ok(())
}

/// Keeps whom the provider vouched for, until the attempt is used.
///
/// # Errors
/// If Postgres does not take it.
pub async fn keep(transaction: &mut Transaction, digest: &SecretDigest, vouched: &Vouched) -> Result<(), Error> {
    sqlx::query!(
        "UPDATE sign_in_attempts SET issuer = $2, subject = $3, email = $4, name = $5
         WHERE digest = $1 AND redeemed_at IS NOT NULL AND used_at IS NULL",
        &digest[..],
        vouched.issuer,
        vouched.subject,
        vouched.email,
        vouched.name,
    )
    .execute(transaction)
    .await?;
    Ok(())
}

/// Uses the attempt, which signs in once, and forgets whom it was about. Answers whether it was there to be used.
///
/// # Errors
/// If Postgres does not take it.
pub async fn take(transaction: &mut Transaction, digest: &SecretDigest, now: DateTime<Utc>) -> Result<bool, Error> {
    let taken = sqlx::query!(
        "UPDATE sign_in_attempts SET used_at = $2, issuer = NULL, subject = NULL, email = NULL, name = NULL
         WHERE digest = $1 AND issuer IS NOT NULL AND used_at IS NULL AND expires_at > $2",
        &digest[..],
        now,
    )
    .execute(transaction)
    .await?;
    Ok(taken.rows_affected() == 1)
}

/// Forgets up to `limit` attempts whose time was over before that time. Answers how many.
///
/// # Errors
/// If Postgres does not do it.
pub async fn forget(transaction: &mut Transaction, before: DateTime<Utc>, limit: i64) -> Result<u64, Error> {
    let gone = sqlx::query!(
        "DELETE FROM sign_in_attempts
         WHERE digest IN (SELECT digest FROM sign_in_attempts WHERE expires_at < $1 ORDER BY expires_at LIMIT $2)",
        before,
        limit,
    )
    .execute(transaction)
    .await?;
    Ok(gone.rows_affected())
}
