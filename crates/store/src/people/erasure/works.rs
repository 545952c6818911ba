//! What a person wrote, and what was written in their name or about it. Each table is reached by an index, whatever else is
//! in it: posts by workspace and employee, councils and steps by the keys of the person's slots.

use chrono::{DateTime, Utc};
use rostrum_core::ids::UserId;

use super::GIVEN_UP;
use crate::{Error, Transaction};

/// The profile, then the samples: whoever adds a sample holds the profile meanwhile.
pub(super) async fn profile(transaction: &mut Transaction, user_id: UserId, now: DateTime<Utc>) -> Result<(), Error> {
    sqlx::query!(
        "UPDATE employee_profiles SET display_name = 'Somebody', job_title = '', bio = '', voice = '', version = version + 1,
                archived_at = coalesce(archived_at, $2), updated_at = $2
         WHERE user_id = $1",
        user_id.uuid(),
        now,
    )
    .execute(&mut *transaction)
    .await?;
    sqlx::query!(
        "UPDATE writing_samples SET content = 'Erased ' || id, archived_at = coalesce(archived_at, $2), updated_at = $2
         WHERE user_id = $1",
        user_id.uuid(),
        now,
    )
    .execute(transaction)
    .await?;
    Ok(())
}

/// Posts that nobody outside has seen, and of the others what nobody outside has seen. None of the former may be published any
/// more, but what they were counts in the records of campaigns.
pub(super) async fn posts(transaction: &mut Transaction, user_id: UserId, now: DateTime<Utc>) -> Result<(), Error> {
    let id = user_id.uuid();
    sqlx::query!(
        "UPDATE posts SET content = 'Erased.', original_content = 'Erased.', thread = '{}', hashtags = '{}', mentions = '{}',
                call_to_action = '', findings = without_texts(findings), signature = NULL, status = 'rejected',
                generation_metadata = without_texts(generation_metadata) || jsonb_build_object('status_when_erased', status),
                version = version + 1, updated_at = $2
         WHERE employee_id = $1 AND status NOT IN ('publishing', 'published')
           AND workspace_id IN (SELECT workspace_id FROM memberships WHERE user_id = $1)",
        id,
        now,
    )
    .execute(&mut *transaction)
    .await?;
    sqlx::query!(
        "UPDATE posts SET original_content = content, findings = without_texts(findings),
                generation_metadata = without_texts(generation_metadata), version = version + 1, updated_at = $2
         WHERE employee_id = $1 AND status IN ('publishing', 'published')
           AND workspace_id IN (SELECT workspace_id FROM memberships WHERE user_id = $1)",
        id,
        now,
    )
    .execute(transaction)
    .await?;
    Ok(())
}

/// Puts the pictures that posts and councils are about to lose into the outbox. Whether somebody else shows one is asked when
/// its message leaves. The id of a message is made of the person and the picture.
pub(super) async fn pictures(transaction: &mut Transaction, user_id: UserId, now: DateTime<Utc>) -> Result<(), Error> {
    sqlx::query!(
        "INSERT INTO outbox (id, workspace_id, kind, payload, available_at, created_at)
         SELECT DISTINCT ON (picture.sha256) md5($1::uuid::text || picture.sha256)::uuid, picture.workspace_id,
                'unused_picture', jsonb_build_object('sha256', picture.sha256, 'content_type', picture.content_type),
                $2::timestamptz, $2::timestamptz
         FROM (
           SELECT media.workspace_id, media.sha256, media.content_type
           FROM posts AS post JOIN post_media AS media ON media.post_id = post.id
           WHERE post.employee_id = $1 AND post.status NOT IN ('publishing', 'published')
             AND post.workspace_id IN (SELECT workspace_id FROM memberships WHERE user_id = $1)
           UNION ALL
           SELECT council.workspace_id, council.image ->> 'sha256', council.image ->> 'content_type'
           FROM execution_slots AS slot JOIN councils AS council
             ON council.execution_id = slot.execution_id AND council.employee_id = slot.employee_id
               AND council.slot = slot.slot
           WHERE slot.employee_id = $1 AND council.image ? 'sha256'
         ) AS picture
         ORDER BY picture.sha256, picture.workspace_id",
        user_id.uuid(),
        now,
    )
    .execute(transaction)
    .await?;
    Ok(())
}

/// Takes their name out of what was found about posts of others: that they are nearly the same as one of theirs.
pub(super) async fn findings_of_others(transaction: &mut Transaction, user_id: UserId) -> Result<(), Error> {
    let id = user_id.uuid();
    sqlx::query!(
        "WITH own AS MATERIALIZED (
           SELECT coalesce(array_agg(id::text), '{}') AS ids FROM posts
           WHERE employee_id = $1 AND workspace_id IN (SELECT workspace_id FROM memberships WHERE user_id = $1)
         ), alike AS (
           SELECT execution_id, employee_id, slot FROM posts
           WHERE workspace_id IN (SELECT workspace_id FROM memberships WHERE user_id = $1)
             AND findings @> '[{\"code\": \"near_identical\"}]'
         )
         UPDATE councils SET findings = without_authors(councils.findings, own.ids)
         FROM own, alike
         WHERE councils.execution_id = alike.execution_id AND councils.employee_id = alike.employee_id
           AND councils.slot = alike.slot
           AND councils.findings IS DISTINCT FROM without_authors(councils.findings, own.ids)",
        id,
    )
    .execute(&mut *transaction)
    .await?;
    sqlx::query!(
        "WITH own AS MATERIALIZED (
           SELECT coalesce(array_agg(id::text), '{}') AS ids FROM posts
           WHERE employee_id = $1 AND workspace_id IN (SELECT workspace_id FROM memberships WHERE user_id = $1)
         )
         UPDATE posts SET findings = without_authors(findings, own.ids)
         FROM own
         WHERE workspace_id IN (SELECT workspace_id FROM memberships WHERE user_id = $1)
           AND findings @> '[{\"code\": \"near_identical\"}]'
           AND findings IS DISTINCT FROM without_authors(findings, own.ids)",
        id,
    )
    .execute(transaction)
    .await?;
    Ok(())
}

/// What their councils were told, wrote and said. Scores, orders and who won stay.
pub(super) async fn councils(transaction: &mut Transaction, user_id: UserId) -> Result<(), Error> {
    sqlx::query!(
        "UPDATE councils SET context = '{}', system_prompt = 'Erased.', user_prompt = 'Erased.', draft = NULL, image = NULL,
                verdict = without_texts(verdict), judgings = without_texts(judgings),
                refinement = without_texts(refinement), findings = without_texts(findings)
         FROM execution_slots AS slot
         WHERE slot.employee_id = $1 AND councils.execution_id = slot.execution_id
           AND councils.employee_id = slot.employee_id AND councils.slot = slot.slot",
        user_id.uuid(),
    )
    .execute(&mut *transaction)
    .await?;
    sqlx::query!(
        "UPDATE council_candidates AS candidate
         SET draft = without_texts(draft), failure_message = CASE WHEN candidate.failure_message IS NOT NULL THEN 'Erased.' END
         FROM execution_slots AS slot
         WHERE slot.employee_id = $1 AND candidate.execution_id = slot.execution_id
           AND candidate.employee_id = slot.employee_id AND candidate.slot = slot.slot",
        user_id.uuid(),
    )
    .execute(transaction)
    .await?;
    Ok(())
}

/// Why slots of theirs have no post, which quotes what was written.
pub(super) async fn failures(transaction: &mut Transaction, user_id: UserId) -> Result<(), Error> {
    sqlx::query!(
        "UPDATE execution_slots SET failure_message = 'Erased.' WHERE employee_id = $1 AND failure_message <> $2",
        user_id.uuid(),
        GIVEN_UP,
    )
    .execute(transaction)
    .await?;
    Ok(())
}

/// What models answered for them, and the pictures of posts that were not published; by a function of the database, because
/// the fleet may change no history. Only of somebody who is marked as erased.
pub(super) async fn history(transaction: &mut Transaction, user_id: UserId) -> Result<(), Error> {
    sqlx::query!("SELECT erase_history($1)", user_id.uuid()).execute(transaction).await?;
    Ok(())
}
