//! Secrets are sealed under one key for everybody, and opened only by what they are bound to.
#![expect(clippy::unwrap_used, reason = "a test stops at its first surprise")]

use std::sync::Arc;

use chrono::TimeDelta;
use proptest::{
    collection::vec,
    option,
    prelude::*,
    sample::select,
    test_runner::{Config, TestRunner},
};
use rostrum_core::{
    ids::{DataKeyId, WorkspaceId},
    seal::{Binding, Purpose, SealError, Sealed},
};
use rostrum_lambda_kit::{Ambient, Vault, VaultError};
use rostrum_store::data_keys;
use rostrum_test_kit::{data_keys::MemoryDataKeys, database::TestDatabase, sample};
use uuid::Uuid;

struct World {
    database: TestDatabase,
    ambient: Ambient,
    keys: Arc<MemoryDataKeys>,
}

impl World {
    async fn new() -> Self {
        Self { database: TestDatabase::new().await, ambient: Ambient::fixed(sample::now(), 1), keys: Arc::default() }
    }

    /// The vault of a process of its own.
    fn vault(&self) -> Vault {
        Vault::new(self.keys.clone(), self.database.database.clone(), self.ambient.clone())
    }

    async fn states(&self) -> Vec<String> {
        sqlx::query_scalar("SELECT state FROM data_keys ORDER BY created_at, id")
            .fetch_all(&self.database.admin)
            .await
            .unwrap()
    }
}

fn binding(purpose: Purpose) -> Binding {
    Binding { workspace_id: None, owner: Uuid::from_bytes([1; 16]), purpose }
}

#[tokio::test]
async fn what_one_process_seals_another_opens() {
    let world = World::new().await;
    let bound = binding(Purpose::TotpSecret);
    let sealed = world.vault().seal(&bound, b"JBSWY3DPEHPK3PXP").await.unwrap();
    assert_eq!(world.vault().open(&bound, &sealed).await.unwrap().as_slice(), b"JBSWY3DPEHPK3PXP");

    let other = world.vault().open(&binding(Purpose::MailToken), &sealed).await.unwrap_err();
    assert!(matches!(other, VaultError::Seal(SealError::Refused)), "{other}");
    let again = world.vault().seal(&bound, b"JBSWY3DPEHPK3PXP").await.unwrap();
    assert_ne!(again, sealed, "the nonce is another one");
    assert_eq!(again.key_id(), sealed.key_id());
    assert_eq!(world.states().await, ["active"]);
}

#[tokio::test]
async fn two_that_make_the_first_key_at_once_end_with_one() {
    let world = World::new().await;
    let (one, two) = (world.vault(), world.vault());
    let bound = binding(Purpose::ConnectionToken);
    let (first, second) = tokio::join!(one.seal(&bound, b"first"), two.seal(&bound, b"second"));
    let (first, second) = (first.unwrap(), second.unwrap());
    assert_eq!(world.states().await, ["active"]);
    assert_eq!(first.key_id(), second.key_id());
    assert_eq!(two.open(&bound, &first).await.unwrap().as_slice(), b"first");
    assert_eq!(one.open(&bound, &second).await.unwrap().as_slice(), b"second");
}

#[tokio::test]
async fn a_key_that_comes_second_is_not_kept() {
    let world = World::new().await;
    let sealed = world.vault().seal(&binding(Purpose::TotpSecret), b"secret").await.unwrap();
    let mut transaction = world.database.database.begin().await.unwrap();
    let id = DataKeyId::new(world.ambient.now(), &mut world.ambient.random());
    assert!(!data_keys::insert(&mut transaction, id, b"wrapped", world.ambient.now()).await.unwrap());
    transaction.commit().await.unwrap();
    assert_eq!(data_keys::active(&world.database.database).await.unwrap().unwrap().id, sealed.key_id());
}

#[tokio::test]
async fn an_unwrapped_key_is_used_for_five_minutes() {
    let world = World::new().await;
    let vault = world.vault();
    let bound = binding(Purpose::SignInState);
    let sealed = vault.seal(&bound, b"secret").await.unwrap();
    for _ in 0..3 {
        vault.open(&bound, &sealed).await.unwrap();
        vault.seal(&bound, b"another").await.unwrap();
    }
    assert_eq!(world.keys.unwrapped(), 1);
    world.ambient.advance(TimeDelta::minutes(5) - TimeDelta::seconds(1));
    world.keys.set_down(true);
    vault.open(&bound, &sealed).await.unwrap();
    world.ambient.advance(TimeDelta::seconds(1));
    let down = vault.open(&bound, &sealed).await.unwrap_err();
    assert!(matches!(down, VaultError::Keys(_)), "{down}");
    world.keys.set_down(false);
    vault.open(&bound, &sealed).await.unwrap();
    assert_eq!(world.keys.unwrapped(), 2);
}

#[tokio::test]
async fn without_kms_nothing_is_sealed_and_no_key_is_stored() {
    let world = World::new().await;
    world.keys.set_down(true);
    let refused = world.vault().seal(&binding(Purpose::TotpSecret), b"secret").await.unwrap_err();
    assert!(matches!(refused, VaultError::Keys(_)), "{refused}");
    assert!(world.states().await.is_empty());
}

#[tokio::test]
async fn a_key_that_nobody_knows_or_that_is_retired_opens_nothing() {
    let world = World::new().await;
    let bound = binding(Purpose::TotpSecret);
    let sealed = world.vault().seal(&bound, b"secret").await.unwrap();

    let mut bytes = sealed.as_bytes().to_vec();
    bytes[1..17].copy_from_slice(&[9; 16]);
    let unknown = world.vault().open(&bound, &Sealed::from_bytes(bytes).unwrap()).await.unwrap_err();
    assert!(matches!(unknown, VaultError::UnknownKey(id) if id.uuid() == Uuid::from_bytes([9; 16])), "{unknown}");

    sqlx::query("UPDATE data_keys SET state = 'retired', retired_at = now(), remaining = 0")
        .execute(&world.database.admin)
        .await
        .unwrap();
    let retired = world.vault().open(&bound, &sealed).await.unwrap_err();
    assert!(matches!(retired, VaultError::Retired(id) if id == sealed.key_id()), "{retired}");
}

#[tokio::test]
async fn a_wrapped_key_that_is_put_under_another_id_opens_nothing() {
    let world = World::new().await;
    let bound = binding(Purpose::TotpSecret);
    let sealed = world.vault().seal(&bound, b"secret").await.unwrap();
    let moved = DataKeyId::new(world.ambient.now(), &mut world.ambient.random());
    sqlx::query("UPDATE data_keys SET id = $1").bind(moved.uuid()).execute(&world.database.admin).await.unwrap();
    let mut bytes = sealed.as_bytes().to_vec();
    bytes[1..17].copy_from_slice(moved.uuid().as_bytes());
    let refused = world.vault().open(&bound, &Sealed::from_bytes(bytes).unwrap()).await.unwrap_err();
    assert!(matches!(refused, VaultError::Keys(_)), "{refused}");
}

#[tokio::test]
async fn the_fleet_can_neither_change_nor_remove_a_wrapped_key() {
    let world = World::new().await;
    world.vault().seal(&binding(Purpose::TotpSecret), b"secret").await.unwrap();
    for change in [
        "UPDATE data_keys SET wrapped = '\\x00'",
        "UPDATE data_keys SET id = gen_random_uuid()",
        "DELETE FROM data_keys",
    ] {
        let refused = sqlx::query(change).execute(&world.database.database).await.unwrap_err();
        assert!(refused.to_string().contains("permission denied"), "{change}: {refused}");
    }
}

/// Few ids, so that two bindings often differ in one thing only, or in none.
fn bindings() -> impl Strategy<Value = Binding> {
    let ids = || (1_u128..4).prop_map(Uuid::from_u128);
    (option::of(ids()), ids(), select(Purpose::ALL.to_vec())).prop_map(|(workspace, owner, purpose)| Binding {
        workspace_id: workspace.map(WorkspaceId::from),
        owner,
        purpose,
    })
}

/// Property 5 of the agent design, with keys as they are kept.
#[test]
fn whatever_is_sealed_is_opened_by_its_binding_and_by_no_other() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let _inside = runtime.enter();
    let world = runtime.block_on(World::new());
    let (sealing, opening) = (world.vault(), world.vault());
    let mut runner = TestRunner::new(Config { cases: 64, failure_persistence: None, ..Config::default() });
    let outcome = runner.run(&(bindings(), bindings(), vec(any::<u8>(), 8..200)), |(bound, shown, secret)| {
        let sealed = runtime.block_on(sealing.seal(&bound, &secret)).unwrap();
        prop_assert!(!sealed.as_bytes().windows(secret.len()).any(|window| window == secret));
        match runtime.block_on(opening.open(&shown, &sealed)) {
            Ok(opened) => prop_assert!(bound == shown && opened.as_slice() == secret.as_slice()),
            Err(error) => prop_assert!(bound != shown && matches!(error, VaultError::Seal(SealError::Refused))),
        }
        Ok(())
    });
    outcome.unwrap();
}
