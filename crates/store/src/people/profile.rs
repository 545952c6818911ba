//! What a person says about themselves, what is known of them, and how it is forgotten.

use chrono::{DateTime, Utc};
use rostrum_core::ids::UserId;
use serde_json::Value;
use sqlx::PgExecutor;
use uuid::Uuid;

use crate::{Error, Transaction};

/// A person as they see themselves.
#[derive(Debug, Clone, PartialEq)]
pub struct Profile {
    /// Who.
    pub id: Uuid,
    /// Their address.
    pub email: String,
    /// Their name.
    pub name: String,
    /// When the address was shown to be theirs.
    pub email_verified_at: Option<DateTime<Utc>>,
    /// Since when they have a second factor.
    pub totp_confirmed_at: Option<DateTime<Utc>>,
    /// What they set for themselves.
    pub preferences: Value,
    /// Since when they are known.
    pub created_at: DateTime<Utc>,
}

/// The person.
///
/// # Errors
/// If Postgres cannot be read.
pub async fn get(executor: impl PgExecutor<'_>, user_id: UserId) -> Result<Option<Profile>, Error> {
    let profile = sqlx::query_as!(
        Profile,
        "SELECT id, email, name, email_verified_at, totp_confirmed_at, preferences, created_at
         FROM users WHERE id = $1 AND erased_at IS NULL",
        user_id.uuid(),
    )
    .fetch_optional(executor)
    .await?;
    Ok(profile)
}

/// Sets the name and the preferences of the person.
///
/// # Errors
/// If Postgres does not take it.
pub async fn set(
    transaction: &mut Transaction,
    user_id: UserId,
    name: &str,
    preferences: &Value,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    sqlx::query!(
        "UPDATE users SET name = $2, preferences = $3, updated_at = $4 WHERE id = $1",
        user_id.uuid(),
        name,
        preferences,
        now,
    )
    .execute(transaction)
    .await?;
    Ok(())
}

/// All that is kept of the person, by table, but for what they prove themselves with. Of what they did and of the posts in
/// their name the newest 10,000.
///
/// # Errors
/// If Postgres cannot be read.
pub async fn export(executor: impl PgExecutor<'_>, user_id: UserId) -> Result<Value, Error> {
    let data = sqlx::query_scalar!(
        r#"SELECT jsonb_build_object(
             'user', (SELECT to_jsonb(person) - 'password_hash' - 'totp_secret' - 'totp_last_step'
                      FROM users AS person WHERE person.id = $1),
             'memberships', (SELECT coalesce(jsonb_agg(to_jsonb(one) ORDER BY one.created_at), '[]')
                             FROM memberships AS one WHERE one.user_id = $1),
             'team_members', (SELECT coalesce(jsonb_agg(to_jsonb(one) ORDER BY one.created_at), '[]')
                              FROM team_members AS one WHERE one.user_id = $1),
             'sessions', (SELECT coalesce(jsonb_agg(to_jsonb(one) ORDER BY one.created_at), '[]')
                          FROM sessions AS one WHERE one.user_id = $1),
             'foreign_identities', (SELECT coalesce(jsonb_agg(to_jsonb(one) ORDER BY one.created_at), '[]')
                                    FROM foreign_identities AS one WHERE one.user_id = $1),
             'employee_profiles', (SELECT coalesce(jsonb_agg(to_jsonb(one) ORDER BY one.created_at), '[]')
                                   FROM employee_profiles AS one WHERE one.user_id = $1),
             'writing_samples', (SELECT coalesce(jsonb_agg(to_jsonb(one) ORDER BY one.created_at), '[]')
                                 FROM writing_samples AS one WHERE one.user_id = $1),
             'posts', (SELECT coalesce(jsonb_agg(to_jsonb(one) - 'signature' ORDER BY one.created_at), '[]')
                       FROM (SELECT * FROM posts WHERE employee_id = $1 ORDER BY id DESC LIMIT 10000) AS one),
             'audit_log', (SELECT coalesce(jsonb_agg(to_jsonb(one) ORDER BY one.created_at), '[]')
                           FROM (SELECT * FROM audit_log WHERE actor_id = $1 ORDER BY id DESC LIMIT 10000) AS one)
           ) AS "data!""#,
        user_id.uuid(),
    )
    .fetch_one(executor)
    .await?;
    Ok(data)
}

/// Whether the person is the only admin of a workspace, which would be left without. The admins of their workspaces stay so
/// until `transaction` is over, so that two of them cannot leave at once.
///
/// # Errors
/// If Postgres cannot be read.
pub async fn is_last_admin(transaction: &mut Transaction, user_id: UserId) -> Result<bool, Error> {
    sqlx::query_scalar!(
        "SELECT user_id FROM memberships
         WHERE role = 'admin' AND workspace_id IN (SELECT workspace_id FROM memberships WHERE user_id = $1 AND role = 'admin')
         ORDER BY workspace_id, user_id
         FOR NO KEY UPDATE",
        user_id.uuid(),
    )
    .fetch_all(&mut *transaction)
    .await?;
    let is_one = sqlx::query_scalar!(
        r#"SELECT EXISTS (
             SELECT FROM memberships AS own
             WHERE own.user_id = $1 AND own.role = 'admin' AND NOT EXISTS (
               SELECT FROM memberships AS other
               WHERE other.workspace_id = own.workspace_id AND other.role = 'admin' AND other.user_id <> $1
             )
           ) AS "is_one!""#,
        user_id.uuid(),
    )
    .fetch_one(transaction)
    .await?;
    Ok(is_one)
}

/// Forgets the person: name, address, roles, teams, invitations, secrets, sessions, identities elsewhere, writing samples
/// and posts that were never published. What was published stays, by nobody. The row itself stays, because what others did
/// refers to it, and says nothing any more.
///
/// # Errors
/// If Postgres does not do it.
pub async fn erase(transaction: &mut Transaction, user_id: UserId, now: DateTime<Utc>) -> Result<(), Error> {
    let id = user_id.uuid();
    // The top-level domain is reserved to lead nowhere (RFC 2606).
    let address = format!("{id}@erased.invalid");
    sqlx::query!(
        "UPDATE invitations SET email = $2, revoked_at = CASE WHEN accepted_at IS NULL THEN coalesce(revoked_at, $3) END
         WHERE email = (SELECT email FROM users WHERE id = $1)",
        id,
        address,
        now,
    )
    .execute(&mut *transaction)
    .await?;
    sqlx::query!(
        "UPDATE users SET email = $2, name = 'Somebody', password_hash = NULL, status = 'suspended', email_verified_at = NULL,
                totp_secret = NULL, totp_confirmed_at = NULL, totp_last_step = NULL, preferences = '{}', failed_sign_ins = 0,
                locked_until = NULL, is_super_admin = FALSE, erased_at = $3, updated_at = $3
         WHERE id = $1",
        id,
        address,
        now,
    )
    .execute(&mut *transaction)
    .await?;
    // Nobody is an admin by being remembered as one.
    sqlx::query!("UPDATE memberships SET role = 'user' WHERE user_id = $1", id).execute(&mut *transaction).await?;
    sqlx::query!("DELETE FROM recovery_codes WHERE user_id = $1", id).execute(&mut *transaction).await?;
    sqlx::query!("DELETE FROM mail_proofs WHERE user_id = $1", id).execute(&mut *transaction).await?;
    sqlx::query!("DELETE FROM sessions WHERE user_id = $1", id).execute(&mut *transaction).await?;
    sqlx::query!("DELETE FROM foreign_identities WHERE user_id = $1", id).execute(&mut *transaction).await?;
    sqlx::query!("DELETE FROM team_members WHERE user_id = $1", id).execute(&mut *transaction).await?;
    sqlx::query!(
        "UPDATE writing_samples SET content = 'Erased ' || id, archived_at = coalesce(archived_at, $2), updated_at = $2
         WHERE user_id = $1",
        id,
        now,
    )
    .execute(&mut *transaction)
    .await?;
    sqlx::query!(
        "UPDATE employee_profiles SET display_name = 'Somebody', job_title = '', bio = '', voice = '', version = version + 1,
                archived_at = coalesce(archived_at, $2), updated_at = $2
         WHERE user_id = $1",
        id,
        now,
    )
    .execute(&mut *transaction)
    .await?;
    // What nobody outside has seen is theirs alone.
    sqlx::query!(
        "UPDATE posts SET content = 'Erased.', original_content = 'Erased.', thread = '{}', hashtags = '{}', mentions = '{}',
                call_to_action = '', generation_metadata = '{}', findings = '[]', signature = NULL, status = 'rejected',
                version = version + 1, updated_at = $2
         WHERE employee_id = $1 AND status NOT IN ('publishing', 'published')",
        id,
        now,
    )
    .execute(&mut *transaction)
    .await?;
    Ok(())
}
