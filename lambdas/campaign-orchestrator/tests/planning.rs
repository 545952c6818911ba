//! Runs are planned once, whatever the queue does.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test stops at its first surprise")]

use std::{collections::BTreeSet, sync::Arc};

use campaign_orchestrator::Orchestrator;
use chrono::TimeDelta;
use rostrum_contracts::{CampaignRun, GenerateSlot, Trigger, decode, encode};
use rostrum_core::ids::{CampaignId, ExecutionId};
use rostrum_lambda_kit::{Ambient, Effects, JobError, sqs::Delivery};
use rostrum_relay::{Destinations, Relay};
use rostrum_store::executions::plan;
use rostrum_test_kit::{
    cloud::{RecordingQueues, RecordingSchedules},
    database::TestDatabase,
    delivery::{Delivered, Scenario, kill_at_each_effect, run_twice},
    sample::{self, Workspace},
};

const GENERATION: &str = "https://sqs/generation";

struct World {
    database: TestDatabase,
    ambient: Ambient,
    workspace: Workspace,
    queues: Arc<RecordingQueues>,
}

impl World {
    async fn new(employees: usize) -> Self {
        let database = TestDatabase::new().await;
        let ambient = Ambient::fixed(sample::now(), 11);
        let workspace = sample::workspace(&database.admin, &ambient, employees).await;
        Self { database, ambient, workspace, queues: Arc::default() }
    }

    fn relay(&self, effects: Effects) -> Relay {
        Relay::new(
            self.database.database.clone(),
            self.queues.clone(),
            Arc::new(RecordingSchedules::default()),
            Destinations {
                generation_queue_url: GENERATION.to_owned(),
                orchestration_queue_url: "https://sqs/orchestration".to_owned(),
            },
            self.ambient.clone(),
            effects,
        )
    }

    async fn handle(&self, run: &CampaignRun, effects: Effects) -> Result<(), JobError> {
        let delivery =
            Delivery { message_id: "m-1".to_owned(), body: encode(run).unwrap().to_string(), receives: 1, last: false };
        let orchestrator = Orchestrator {
            database: self.database.database.clone(),
            relay: self.relay(effects.clone()),
            ambient: self.ambient.clone(),
            effects,
        };
        orchestrator.handle(&delivery).await
    }

    fn scheduled(&self) -> CampaignRun {
        CampaignRun {
            workspace_id: self.workspace.id,
            campaign_id: self.workspace.campaign_id,
            trigger: Trigger::Schedule { scheduled_for: sample::now() },
        }
    }

    async fn execution(&self) -> (String, Option<String>, String) {
        sqlx::query_as("SELECT status, warning, trigger FROM executions").fetch_one(&self.database.admin).await.unwrap()
    }
}

/// A run, by schedule or as somebody asked for it through the API, which queues its execution first.
#[derive(Clone, Copy)]
enum Run {
    Scheduled,
    Manual,
}

const MANUAL: &str = "01939e00-0000-7000-8000-00000000ec01";

impl Scenario for Run {
    type World = World;
    type State = (Vec<(String, i64)>, usize, i64, i64);

    async fn world(&self) -> World {
        let world = World::new(3).await;
        if matches!(self, Self::Manual) {
            let Workspace { id, campaign_id, ref employees, .. } = world.workspace;
            let (execution, now) = (MANUAL.parse().unwrap(), sample::now());
            let mut transaction = world.database.database.begin().await.unwrap();
            plan::queue_manual(&mut transaction, execution, id, campaign_id, employees[0], now).await.unwrap();
            transaction.commit().await.unwrap();
        }
        world
    }

    async fn deliver(&self, world: &World, effects: Effects) -> Delivered {
        let mut run = world.scheduled();
        if matches!(self, Self::Manual) {
            run.trigger = Trigger::Manual { execution_id: MANUAL.parse().unwrap() };
        }
        match world.handle(&run, effects).await {
            Ok(()) => Delivered::Done,
            Err(JobError::Retry { .. }) => Delivered::Again,
            Err(JobError::Fail { reason }) => panic!("{reason}"),
        }
    }

    async fn wait(&self, world: &World) {
        world.ambient.advance(TimeDelta::seconds(300));
        // The minute sweep, which sends what a dead orchestrator could not, once Postgres has noticed its death.
        for _ in 0..1000 {
            world.relay(Effects::live()).sweep().await.unwrap();
            let left: i64 =
                sqlx::query_scalar("SELECT count(*) FROM outbox").fetch_one(&world.database.admin).await.unwrap();
            if left == 0 {
                return;
            }
        }
        panic!("the outbox does not empty");
    }

    async fn state(&self, world: &World) -> Self::State {
        let executions = sqlx::query_as("SELECT status, count(*) FROM executions GROUP BY 1")
            .fetch_all(&world.database.admin)
            .await
            .unwrap();
        let slots =
            sqlx::query_scalar("SELECT count(*) FROM execution_slots").fetch_one(&world.database.admin).await.unwrap();
        let audited =
            sqlx::query_scalar("SELECT count(*) FROM audit_log").fetch_one(&world.database.admin).await.unwrap();
        (executions, world.queues.bodies(GENERATION).len(), slots, audited)
    }
}

#[tokio::test]
async fn a_run_is_planned_once_however_often_its_message_comes() {
    run_twice(&Run::Scheduled).await;
    run_twice(&Run::Manual).await;
}

#[tokio::test]
async fn dying_at_any_effect_loses_and_doubles_nothing() {
    for run in [Run::Scheduled, Run::Manual] {
        assert_eq!(kill_at_each_effect(&run).await, ["commit", "send to queue", "commit"]);
        let world = run.world().await;
        run.deliver(&world, Effects::live()).await;
        assert_eq!(run.state(&world).await, (vec![("running".to_owned(), 1)], 6, 6, 1));
    }
}

#[tokio::test]
async fn every_employee_gets_every_post() {
    let world = World::new(3).await;
    world.handle(&world.scheduled(), Effects::live()).await.unwrap();
    let slots: BTreeSet<_> = world
        .queues
        .messages(GENERATION)
        .iter()
        .map(|message| decode::<GenerateSlot>(&message.body).unwrap())
        .map(|slot| (slot.employee_id, slot.slot))
        .collect();
    let expected: BTreeSet<_> =
        world.workspace.employees.iter().flat_map(|employee| [(*employee, 1), (*employee, 2)]).collect();
    assert_eq!(slots, expected);
    assert_eq!(world.execution().await, ("running".to_owned(), None, "schedule".to_owned()));
}

#[tokio::test]
async fn without_employees_or_archived_the_run_ends_at_once_with_a_warning() {
    let world = World::new(0).await;
    world.handle(&world.scheduled(), Effects::live()).await.unwrap();
    let warning = "The campaign has no employees; assign some and run it again.";
    assert_eq!(world.execution().await, ("completed".to_owned(), Some(warning.to_owned()), "schedule".to_owned()));

    let world = World::new(2).await;
    sqlx::query("UPDATE campaigns SET status = 'archived'").execute(&world.database.admin).await.unwrap();
    world.handle(&world.scheduled(), Effects::live()).await.unwrap();
    let warning = "The campaign is archived; nothing was written.";
    assert_eq!(world.execution().await, ("completed".to_owned(), Some(warning.to_owned()), "schedule".to_owned()));
    assert!(world.queues.bodies(GENERATION).is_empty());
}

#[tokio::test]
async fn inactive_and_archived_employees_are_left_out() {
    let world = World::new(3).await;
    sqlx::query("UPDATE campaign_employees SET is_active = false WHERE user_id = $1")
        .bind(world.workspace.employees[0].uuid())
        .execute(&world.database.admin)
        .await
        .unwrap();
    sqlx::query("UPDATE employee_profiles SET archived_at = now() WHERE user_id = $1")
        .bind(world.workspace.employees[1].uuid())
        .execute(&world.database.admin)
        .await
        .unwrap();
    world.handle(&world.scheduled(), Effects::live()).await.unwrap();
    assert_eq!(world.queues.bodies(GENERATION).len(), 2);
}

#[tokio::test]
async fn what_does_not_exist_goes_to_the_dead_letters() {
    let world = World::new(1).await;
    let mut run = world.scheduled();
    run.campaign_id = CampaignId::new(sample::now(), &mut Ambient::fixed(sample::now(), 99).random());
    let Err(JobError::Fail { reason }) = world.handle(&run, Effects::live()).await else {
        panic!("expected a failure")
    };
    assert_eq!(reason, format!("there is no campaign {}", run.campaign_id));

    let mut run = world.scheduled();
    let execution_id = ExecutionId::new(sample::now(), &mut world.ambient.random());
    run.trigger = Trigger::Manual { execution_id };
    let Err(JobError::Fail { reason }) = world.handle(&run, Effects::live()).await else {
        panic!("expected a failure")
    };
    assert!(reason.starts_with("there is no execution"), "{reason}");
}

#[tokio::test]
async fn slots_that_cannot_leave_now_leave_with_the_next_sweep() {
    let world = World::new(2).await;
    world.queues.set_down(true);
    world.handle(&world.scheduled(), Effects::live()).await.unwrap();
    assert!(world.queues.bodies(GENERATION).is_empty());
    world.queues.set_down(false);
    world.ambient.advance(TimeDelta::seconds(60));
    let sent = world.relay(Effects::live()).sweep().await.unwrap();
    assert_eq!((sent.sent, sent.postponed), (4, 0));
    assert_eq!(world.queues.bodies(GENERATION).len(), 4);
}
