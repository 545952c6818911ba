//! The objects of the media bucket that pictures are, and when one may be deleted. An object is named by its bytes and serves
//! all posts and councils that show them, of whichever workspace; so what is asked here is asked over all workspaces.

use rostrum_core::{
    ids::{OutboxId, WorkspaceId},
    media::object_key,
};
use serde_json::{Value, json};

use crate::{
    Error, Transaction,
    outbox::{Kind, Message},
};

/// The object that a picture is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Object {
    /// The SHA-256 of its bytes, 64 lower-case hexadecimal digits.
    pub sha256: String,
    /// `image/jpeg` or `image/png`.
    pub content_type: String,
}

/// Whether an object may be deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Nothing shows it, and nobody writes it until the transaction is over.
    Unused,
    /// A post or a council shows it.
    Shown,
    /// Somebody is writing or deleting it at this moment.
    Busy,
}

impl Object {
    /// Where it lies in the bucket.
    pub fn key(&self) -> String {
        object_key(&self.sha256, &self.content_type)
    }

    /// The message that it may be unused. It is deleted if nothing shows it when the message leaves.
    pub fn unused(&self, id: OutboxId, workspace_id: WorkspaceId) -> Message {
        let payload = json!({ "sha256": self.sha256, "content_type": self.content_type });
        Message { id, workspace_id, kind: Kind::UnusedPicture, payload }
    }

    /// The object that such a message names; `None` if it names none.
    pub fn named(payload: &Value) -> Option<Self> {
        let text = |name: &str| Some(payload.get(name)?.as_str()?.to_owned());
        Some(Self { sha256: text("sha256")?, content_type: text("content_type")? })
    }
}

/// Keeps the object with this digest from being deleted until `transaction` is over. To be asked before the object is written,
/// by the transaction that keeps the picture: what was written is then shown before anybody asks whether it is. Waits for who
/// deletes it, and for nobody else.
///
/// # Errors
/// If Postgres does not do it.
pub async fn hold(transaction: &mut Transaction, sha256: &str) -> Result<(), Error> {
    sqlx::query!("SELECT pg_advisory_xact_lock_shared(hashtextextended('picture ' || $1, 0))", sha256)
        .execute(transaction)
        .await?;
    Ok(())
}

/// Whether the object may be deleted by this transaction before it ends. Waits for nobody: whoever writes objects may wait for
/// what this transaction holds.
///
/// # Errors
/// If Postgres cannot be read.
pub async fn standing(transaction: &mut Transaction, object: &Object) -> Result<Standing, Error> {
    let is_ours = sqlx::query_scalar!(
        r#"SELECT pg_try_advisory_xact_lock(hashtextextended('picture ' || $1, 0)) AS "is_ours!""#,
        object.sha256,
    )
    .fetch_one(&mut *transaction)
    .await?;
    if !is_ours {
        return Ok(Standing::Busy);
    }
    // A statement of its own, which sees what was committed before the lock was ours.
    let is_shown = sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT FROM post_media WHERE sha256 = $1)
               OR EXISTS (SELECT FROM councils WHERE image ->> 'sha256' = $1) AS "is_shown!""#,
        object.sha256,
    )
    .fetch_one(transaction)
    .await?;
    Ok(if is_shown { Standing::Shown } else { Standing::Unused })
}
