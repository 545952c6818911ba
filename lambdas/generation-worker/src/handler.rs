//! One message, one slot, at most one post.

use std::{
    fmt,
    sync::Arc,
    time::{Duration, Instant},
};

use chrono::{DateTime, TimeDelta, Utc};
use rostrum_cloud::{StartError, StateMachines};
use rostrum_contracts::{CouncilStart, GenerateSlot, decode, encode};
use rostrum_core::{campaign::Workflow, checks::Finding, ids::ClaimId};
use rostrum_lambda_kit::{
    JobError,
    metrics::{self, Unit},
    sqs::Delivery,
};
use rostrum_store::{
    Transaction,
    executions::slots::{self, Claim, FailureKind, Holder, Key, Outcome},
};
use rostrum_workflow::{
    Prepared, Steps, Stop, Written, check,
    note::{Noted, note},
    post, prepare,
};
use serde_json::json;

/// The use case and what it needs.
#[derive(Debug, Clone)]
pub struct Worker {
    /// Postgres, the models, and the way to them.
    pub steps: Steps,
    /// Who writes what one model alone does not.
    pub councils: Councils,
}

/// What giving a slot back takes at most.
const TO_GIVE_BACK: TimeDelta = TimeDelta::seconds(5);

/// The state machine of the councils.
#[derive(Clone)]
pub struct Councils {
    /// Step Functions.
    pub machines: Arc<dyn StateMachines>,
    /// The machine.
    pub arn: String,
}

impl fmt::Debug for Councils {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Councils").field("arn", &self.arn).finish_non_exhaustive()
    }
}

/// What was done about a slot.
enum Work {
    /// Its post is written.
    Written(Box<Draft>),
    /// A council writes it.
    HandedOver,
}

/// A post that is not stored yet.
struct Draft {
    prepared: Prepared,
    written: Written,
    findings: Vec<Finding>,
    /// How long it took to read what the writer is told.
    prepared_in: Duration,
    /// How long the checks took.
    checked_in: Duration,
}

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
            Claim::Finished | Claim::HandedOver => return Ok(()),
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
        match self.work(held, &message, deadline).await {
            Ok(Work::Written(draft)) => self.store(held, *draft).await,
            Ok(Work::HandedOver) => Ok(()),
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

    /// Writes the post, or hands the slot over to a council. Stops in time to give the slot back, instead of being
    /// stopped with the slot in hand.
    async fn work(&self, held: Held, message: &GenerateSlot, deadline: DateTime<Utc>) -> Result<Work, Stop> {
        let started = Instant::now();
        let prepared = prepare(&self.steps.database, held.key, message.campaign_id).await?;
        let prepared_in = started.elapsed();
        match &prepared.workflow {
            Workflow::Simple(config) => {
                let deadline = deadline - TO_GIVE_BACK;
                let written = self.steps.write(&prepared.assignment, &config.model, None, deadline).await?;
                let (database, context) = (&self.steps.database, &prepared.context);
                let started = Instant::now();
                let findings = check::findings(database, &prepared.assignment, context, &written.fitted).await?;
                let checked_in = started.elapsed();
                Ok(Work::Written(Box::new(Draft { prepared, written, findings, prepared_in, checked_in })))
            }
            Workflow::Council(_) => {
                self.hand_over(held, &(*message).into()).await?;
                Ok(Work::HandedOver)
            }
        }
    }

    /// Starts the slot's council. One that was started before goes on; either way it has the slot until its time is up.
    async fn hand_over(&self, held: Held, start: &CouncilStart) -> Result<(), Stop> {
        let Steps { database, ambient, effects, .. } = &self.steps;
        let internal = |error: serde_json::Error| Stop::Failed(FailureKind::Internal, error.to_string());
        let input = encode(start).map_err(internal)?.to_string();
        let name = start.execution_name();
        let started = self.councils.machines.start(&self.councils.arn, &name, &input);
        effects.perform("start council", started).await.map_err(|error| match error {
            StartError::Refused { .. } => Stop::Failed(FailureKind::Configuration, error.to_string()),
            StartError::Unavailable { .. } => Stop::Provider { reason: error.to_string(), after: None },
        })?;
        let now = ambient.now();
        let mut transaction = database.begin().await?;
        slots::hand_over(&mut transaction, held.key, held.claim, now + CouncilStart::TIMEOUT, now).await?;
        effects.perform("commit", transaction.commit()).await?;
        tracing::info!(council = name, "a council writes this post");
        Ok(())
    }

    async fn claim(&self, held: Held, deadline: DateTime<Utc>) -> Result<Claim, JobError> {
        let mut transaction = self.begin().await?;
        let claim = slots::claim(&mut transaction, held.key, held.claim, deadline, self.steps.ambient.now()).await?;
        if claim == Claim::Held {
            self.commit(transaction).await?;
        }
        Ok(claim)
    }

    async fn store(&self, held: Held, draft: Draft) -> Result<(), JobError> {
        let started = Instant::now();
        let Draft { prepared, written, mut findings, prepared_in, checked_in } = draft;
        let samples = prepared.context.samples.len();
        let metadata = json!({
            "workflow_type": "simple",
            "model": written.model,
            "prompt_version": prepared.assignment.prompt_version,
            "samples": samples,
            "without_samples": samples == 0,
            "repaired": written.repaired,
            "adjustments": written.fitted.adjustments,
        });
        let Prepared { assignment, context, .. } = prepared;
        let (fitted, now) = (&written.fitted, self.steps.ambient.now());
        let mut transaction = self.begin().await?;
        check::compare_again(&mut transaction, &assignment, &context, fitted, &mut findings, now).await?;
        let checked = check::checked(&findings, &context, fitted).map_err(|error| JobError::fail(&error))?;
        let post = post::generated(&assignment, &written, metadata, checked);
        let holder = Holder::Worker(held.claim);
        let stored = post::store(&mut transaction, holder, &post, &self.steps.ambient).await?;
        let post_id = stored.ok_or_else(|| lost(held))?;
        let steps = [
            Noted::done("fetch_context", prepared_in, json!({ "samples": samples })),
            Noted::done("check", checked_in, json!({ "findings": findings.len() })),
            Noted::done("store", started.elapsed(), json!({ "post_id": post_id })),
        ];
        for step in &steps {
            note(&mut transaction, &self.steps.ambient, assignment.subject, step).await?;
        }
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
