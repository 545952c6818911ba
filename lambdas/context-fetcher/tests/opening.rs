//! A council is opened once, with what was so at that time.
#![expect(clippy::unwrap_used, reason = "a test stops at its first surprise")]

use context_fetcher::ContextFetcher;
use rostrum_contracts::council::{ContextFetched, CouncilStart, Seat};
use rostrum_core::model::Family;
use rostrum_lambda_kit::{Effects, TaskError};
use rostrum_test_kit::{
    council::{Script, World},
    delivery::{Delivered, Scenario, kill_at_each_effect, run_twice},
};
use serde_json::{Value, json};

async fn world(config: Value) -> World {
    World::new(config, Script::default().model()).await
}

async fn fetch(world: &World, start: &CouncilStart, effects: Effects) -> Result<ContextFetched, TaskError> {
    let (database, ambient) = (world.database.database.clone(), world.ambient.clone());
    ContextFetcher { database, ambient, effects }.handle(start).await
}

/// Everything that is kept of the council but the seed.
async fn kept(world: &World) -> Vec<String> {
    world.look("SELECT (to_jsonb(councils) - 'seed')::text FROM councils").await
}

fn seats(seats: &[(&str, Family)]) -> Vec<Seat> {
    seats.iter().map(|(name, provider)| Seat { name: (*name).to_owned(), provider: *provider }).collect()
}

#[tokio::test]
async fn the_machine_learns_who_sits_in_the_council_and_what_follows() {
    let default = seats(&[("claude", Family::Anthropic), ("gpt", Family::OpenAi), ("grok", Family::Xai)]);
    let check = async |config: Value, expected: ContextFetched| {
        let world = world(config).await;
        assert_eq!(fetch(&world, &world.start, Effects::live()).await, Ok(expected));
    };
    check(json!({}), ContextFetched { seats: default.clone(), refine: false, render: false }).await;
    check(
        json!({ "refine": {}, "image": { "template": "quote-card" } }),
        ContextFetched { seats: default, refine: true, render: true },
    )
    .await;
    let two = json!([{ "name": "b", "model": "gpt-6-luna" }, { "name": "a", "model": "gpt-6.1-sol" }]);
    check(
        json!({ "seats": two }),
        ContextFetched { seats: seats(&[("b", Family::OpenAi), ("a", Family::OpenAi)]), refine: false, render: false },
    )
    .await;
}

#[tokio::test]
async fn an_open_council_stays_as_it_is_whatever_becomes_of_its_campaign() {
    for change in [
        "UPDATE campaigns SET brief = 'Something else.', platform = 'x', workflow_config = '{\"refine\": {}}'",
        "UPDATE campaigns SET workflow_type = 'simple', workflow_config = '{}'",
        "UPDATE campaigns SET status = 'archived'",
        "UPDATE prompt_versions SET is_active = false",
    ] {
        let world = world(json!({})).await;
        let first = fetch(&world, &world.start, Effects::live()).await.unwrap();
        let council = world.council().await;
        let before = kept(&world).await;
        world.change(change).await;
        assert_eq!(fetch(&world, &world.start, Effects::live()).await, Ok(first), "{change}");
        assert_eq!(world.council().await.seed, council.seed, "{change}");
        assert_eq!(kept(&world).await, before, "{change}");
        assert!(council.assignment.prompt.user.contains("Tell what we learned."));
    }
}

#[tokio::test]
async fn two_councils_have_two_seeds() {
    let world = World::of(2, json!({}), Script::default().model()).await;
    for employee in 0..2 {
        fetch(&world, &world.start_of(employee), Effects::live()).await.unwrap();
    }
    let seeds = world.look("SELECT DISTINCT seed::text FROM councils").await;
    assert_eq!(seeds.len(), 2);
}

async fn check_error(change: &str, slot: i32, expected: &str) {
    let world = world(json!({})).await;
    world.change(change).await;
    let start = CouncilStart { slot, ..world.start };
    let error = fetch(&world, &start, Effects::live()).await.unwrap_err();
    assert_eq!(error.to_string(), expected, "{change}");
    assert!(kept(&world).await.is_empty());
}

#[tokio::test]
async fn a_slot_that_nobody_waits_for_gets_no_council() {
    let finished = "SlotFinished: the slot has ended already, or never was";
    let stored = "UPDATE execution_slots SET status = 'stored', claimed_by = NULL, claim_expires_at = NULL";
    check_error(stored, 1, finished).await;
    let failed = format!("{stored}, failure_kind = 'provider'").replace("'stored'", "'failed'");
    check_error(&failed, 1, finished).await;
    check_error("SELECT 1", 2, finished).await;
}

#[tokio::test]
async fn a_campaign_that_is_not_as_it_must_be_is_told_as_the_cause() {
    check_error(
        "UPDATE campaigns SET workflow_type = 'simple', workflow_config = '{}'",
        1,
        "configuration: The campaign's workflow was changed before this post was written.",
    )
    .await;
    check_error(
        "UPDATE campaigns SET status = 'archived'",
        1,
        "configuration: The campaign was archived before this post was written.",
    )
    .await;
    check_error(
        "DELETE FROM employee_profiles",
        1,
        "configuration: The employee has no profile in this workspace any more.",
    )
    .await;
    check_error(
        "UPDATE prompt_versions SET is_active = false",
        1,
        "configuration: No version of the prompt is active.",
    )
    .await;
    check_error(
        "UPDATE campaigns SET workflow_config = '{\"quorum\": 4}'",
        1,
        "configuration: The campaign's workflow_config cannot be read: workflow_config.quorum: must be 1 to 3, the number \
         of seats, is 4",
    )
    .await;
    check_error(
        "UPDATE prompt_versions SET prompt_template = '{{ nothing.there }}'",
        1,
        "configuration: the user template of the prompt cannot be filled in: undefined value: `nothing` is \
         undefined (in <string>:1)",
    )
    .await;
}

/// The start of a council.
struct Opened;

impl Scenario for Opened {
    type World = World;
    type State = Vec<String>;

    async fn world(&self) -> World {
        world(json!({})).await
    }

    async fn deliver(&self, world: &World, effects: Effects) -> Delivered {
        fetch(world, &world.start, effects).await.unwrap();
        Delivered::Done
    }

    async fn wait(&self, _: &World) {}

    async fn state(&self, world: &World) -> Vec<String> {
        kept(world).await
    }
}

#[tokio::test]
async fn a_council_is_opened_once_however_often_it_is_asked_for() {
    run_twice(&Opened).await;
    assert_eq!(kill_at_each_effect(&Opened).await, ["commit"]);
}
