//! Messages that are still to leave. A row is written in the transaction of its cause and deleted once it has left.

use chrono::{DateTime, Utc};
use rostrum_core::ids::{OutboxId, WorkspaceId};
use serde_json::Value;
use uuid::Uuid;

use crate::{Error, Transaction};

/// What a message is and with that where it goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A run of a campaign, for the orchestration queue.
    CampaignRun,
    /// A campaign whose schedule may have changed, for EventBridge Scheduler.
    CampaignSchedule,
    /// A slot to be written, for the generation queue.
    GenerateSlot,
    /// A mail to a person, sealed.
    Mail,
    /// A picture that may be unused, for the media bucket.
    UnusedPicture,
}

impl Kind {
    fn as_str(self) -> &'static str {
        match self {
            Self::CampaignRun => "campaign_run",
            Self::CampaignSchedule => "campaign_schedule",
            Self::GenerateSlot => "generate_slot",
            Self::Mail => "mail",
            Self::UnusedPicture => "unused_picture",
        }
    }
}

impl std::str::FromStr for Kind {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        [Self::CampaignRun, Self::CampaignSchedule, Self::GenerateSlot, Self::Mail, Self::UnusedPicture]
            .into_iter()
            .find(|kind| kind.as_str() == text)
            .ok_or(())
    }
}

/// A message that is still to leave.
#[derive(Debug, Clone, PartialEq)]
pub struct Message {
    /// The id of the row.
    pub id: OutboxId,
    /// The workspace that caused it; the queues use it to be fair.
    pub workspace_id: WorkspaceId,
    /// Where it goes.
    pub kind: Kind,
    /// The body, as `rostrum-contracts` defines it; of a mail, as `rostrum-lambda-kit` seals it; of a picture, as
    /// `posts::objects` says it.
    pub payload: Value,
}

/// Adds `messages`, to leave from `now` on.
///
/// # Errors
/// If Postgres does not take them.
pub async fn add(transaction: &mut Transaction, messages: &[Message], now: DateTime<Utc>) -> Result<(), Error> {
    let ids: Vec<Uuid> = messages.iter().map(|message| message.id.uuid()).collect();
    let workspaces: Vec<Uuid> = messages.iter().map(|message| message.workspace_id.uuid()).collect();
    let kinds: Vec<String> = messages.iter().map(|message| message.kind.as_str().to_owned()).collect();
    let payloads: Vec<Value> = messages.iter().map(|message| message.payload.clone()).collect();
    sqlx::query!(
        "INSERT INTO outbox (id, workspace_id, kind, payload, available_at, created_at)
         SELECT id, workspace_id, kind, payload, $5, $5
         FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::jsonb[]) AS message (id, workspace_id, kind, payload)",
        &ids,
        &workspaces,
        &kinds,
        &payloads,
        now,
    )
    .execute(transaction)
    .await?;
    Ok(())
}

/// Takes up to `limit` messages that are due, oldest first, and keeps others from taking them until the transaction
/// ends. With `only`, takes none but those.
///
/// # Errors
/// If Postgres cannot be read.
pub async fn take(
    transaction: &mut Transaction,
    only: Option<&[OutboxId]>,
    limit: i64,
    now: DateTime<Utc>,
) -> Result<Vec<Message>, Error> {
    let only: Option<Vec<Uuid>> = only.map(|ids| ids.iter().map(|id| id.uuid()).collect());
    let rows = sqlx::query!(
        "SELECT id, workspace_id, kind, payload FROM outbox
         WHERE available_at <= $1 AND ($2::uuid[] IS NULL OR id = ANY ($2))
         ORDER BY available_at, id
         LIMIT $3
         FOR UPDATE SKIP LOCKED",
        now,
        only.as_deref(),
        limit,
    )
    .fetch_all(transaction)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(Message {
                id: row.id.into(),
                workspace_id: row.workspace_id.into(),
                kind: crate::error::read("outbox.kind", &row.kind)?,
                payload: row.payload,
            })
        })
        .collect()
}

/// Removes messages that have left.
///
/// # Errors
/// If Postgres does not do it; then they leave once more, which every consumer endures.
pub async fn remove(transaction: &mut Transaction, ids: &[OutboxId]) -> Result<(), Error> {
    let ids: Vec<Uuid> = ids.iter().map(|id| id.uuid()).collect();
    sqlx::query!("DELETE FROM outbox WHERE id = ANY ($1)", &ids).execute(transaction).await?;
    Ok(())
}

/// Keeps messages that could not leave, with the reason, until `available_at`.
///
/// # Errors
/// If Postgres does not do it; then they are tried again at once.
pub async fn postpone(
    transaction: &mut Transaction,
    ids: &[OutboxId],
    reason: &str,
    available_at: DateTime<Utc>,
) -> Result<(), Error> {
    let ids: Vec<Uuid> = ids.iter().map(|id| id.uuid()).collect();
    sqlx::query!(
        "UPDATE outbox SET attempts = attempts + 1, last_error = $2, available_at = $3 WHERE id = ANY ($1)",
        &ids,
        reason,
        available_at,
    )
    .execute(transaction)
    .await?;
    Ok(())
}
