//! What lets a person in, and where their address stands.

use chrono::{DateTime, Utc};
use rostrum_core::ids::UserId;

use super::nowhere;
use crate::{Error, Transaction};

/// Forgets what requests were answered, theirs and those of others that were about them. Whoever asks again asks anew.
pub(super) async fn answers(transaction: &mut Transaction, user_id: UserId, email: &str) -> Result<(), Error> {
    sqlx::query!(
        "DELETE FROM idempotency_keys
         WHERE workspace_id IN (
             SELECT workspace_id FROM memberships WHERE user_id = $1
             UNION SELECT workspace_id FROM invitations WHERE email = $2
           )
           AND (user_id = $1 OR position($1::uuid::text IN body) > 0 OR position($2::text IN body) > 0)",
        user_id.uuid(),
        email,
    )
    .execute(transaction)
    .await?;
    Ok(())
}

/// Takes their address out of every invitation, and revokes those that are open.
pub(super) async fn invitations(
    transaction: &mut Transaction,
    user_id: UserId,
    email: &str,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    sqlx::query!(
        "UPDATE invitations SET email = $2, revoked_at = CASE WHEN accepted_at IS NULL THEN coalesce(revoked_at, $3) END
         WHERE email = $1",
        email,
        nowhere(user_id),
        now,
    )
    .execute(transaction)
    .await?;
    Ok(())
}

/// Removes what they prove themselves with, here and elsewhere, and every sign-in that is under way.
pub(super) async fn secrets(transaction: &mut Transaction, user_id: UserId, email: &str) -> Result<(), Error> {
    let id = user_id.uuid();
    sqlx::query!(
        "DELETE FROM sign_in_attempts
         WHERE email = $2 OR (issuer, subject) IN (SELECT issuer, subject FROM foreign_identities WHERE user_id = $1)",
        id,
        email,
    )
    .execute(&mut *transaction)
    .await?;
    sqlx::query!("DELETE FROM recovery_codes WHERE user_id = $1", id).execute(&mut *transaction).await?;
    sqlx::query!("DELETE FROM mail_proofs WHERE user_id = $1", id).execute(&mut *transaction).await?;
    sqlx::query!("DELETE FROM sessions WHERE user_id = $1", id).execute(&mut *transaction).await?;
    sqlx::query!("DELETE FROM foreign_identities WHERE user_id = $1", id).execute(&mut *transaction).await?;
    Ok(())
}

/// Makes them somebody who is nobody: a member who may nothing, in no team.
pub(super) async fn person(transaction: &mut Transaction, user_id: UserId, now: DateTime<Utc>) -> Result<(), Error> {
    let id = user_id.uuid();
    sqlx::query!(
        "UPDATE users SET email = $2, name = 'Somebody', password_hash = NULL, status = 'suspended', email_verified_at = NULL,
                totp_secret = NULL, totp_confirmed_at = NULL, totp_last_step = NULL, preferences = '{}', failed_sign_ins = 0,
                locked_until = NULL, is_super_admin = FALSE, erased_at = $3, updated_at = $3
         WHERE id = $1",
        id,
        nowhere(user_id),
        now,
    )
    .execute(&mut *transaction)
    .await?;
    // Nobody is an admin by being remembered as one.
    sqlx::query!("UPDATE memberships SET role = 'user' WHERE user_id = $1", id).execute(&mut *transaction).await?;
    sqlx::query!("DELETE FROM team_members WHERE user_id = $1", id).execute(transaction).await?;
    Ok(())
}
