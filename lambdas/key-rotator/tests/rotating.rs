//! A rotation replaces the key of every secret, whatever interrupts it, and then the old key opens nothing.
#![expect(clippy::unwrap_used, reason = "a test stops at its first surprise")]

use std::{pin::Pin, sync::Arc};

use chrono::TimeDelta;
use key_rotator::{Input, KeyRotator, Progress, RotateError, every_source};
use rostrum_core::{
    ids::{DataKeyId, OutboxId, UserId},
    mail::Mail,
    seal::{Binding, Sealed},
};
use rostrum_lambda_kit::{Ambient, Effects, Vault, VaultError, effects::Observer};
use rostrum_relay::{Destinations, Postman, Relay, mail};
use rostrum_store::{data_keys, outbox};
use rostrum_test_kit::{
    cloud::{RecordingMailer, RecordingQueues, RecordingSchedules},
    data_keys::MemoryDataKeys,
    database::TestDatabase,
    delivery::{Delivered, Scenario, kill_at_each_effect, run_twice},
    sample,
};
use serde_json::json;

const BEGIN: Input = Input { begin: true };
const CONTINUE: Input = Input { begin: false };

struct World {
    database: TestDatabase,
    ambient: Ambient,
    keys: Arc<MemoryDataKeys>,
}

impl World {
    /// People whose secrets were sealed an hour ago.
    async fn with(secrets: usize) -> Self {
        let world = Self {
            database: TestDatabase::new().await,
            ambient: Ambient::fixed(sample::now(), 1),
            keys: Arc::default(),
        };
        let vault = world.vault();
        for number in 0..secrets {
            let user = world.user();
            let sealed = vault.seal(&binding(user), format!("secret {number:03}").as_bytes()).await.unwrap();
            world.store(user, sealed.as_bytes()).await;
        }
        world.ambient.advance(TimeDelta::hours(1));
        world
    }

    fn user(&self) -> UserId {
        UserId::new(self.ambient.now(), &mut self.ambient.random())
    }

    async fn store(&self, user: UserId, sealed: &[u8]) {
        sqlx::query(
            "INSERT INTO users (id, email, name, totp_secret, created_at, updated_at) VALUES ($1, $2, 'A', $3, $4, $4)",
        )
        .bind(user.uuid())
        .bind(format!("{}@example.com", user.uuid().simple()))
        .bind(sealed)
        .bind(self.ambient.now())
        .execute(&self.database.admin)
        .await
        .unwrap();
    }

    /// The vault of a process of its own.
    fn vault(&self) -> Vault {
        Vault::new(self.keys.clone(), self.database.database.clone(), self.ambient.clone())
    }

    /// One invocation that may take this long.
    async fn rotate(&self, input: Input, time: TimeDelta, effects: Effects) -> Result<Progress, RotateError> {
        let rotator = KeyRotator {
            keys: self.keys.clone(),
            vault: self.vault(),
            database: self.database.database.clone(),
            sources: every_source(),
            ambient: self.ambient.clone(),
            effects,
        };
        Box::pin(rotator.rotate(input, self.ambient.now() + time)).await
    }

    async fn rotated(&self, input: Input) -> Progress {
        self.rotate(input, TimeDelta::minutes(15), Effects::live()).await.unwrap()
    }

    async fn active(&self) -> DataKeyId {
        data_keys::active(&self.database.database).await.unwrap().unwrap().id
    }

    async fn stored(&self) -> Vec<(UserId, Sealed)> {
        let rows: Vec<(sqlx::types::Uuid, Vec<u8>)> =
            sqlx::query_as("SELECT id, totp_secret FROM users WHERE totp_secret IS NOT NULL ORDER BY id")
                .fetch_all(&self.database.admin)
                .await
                .unwrap();
        rows.into_iter().map(|(id, sealed)| (id.into(), Sealed::from_bytes(sealed).unwrap())).collect()
    }

    /// All secrets, as a process that starts now opens them.
    async fn opened(&self) -> Vec<String> {
        let vault = self.vault();
        let mut secrets = Vec::new();
        for (user, sealed) in self.stored().await {
            let secret = vault.open(&binding(user), &sealed).await.unwrap();
            secrets.push(String::from_utf8(secret.to_vec()).unwrap());
        }
        secrets.sort();
        secrets
    }

    /// Each key's state, how many secrets were sealed anew away from it, and how many are left; the oldest first.
    async fn keys(&self) -> Vec<(String, i64, Option<i64>)> {
        sqlx::query_as("SELECT state, resealed, remaining FROM data_keys ORDER BY created_at")
            .fetch_all(&self.database.admin)
            .await
            .unwrap()
    }
}

fn binding(user: UserId) -> Binding {
    Binding::of_second_factor(user)
}

fn secrets(count: usize) -> Vec<String> {
    (0..count).map(|number| format!("secret {number:03}")).collect()
}

fn key(state: &str, resealed: i64, remaining: Option<i64>) -> (String, i64, Option<i64>) {
    (state.to_owned(), resealed, remaining)
}

/// An invocation that begins a rotation of three secrets, or moves on with one that began three minutes ago.
#[derive(Clone, Copy, PartialEq)]
enum Asked {
    ToBegin,
    ToMoveOn,
}

impl Scenario for Asked {
    type World = World;
    type State = (Vec<String>, Vec<(String, i64, Option<i64>)>);

    async fn world(&self) -> World {
        let world = World::with(3).await;
        if *self == Self::ToMoveOn {
            let begun = world.rotate(BEGIN, TimeDelta::zero(), Effects::live()).await.unwrap();
            assert_eq!(begun, Progress { begun: true, resealed: 0, remaining: 3, done: false });
            world.ambient.advance(TimeDelta::minutes(3));
        }
        world
    }

    async fn deliver(&self, world: &World, effects: Effects) -> Delivered {
        let progress = world.rotate(BEGIN, TimeDelta::minutes(15), effects).await.unwrap();
        let finished = match self {
            Self::ToBegin => progress.remaining == 0,
            Self::ToMoveOn => progress.done,
        };
        if finished { Delivered::Done } else { Delivered::Again }
    }

    async fn wait(&self, world: &World) {
        world.ambient.advance(TimeDelta::seconds(10));
        world.database.let_go().await;
    }

    async fn state(&self, world: &World) -> Self::State {
        (world.opened().await, world.keys().await)
    }
}

#[tokio::test]
async fn a_rotation_is_made_once_however_often_it_is_asked_for() {
    run_twice(&Asked::ToBegin).await;
    run_twice(&Asked::ToMoveOn).await;
}

#[tokio::test]
async fn dying_at_any_effect_loses_and_doubles_nothing() {
    assert_eq!(kill_at_each_effect(&Asked::ToBegin).await, ["make key", "commit", "commit", "commit"]);
    assert_eq!(kill_at_each_effect(&Asked::ToMoveOn).await, ["commit", "commit"]);
}

#[tokio::test]
async fn after_a_rotation_everything_opens_and_nothing_with_the_old_key() {
    let world = World::with(3).await;
    let (old, before) = (world.active().await, world.stored().await);
    let first = world.rotated(BEGIN).await;
    assert_eq!(first, Progress { begun: true, resealed: 3, remaining: 0, done: false });
    // Until the key is retired, what was read before the rotation still opens.
    let (user, sealed) = &before[0];
    world.vault().open(&binding(*user), sealed).await.unwrap();
    world.ambient.advance(TimeDelta::minutes(2));
    let second = world.rotated(CONTINUE).await;
    assert_eq!(second, Progress { begun: false, resealed: 0, remaining: 0, done: true });

    assert_eq!(world.opened().await, secrets(3));
    let new = world.active().await;
    assert_ne!(new, old);
    assert!(world.stored().await.iter().all(|(_, sealed)| sealed.key_id() == new));
    for (user, sealed) in &before {
        let refused = world.vault().open(&binding(*user), sealed).await.unwrap_err();
        assert!(matches!(refused, VaultError::Retired(id) if id == old), "{refused}");
    }
    assert_eq!(world.keys().await, [key("retired", 3, Some(0)), key("active", 0, None)]);
}

/// Lets every commit take ten seconds.
struct Slow(Ambient);

impl Observer for Slow {
    fn before(&self, _: &'static str) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(async {})
    }

    fn after(&self, effect: &'static str) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        if effect == "commit" {
            self.0.advance(TimeDelta::seconds(10));
        }
        Box::pin(async {})
    }
}

#[tokio::test]
async fn a_long_rotation_shows_how_far_it_is() {
    let world = World::with(250).await;
    let slow = || Effects::observed(Arc::new(Slow(world.ambient.clone())));
    // Beginning takes one commit, each batch of a hundred another.
    let first = world.rotate(BEGIN, TimeDelta::seconds(25), slow()).await.unwrap();
    assert_eq!(first, Progress { begun: true, resealed: 100, remaining: 150, done: false });
    assert_eq!(world.keys().await, [key("retiring", 100, Some(150)), key("active", 0, None)]);
    assert_eq!(world.opened().await, secrets(250), "either key opens what is under it");

    let second = world.rotate(CONTINUE, TimeDelta::seconds(15), slow()).await.unwrap();
    assert_eq!(second, Progress { begun: false, resealed: 100, remaining: 50, done: false });
    let third = world.rotate(CONTINUE, TimeDelta::seconds(15), slow()).await.unwrap();
    assert_eq!(third, Progress { begun: false, resealed: 50, remaining: 0, done: false });
    assert_eq!(world.keys().await, [key("retiring", 250, Some(0)), key("active", 0, None)]);

    world.ambient.advance(TimeDelta::minutes(2));
    let last = world.rotate(CONTINUE, TimeDelta::seconds(15), slow()).await.unwrap();
    assert_eq!(last, Progress { begun: false, resealed: 0, remaining: 0, done: true });
    assert_eq!(world.keys().await, [key("retired", 250, Some(0)), key("active", 0, None)]);
    assert_eq!(world.opened().await, secrets(250));
}

#[tokio::test]
async fn an_invocation_without_time_does_nothing_but_tell() {
    let world = World::with(3).await;
    let begun = world.rotate(BEGIN, TimeDelta::seconds(10), Effects::live()).await.unwrap();
    assert_eq!(begun, Progress { begun: true, resealed: 0, remaining: 3, done: false });
    assert_eq!(world.opened().await, secrets(3));
}

#[tokio::test]
async fn what_is_committed_late_under_the_old_key_is_not_lost() {
    let world = World::with(1).await;
    let late = world.user();
    let sealed = world.vault().seal(&binding(late), b"secret 001").await.unwrap();
    assert_eq!(world.rotated(BEGIN).await, Progress { begun: true, resealed: 1, remaining: 0, done: false });
    world.ambient.advance(TimeDelta::minutes(2) - TimeDelta::seconds(1));
    assert!(!world.rotated(CONTINUE).await.done, "somebody may still commit what they sealed before");
    world.store(late, sealed.as_bytes()).await;
    world.ambient.advance(TimeDelta::seconds(1));
    assert_eq!(world.rotated(CONTINUE).await, Progress { begun: false, resealed: 1, remaining: 0, done: true });
    assert_eq!(world.opened().await, secrets(2));
}

#[tokio::test]
async fn a_secret_that_cannot_be_opened_keeps_the_old_key_and_holds_up_no_other() {
    let world = World::with(102).await;
    let (first, _) = world.stored().await[0];
    // A secret of somebody else, who is not meant by it.
    let (_, moved) = &world.stored().await[1];
    sqlx::query("UPDATE users SET totp_secret = $2 WHERE id = $1")
        .bind(first.uuid())
        .bind(moved.as_bytes())
        .execute(&world.database.admin)
        .await
        .unwrap();
    assert_eq!(world.rotated(BEGIN).await, Progress { begun: true, resealed: 101, remaining: 1, done: false });
    world.ambient.advance(TimeDelta::minutes(2));
    assert_eq!(world.rotated(CONTINUE).await, Progress { begun: false, resealed: 0, remaining: 1, done: false });
    assert_eq!(world.keys().await, [key("retiring", 101, Some(1)), key("active", 0, None)]);

    sqlx::query("UPDATE users SET totp_secret = NULL WHERE id = $1")
        .bind(first.uuid())
        .execute(&world.database.admin)
        .await
        .unwrap();
    assert_eq!(world.rotated(CONTINUE).await, Progress { begun: false, resealed: 0, remaining: 0, done: true });
}

#[tokio::test]
async fn without_kms_no_rotation_begins_and_one_that_began_waits() {
    let world = World::with(2).await;
    world.keys.set_down(true);
    let failed = world.rotate(BEGIN, TimeDelta::minutes(15), Effects::live()).await.unwrap_err();
    assert!(matches!(failed, RotateError::Keys(_)), "{failed}");
    assert_eq!(world.keys().await, [key("active", 0, None)]);

    world.keys.set_down(false);
    world.rotate(BEGIN, TimeDelta::zero(), Effects::live()).await.unwrap();
    world.keys.set_down(true);
    let failed = world.rotate(CONTINUE, TimeDelta::minutes(15), Effects::live()).await.unwrap_err();
    assert!(matches!(failed, RotateError::Vault(VaultError::Keys(_))), "{failed}");
    assert_eq!(world.keys().await, [key("retiring", 0, Some(2)), key("active", 0, None)]);
    world.keys.set_down(false);
    assert_eq!(world.rotated(CONTINUE).await.resealed, 2);
}

#[tokio::test]
async fn there_is_nothing_to_rotate_before_the_first_secret_or_right_after_a_rotation() {
    let idle = Progress { begun: false, resealed: 0, remaining: 0, done: true };
    let world = World::with(0).await;
    assert_eq!(world.rotated(BEGIN).await, idle);
    assert!(world.keys().await.is_empty());

    let world = World::with(1).await;
    assert_eq!(world.rotated(CONTINUE).await, idle, "nobody asked for a rotation");
    world.rotated(BEGIN).await;
    world.ambient.advance(TimeDelta::minutes(2));
    assert!(world.rotated(CONTINUE).await.done);
    world.ambient.advance(TimeDelta::minutes(14));
    assert_eq!(world.rotated(BEGIN).await, idle, "the last one has only just ended");
    world.ambient.advance(TimeDelta::minutes(2));
    assert!(world.rotated(BEGIN).await.begun);
}

#[test]
fn an_operator_asks_in_json() {
    let read = |text: &str| serde_json::from_str::<Input>(text).map_err(|error| error.to_string());
    assert_eq!(read(r#"{"begin": true}"#), Ok(BEGIN));
    assert_eq!(read("{}"), Ok(CONTINUE));
    assert!(read(r#"{"beginn": true}"#).unwrap_err().contains("unknown field"));
    let told = serde_json::to_value(Progress { begun: true, resealed: 2, remaining: 1, done: false }).unwrap();
    assert_eq!(told, json!({ "begun": true, "resealed": 2, "remaining": 1, "done": false }));
}

#[tokio::test]
async fn a_mail_that_waits_is_sealed_anew_and_still_leaves() {
    let world = World::with(1).await;
    let workspace = sample::workspace(&world.database.admin, &world.ambient, 1).await;
    let id = OutboxId::new(world.ambient.now(), &mut world.ambient.random());
    let letter = Mail { to: "a@example.com".to_owned(), subject: "Hello".to_owned(), text: "x".repeat(300) };
    let message = mail::seal(&world.vault(), id, workspace.id, &letter).await.unwrap();
    let mut transaction = world.database.database.begin().await.unwrap();
    outbox::add(&mut transaction, &[message], world.ambient.now()).await.unwrap();
    transaction.commit().await.unwrap();

    let begun = world.rotate(BEGIN, TimeDelta::minutes(15), Effects::live()).await.unwrap();
    assert_eq!((begun.resealed, begun.remaining), (2, 0));
    world.ambient.advance(TimeDelta::minutes(3));
    assert!(world.rotate(CONTINUE, TimeDelta::minutes(15), Effects::live()).await.unwrap().done);

    let mailer = Arc::new(RecordingMailer::default());
    let destinations = Destinations { generation_queue_url: String::new(), orchestration_queue_url: String::new() };
    let relay = Relay::new(
        world.database.database.clone(),
        Arc::new(RecordingQueues::default()),
        Arc::new(RecordingSchedules::default()),
        destinations,
        world.ambient.clone(),
        Effects::live(),
    );
    relay.with_postman(Postman { vault: world.vault(), mailer: mailer.clone() }).sweep().await.unwrap();
    assert_eq!(mailer.all(), [letter]);
}
