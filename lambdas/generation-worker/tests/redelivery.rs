//! The worker may be called twice and may die anywhere.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test stops at its first surprise")]

mod world;

use std::collections::BTreeMap;

use chrono::TimeDelta;
use rostrum_core::ids::{ClaimId, PostId};
use rostrum_lambda_kit::{Effects, JobError};
use rostrum_store::executions::slots::{self, Holder, Key, Outcome};
use rostrum_test_kit::{
    delivery::{Delivered, Scenario, kill_at_each_effect, run_twice},
    model::{ScriptedModel, reply},
};
use world::{COUNCIL, GOOD, World};

/// How the model behaves while messages are delivered again.
enum Behaviour {
    Good,
    NeedsRepair,
    Refuses,
}

impl Behaviour {
    fn model(&self) -> ScriptedModel {
        match self {
            Self::Good => ScriptedModel::saying(GOOD),
            Self::NeedsRepair => ScriptedModel::new(|request| {
                let repair = request.turns[0].text.contains("<answer>");
                Ok(reply(if repair { GOOD } else { "Sure! Here is your post." }))
            }),
            Self::Refuses => ScriptedModel::new(|_| {
                Err(rostrum_llm::Error::Refused {
                    explanation: "I will not write that.".to_owned(),
                    usage: rostrum_llm::Usage::default(),
                    request_id: None,
                })
            }),
        }
    }
}

#[derive(Debug, PartialEq)]
struct State {
    ended: (String, Option<String>, String),
    logs: Vec<String>,
    contents: Vec<String>,
    audited: i64,
}

impl Scenario for Behaviour {
    type World = World;
    type State = State;

    async fn world(&self) -> World {
        World::new(self.model()).await
    }

    async fn deliver(&self, world: &World, effects: Effects) -> Delivered {
        let deadline = world.ambient.now() + TimeDelta::seconds(240);
        match world.worker(effects).handle(&world.delivery(1), deadline).await {
            Ok(()) => Delivered::Done,
            Err(JobError::Retry { .. }) => Delivered::Again,
            Err(JobError::Fail { reason }) => panic!("the message went to the dead letters: {reason}"),
        }
    }

    async fn wait(&self, world: &World) {
        world.ambient.advance(TimeDelta::seconds(300));
    }

    async fn state(&self, world: &World) -> State {
        let audited =
            sqlx::query_scalar("SELECT count(*) FROM audit_log").fetch_one(&world.database.admin).await.unwrap();
        State { ended: world.ended().await, logs: world.logs().await, contents: world.contents().await, audited }
    }
}

#[tokio::test]
async fn a_slot_is_written_once_however_often_its_message_comes() {
    run_twice(&Behaviour::Good).await;
    run_twice(&Behaviour::NeedsRepair).await;
    run_twice(&Behaviour::Refuses).await;
}

#[tokio::test]
async fn dying_at_any_effect_loses_and_doubles_nothing() {
    let effects = kill_at_each_effect(&Behaviour::Good).await;
    assert_eq!(effects, ["commit", "model call", "commit", "commit"]);
    let effects = kill_at_each_effect(&Behaviour::NeedsRepair).await;
    assert_eq!(effects, ["commit", "model call", "commit", "model call", "commit", "commit"]);
    let effects = kill_at_each_effect(&Behaviour::Refuses).await;
    assert_eq!(effects, ["commit", "model call", "commit", "commit"]);
}

/// A slot of a council campaign.
struct HandOver;

impl Scenario for HandOver {
    type World = World;
    type State = (BTreeMap<String, String>, (String, Option<String>, String), bool);

    async fn world(&self) -> World {
        let world = World::new(ScriptedModel::saying(GOOD)).await;
        sqlx::query("UPDATE campaigns SET workflow_type = 'council', workflow_config = '{}'")
            .execute(&world.database.admin)
            .await
            .unwrap();
        world
    }

    async fn deliver(&self, world: &World, effects: Effects) -> Delivered {
        Behaviour::Good.deliver(world, effects).await
    }

    async fn wait(&self, world: &World) {
        Behaviour::Good.wait(world).await;
    }

    async fn state(&self, world: &World) -> Self::State {
        let until_its_end: bool = sqlx::query_scalar(
            "SELECT claim_expires_at = council_started_at + interval '70 minutes' FROM execution_slots",
        )
        .fetch_one(&world.database.admin)
        .await
        .unwrap();
        (world.machines.executions(COUNCIL), world.ended().await, until_its_end)
    }
}

#[tokio::test]
async fn a_slot_is_handed_over_to_one_council_however_often_its_message_comes() {
    run_twice(&HandOver).await;
    let effects = kill_at_each_effect(&HandOver).await;
    assert_eq!(effects, ["commit", "start council", "commit"]);
    let world = HandOver.world().await;
    world.handle(1).await.unwrap();
    assert_eq!(world.machines.executions(COUNCIL).len(), 1);
    assert_eq!(world.ended().await, ("running".to_owned(), None, "running".to_owned()));
    assert!(world.model.requests().is_empty());
}

#[tokio::test]
async fn a_council_that_cannot_be_started_gives_the_slot_back_or_fails_it() {
    let world = HandOver.world().await;
    world.machines.set_down(true);
    let Err(JobError::Retry { .. }) = world.handle(1).await else { panic!("expected a retry") };
    assert_eq!(world.ended().await.0, "planned");
    world.machines.set_down(false);
    world.machines.set_refusing(true);
    world.handle(2).await.unwrap();
    assert_eq!(world.ended().await, ("failed".to_owned(), Some("configuration".to_owned()), "failed".to_owned()));
}

#[tokio::test]
async fn an_answer_that_was_logged_is_not_paid_for_again() {
    let world = World::new(ScriptedModel::saying(GOOD)).await;
    world.handle(1).await.unwrap();
    // As if the worker had died after the log and before the post.
    for change in [
        "UPDATE execution_slots SET status = 'planned', post_id = NULL",
        "DELETE FROM posts",
        "UPDATE executions SET status = 'running', finished_at = NULL",
    ] {
        sqlx::query(change).execute(&world.database.admin).await.unwrap();
    }
    world.handle(2).await.unwrap();
    assert_eq!(world.model.requests().len(), 1);
    assert_eq!(world.contents().await.len(), 1);
}

#[tokio::test]
async fn who_lost_the_claim_stores_nothing() {
    let world = World::new(ScriptedModel::saying(GOOD)).await;
    let key = Key {
        workspace_id: world.workspace.id,
        execution_id: world.execution_id,
        employee_id: world.workspace.employees[0],
        slot: 1,
    };
    let now = world.ambient.now();
    let mine = ClaimId::new(now, &mut world.ambient.random());
    let other = ClaimId::new(now, &mut world.ambient.random());
    let mut transaction = world.database.database.begin().await.unwrap();
    slots::claim(&mut transaction, key, mine, now + TimeDelta::seconds(10), now).await.unwrap();
    let later = now + TimeDelta::seconds(11);
    let claim = slots::claim(&mut transaction, key, other, later + TimeDelta::seconds(10), later).await.unwrap();
    assert_eq!(claim, slots::Claim::Held);
    let outcome = Outcome::Stored(PostId::new(now, &mut world.ambient.random()));
    assert!(!slots::finish(&mut transaction, key, Holder::Worker(mine), &outcome, later).await.unwrap());
}

#[tokio::test]
async fn slots_of_one_run_may_end_at_the_same_moment() {
    const SLOTS: i32 = 24;
    let world = World::new(ScriptedModel::saying(GOOD)).await;
    sqlx::query(
        "INSERT INTO execution_slots (execution_id, employee_id, slot, workspace_id, status, created_at, updated_at)
         SELECT execution_id, employee_id, number, workspace_id, 'planned', created_at, updated_at
         FROM execution_slots CROSS JOIN generate_series(2, $1) AS number",
    )
    .bind(SLOTS)
    .execute(&world.database.admin)
    .await
    .unwrap();
    let deadline = world.ambient.now() + TimeDelta::seconds(240);
    let worker = world.worker(Effects::live());
    let deliveries = (1..=SLOTS).map(|slot| {
        let mut message = world.message;
        message.slot = slot;
        let mut delivery = world.delivery(1);
        delivery.body = rostrum_contracts::encode(&message).unwrap().to_string();
        let worker = worker.clone();
        async move { worker.handle(&delivery, deadline).await }
    });
    for outcome in futures::future::join_all(deliveries).await {
        outcome.unwrap();
    }
    assert_eq!(world.contents().await.len(), SLOTS as usize);
    let status: String =
        sqlx::query_scalar("SELECT status FROM executions").fetch_one(&world.database.admin).await.unwrap();
    assert_eq!(status, "completed");
}
