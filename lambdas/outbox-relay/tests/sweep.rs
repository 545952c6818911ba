//! The sweep sends what was left, gives up what nobody finishes, and may itself be cut off anywhere.
#![expect(clippy::unwrap_used, reason = "a test stops at its first surprise")]

use std::sync::Arc;

use chrono::TimeDelta;
use outbox_relay::{Sweeper, Swept};
use rostrum_core::{
    ids::{ClaimId, ExecutionId, OutboxId, SessionId},
    sign_in::secret::{self, Secret},
};
use rostrum_lambda_kit::{Ambient, Effects};
use rostrum_relay::{Destinations, Relay};
use rostrum_store::{
    executions::{
        plan,
        slots::{self, Key},
    },
    outbox::{self, Kind, Message},
    sessions::{self, NewSession},
    sign_in_attempts,
};
use rostrum_test_kit::{
    cloud::{RecordingQueues, RecordingSchedules},
    database::TestDatabase,
    delivery::{Delivered, Scenario, kill_at_each_effect, run_twice},
    sample::{self, Workspace},
};
use serde_json::json;

const GENERATION: &str = "https://sqs/generation";

struct World {
    database: TestDatabase,
    ambient: Ambient,
    workspace: Workspace,
    queues: Arc<RecordingQueues>,
}

impl World {
    /// Three messages in the outbox, and an execution of two slots of which one was claimed.
    async fn new() -> Self {
        let database = TestDatabase::new().await;
        let ambient = Ambient::fixed(sample::now(), 5);
        let workspace = sample::workspace(&database.admin, &ambient, 1).await;
        let now = ambient.now();
        let mut random = ambient.random();
        let mut transaction = database.database.begin().await.unwrap();
        let messages: Vec<Message> = (0..3)
            .map(|number| Message {
                id: OutboxId::new(now, &mut random),
                workspace_id: workspace.id,
                kind: Kind::GenerateSlot,
                payload: json!({ "number": number }),
            })
            .collect();
        outbox::add(&mut transaction, &messages, now).await.unwrap();
        let execution_id = ExecutionId::new(now, &mut random);
        plan::queue_scheduled(&mut transaction, execution_id, workspace.id, workspace.campaign_id, now, now)
            .await
            .unwrap();
        let employee_id = workspace.employees[0];
        let slots = [(employee_id, 1), (employee_id, 2)];
        plan::start(&mut transaction, workspace.id, execution_id, &slots, now).await.unwrap();
        let key = Key { workspace_id: workspace.id, execution_id, employee_id, slot: 1 };
        let claim = ClaimId::new(now, &mut random);
        slots::claim(&mut transaction, key, claim, now + TimeDelta::minutes(4), now).await.unwrap();
        transaction.commit().await.unwrap();
        Self { database, ambient, workspace, queues: Arc::default() }
    }

    async fn sweep(&self, effects: Effects) -> Swept {
        let relay = Relay::new(
            self.database.database.clone(),
            self.queues.clone(),
            Arc::new(RecordingSchedules::default()),
            Destinations { generation_queue_url: GENERATION.to_owned(), orchestration_queue_url: String::new() },
            self.ambient.clone(),
            effects.clone(),
        );
        let sweeper =
            Sweeper { database: self.database.database.clone(), relay, ambient: self.ambient.clone(), effects };
        sweeper.sweep().await.unwrap()
    }

    async fn slots(&self) -> Vec<(i32, String, Option<String>)> {
        sqlx::query_as("SELECT slot, status, failure_kind FROM execution_slots ORDER BY slot")
            .fetch_all(&self.database.admin)
            .await
            .unwrap()
    }

    async fn execution(&self) -> String {
        sqlx::query_scalar("SELECT status FROM executions WHERE workspace_id = $1")
            .bind(self.workspace.id.uuid())
            .fetch_one(&self.database.admin)
            .await
            .unwrap()
    }
}

/// A day later, when both slots are past all hope.
struct DayLater;

impl Scenario for DayLater {
    type World = World;
    type State = (usize, i64, Vec<(i32, String, Option<String>)>, String);

    async fn world(&self) -> World {
        let world = World::new().await;
        world.ambient.advance(TimeDelta::days(1));
        world
    }

    async fn deliver(&self, world: &World, effects: Effects) -> Delivered {
        world.sweep(effects).await;
        let left: i64 =
            sqlx::query_scalar("SELECT count(*) FROM outbox").fetch_one(&world.database.admin).await.unwrap();
        if left == 0 { Delivered::Done } else { Delivered::Again }
    }

    async fn wait(&self, world: &World) {
        world.ambient.advance(TimeDelta::minutes(1));
        // A sweep skips rows that a dead one still holds.
        world.database.let_go().await;
    }

    async fn state(&self, world: &World) -> Self::State {
        let left = sqlx::query_scalar("SELECT count(*) FROM outbox").fetch_one(&world.database.admin).await.unwrap();
        (world.queues.bodies(GENERATION).len(), left, world.slots().await, world.execution().await)
    }
}

#[tokio::test]
async fn a_sweep_may_run_twice_and_die_anywhere() {
    run_twice(&DayLater).await;
    assert_eq!(kill_at_each_effect(&DayLater).await, ["send to queue", "commit", "commit"]);
}

#[tokio::test]
async fn gives_up_only_what_is_past_hope() {
    let open = |slot: i32, status: &str| (slot, status.to_owned(), None);
    let lost = |slot: i32| (slot, "failed".to_owned(), Some("abandoned".to_owned()));
    let world = World::new().await;
    assert_eq!(world.sweep(Effects::live()).await, Swept { sent: 3, postponed: 0, abandoned: 0 });
    assert_eq!(world.slots().await, [open(1, "running"), open(2, "planned")]);

    // The claim ended after 4 minutes; 20 more and all deliveries of its message are over.
    world.ambient.advance(TimeDelta::minutes(23));
    assert_eq!(world.sweep(Effects::live()).await.abandoned, 0);
    world.ambient.advance(TimeDelta::minutes(2));
    assert_eq!(world.sweep(Effects::live()).await.abandoned, 1);
    assert_eq!(world.slots().await, [lost(1), open(2, "planned")]);
    assert_eq!(world.execution().await, "running");

    world.ambient.advance(TimeDelta::hours(12));
    assert_eq!(world.sweep(Effects::live()).await.abandoned, 1);
    assert_eq!(world.slots().await, [lost(1), lost(2)]);
    assert_eq!(world.execution().await, "failed");
}

#[tokio::test]
async fn forgets_sessions_whose_time_is_over() {
    let world = World::new().await;
    let now = world.ambient.now();
    let mut transaction = world.database.database.begin().await.unwrap();
    for (device, days) in [("gone", 29), ("ends now", 30), ("goes on", 31)] {
        let id = SessionId::new(now, &mut world.ambient.random());
        let digest = Secret::new(secret::Kind::RefreshToken, &mut world.ambient.random()).digest();
        let (user_id, workspace_id) = (world.workspace.employees[0], world.workspace.id);
        let new = NewSession { id, user_id, workspace_id, device, digest, expires_at: now + TimeDelta::days(days) };
        sessions::begin(&mut transaction, &new, now).await.unwrap();
    }
    transaction.commit().await.unwrap();
    world.ambient.advance(TimeDelta::days(30));
    world.sweep(Effects::live()).await;
    let left: Vec<String> = sqlx::query_scalar(
        "SELECT device FROM sessions JOIN refresh_tokens ON session_id = sessions.id ORDER BY device",
    )
    .fetch_all(&world.database.admin)
    .await
    .unwrap();
    assert_eq!(left, ["ends now", "goes on"]);
    let tokens: i64 =
        sqlx::query_scalar("SELECT count(*) FROM refresh_tokens").fetch_one(&world.database.admin).await.unwrap();
    assert_eq!(tokens, 2);
}

#[tokio::test]
async fn forgets_sign_ins_that_nobody_finished() {
    let world = World::new().await;
    let now = world.ambient.now();
    let mut transaction = world.database.database.begin().await.unwrap();
    for (number, minutes) in [(1, 10), (2, 11)] {
        let until = now + TimeDelta::minutes(minutes);
        sign_in_attempts::create(&mut transaction, "google", &[number; 32], until, now).await.unwrap();
    }
    transaction.commit().await.unwrap();
    let left = async || {
        sqlx::query_scalar::<_, i64>("SELECT count(*) FROM sign_in_attempts")
            .fetch_one(&world.database.admin)
            .await
            .unwrap()
    };
    world.ambient.advance(TimeDelta::minutes(10));
    world.sweep(Effects::live()).await;
    assert_eq!(left().await, 2);
    world.ambient.advance(TimeDelta::seconds(1));
    world.sweep(Effects::live()).await;
    assert_eq!(left().await, 1);
}
