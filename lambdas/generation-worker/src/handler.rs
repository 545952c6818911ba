//! One message, one slot, at most one post.

use chrono::{DateTime, TimeDelta, Utc};
use rostrum_contracts::{GenerateSlot, decode};
use rostrum_core::{
    campaign::Workflow,
    ids::{AuditId, ClaimId, PostId},
};
use rostrum_lambda_kit::{
    JobError,
    metrics::{self, Unit},
    sqs::Delivery,
};
use rostrum_store::{
    Transaction,
    audit::{self, Actor},
    executions::slots::{self, Claim, FailureKind, Holder, Key, Outcome},
    posts::create::{self, Generated},
};
use rostrum_workflow::{Prepared, Steps, Stop, Written, prepare};
use serde_json::json;

/// The use case and what it needs.
#[derive(Debug, Clone)]
pub struct Worker {
    /// Postgres, the models, and the way to them.
    pub steps: Steps,
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
        let held = Held { key, claim: ClaimId::new(self.steps.ambient.now(), &mut self.steps.ambient.random()) };
        match self.claim(held, deadline).await? {
            Claim::Held => {}
            Claim::Finished => return Ok(()),
            Claim::Unknown => return Err(JobError::Fail { reason: "there is no such slot".to_owned() }),
            Claim::Busy(until) => {
                // A second more than the other has, so that this message does not come back in its last moment.
                let wait = until - self.steps.ambient.now() + TimeDelta::seconds(1);
                return Err(JobError::Retry {
                    reason: format!("somebody works on this slot until {until}"),
                    after: wait.to_std().ok(),
                });
            }
        }
        match self.write(key, &message, deadline).await {
            Ok((prepared, written)) => self.store(held, &prepared, &written).await,
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
    async fn write(
        &self,
        key: Key,
        message: &GenerateSlot,
        deadline: DateTime<Utc>,
    ) -> Result<(Prepared, Written), Stop> {
        let prepared = prepare(&self.steps.database, key, message.campaign_id).await?;
        let Workflow::Simple(config) = &prepared.workflow else {
            let reason = "This function writes simple campaigns only.".to_owned();
            return Err(Stop::Failed(FailureKind::Configuration, reason));
        };
        let written = self.steps.write(&prepared.assignment, &config.model, None, deadline - TO_GIVE_BACK).await?;
        Ok((prepared, written))
    }

    async fn claim(&self, held: Held, deadline: DateTime<Utc>) -> Result<Claim, JobError> {
        let mut transaction = self.begin().await?;
        let claim = slots::claim(&mut transaction, held.key, held.claim, deadline, self.steps.ambient.now()).await?;
        if claim == Claim::Held {
            self.commit(transaction).await?;
        }
        Ok(claim)
    }

    async fn store(&self, held: Held, prepared: &Prepared, written: &Written) -> Result<(), JobError> {
        let now = self.steps.ambient.now();
        let mut random = self.steps.ambient.random();
        let post = generated(PostId::new(now, &mut random), prepared, written);
        let mut transaction = self.begin().await?;
        let post_id = create::generated(&mut transaction, &post, now).await?;
        if !slots::finish(&mut transaction, held.key, Holder::Worker(held.claim), &Outcome::Stored(post_id), now)
            .await?
        {
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
        if !slots::finish(&mut transaction, held.key, Holder::Worker(held.claim), &outcome, self.steps.ambient.now())
            .await?
        {
            return Err(lost(held));
        }
        self.commit(transaction).await?;
        self.count("slots_failed");
        Ok(())
    }

    async fn release(&self, held: Held) -> Result<(), JobError> {
        let mut transaction = self.begin().await?;
        slots::release(&mut transaction, held.key, held.claim, self.steps.ambient.now()).await?;
        self.commit(transaction).await
    }

    async fn begin(&self) -> Result<Transaction, JobError> {
        Ok(self.steps.database.begin().await.map_err(rostrum_store::Error::from)?)
    }

    async fn commit(&self, transaction: Transaction) -> Result<(), JobError> {
        Ok(self.steps.effects.perform("commit", transaction.commit()).await.map_err(rostrum_store::Error::from)?)
    }

    fn count(&self, metric: &str) {
        metrics::record(self.steps.ambient.now(), &[("function", "generation-worker")], &[(metric, 1.0, Unit::Count)]);
    }
}

/// Our claim ended while we worked. Nothing is kept; the message comes back and finds the slot as the other left it.
fn lost(held: Held) -> JobError {
    JobError::Retry { reason: format!("the claim {} on the slot ended before the work did", held.claim), after: None }
}

fn generated(id: PostId, prepared: &Prepared, written: &Written) -> Generated {
    let (assignment, fitted) = (&prepared.assignment, &written.fitted);
    let samples = prepared.context.samples.len();
    Generated {
        id,
        key: assignment.subject.key,
        campaign_id: assignment.subject.campaign_id,
        platform: assignment.rules.platform.as_str().to_owned(),
        content: fitted.content(),
        thread: fitted.thread().to_vec(),
        hashtags: fitted.hashtags.clone(),
        mentions: fitted.mentions.clone(),
        call_to_action: fitted.call_to_action.clone(),
        generation_metadata: json!({
            "workflow_type": assignment.subject.workflow_type,
            "model": written.model,
            "prompt_version": assignment.prompt_version,
            "samples": samples,
            "without_samples": samples == 0,
            "repaired": written.repaired,
            "adjustments": fitted.adjustments,
        }),
    }
}
