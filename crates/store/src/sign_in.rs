//! What people prove when they sign in, and how often they failed to.

use chrono::{DateTime, Utc};
use rostrum_core::{access::SecondFactorRule, employee::Email, ids::UserId, sign_in::secret::SecretDigest};
use uuid::Uuid;

use crate::{Error, Transaction, error::read};

/// A person, as far as signing in needs to know them.
#[derive(Clone)]
pub struct Account {
    /// The id.
    pub id: UserId,
    /// Their address.
    pub email: String,
    /// Their name.
    pub name: String,
    /// What their password is checked against, a PHC string; `None` if they have none.
    pub password_hash: Option<String>,
    /// Whether they may not sign in.
    pub is_suspended: bool,
    /// Whether the address was shown to be theirs.
    pub is_verified: bool,
    /// Failed attempts since the last one that succeeded.
    pub failures: u32,
    /// Until when no attempt is looked at.
    pub locked_until: Option<DateTime<Utc>>,
    /// The sealed secret of their second factor.
    pub totp_secret: Option<Vec<u8>>,
    /// Whether they have shown a code of it, from when on it is asked for.
    pub has_second_factor: bool,
    /// The step of the last code that was taken.
    pub totp_last_step: Option<i64>,
}

impl std::fmt::Debug for Account {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Account").field("id", &self.id).finish_non_exhaustive()
    }
}

struct Row {
    id: Uuid,
    email: String,
    name: String,
    password_hash: Option<String>,
    status: String,
    email_verified_at: Option<DateTime<Utc>>,
    failed_sign_ins: i32,
    locked_until: Option<DateTime<Utc>>,
    totp_secret: Option<Vec<u8>>,
    totp_confirmed_at: Option<DateTime<Utc>>,
    totp_last_step: Option<i64>,
}

impl From<Row> for Account {
    fn from(row: Row) -> Self {
        Self {
            id: row.id.into(),
            email: row.email,
            name: row.name,
            password_hash: row.password_hash,
            is_suspended: row.status != "active",
            is_verified: row.email_verified_at.is_some(),
            failures: u32::try_from(row.failed_sign_ins).unwrap_or(0),
            locked_until: row.locked_until,
            totp_secret: row.totp_secret,
            has_second_factor: row.totp_confirmed_at.is_some(),
            totp_last_step: row.totp_last_step,
        }
    }
}

/// The person with this address. Nobody else signs them in, nor changes what they prove, until `transaction` is over.
///
/// # Errors
/// If Postgres cannot be read.
pub async fn lock_by_email(transaction: &mut Transaction, email: &Email) -> Result<Option<Account>, Error> {
    let row = sqlx::query_as!(
        Row,
        "SELECT id, email, name, password_hash, status, email_verified_at, failed_sign_ins, locked_until, totp_secret,
                totp_confirmed_at, totp_last_step
         FROM users WHERE email = $1 FOR NO KEY UPDATE",
        email.as_str(),
    )
    .fetch_optional(transaction)
    .await?;
    Ok(row.map(Account::from))
}

/// As [`lock_by_email`], by id.
///
/// # Errors
/// If Postgres cannot be read.
pub async fn lock_by_id(transaction: &mut Transaction, user_id: UserId) -> Result<Option<Account>, Error> {
    let row = sqlx::query_as!(
        Row,
        "SELECT id, email, name, password_hash, status, email_verified_at, failed_sign_ins, locked_until, totp_secret,
                totp_confirmed_at, totp_last_step
         FROM users WHERE id = $1 FOR NO KEY UPDATE",
        user_id.uuid(),
    )
    .fetch_optional(transaction)
    .await?;
    Ok(row.map(Account::from))
}

/// Keeps how often the person failed, and until when no attempt is looked at.
///
/// # Errors
/// If Postgres does not take it.
pub async fn count(
    transaction: &mut Transaction,
    user_id: UserId,
    failures: u32,
    locked_until: Option<DateTime<Utc>>,
) -> Result<(), Error> {
    sqlx::query!(
        "UPDATE users SET failed_sign_ins = $2, locked_until = $3 WHERE id = $1",
        user_id.uuid(),
        i32::try_from(failures).unwrap_or(i32::MAX),
        locked_until,
    )
    .execute(transaction)
    .await?;
    Ok(())
}

/// One attempt less. The account takes attempts again if so few are left as are `free`.
///
/// # Errors
/// If Postgres does not take it.
pub async fn give_back(transaction: &mut Transaction, user_id: UserId, free: u32) -> Result<(), Error> {
    sqlx::query!(
        "UPDATE users SET failed_sign_ins = greatest(failed_sign_ins - 1, 0),
                locked_until = CASE WHEN failed_sign_ins > $2 THEN locked_until END
         WHERE id = $1",
        user_id.uuid(),
        i32::try_from(free).unwrap_or(i32::MAX),
    )
    .execute(transaction)
    .await?;
    Ok(())
}

/// Takes the code of this step, unless it or a later one was taken before. Answers whether it was taken now.
///
/// # Errors
/// If Postgres does not take it.
pub async fn take_step(transaction: &mut Transaction, user_id: UserId, step: i64) -> Result<bool, Error> {
    let taken = sqlx::query!(
        "UPDATE users SET totp_last_step = $2 WHERE id = $1 AND (totp_last_step IS NULL OR totp_last_step < $2)",
        user_id.uuid(),
        step,
    )
    .execute(transaction)
    .await?;
    Ok(taken.rows_affected() == 1)
}

/// Takes a recovery code. Answers whether it is one of the person's that was not used before.
///
/// # Errors
/// If Postgres does not take it.
pub async fn take_recovery_code(
    transaction: &mut Transaction,
    user_id: UserId,
    digest: &SecretDigest,
    now: DateTime<Utc>,
) -> Result<bool, Error> {
    let taken = sqlx::query!(
        "UPDATE recovery_codes SET used_at = $3 WHERE user_id = $1 AND digest = $2 AND used_at IS NULL",
        user_id.uuid(),
        &digest[..],
        now,
    )
    .execute(transaction)
    .await?;
    Ok(taken.rows_affected() == 1)
}

/// Keeps the sealed secret of a second factor that is not asked for before it is confirmed, in the place of any other.
///
/// # Errors
/// If Postgres does not take it.
pub async fn keep_second_factor(
    transaction: &mut Transaction,
    user_id: UserId,
    sealed: &[u8],
    now: DateTime<Utc>,
) -> Result<(), Error> {
    sqlx::query!(
        "UPDATE users SET totp_secret = $2, totp_confirmed_at = NULL, totp_last_step = NULL, updated_at = $3 WHERE id = $1",
        user_id.uuid(),
        sealed,
        now,
    )
    .execute(transaction)
    .await?;
    Ok(())
}

/// From now on the second factor is asked for; these recovery codes are the only ones.
///
/// # Errors
/// If Postgres does not take it.
pub async fn confirm_second_factor(
    transaction: &mut Transaction,
    user_id: UserId,
    step: i64,
    recovery: &[SecretDigest],
    now: DateTime<Utc>,
) -> Result<(), Error> {
    sqlx::query!(
        "UPDATE users SET totp_confirmed_at = $2, totp_last_step = $3, updated_at = $2 WHERE id = $1",
        user_id.uuid(),
        now,
        step,
    )
    .execute(&mut *transaction)
    .await?;
    sqlx::query!("DELETE FROM recovery_codes WHERE user_id = $1", user_id.uuid()).execute(&mut *transaction).await?;
    let digests: Vec<Vec<u8>> = recovery.iter().map(|digest| digest.to_vec()).collect();
    sqlx::query!(
        "INSERT INTO recovery_codes (user_id, digest) SELECT $1, digest FROM unnest($2::bytea[]) AS code (digest)",
        user_id.uuid(),
        &digests,
    )
    .execute(transaction)
    .await?;
    Ok(())
}

/// Whether a workspace of the person requires a second factor of them, whichever they are signed in to. None comes to
/// require one until `transaction` is over.
///
/// # Errors
/// If Postgres cannot be read, or holds what the code does not know.
pub async fn must_keep_second_factor(transaction: &mut Transaction, user_id: UserId) -> Result<bool, Error> {
    let rows = sqlx::query!(
        "SELECT CASE WHEN person.is_super_admin THEN 'super_admin' ELSE membership.role END AS \"role!\",
                workspace.second_factor AS rule
         FROM memberships AS membership
         JOIN users AS person ON person.id = membership.user_id
         JOIN workspaces AS workspace ON workspace.id = membership.workspace_id
         WHERE membership.user_id = $1
         FOR SHARE OF workspace",
        user_id.uuid(),
    )
    .fetch_all(transaction)
    .await?;
    for row in rows {
        let required: SecondFactorRule = read("workspaces.second_factor", &row.rule)?;
        if required.is_for(read("memberships.role", &row.role)?) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The person has no second factor any more, nor recovery codes.
///
/// # Errors
/// If Postgres does not do it.
pub async fn remove_second_factor(
    transaction: &mut Transaction,
    user_id: UserId,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    sqlx::query!(
        "UPDATE users SET totp_secret = NULL, totp_confirmed_at = NULL, totp_last_step = NULL, updated_at = $2 WHERE id = $1",
        user_id.uuid(),
        now,
    )
    .execute(&mut *transaction)
    .await?;
    sqlx::query!("DELETE FROM recovery_codes WHERE user_id = $1", user_id.uuid()).execute(transaction).await?;
    Ok(())
}

/// Sets the password, a PHC string, and opens the account to attempts again.
///
/// # Errors
/// If Postgres does not take it.
pub async fn set_password(
    transaction: &mut Transaction,
    user_id: UserId,
    hash: &str,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    sqlx::query!(
        "UPDATE users SET password_hash = $2, failed_sign_ins = 0, locked_until = NULL, updated_at = $3 WHERE id = $1",
        user_id.uuid(),
        hash,
        now,
    )
    .execute(transaction)
    .await?;
    Ok(())
}

/// Takes the password away, and opens the account to attempts again.
///
/// # Errors
/// If Postgres does not do it.
pub async fn remove_password(transaction: &mut Transaction, user_id: UserId, now: DateTime<Utc>) -> Result<(), Error> {
    sqlx::query!(
        "UPDATE users SET password_hash = NULL, failed_sign_ins = 0, locked_until = NULL, updated_at = $2 WHERE id = $1",
        user_id.uuid(),
        now,
    )
    .execute(transaction)
    .await?;
    Ok(())
}

/// The address was shown to be the person's.
///
/// # Errors
/// If Postgres does not take it.
pub async fn verify_email(transaction: &mut Transaction, user_id: UserId, now: DateTime<Utc>) -> Result<(), Error> {
    sqlx::query!(
        "UPDATE users SET email_verified_at = coalesce(email_verified_at, $2), updated_at = $2 WHERE id = $1",
        user_id.uuid(),
        now,
    )
    .execute(transaction)
    .await?;
    Ok(())
}
