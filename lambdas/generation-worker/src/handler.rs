//! One message, one slot, at most one post.

use std::{fmt, sync::Arc};

use chrono::{DateTime, TimeDelta, Utc};
use rostrum_contracts::{GenerateSlot, decode};
use rostrum_core::ids::{AuditId, ClaimId, PostId};
use rostrum_lambda_kit::{
    Ambient, Effects, JobError,
    metrics::{self, Unit},
    sqs::Delivery,
};
use rostrum_llm::Model;
use rostrum_store::{
    Database, Transaction,
    audit::{self, Actor},
    executions::slots::{self, Claim, FailureKind, Key, Outcome},
    posts::create::{self, Generated},
};
use serde_json::json;

use crate::{
    context::{self, Ready},
    outcome::Stop,
    steps::Written,
};

/// The use case and what it needs.
#[derive(Clone)]
pub struct Worker {
    /// Postgres.
    pub database: Database,
    /// Whatever answers for the campaign's model.
    pub model: Arc<dyn Model>,
    /// Time and randomness.
    pub ambient: Ambient,
    /// The way to the outside.
    pub effects: Effects,
}

impl fmt::Debug for Worker {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Worker").field("database", &self.database).finish_non_exhaustive()
    }
}

/// What giving a slot back takes at most.
const TO_GIVE_BACK: TimeDelta = TimeDelta::seconds(5);

/// A slot that we hold.
#[derive(Debug, Clone, Copy)]
struct Held {
    key: Key,
    claim: ClaimId,
}

impl Worker {
    /// Writes the post of the slot that the message names, unless it has one. `deadline` is when this invocation is
    /// over, whatever happens: until then nobody else works on the slot.
    ///
    /// # Errors
    /// Retry if Postgres or the model's provider did not answer, or somebody else works on the slot; Fail if the
    /// message is not one, or names what does not exist.
    pub async fn handle(&self, delivery: &Delivery, deadline: DateTime<Utc>) -> Result<(), JobError> {
        let message: GenerateSlot = decode(&delivery.body).map_err(|error| JobError::fail(&error))?;
        let key = Key {
            workspace_id: message.workspace_id,
            execution_id: message.execution_id,
            employee_id: message.employee_id,
            slot: message.slot,
        };
        let held = Held { key, claim: ClaimId::new(self.ambient.now(), &mut self.ambient.random()) };
        match self.claim(held, deadline).await? {
            Claim::Held => {}
            Claim::Finished => return Ok(()),
            Claim::Unknown => return Err(JobError::Fail { reason: "there is no such slot".to_owned() }),
            Claim::Busy(until) => {
                // A second more than the other has, so that this message does not come back in its last moment.
                let wait = until - self.ambient.now() + TimeDelta::seconds(1);
                return Err(JobError::Retry {
                    reason: format!("somebody works on this slot until {until}"),
                    after: wait.to_std().ok(),
                });
            }
        }
        let written = match context::prepare(&self.database, message, key).await {
            Ok(ready) => self.write_in_time(&ready, deadline).await.map(|written| (ready, written)),
            Err(stop) => Err(stop),
        };
        match written {
            Ok((ready, written)) => self.store(held, &ready, &written).await,
            Err(Stop::Failed(kind, reason)) => self.fail(held, kind, reason).await,
            Err(Stop::Provider { reason, .. }) if delivery.last => {
                self.fail(held, FailureKind::Provider, reason.clone()).await?;
                Err(JobError::Fail { reason })
            }
            Err(Stop::Provider { reason, after }) => {
                self.release(held).await?;
                Err(JobError::Retry { reason, after })
            }
            // The claim ends by itself; to give it back we would need the database that just failed us.
            Err(Stop::Store(error)) => Err(error.into()),
        }
    }

    /// Stops in time to give the slot back, instead of being stopped with the slot in hand.
    async fn write_in_time(&self, ready: &Ready, deadline: DateTime<Utc>) -> Result<Written, Stop> {
        let time = (deadline - TO_GIVE_BACK - self.ambient.now()).to_std().unwrap_or_default();
        tokio::time::timeout(time, self.write(ready)).await.unwrap_or_else(|_| {
            Err(Stop::Provider { reason: "the time of this invocation ran out".to_owned(), after: None })
        })
    }

    async fn claim(&self, held: Held, deadline: DateTime<Utc>) -> Result<Claim, JobError> {
        let mut transaction = self.begin().await?;
        let claim = slots::claim(&mut transaction, held.key, held.claim, deadline, self.ambient.now()).await?;
        if claim == Claim::Held {
            self.commit(transaction).await?;
        }
        Ok(claim)
    }

    async fn store(&self, held: Held, ready: &Ready, written: &Written) -> Result<(), JobError> {
        let now = self.ambient.now();
        let mut random = self.ambient.random();
        let post = generated(PostId::new(now, &mut random), ready, written);
        let mut transaction = self.begin().await?;
        let post_id = create::generated(&mut transaction, &post, now).await?;
        if !slots::finish(&mut transaction, held.key, held.claim, &Outcome::Stored(post_id), now).await? {
            return Err(lost(held));
        }
        let entry = audit::Entry {
            id: AuditId::new(now, &mut random),
            workspace_id: held.key.workspace_id,
            actor: Actor::System,
            action: "post.generated",
            subject_type: "post",
            subject_id: post_id.uuid(),
            detail: json!({ "execution_id": held.key.execution_id, "campaign_id": post.campaign_id }),
            at: now,
        };
        audit::record(&mut transaction, &entry).await?;
        self.commit(transaction).await?;
        tracing::info!(%post_id, execution_id = %held.key.execution_id, model = written.model, "post stored");
        self.count("posts_generated");
        Ok(())
    }

    async fn fail(&self, held: Held, kind: FailureKind, message: String) -> Result<(), JobError> {
        tracing::error!(execution_id = %held.key.execution_id, employee_id = %held.key.employee_id,
            slot = held.key.slot, ?kind, message, "slot failed");
        let mut transaction = self.begin().await?;
        let outcome = Outcome::Failed { kind, message };
        if !slots::finish(&mut transaction, held.key, held.claim, &outcome, self.ambient.now()).await? {
            return Err(lost(held));
        }
        self.commit(transaction).await?;
        self.count("slots_failed");
        Ok(())
    }

    async fn release(&self, held: Held) -> Result<(), JobError> {
        let mut transaction = self.begin().await?;
        slots::release(&mut transaction, held.key, held.claim, self.ambient.now()).await?;
        self.commit(transaction).await
    }

    async fn begin(&self) -> Result<Transaction, JobError> {
        Ok(self.database.begin().await.map_err(rostrum_store::Error::from)?)
    }

    async fn commit(&self, transaction: Transaction) -> Result<(), JobError> {
        Ok(self.effects.perform("commit", transaction.commit()).await.map_err(rostrum_store::Error::from)?)
    }

    fn count(&self, metric: &str) {
        metrics::record(self.ambient.now(), &[("function", "generation-worker")], &[(metric, 1.0, Unit::Count)]);
    }
}

/// Our claim ended while we worked. Nothing is kept; the message comes back and finds the slot as the other left it.
fn lost(held: Held) -> JobError {
    JobError::Retry { reason: format!("the claim {} on the slot ended before the work did", held.claim), after: None }
}

fn generated(id: PostId, ready: &Ready, written: &Written) -> Generated {
    let fitted = &written.fitted;
    Generated {
        id,
        key: ready.key,
        campaign_id: ready.message.campaign_id,
        platform: ready.platform.as_str().to_owned(),
        content: fitted.content(),
        thread: fitted.thread().to_vec(),
        hashtags: fitted.hashtags.clone(),
        mentions: fitted.mentions.clone(),
        call_to_action: fitted.call_to_action.clone(),
        generation_metadata: json!({
            "workflow_type": ready.workflow_type,
            "model": written.model,
            "prompt_version": ready.prompt_version,
            "samples": ready.samples,
            "without_samples": ready.samples == 0,
            "repaired": written.repaired,
            "adjustments": fitted.adjustments,
        }),
    }
}
