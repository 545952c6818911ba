//! What a person says about themselves, and what is known of them.

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
             'invitations', (SELECT coalesce(jsonb_agg(to_jsonb(one) - 'digest' ORDER BY one.created_at), '[]')
                             FROM invitations AS one WHERE one.email = (SELECT email FROM users WHERE id = $1)),
             'sessions', (SELECT coalesce(jsonb_agg(to_jsonb(one) ORDER BY one.created_at), '[]')
                          FROM sessions AS one WHERE one.user_id = $1),
             'foreign_identities', (SELECT coalesce(jsonb_agg(to_jsonb(one) ORDER BY one.created_at), '[]')
                                    FROM foreign_identities AS one WHERE one.user_id = $1),
             'employee_profiles', (SELECT coalesce(jsonb_agg(to_jsonb(one) ORDER BY one.created_at), '[]')
                                   FROM employee_profiles AS one WHERE one.user_id = $1),
             'writing_samples', (SELECT coalesce(jsonb_agg(to_jsonb(one) ORDER BY one.created_at), '[]')
                                 FROM writing_samples AS one WHERE one.user_id = $1),
             'campaign_employees', (SELECT coalesce(jsonb_agg(to_jsonb(one) ORDER BY one.created_at), '[]')
                                    FROM campaign_employees AS one WHERE one.user_id = $1),
             'posts', (SELECT coalesce(jsonb_agg(to_jsonb(one) - 'signature' ORDER BY one.created_at), '[]')
                       FROM (SELECT * FROM posts WHERE employee_id = $1 ORDER BY id DESC LIMIT 10000) AS one),
             'post_media', (SELECT coalesce(jsonb_agg(to_jsonb(one) ORDER BY one.created_at), '[]')
                            FROM post_media AS one
                            JOIN (SELECT id FROM posts WHERE employee_id = $1 ORDER BY id DESC LIMIT 10000) AS post
                              ON post.id = one.post_id),
             'audit_log', (SELECT coalesce(jsonb_agg(to_jsonb(one) ORDER BY one.created_at), '[]')
                           FROM (SELECT * FROM audit_log WHERE actor_id = $1 ORDER BY id DESC LIMIT 10000) AS one)
           ) AS "data!""#,
        user_id.uuid(),
    )
    .fetch_one(executor)
    .await?;
    Ok(data)
}

/// Whether the person is the only admin of a workspace, which would be left without: programs and people who are suspended
/// or erased do not count. The admins of their workspaces stay so until `transaction` is over, so that two of them cannot
/// leave at once.
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
               SELECT FROM memberships AS other JOIN users AS person ON person.id = other.user_id
               WHERE other.workspace_id = own.workspace_id AND other.role = 'admin' AND other.user_id <> $1
                 AND person.kind = 'person' AND person.status = 'active'
             )
           ) AS "is_one!""#,
        user_id.uuid(),
    )
    .fetch_one(transaction)
    .await?;
    Ok(is_one)
}
