//! Schedules in EventBridge are what the campaigns say, whatever the outbox said.
#![expect(clippy::unwrap_used, reason = "a test stops at its first surprise")]

use std::sync::Arc;

use chrono::TimeDelta;
use rostrum_core::ids::OutboxId;
use rostrum_lambda_kit::{Ambient, Effects};
use rostrum_relay::{Destinations, Relay};
use rostrum_store::outbox::{self, Kind, Message};
use rostrum_test_kit::{
    cloud::{RecordingQueues, RecordingSchedules},
    database::TestDatabase,
    delivery::{Delivered, Scenario, kill_at_each_effect, run_twice},
    sample::{self, Workspace},
};
use serde_json::json;

struct World {
    database: TestDatabase,
    ambient: Ambient,
    workspace: Workspace,
    schedules: Arc<RecordingSchedules>,
}

impl World {
    async fn new() -> Self {
        let database = TestDatabase::new().await;
        let ambient = Ambient::fixed(sample::now(), 3);
        let workspace = sample::workspace(&database.admin, &ambient, 1).await;
        let world = Self { database, ambient, workspace, schedules: Arc::default() };
        world.set(Some("30 8 * * 1-5")).await;
        world
    }

    /// Changes the campaign as the API does: the row and the message in one transaction.
    async fn set(&self, cron: Option<&str>) {
        sqlx::query("UPDATE campaigns SET schedule_cron = $1, schedule_timezone = 'Europe/Zurich'")
            .bind(cron)
            .execute(&self.database.admin)
            .await
            .unwrap();
        let mut transaction = self.database.database.begin().await.unwrap();
        let message = Message {
            id: OutboxId::new(self.ambient.now(), &mut self.ambient.random()),
            workspace_id: self.workspace.id,
            kind: Kind::CampaignSchedule,
            payload: json!({ "campaign_id": self.workspace.campaign_id }),
        };
        outbox::add(&mut transaction, &[message], self.ambient.now()).await.unwrap();
        transaction.commit().await.unwrap();
    }

    fn relay(&self, effects: Effects) -> Relay {
        Relay::new(
            self.database.database.clone(),
            Arc::new(RecordingQueues::default()),
            self.schedules.clone(),
            Destinations { generation_queue_url: String::new(), orchestration_queue_url: String::new() },
            self.ambient.clone(),
            effects,
        )
    }

    async fn waiting(&self) -> Vec<(i32, Option<String>)> {
        sqlx::query_as("SELECT attempts, last_error FROM outbox").fetch_all(&self.database.admin).await.unwrap()
    }
}

struct Change;

impl Scenario for Change {
    type World = World;
    type State = (Vec<(String, String)>, usize);

    async fn world(&self) -> World {
        World::new().await
    }

    async fn deliver(&self, world: &World, effects: Effects) -> Delivered {
        world.relay(effects).sweep().await.unwrap();
        if world.waiting().await.is_empty() { Delivered::Done } else { Delivered::Again }
    }

    async fn wait(&self, world: &World) {
        world.ambient.advance(TimeDelta::seconds(60));
        // A sweep skips rows that a dead one still holds.
        world.database.let_go().await;
    }

    async fn state(&self, world: &World) -> Self::State {
        let schedules = world.schedules.all();
        let schedules = schedules.values().map(|wish| (wish.expression.clone(), wish.timezone.clone())).collect();
        (schedules, world.waiting().await.len())
    }
}

#[tokio::test]
async fn a_sweep_may_run_twice_and_die_anywhere() {
    run_twice(&Change).await;
    assert_eq!(kill_at_each_effect(&Change).await, ["put schedule", "commit"]);
}

#[tokio::test]
async fn puts_what_the_campaign_says_now_and_removes_what_it_no_longer_wants() {
    let world = World::new().await;
    world.set(Some("0 9 ? * MON *")).await;
    world.relay(Effects::live()).sweep().await.unwrap();
    let schedules = world.schedules.all();
    let schedule = &schedules[&world.workspace.campaign_id];
    assert_eq!((schedule.expression.as_str(), schedule.timezone.as_str()), ("cron(0 9 ? * 2 *)", "Europe/Zurich"));
    assert!(schedule.input.contains("<aws.scheduler.scheduled-time>"), "{}", schedule.input);

    world.set(None).await;
    world.relay(Effects::live()).sweep().await.unwrap();
    assert!(world.schedules.all().is_empty());
    assert!(world.waiting().await.is_empty());
}

#[tokio::test]
async fn a_cron_that_cannot_be_read_stays_with_its_reason() {
    let world = World::new().await;
    world.set(Some("whenever")).await;
    world.relay(Effects::live()).sweep().await.unwrap();
    let waiting = world.waiting().await;
    assert_eq!(waiting.len(), 2, "both messages ask for the same broken campaign");
    assert_eq!(waiting[0].0, 1);
    assert!(waiting[0].1.as_deref().unwrap().contains("schedule_cron"), "{waiting:?}");
}
