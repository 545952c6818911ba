//! What is kept of councils: each thing once, and only for its own workspace.

use rostrum_core::{
    council::templates::{BuiltIn, CAPTIONS, JUDGE, REFINE, VOTE},
    ids::{ClaimId, WorkspaceId},
};
use rostrum_store::{
    Error,
    councils::{
        self, Decision, Opening,
        candidates::{self, Outcome},
    },
    executions::slots::{self, FailureKind, Holder, Key},
    prompts::{self, Purpose},
};
use rostrum_test_kit::council::{Script, World};
use serde_json::json;

async fn world() -> World {
    World::new(json!({}), Script::default().model()).await
}

fn opening(world: &World, key: Key, user_prompt: &str) -> Opening {
    Opening {
        key,
        campaign_id: world.start.campaign_id,
        config: json!({}),
        context: json!({}),
        prompt_version: "simple-1".to_owned(),
        system_prompt: "You write.".to_owned(),
        user_prompt: user_prompt.to_owned(),
        seed: -1,
    }
}

fn decision(winner: &str) -> Decision {
    Decision {
        winner: winner.to_owned(),
        standing: "full",
        verdict: json!({ "winner": winner }),
        judgings: json!([]),
        draft: json!({ "by": winner }),
    }
}

#[tokio::test]
async fn what_was_kept_first_stays() {
    let world = world().await;
    let (key, now) = (world.key(), world.ambient.now());
    let mut transaction = world.database.database.begin().await.unwrap();
    for prompt in ["first", "second"] {
        councils::open(&mut transaction, &opening(&world, key, prompt), now).await.unwrap();
    }
    let failed = Outcome::Failed { kind: FailureKind::Provider, message: "down".to_owned() };
    for outcome in [&failed, &Outcome::Answered(json!({}))] {
        candidates::record(&mut transaction, key, "gpt", "gpt-6.1-sol", outcome, now).await.unwrap();
    }
    for (seat, expected) in [("claude", true), ("grok", false)] {
        let decided = councils::decide(&mut transaction, key, &decision(seat), now).await.unwrap();
        assert_eq!(decided, expected);
        let refined =
            councils::keep_refinement(&mut transaction, key, &json!(seat), &json!({ "refined": seat }), now).await;
        assert_eq!(refined.unwrap(), expected);
        assert_eq!(councils::keep_image(&mut transaction, key, &json!(seat), now).await.unwrap(), expected);
        assert_eq!(councils::keep_findings(&mut transaction, key, &json!([seat]), now).await.unwrap(), expected);
    }
    transaction.commit().await.unwrap();
    let council = councils::load(&world.database.database, key).await.unwrap().unwrap();
    assert_eq!((council.user_prompt.as_str(), council.seed), ("first", -1));
    assert_eq!(council.winner.as_deref(), Some("claude"));
    assert_eq!(council.verdict, Some(json!({ "winner": "claude" })));
    assert_eq!(council.refinement, Some(json!("claude")));
    assert_eq!(council.draft, Some(json!({ "refined": "claude" })));
    assert_eq!(council.image, Some(json!("claude")));
    assert_eq!(council.findings, Some(json!(["claude"])));
    assert_eq!(world.candidates().await, ["gpt gpt-6.1-sol failed provider down"]);
}

#[tokio::test]
async fn nothing_can_be_made_of_a_council_before_it_is_decided() {
    let world = world().await;
    let (key, now) = (world.key(), world.ambient.now());
    let mut transaction = world.database.database.begin().await.unwrap();
    councils::open(&mut transaction, &opening(&world, key, ""), now).await.unwrap();
    transaction.commit().await.unwrap();
    let check = |kept: Result<bool, Error>| {
        let error = format!("{:?}", kept.unwrap_err());
        assert!(error.contains("councils_check"), "{error}");
    };
    let mut transaction = world.database.database.begin().await.unwrap();
    check(councils::keep_refinement(&mut transaction, key, &json!({}), &json!({}), now).await);
    let mut transaction = world.database.database.begin().await.unwrap();
    check(councils::keep_image(&mut transaction, key, &json!({}), now).await);
    let mut transaction = world.database.database.begin().await.unwrap();
    check(councils::keep_findings(&mut transaction, key, &json!([]), now).await);
}

#[tokio::test]
async fn a_candidate_needs_an_open_council_and_a_council_a_slot_of_its_campaign() {
    let world = world().await;
    let (key, now) = (world.key(), world.ambient.now());
    let mut transaction = world.database.database.begin().await.unwrap();
    let refused = candidates::record(&mut transaction, key, "gpt", "m", &Outcome::Answered(json!({})), now).await;
    assert!(matches!(refused, Err(Error::Missing(_))), "{refused:?}");
    let mut transaction = world.database.database.begin().await.unwrap();
    let unknown = opening(&world, Key { slot: 9, ..key }, "");
    let refused = councils::open(&mut transaction, &unknown, now).await;
    assert!(matches!(refused, Err(Error::Missing(_))), "{refused:?}");
}

#[tokio::test]
async fn only_one_answer_can_be_selected_and_no_failure() {
    let world = world().await;
    world.open(&world.start, 1).await;
    world.answered("claude", "We moved a bridge.").await;
    world.answered("gpt", "Bridges move.").await;
    world.failed("grok", "down").await;
    let select = async |seat: &str| {
        let mut transaction = world.database.database.begin().await.unwrap();
        candidates::select(&mut transaction, world.key(), seat, &format!("generate:{seat}")).await?;
        transaction.commit().await.map_err(Error::from)
    };
    assert!(matches!(select("grok").await, Err(Error::Database(_))));
    select("gpt").await.unwrap();
    assert!(matches!(select("claude").await, Err(Error::Duplicate(_))));
    assert_eq!(world.look("SELECT seat FROM council_candidates WHERE was_selected").await, ["gpt"]);
}

#[tokio::test]
async fn another_workspaces_council_is_not_there() {
    let world = world().await;
    world.open(&world.start, 1).await;
    world.answered("gpt", "Bridges move.").await;
    let now = world.ambient.now();
    let workspace_id = WorkspaceId::new(now, &mut world.ambient.random());
    let foreign = Key { workspace_id, ..world.key() };
    let database = &world.database.database;
    assert_eq!(councils::load(database, foreign).await.unwrap(), None);
    assert!(candidates::list(database, foreign).await.unwrap().is_empty());
    let mut transaction = database.begin().await.unwrap();
    assert!(!councils::decide(&mut transaction, foreign, &decision("gpt"), now).await.unwrap());
    candidates::select(&mut transaction, foreign, "gpt", "generate:gpt").await.unwrap();
    transaction.commit().await.unwrap();
    assert_eq!(world.council().await.winner, None);
    assert_eq!(world.candidates().await, ["gpt gpt-6.1-sol answered"]);

    world.chosen("claude", "We moved a bridge.").await;
    let mut transaction = database.begin().await.unwrap();
    for kept in [
        councils::keep_refinement(&mut transaction, foreign, &json!({}), &json!({}), now).await,
        councils::keep_image(&mut transaction, foreign, &json!({}), now).await,
        councils::keep_findings(&mut transaction, foreign, &json!([]), now).await,
    ] {
        assert!(!kept.unwrap());
    }
    transaction.commit().await.unwrap();
    let touched = "SELECT seed::text FROM councils WHERE num_nonnulls(refinement, image, findings) > 0";
    assert!(world.look(touched).await.is_empty());
}

#[tokio::test]
async fn the_built_in_prompts_of_the_database_are_those_of_the_core() {
    let world = world().await;
    let check = async |purpose: Purpose, expected: BuiltIn| {
        let (workspace_id, campaign_id) = (world.start.workspace_id, world.start.campaign_id);
        let stored = prompts::active(&world.database.database, workspace_id, campaign_id, purpose).await;
        let stored = stored.unwrap().unwrap();
        assert_eq!(stored.version, expected.version);
        assert_eq!(stored.system_template, expected.system, "{}", expected.version);
        assert_eq!(stored.prompt_template, expected.user, "{}", expected.version);
    };
    check(Purpose::Judge, JUDGE).await;
    check(Purpose::Vote, VOTE).await;
    check(Purpose::Refine, REFINE).await;
    check(Purpose::Captions, CAPTIONS).await;
}

#[tokio::test]
async fn a_council_ends_its_slot_even_if_the_worker_gave_it_back() {
    let world = world().await;
    let (key, now) = (world.key(), world.ambient.now());
    // The start of the council was not confirmed, so that its worker took it for not started.
    sqlx::query(
        "UPDATE execution_slots SET status = 'planned', claimed_by = NULL, claim_expires_at = NULL, council_started_at = NULL",
    )
    .execute(&world.database.admin)
    .await
    .unwrap();
    let failed = slots::Outcome::Failed { kind: FailureKind::NoQuorum, message: "Nobody wrote.".to_owned() };
    let mut transaction = world.database.database.begin().await.unwrap();
    let stranger = ClaimId::new(now, &mut world.ambient.random());
    assert!(!slots::finish(&mut transaction, key, Holder::Worker(stranger), &failed, now).await.unwrap());
    assert!(slots::finish(&mut transaction, key, Holder::Council, &failed, now).await.unwrap());
    assert!(!slots::finish(&mut transaction, key, Holder::Council, &failed, now).await.unwrap(), "it ends once");
}
