//! One message, one execution planned.

use rostrum_contracts::{CampaignRun, GenerateSlot, Trigger, decode, encode};
use rostrum_core::{
    generation::plan::slots,
    ids::{AuditId, ExecutionId, OutboxId},
};
use rostrum_lambda_kit::{Ambient, Effects, JobError, sqs::Delivery};
use rostrum_relay::Relay;
use rostrum_store::{
    Database, Transaction,
    audit::{self, Actor},
    executions::plan::{self, Lookup, Unplanned},
    outbox::{self, Kind, Message},
};
use serde_json::json;

/// The use case and what it needs.
#[derive(Debug, Clone)]
pub struct Orchestrator {
    /// Postgres.
    pub database: Database,
    /// Sends the slots right after they are committed.
    pub relay: Relay,
    /// Time and randomness.
    pub ambient: Ambient,
    /// The way to the outside.
    pub effects: Effects,
}

impl Orchestrator {
    /// Plans the execution that the message asks for. A second delivery finds it planned and does nothing.
    ///
    /// # Errors
    /// Retry if Postgres cannot be reached; Fail if the message is not one, or names what does not exist.
    pub async fn handle(&self, delivery: &Delivery) -> Result<(), JobError> {
        let run: CampaignRun = decode(&delivery.body).map_err(|error| JobError::fail(&error))?;
        let mut transaction = self.database.begin().await.map_err(rostrum_store::Error::from)?;
        let execution_id = self.execution(&mut transaction, &run).await?;
        let lookup = plan::lock(&mut transaction, run.workspace_id, run.campaign_id, execution_id).await?;
        let messages = match lookup {
            Lookup::Unknown => {
                return Err(JobError::Fail {
                    reason: format!("there is no execution {execution_id} of campaign {}", run.campaign_id),
                });
            }
            Lookup::Planned => return Ok(()),
            Lookup::Unplanned(unplanned) => self.plan(&mut transaction, &run, execution_id, &unplanned).await?,
        };
        self.effects.perform("commit", transaction.commit()).await.map_err(rostrum_store::Error::from)?;
        tracing::info!(%execution_id, campaign_id = %run.campaign_id, slots = messages.len(), "execution planned");
        self.relay.send_now(&messages).await;
        Ok(())
    }

    async fn execution(&self, transaction: &mut Transaction, run: &CampaignRun) -> Result<ExecutionId, JobError> {
        let scheduled_for = match run.trigger {
            Trigger::Manual { execution_id } => return Ok(execution_id),
            Trigger::Schedule { scheduled_for } => scheduled_for,
        };
        let now = self.ambient.now();
        let id = ExecutionId::new(now, &mut self.ambient.random());
        plan::queue_scheduled(transaction, id, run.workspace_id, run.campaign_id, scheduled_for, now).await.map_err(
            |error| match error {
                rostrum_store::Error::Missing(_) => {
                    JobError::Fail { reason: format!("there is no campaign {}", run.campaign_id) }
                }
                other => other.into(),
            },
        )
    }

    async fn plan(
        &self,
        transaction: &mut Transaction,
        run: &CampaignRun,
        execution_id: ExecutionId,
        unplanned: &Unplanned,
    ) -> Result<Vec<OutboxId>, JobError> {
        let now = self.ambient.now();
        let mut random = self.ambient.random();
        let employees = plan::employees(transaction, run.workspace_id, run.campaign_id).await?;
        let warning = if unplanned.archived {
            Some("The campaign is archived; nothing was written.")
        } else if employees.is_empty() {
            Some("The campaign has no employees; assign some and run it again.")
        } else {
            None
        };
        let slots = if warning.is_some() { Vec::new() } else { slots(&employees, unplanned.posts_per_employee) };
        let mut messages = Vec::with_capacity(slots.len());
        for (employee_id, slot) in &slots {
            let payload = GenerateSlot {
                workspace_id: run.workspace_id,
                campaign_id: run.campaign_id,
                execution_id,
                employee_id: *employee_id,
                slot: *slot,
            };
            messages.push(Message {
                id: OutboxId::new(now, &mut random),
                workspace_id: run.workspace_id,
                kind: Kind::GenerateSlot,
                payload: encode(&payload).map_err(|error| JobError::fail(&error))?,
            });
        }
        if let Some(warning) = warning {
            tracing::warn!(%execution_id, campaign_id = %run.campaign_id, warning, "execution without slots");
            plan::finish_without_slots(transaction, run.workspace_id, execution_id, warning, now).await?;
        } else {
            plan::start(transaction, run.workspace_id, execution_id, &slots, now).await?;
            outbox::add(transaction, &messages, now).await?;
        }
        let entry = audit::Entry {
            id: AuditId::new(now, &mut random),
            workspace_id: run.workspace_id,
            actor: Actor::System,
            action: "execution.planned",
            subject_type: "execution",
            subject_id: execution_id.uuid(),
            detail: json!({ "campaign_id": run.campaign_id, "slots": slots.len(), "warning": warning }),
            at: now,
        };
        audit::record(transaction, &entry).await?;
        Ok(messages.into_iter().map(|message| message.id).collect())
    }
}
