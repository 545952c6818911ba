//! The keys under which secrets are sealed, wrapped by KMS, and how far the rotation away from one is.

use std::str::FromStr;

use chrono::{DateTime, Utc};
use rostrum_core::ids::DataKeyId;
use sqlx::PgExecutor;

use crate::{Error, Transaction};

/// What a key still does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// It seals and opens. There is at most one.
    Active,
    /// It opens, while what is sealed under it is sealed anew. There is at most one.
    Retiring,
    /// It does nothing any more.
    Retired,
}

impl FromStr for State {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        match text {
            "active" => Ok(Self::Active),
            "retiring" => Ok(Self::Retiring),
            "retired" => Ok(Self::Retired),
            _ => Err(()),
        }
    }
}

/// A key as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrappedKey {
    /// Its id, with which KMS wrapped it.
    pub id: DataKeyId,
    /// What KMS unwraps.
    pub wrapped: Vec<u8>,
    /// What it still does.
    pub state: State,
    /// When it was made.
    pub created_at: DateTime<Utc>,
}

/// A rotation that is under way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rotation {
    /// The key that is to be retired.
    pub retiring: DataKeyId,
    /// When it began, which is when the active key was made.
    pub began_at: DateTime<Utc>,
    /// How many secrets were sealed anew so far.
    pub resealed: i64,
    /// How many were left when that was last looked at.
    pub remaining: i64,
}

/// The key that seals; none before the first secret.
///
/// # Errors
/// If Postgres cannot be read.
pub async fn active(executor: impl PgExecutor<'_>) -> Result<Option<WrappedKey>, Error> {
    let row = sqlx::query!("SELECT id, wrapped, created_at FROM data_keys WHERE state = 'active'")
        .fetch_optional(executor)
        .await?;
    Ok(row.map(|row| WrappedKey {
        id: row.id.into(),
        wrapped: row.wrapped,
        state: State::Active,
        created_at: row.created_at,
    }))
}

/// The key of this id, whatever its state.
///
/// # Errors
/// If Postgres cannot be read.
pub async fn by_id(executor: impl PgExecutor<'_>, id: DataKeyId) -> Result<Option<WrappedKey>, Error> {
    let row = sqlx::query!("SELECT id, wrapped, state, created_at FROM data_keys WHERE id = $1", id.uuid())
        .fetch_optional(executor)
        .await?;
    row.map(|row| {
        Ok(WrappedKey {
            id: row.id.into(),
            wrapped: row.wrapped,
            state: crate::error::read("data_keys.state", &row.state)?,
            created_at: row.created_at,
        })
    })
    .transpose()
}

/// The rotation that is under way.
///
/// # Errors
/// If Postgres cannot be read.
pub async fn rotation(executor: impl PgExecutor<'_>) -> Result<Option<Rotation>, Error> {
    let row = sqlx::query!(
        r#"SELECT old.id, old.resealed, coalesce(old.remaining, 0) AS "remaining!", new.created_at
           FROM data_keys AS old, data_keys AS new
           WHERE old.state = 'retiring' AND new.state = 'active'"#,
    )
    .fetch_optional(executor)
    .await?;
    Ok(row.map(|row| Rotation {
        retiring: row.id.into(),
        began_at: row.created_at,
        resealed: row.resealed,
        remaining: row.remaining,
    }))
}

/// Keeps the first key. Answers whether it is now the active one; it is not if somebody else's is.
///
/// # Errors
/// If Postgres does not take it.
pub async fn insert(
    transaction: &mut Transaction,
    id: DataKeyId,
    wrapped: &[u8],
    now: DateTime<Utc>,
) -> Result<bool, Error> {
    let done = sqlx::query!(
        "INSERT INTO data_keys (id, wrapped, state, created_at) VALUES ($1, $2, 'active', $3) ON CONFLICT DO NOTHING",
        id.uuid(),
        wrapped,
        now,
    )
    .execute(transaction)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Lets the active key retire and this one take its place. Answers the key that retires. There is none, and nothing is
/// changed, if no key is active, another rotation is under way, or one ended after `quiet_since`.
///
/// # Errors
/// If Postgres does not do it.
pub async fn begin_rotation(
    transaction: &mut Transaction,
    id: DataKeyId,
    wrapped: &[u8],
    quiet_since: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<Option<DataKeyId>, Error> {
    // Of two at once the second waits for the first here, and then finds no key that is still active.
    let retiring = sqlx::query_scalar!(
        "UPDATE data_keys SET state = 'retiring', resealed = 0, remaining = 0
         WHERE state = 'active'
           AND NOT EXISTS (SELECT FROM data_keys WHERE state = 'retiring' OR retired_at > $1)
         RETURNING id",
        quiet_since,
    )
    .fetch_optional(&mut *transaction)
    .await?;
    let Some(retiring) = retiring else { return Ok(None) };
    sqlx::query!(
        "INSERT INTO data_keys (id, wrapped, state, created_at) VALUES ($1, $2, 'active', $3)",
        id.uuid(),
        wrapped,
        now,
    )
    .execute(transaction)
    .await?;
    Ok(Some(retiring.into()))
}

/// Keeps others from moving this rotation on until the transaction ends. Answers whether it is still under way.
///
/// # Errors
/// If Postgres does not do it.
pub async fn hold(transaction: &mut Transaction, retiring: DataKeyId) -> Result<bool, Error> {
    let held = sqlx::query_scalar!(
        "SELECT id FROM data_keys WHERE id = $1 AND state = 'retiring' FOR UPDATE",
        retiring.uuid(),
    )
    .fetch_optional(transaction)
    .await?;
    Ok(held.is_some())
}

/// Counts secrets that were sealed anew in this transaction.
///
/// # Errors
/// If Postgres does not do it.
pub async fn progress(transaction: &mut Transaction, retiring: DataKeyId, resealed: i64) -> Result<(), Error> {
    sqlx::query!(
        "UPDATE data_keys SET resealed = resealed + $2, remaining = greatest(remaining - $2, 0)
         WHERE id = $1 AND state = 'retiring'",
        retiring.uuid(),
        resealed,
    )
    .execute(transaction)
    .await?;
    Ok(())
}

/// Sets how many secrets are left, as counted in this transaction.
///
/// # Errors
/// If Postgres does not do it.
pub async fn recount(transaction: &mut Transaction, retiring: DataKeyId, remaining: i64) -> Result<(), Error> {
    sqlx::query!(
        "UPDATE data_keys SET remaining = $2 WHERE id = $1 AND state = 'retiring'",
        retiring.uuid(),
        remaining,
    )
    .execute(transaction)
    .await?;
    Ok(())
}

/// Retires the key, if nothing is left under it by the last [`recount`]. Answers whether it did.
///
/// # Errors
/// If Postgres does not do it.
pub async fn retire(transaction: &mut Transaction, retiring: DataKeyId, now: DateTime<Utc>) -> Result<bool, Error> {
    let done = sqlx::query!(
        "UPDATE data_keys SET state = 'retired', retired_at = $2
         WHERE id = $1 AND state = 'retiring' AND remaining = 0",
        retiring.uuid(),
        now,
    )
    .execute(transaction)
    .await?;
    Ok(done.rows_affected() == 1)
}
