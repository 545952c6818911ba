//! One change: a transaction with its audit entry, its messages and its answer, committed together.

use chrono::{DateTime, Utc};
use rostrum_core::{
    ids::{AuditId, OutboxId, UserId, WorkspaceId, new_uuid},
    mail::Mail,
};
use rostrum_store::{
    Transaction,
    audit::{self, Actor, Entry},
    idempotency::{self, Claim, Key},
    outbox::{self, Kind, Message},
};
use serde_json::Value;
use uuid::Uuid;

use crate::{App, answer::Answer, authentication::Caller, error::ApiError, extract::Once};

/// A change that is being made.
#[derive(Debug)]
pub struct Work {
    /// Where it is made.
    pub transaction: Transaction,
    /// When it is made.
    pub now: DateTime<Utc>,
    app: App,
    caller: Caller,
    key: Option<String>,
    messages: Vec<OutboxId>,
}

/// What is to be done about a request that may have come before.
#[derive(Debug)]
pub enum Begun {
    /// It is to be carried out.
    Work(Box<Work>),
    /// It was carried out, and was answered so.
    Answered(Answer),
}

impl Once {
    /// Begins the work, unless it was done before. Waits while another request with the same key is at it.
    ///
    /// # Errors
    /// If the key was used for another request.
    pub async fn begin(&self, app: &App, caller: &Caller) -> Result<Begun, ApiError> {
        let mut work = Work::begin(app, caller).await?;
        let Some(key) = &self.key else { return Ok(Begun::Work(Box::new(work))) };
        let named = Key { workspace_id: caller.workspace_id, user_id: caller.user_id, key };
        match idempotency::claim(&mut work.transaction, named, &self.digest, work.now).await {
            Ok(Claim::Ours) => Ok(Begun::Work(Box::new(Work { key: Some(key.clone()), ..work }))),
            Ok(Claim::Answered(kept)) => Ok(Begun::Answered(Answer::replayed(kept)?)),
            Ok(Claim::Mismatch) => Err(ApiError::KeyReused),
            Err(rostrum_store::Error::Missing(_)) => {
                Err(ApiError::TokenRefused("belongs to somebody who is not in this workspace any more"))
            }
            Err(error) => Err(error.into()),
        }
    }
}

/// Notes in the audit log that somebody did this who has no token yet: signing in, or what leads there.
///
/// # Errors
/// If Postgres does not take it.
pub(crate) async fn note(
    app: &App,
    transaction: &mut Transaction,
    (workspace_id, user_id): (WorkspaceId, UserId),
    action: &'static str,
    (subject_type, subject_id): (&'static str, Uuid),
    detail: Value,
) -> Result<(), ApiError> {
    let at = app.ambient().now();
    let id = AuditId::new(at, &mut app.ambient().random());
    let actor = Actor::User(user_id);
    let entry = Entry { id, workspace_id, actor, action, subject_type, subject_id, detail, at };
    Ok(audit::record(transaction, &entry).await?)
}

/// Puts a mail into the outbox; it leaves with the next sweep unless it is sent before.
///
/// # Errors
/// If it cannot be sealed, or Postgres does not take it.
pub(crate) async fn add_mail(
    app: &App,
    transaction: &mut Transaction,
    workspace_id: WorkspaceId,
    letter: &Mail,
) -> Result<OutboxId, ApiError> {
    let now = app.ambient().now();
    let id = OutboxId::new(now, &mut app.ambient().random());
    let message = rostrum_relay::mail::seal(app.vault().await?, id, workspace_id, letter).await?;
    outbox::add(transaction, &[message], now).await?;
    Ok(id)
}

impl Work {
    /// Begins a change that does no harm when it is asked for twice. What the caller is was believed until here; for a
    /// change it is looked up.
    ///
    /// # Errors
    /// If the caller is not any more what they were a minute ago, or the database cannot be reached.
    pub async fn begin(app: &App, caller: &Caller) -> Result<Self, ApiError> {
        let mut transaction = app.database().await?.begin().await?;
        let now = app.ambient().now();
        app.memberships().confirm(&mut transaction, caller, now).await?;
        Ok(Self { transaction, now, app: app.clone(), caller: *caller, key: None, messages: Vec::new() })
    }

    /// An id for something new.
    pub fn new_id<T: From<Uuid>>(&self) -> T {
        new_uuid(self.now, &mut self.app.ambient().random()).into()
    }

    /// Notes in the audit log that the caller did this.
    ///
    /// # Errors
    /// If Postgres does not take it.
    pub async fn audit(
        &mut self,
        action: &'static str,
        subject_type: &'static str,
        subject_id: impl Into<Uuid>,
        detail: Value,
    ) -> Result<(), ApiError> {
        let entry = Entry {
            id: self.new_id::<AuditId>(),
            workspace_id: self.caller.workspace_id,
            actor: Actor::User(self.caller.user_id),
            action,
            subject_type,
            subject_id: subject_id.into(),
            detail,
            at: self.now,
        };
        Ok(audit::record(&mut self.transaction, &entry).await?)
    }

    /// Adds a message that leaves once this is committed.
    ///
    /// # Errors
    /// If Postgres does not take it.
    pub async fn send(&mut self, kind: Kind, payload: Value) -> Result<(), ApiError> {
        let id = self.new_id::<OutboxId>();
        let message = Message { id, workspace_id: self.caller.workspace_id, kind, payload };
        outbox::add(&mut self.transaction, &[message], self.now).await?;
        self.messages.push(id);
        Ok(())
    }

    /// Adds a mail that leaves once this is committed.
    ///
    /// # Errors
    /// If it cannot be sealed, or Postgres does not take it.
    pub async fn mail(&mut self, letter: &Mail) -> Result<(), ApiError> {
        let id = add_mail(&self.app, &mut self.transaction, self.caller.workspace_id, letter).await?;
        self.messages.push(id);
        Ok(())
    }

    /// Commits the change with its answer and lets its messages leave.
    ///
    /// # Errors
    /// If it could not be committed.
    pub async fn finish(mut self, answer: Answer) -> Result<Answer, ApiError> {
        if let Some(key) = &self.key {
            let Caller { workspace_id, user_id, .. } = self.caller;
            idempotency::answer(&mut self.transaction, Key { workspace_id, user_id, key }, &answer.kept()).await?;
        }
        self.app.effects().perform("commit", self.transaction.commit()).await?;
        if !self.messages.is_empty() {
            self.app.backend().await?.relay.send_now(&self.messages).await;
        }
        Ok(answer)
    }
}
