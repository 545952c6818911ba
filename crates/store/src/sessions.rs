//! Where people are signed in. A session is a family of refresh tokens, each exchanged once for the next.

use chrono::{DateTime, Utc};
use rostrum_core::{
    ids::{SessionId, UserId, WorkspaceId},
    sign_in::secret::SecretDigest,
};
use sqlx::PgExecutor;

use crate::{Error, Transaction};

/// A session to begin.
#[derive(Debug, Clone)]
pub struct NewSession<'a> {
    /// Its id.
    pub id: SessionId,
    /// Whose it is.
    pub user_id: UserId,
    /// The workspace that they signed in to.
    pub workspace_id: WorkspaceId,
    /// The client's own words about itself, at most 200 characters.
    pub device: &'a str,
    /// Of its first refresh token.
    pub digest: SecretDigest,
    /// Until when that token is good.
    pub expires_at: DateTime<Utc>,
}

/// A session as its owner sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Its id.
    pub id: SessionId,
    /// Whose it is.
    pub user_id: UserId,
    /// The workspace.
    pub workspace_id: WorkspaceId,
    /// The client's own words about itself.
    pub device: String,
    /// When it began.
    pub created_at: DateTime<Utc>,
    /// When its last token was exchanged.
    pub last_used_at: DateTime<Utc>,
    /// When it ends by itself.
    pub expires_at: DateTime<Utc>,
}

/// Why a session ended before its time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// Its owner signed out there.
    SignedOut,
    /// Its owner ended it from somewhere else.
    Ended,
    /// A token of it came a second time: somebody else has it.
    Replayed,
    /// The password was set anew.
    PasswordChanged,
    /// The role was changed or taken away, or the person suspended.
    AccessChanged,
}

impl Ended {
    const fn as_str(self) -> &'static str {
        match self {
            Self::SignedOut => "signed_out",
            Self::Ended => "ended",
            Self::Replayed => "replayed",
            Self::PasswordChanged => "password_changed",
            Self::AccessChanged => "access_changed",
        }
    }
}

/// A refresh token that was presented.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Presented {
    /// Its session.
    pub session_id: SessionId,
    /// Whose that is.
    pub user_id: UserId,
    /// The workspace.
    pub workspace_id: WorkspaceId,
    /// Whether it was exchanged before.
    pub is_used: bool,
    /// Whether its time is over.
    pub is_expired: bool,
    /// Whether its session has ended.
    pub is_ended: bool,
}

/// Begins a session with its first refresh token.
///
/// # Errors
/// [`Error::Missing`] if the person is no member of the workspace.
pub async fn begin(transaction: &mut Transaction, new: &NewSession<'_>, now: DateTime<Utc>) -> Result<(), Error> {
    sqlx::query!(
        "INSERT INTO sessions (id, user_id, workspace_id, device, created_at, last_used_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $5, $6)",
        new.id.uuid(),
        new.user_id.uuid(),
        new.workspace_id.uuid(),
        new.device,
        now,
        new.expires_at,
    )
    .execute(&mut *transaction)
    .await?;
    add_token(transaction, new.id, &new.digest, new.expires_at, now).await
}

/// The refresh token with this digest. Nobody else can exchange it, nor another one of its session, until `transaction` is
/// over.
///
/// # Errors
/// If Postgres cannot be read.
pub async fn present(
    transaction: &mut Transaction,
    digest: &SecretDigest,
    now: DateTime<Utc>,
) -> Result<Option<Presented>, Error> {
    let row = sqlx::query!(
        "SELECT session.id, session.user_id, session.workspace_id, token.used_at, token.expires_at, session.ended_at
         FROM refresh_tokens AS token JOIN sessions AS session ON session.id = token.session_id
         WHERE token.digest = $1
         FOR UPDATE",
        &digest[..],
    )
    .fetch_optional(transaction)
    .await?;
    Ok(row.map(|row| Presented {
        session_id: row.id.into(),
        user_id: row.user_id.into(),
        workspace_id: row.workspace_id.into(),
        is_used: row.used_at.is_some(),
        is_expired: row.expires_at <= now,
        is_ended: row.ended_at.is_some(),
    }))
}

/// Exchanges the refresh token `old` of the session for its successor.
///
/// # Errors
/// If Postgres does not take it.
pub async fn exchange(
    transaction: &mut Transaction,
    session_id: SessionId,
    old: &SecretDigest,
    new: &SecretDigest,
    expires_at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    sqlx::query!("UPDATE refresh_tokens SET used_at = $2 WHERE digest = $1", &old[..], now)
        .execute(&mut *transaction)
        .await?;
    sqlx::query!(
        "UPDATE sessions SET last_used_at = $2, expires_at = $3 WHERE id = $1",
        session_id.uuid(),
        now,
        expires_at,
    )
    .execute(&mut *transaction)
    .await?;
    add_token(transaction, session_id, new, expires_at, now).await
}

async fn add_token(
    transaction: &mut Transaction,
    session_id: SessionId,
    digest: &SecretDigest,
    expires_at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    sqlx::query!(
        "INSERT INTO refresh_tokens (digest, session_id, created_at, expires_at) VALUES ($1, $2, $3, $4)",
        &digest[..],
        session_id.uuid(),
        now,
        expires_at,
    )
    .execute(transaction)
    .await?;
    Ok(())
}

/// Ends a session of the person. Answers whether it was still open.
///
/// # Errors
/// If Postgres does not take it.
pub async fn end(
    transaction: &mut Transaction,
    user_id: UserId,
    session_id: SessionId,
    because: Ended,
    now: DateTime<Utc>,
) -> Result<bool, Error> {
    let ended = sqlx::query!(
        "UPDATE sessions SET ended_at = $3, ended_because = $4
         WHERE id = $2 AND user_id = $1 AND ended_at IS NULL AND expires_at > $3",
        user_id.uuid(),
        session_id.uuid(),
        now,
        because.as_str(),
    )
    .execute(transaction)
    .await?;
    Ok(ended.rows_affected() == 1)
}

/// Ends all open sessions of the person; with `workspace_id` only those of that workspace, with `but` not that one.
/// Answers which.
///
/// # Errors
/// If Postgres does not take it.
pub async fn end_all(
    transaction: &mut Transaction,
    user_id: UserId,
    workspace_id: Option<WorkspaceId>,
    but: Option<SessionId>,
    because: Ended,
    now: DateTime<Utc>,
) -> Result<Vec<SessionId>, Error> {
    let ended = sqlx::query_scalar!(
        "UPDATE sessions SET ended_at = $4, ended_because = $5
         WHERE user_id = $1 AND ($2::uuid IS NULL OR workspace_id = $2) AND ($3::uuid IS NULL OR id <> $3)
           AND ended_at IS NULL
         RETURNING id",
        user_id.uuid(),
        workspace_id.map(WorkspaceId::uuid),
        but.map(SessionId::uuid),
        now,
        because.as_str(),
    )
    .fetch_all(transaction)
    .await?;
    Ok(ended.into_iter().map(SessionId::from).collect())
}

/// The open sessions of the person, the youngest first.
///
/// # Errors
/// If Postgres cannot be read.
pub async fn list(executor: impl PgExecutor<'_>, user_id: UserId, now: DateTime<Utc>) -> Result<Vec<Session>, Error> {
    let rows = sqlx::query!(
        "SELECT id, user_id, workspace_id, device, created_at, last_used_at, expires_at FROM sessions
         WHERE user_id = $1 AND ended_at IS NULL AND expires_at > $2
         ORDER BY id DESC
         LIMIT 100",
        user_id.uuid(),
        now,
    )
    .fetch_all(executor)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Session {
            id: row.id.into(),
            user_id: row.user_id.into(),
            workspace_id: row.workspace_id.into(),
            device: row.device,
            created_at: row.created_at,
            last_used_at: row.last_used_at,
            expires_at: row.expires_at,
        })
        .collect())
}

/// Forgets up to `limit` sessions that ended, or would have ended by themselves, before that time. Answers how many.
///
/// # Errors
/// If Postgres does not do it.
pub async fn forget(transaction: &mut Transaction, before: DateTime<Utc>, limit: i64) -> Result<u64, Error> {
    let gone = sqlx::query!(
        "DELETE FROM sessions WHERE id IN (SELECT id FROM sessions WHERE expires_at < $1 ORDER BY expires_at LIMIT $2)",
        before,
        limit,
    )
    .execute(transaction)
    .await?;
    Ok(gone.rows_affected())
}
