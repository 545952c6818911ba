//! Shared by the worker's tests: a planned slot, a model of the test's making, and what came of them.
#![allow(dead_code, reason = "each test binary uses its part")]
#![allow(missing_docs, unreachable_pub, clippy::unwrap_used, reason = "a part of tests")]

use std::sync::Arc;

use chrono::TimeDelta;
use generation_worker::{Councils, Worker};
use rostrum_contracts::{GenerateSlot, encode};
use rostrum_core::ids::{ExecutionId, UserId};
use rostrum_lambda_kit::{Ambient, Effects, JobError, sqs::Delivery};
use rostrum_store::executions::plan;
use rostrum_test_kit::{
    database::TestDatabase,
    model::ScriptedModel,
    sample::{self, Workspace},
    state_machines::RecordingStateMachines,
};
use rostrum_workflow::Steps;

/// The machine of the councils.
pub const COUNCIL: &str = "arn:aws:states:test:1:stateMachine:council";

/// A good answer.
pub const GOOD: &str =
    r#"{"body": "We moved the bridge an inch.", "call_to_action": "", "hashtags": ["bridges"], "mentions": []}"#;

pub struct World {
    pub database: TestDatabase,
    pub ambient: Ambient,
    pub workspace: Workspace,
    pub execution_id: ExecutionId,
    pub message: GenerateSlot,
    pub model: ScriptedModel,
    pub machines: Arc<RecordingStateMachines>,
}

impl World {
    /// One employee, one slot, and nothing done yet.
    pub async fn new(model: ScriptedModel) -> Self {
        let database = TestDatabase::new().await;
        let ambient = Ambient::fixed(sample::now(), 7);
        let workspace = sample::workspace(&database.admin, &ambient, 1).await;
        let now = ambient.now();
        let execution_id = ExecutionId::new(now, &mut ambient.random());
        let mut transaction = database.database.begin().await.unwrap();
        plan::queue_scheduled(&mut transaction, execution_id, workspace.id, workspace.campaign_id, now, now)
            .await
            .unwrap();
        let employee: UserId = workspace.employees[0];
        plan::start(&mut transaction, workspace.id, execution_id, &[(employee, 1)], now).await.unwrap();
        transaction.commit().await.unwrap();
        let message = GenerateSlot {
            workspace_id: workspace.id,
            campaign_id: workspace.campaign_id,
            execution_id,
            employee_id: employee,
            slot: 1,
        };
        Self { database, ambient, workspace, execution_id, message, model, machines: Arc::default() }
    }

    pub fn worker(&self, effects: Effects) -> Worker {
        let (database, ambient) = (self.database.database.clone(), self.ambient.clone());
        let councils = Councils { machines: self.machines.clone(), arn: COUNCIL.to_owned() };
        Worker { steps: Steps { database, model: Arc::new(self.model.clone()), ambient, effects }, councils }
    }

    /// The message as SQS hands it over for the `receives`th time of three.
    pub fn delivery(&self, receives: u32) -> Delivery {
        Delivery {
            message_id: "m-1".to_owned(),
            body: encode(&self.message).unwrap().to_string(),
            receives,
            last: receives >= 3,
        }
    }

    pub async fn handle(&self, receives: u32) -> Result<(), JobError> {
        let deadline = self.ambient.now() + TimeDelta::seconds(240);
        self.worker(Effects::live()).handle(&self.delivery(receives), deadline).await
    }

    /// `status kind` of the slot and the status of its execution.
    pub async fn ended(&self) -> (String, Option<String>, String) {
        sqlx::query_as(
            "SELECT slot.status, slot.failure_kind, execution.status FROM execution_slots AS slot
             JOIN executions AS execution ON execution.id = slot.execution_id",
        )
        .fetch_one(&self.database.admin)
        .await
        .unwrap()
    }

    /// `step/attempt status final` of every log row, in order.
    pub async fn logs(&self) -> Vec<String> {
        sqlx::query_scalar(
            "SELECT step_name || '/' || attempt || ' ' || status || CASE WHEN metadata @> '{\"final\": true}' THEN ' final' ELSE '' END
             FROM workflow_logs ORDER BY step_name COLLATE \"C\", attempt",
        )
        .fetch_all(&self.database.admin)
        .await
        .unwrap()
    }

    /// Those of [`World::logs`] that asked a model.
    pub async fn calls(&self) -> Vec<String> {
        let logs = self.logs().await;
        logs.into_iter().filter(|log| log.starts_with("generate") || log.starts_with("repair")).collect()
    }

    pub async fn contents(&self) -> Vec<String> {
        sqlx::query_scalar("SELECT content FROM posts").fetch_all(&self.database.admin).await.unwrap()
    }
}
