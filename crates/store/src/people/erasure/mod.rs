//! How a person is forgotten, and how nothing about them comes back that is being written at that moment.

mod account;
mod works;

use chrono::{DateTime, Utc};
use rostrum_core::ids::UserId;

use crate::{Error, Transaction, executions::slots};

/// What a slot that waits for a post by the person ends with.
const GIVEN_UP: &str = "Whoever this post was to be by was erased before it was written.";

/// Forgets the person: name, address, roles, teams, invitations, secrets, sessions, identities elsewhere, profile, writing
/// samples, posts that were never published, and what models and councils wrote on the way to any post. What was published
/// stays, by nobody; so do numbers, times and states. The row itself stays, because what others did refers to it, and says
/// nothing any more. Messages in the outbox name the pictures that may be unused now. Nothing happens to somebody who was
/// forgotten before.
///
/// Waits for whoever holds the erasure off with [`hold_off`], and takes its locks in the order in which they do: the person,
/// runs, slots, everything else.
///
/// # Errors
/// If Postgres does not do it.
pub async fn erase(transaction: &mut Transaction, user_id: UserId, now: DateTime<Utc>) -> Result<(), Error> {
    let email =
        sqlx::query_scalar!("SELECT email FROM users WHERE id = $1 AND erased_at IS NULL FOR UPDATE", user_id.uuid())
            .fetch_optional(&mut *transaction)
            .await?;
    let Some(email) = email else { return Ok(()) };
    slots::give_up(transaction, user_id, GIVEN_UP, now).await?;
    works::profile(transaction, user_id, now).await?;
    works::posts(transaction, user_id, now).await?;
    works::pictures(transaction, user_id, now).await?;
    works::findings_of_others(transaction, user_id).await?;
    works::councils(transaction, user_id).await?;
    works::failures(transaction, user_id).await?;
    account::answers(transaction, user_id, &email).await?;
    account::invitations(transaction, user_id, &email, now).await?;
    account::secrets(transaction, user_id, &email).await?;
    account::person(transaction, user_id, now).await?;
    works::history(transaction, user_id).await
}

/// Keeps the person from being erased until `transaction` is over, so that their erasure finds what is written here. Answers
/// `false` if they were erased already: then nothing may be written that tells of them. To be asked before anything else is
/// locked.
///
/// # Errors
/// If Postgres cannot be read.
pub async fn hold_off(transaction: &mut Transaction, user_id: UserId) -> Result<bool, Error> {
    let held =
        sqlx::query_scalar!("SELECT id FROM users WHERE id = $1 AND erased_at IS NULL FOR KEY SHARE", user_id.uuid())
            .fetch_optional(transaction)
            .await?;
    Ok(held.is_some())
}

/// The address of somebody who was erased. Its top-level domain is reserved to lead nowhere (RFC 2606).
fn nowhere(user_id: UserId) -> String {
    format!("{user_id}@erased.invalid")
}
