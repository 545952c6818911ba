//! What attempts to sign in cost, and what is given back of them.
#![expect(clippy::unwrap_used, reason = "a test stops at its first surprise")]

use chrono::TimeDelta;
use rostrum_core::{ids::UserId, sign_in::lockout::FREE};
use rostrum_lambda_kit::Ambient;
use rostrum_store::sign_in;
use rostrum_test_kit::{database::TestDatabase, sample};

struct World {
    database: TestDatabase,
    person: UserId,
}

impl World {
    /// Somebody who failed so often, and is locked out.
    async fn new(failures: u32) -> Self {
        let database = TestDatabase::new().await;
        let workspace = sample::workspace(&database.admin, &Ambient::fixed(sample::now(), 1), 1).await;
        let world = Self { database, person: workspace.employees[0] };
        let until = sample::now() + TimeDelta::minutes(1);
        let mut transaction = world.database.database.begin().await.unwrap();
        sign_in::count(&mut transaction, world.person, failures, Some(until)).await.unwrap();
        transaction.commit().await.unwrap();
        world
    }

    async fn give_back(&self) {
        let mut transaction = self.database.database.begin().await.unwrap();
        sign_in::give_back(&mut transaction, self.person, FREE).await.unwrap();
        transaction.commit().await.unwrap();
    }

    /// How often they failed, and whether they are locked out.
    async fn standing(&self) -> (u32, bool) {
        let mut transaction = self.database.database.begin().await.unwrap();
        let account = sign_in::lock_by_id(&mut transaction, self.person).await.unwrap().unwrap();
        (account.failures, account.locked_until.is_some())
    }
}

async fn check(failures: u32, expected: (u32, bool)) {
    let world = World::new(failures).await;
    world.give_back().await;
    assert_eq!(world.standing().await, expected, "{failures}");
}

#[tokio::test]
async fn an_attempt_that_is_given_back_unlocks_what_it_locked_and_no_more() {
    check(7, (6, true)).await;
    check(6, (5, true)).await;
    check(5, (4, false)).await;
    check(1, (0, false)).await;
    check(0, (0, false)).await;
}

#[tokio::test]
async fn of_two_that_are_given_back_at_once_none_is_lost() {
    let world = World::new(6).await;
    let mut first = world.database.database.begin().await.unwrap();
    sign_in::give_back(&mut first, world.person, FREE).await.unwrap();
    // The second one comes while the first one is not committed yet.
    let ((), committed) = tokio::join!(world.give_back(), first.commit());
    committed.unwrap();
    assert_eq!(world.standing().await, (4, false));
}
