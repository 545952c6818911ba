//! How a council ends: with a post that was checked, or with the cause of its failure.
#![expect(clippy::unwrap_used, reason = "a test stops at its first surprise")]

use std::collections::BTreeMap;

use chrono::TimeDelta;
use result_store::ResultStore;
use rostrum_contracts::council::{Checked, CouncilStart, Failure, FailureRecorded, ResultAnswer, ResultJob};
use rostrum_lambda_kit::{Effects, TaskError};
use rostrum_store::councils;
use rostrum_test_kit::{
    council::{Script, World},
    delivery::{Delivered, Scenario, kill_at_each_effect, run_twice},
};
use rostrum_workflow::picture::Picture;
use serde_json::{Value, json};

const POST: &str = "A bridge teaches patience. We moved ours an inch and learned to listen to the steel.";

/// A council of the first of these employees that chose the post.
async fn chosen(employees: usize) -> World {
    let world = World::of(employees, json!({}), Script::default().model()).await;
    world.open(&world.start, 1).await;
    world.chosen("gpt", POST).await;
    world
}

async fn hand(world: &World, job: &ResultJob, effects: Effects) -> Result<ResultAnswer, TaskError> {
    let (database, ambient) = (world.database.database.clone(), world.ambient.clone());
    ResultStore { database, ambient, effects }.handle(job).await
}

fn check(slot: CouncilStart) -> ResultJob {
    ResultJob::Check { slot }
}

fn store(slot: CouncilStart) -> ResultJob {
    ResultJob::Store { slot, picture: None, refine_error: None, render_error: None }
}

fn fail(slot: CouncilStart, error: &str, cause: &str) -> ResultJob {
    let failure = Failure { state: "Aggregate".to_owned(), error: error.to_owned(), cause: cause.to_owned() };
    ResultJob::RecordFailure { slot, failure }
}

async fn run(world: &World, job: ResultJob) -> ResultAnswer {
    hand(world, &job, Effects::live()).await.unwrap()
}

async fn error(world: &World, job: ResultJob) -> String {
    hand(world, &job, Effects::live()).await.unwrap_err().to_string()
}

const FINISHED: &str = "SlotFinished: the slot has ended already";

/// `step status: message` of what the log tells of the council's end.
async fn steps(world: &World) -> Vec<String> {
    world
        .look(
            "SELECT step_name || ' ' || status || CASE WHEN error_message IS NULL THEN '' ELSE ': ' || error_message END
             FROM workflow_logs WHERE model IS NULL AND (latency_ms IS NULL) = (status <> 'success')
             ORDER BY step_name",
        )
        .await
}

/// `code severity` of the findings of the only post.
async fn findings(world: &World) -> Vec<String> {
    world
        .look(
            "SELECT (finding ->> 'code') || ' ' || (finding ->> 'severity')
             FROM posts, jsonb_array_elements(findings) WITH ORDINALITY AS finding (finding, place)
             WHERE employee_id IN (SELECT employee_id FROM councils) ORDER BY place",
        )
        .await
}

#[tokio::test]
async fn a_checked_post_is_stored_for_review_and_its_slot_and_run_end() {
    let world = chosen(1).await;
    assert_eq!(run(&world, check(world.start)).await, ResultAnswer::Checked(Checked { findings: 0 }));
    let ResultAnswer::Stored(stored) = run(&world, store(world.start)).await else { unreachable!("it was asked to") };
    assert_eq!(world.ended().await, ["stored", "completed"]);
    let ended = "SELECT post_id::text FROM execution_slots WHERE claimed_by IS NULL AND claim_expires_at IS NULL";
    assert_eq!(world.look(ended).await, [stored.post_id.to_string()]);
    assert_eq!(
        world.look("SELECT status || ' ' || (content = original_content) FROM posts").await,
        ["pending_review true"]
    );
    assert_eq!(world.posts().await, [POST]);
    let metadata: Value =
        serde_json::from_str(&world.look("SELECT generation_metadata::text FROM posts").await[0]).unwrap();
    assert_eq!(
        metadata,
        json!({
            "workflow_type": "council",
            "model": "gpt-6.1-sol",
            "prompt_version": "simple-2",
            "samples": 1,
            "without_samples": false,
            "repaired": false,
            "adjustments": [],
            "council": {
                "winner": "gpt",
                "standing": { "kind": "full", "answered": 1, "quorum": 1 },
                "decided_by": "only_candidate",
                "refined": false,
                "refine_error": null,
            },
        })
    );
    let audited = "SELECT action || ' ' || subject_id || ' ' || actor_kind FROM audit_log";
    assert_eq!(world.look(audited).await, [format!("post.generated {} system", stored.post_id)]);
    assert_eq!(steps(&world).await, ["check success", "store success"]);
    let told = world.look("SELECT metadata ->> 'post_id' FROM workflow_logs WHERE step_name = 'store'").await;
    assert_eq!(told, [stored.post_id.to_string()]);
    assert_eq!(world.look("SELECT length(signature)::text FROM posts").await.len(), 1);
}

#[tokio::test]
async fn findings_are_kept_with_the_post_and_do_not_stop_it() {
    let world = chosen(2).await;
    world.change("UPDATE workspaces SET prohibited_words = '{patience}'").await;
    let twin = world.earlier(1, 1, "pending_review", [POST, POST]).await;
    assert_eq!(run(&world, check(world.start)).await, ResultAnswer::Checked(Checked { findings: 2 }));
    run(&world, store(world.start)).await;
    assert_eq!(findings(&world).await, ["prohibited_word blocking", "near_identical blocking"]);
    let detail = world.look("SELECT findings -> 1 -> 'detail' ->> 'post_id' FROM posts WHERE findings <> '[]'").await;
    assert_eq!(detail, [twin.to_string()]);
    assert_eq!(world.look("SELECT status FROM executions").await, ["running"], "another slot is still open");
}

#[tokio::test]
async fn what_was_checked_first_stays() {
    let world = chosen(1).await;
    run(&world, check(world.start)).await;
    world.change("UPDATE workspaces SET prohibited_words = '{patience}'").await;
    assert_eq!(run(&world, check(world.start)).await, ResultAnswer::Checked(Checked { findings: 0 }));
    run(&world, store(world.start)).await;
    assert!(findings(&world).await.is_empty());
}

#[tokio::test]
async fn twins_that_were_checked_at_the_same_moment_are_found_when_the_second_is_stored() {
    let world = chosen(2).await;
    run(&world, check(world.start)).await;
    let twin = world.earlier(1, 1, "pending_review", [POST, POST]).await;
    run(&world, store(world.start)).await;
    assert_eq!(findings(&world).await, ["near_identical blocking"]);
    let detail = world.look("SELECT findings -> 0 -> 'detail' ->> 'post_id' FROM posts WHERE findings <> '[]'").await;
    assert_eq!(detail, [twin.to_string()]);
}

fn picture(cut: &[&str]) -> Value {
    let picture = Picture {
        sha256: "ab".repeat(32),
        content_type: "image/jpeg".to_owned(),
        width: 1080,
        height: 1350,
        bytes: 200_000,
        alt_text: "A quotation: patience.".to_owned(),
        template: "quote-card".to_owned(),
        captions: BTreeMap::from([("quote".to_owned(), "Patience.".to_owned())]),
        captions_by: None,
        cut: cut.iter().map(|field| (*field).to_owned()).collect(),
    };
    serde_json::to_value(picture).unwrap()
}

async fn illustrate(world: &World, picture: &Value) {
    let mut transaction = world.database.database.begin().await.unwrap();
    assert!(councils::keep_image(&mut transaction, world.key(), picture, world.ambient.now()).await.unwrap());
    transaction.commit().await.unwrap();
}

#[tokio::test]
async fn a_picture_belongs_to_the_post() {
    let world = chosen(1).await;
    illustrate(&world, &picture(&["quote"])).await;
    run(&world, check(world.start)).await;
    let ResultAnswer::Stored(stored) = run(&world, store(world.start)).await else { unreachable!("it was asked to") };
    let media = world
        .look(
            "SELECT concat_ws(' ', post_id, position, sha256, content_type, width, height, bytes, template, captions,
                              alt_text, workspace_id)
             FROM post_media",
        )
        .await;
    let expected = format!(
        "{} 1 {} image/jpeg 1080 1350 200000 quote-card {{\"quote\": \"Patience.\"}} A quotation: patience. {}",
        stored.post_id,
        "ab".repeat(32),
        world.workspace.id
    );
    assert_eq!(media, [expected]);
    assert_eq!(findings(&world).await, ["caption_cut note"]);
}

#[tokio::test]
async fn steps_that_failed_on_the_way_are_told_with_the_post() {
    let world = chosen(1).await;
    run(&world, check(world.start)).await;
    let job = ResultJob::Store {
        slot: world.start,
        picture: None,
        refine_error: Some("States.Timeout: \0".to_owned()),
        render_error: Some("Runtime.ExitError: \0 out of memory".to_owned()),
    };
    run(&world, job).await;
    assert_eq!(findings(&world).await, ["no_picture warning"]);
    let told = world.look("SELECT findings -> 0 ->> 'message' FROM posts").await;
    assert_eq!(told, ["The picture could not be drawn: Runtime.ExitError: \u{fffd} out of memory"]);
    let told = world.look("SELECT generation_metadata -> 'council' ->> 'refine_error' FROM posts").await;
    assert_eq!(told, ["States.Timeout: \u{fffd}"]);
    let expected = [
        "check success",
        "refinement timeout: States.Timeout: \u{fffd}",
        "render error: Runtime.ExitError: \u{fffd} out of memory",
        "store success",
    ];
    assert_eq!(steps(&world).await, expected);
}

#[tokio::test]
async fn a_renderer_that_died_after_it_had_kept_its_picture_leaves_no_finding() {
    let world = chosen(1).await;
    illustrate(&world, &picture(&[])).await;
    run(&world, check(world.start)).await;
    let render_error = Some("Runtime.ExitError: ".to_owned());
    run(&world, ResultJob::Store { slot: world.start, picture: None, refine_error: None, render_error }).await;
    assert!(findings(&world).await.is_empty());
    assert_eq!(world.look("SELECT template FROM post_media").await, ["quote-card"]);
    assert_eq!(steps(&world).await, ["check success", "store success"]);
}

#[tokio::test]
async fn a_refiner_that_died_after_it_had_kept_its_refinement_leaves_no_error() {
    let world = chosen(1).await;
    let draft: Value = serde_json::from_str(&world.look("SELECT draft::text FROM councils").await[0]).unwrap();
    let refinement = json!({
        "kept": "refinement", "model": "claude-sonnet-5-5", "critique": null, "text": POST, "problem": null,
        "verdict": null, "judgings": [],
    });
    let (key, now) = (world.key(), world.ambient.now());
    let mut transaction = world.database.database.begin().await.unwrap();
    assert!(councils::keep_refinement(&mut transaction, key, &refinement, &draft, now).await.unwrap());
    transaction.commit().await.unwrap();
    run(&world, check(world.start)).await;
    let refine_error = Some("Runtime.ExitError: ".to_owned());
    run(&world, ResultJob::Store { slot: world.start, picture: None, refine_error, render_error: None }).await;
    let told = "SELECT concat_ws(' ', generation_metadata #>> '{council,refined}', generation_metadata #>> '{council,refine_error}')
                FROM posts";
    assert_eq!(world.look(told).await, ["true"]);
}

#[tokio::test]
async fn a_failure_ends_the_slot_with_its_cause() {
    let check = async |error: &str, cause: &str, expected: &str, step: &str| {
        let world = chosen(1).await;
        let answer = run(&world, fail(world.start, error, cause)).await;
        assert_eq!(answer, ResultAnswer::FailureRecorded(FailureRecorded {}));
        assert_eq!(world.ended().await, [expected, "failed"]);
        assert!(world.posts().await.is_empty());
        // Nobody can end it again, one way or the other.
        assert_eq!(self::error(&world, fail(world.start, error, cause)).await, FINISHED);
        assert_eq!(self::error(&world, store(world.start)).await, FINISHED);
        assert_eq!(world.ended().await, [expected, "failed"]);
        assert_eq!(steps(&world).await, [step]);
        assert!(world.posts().await.is_empty());
    };
    let told = r#"{"errorType": "no_quorum", "errorMessage": "Nobody wrote."}"#;
    check("no_quorum", told, "failed no_quorum Nobody wrote.", "aggregate error: Nobody wrote.").await;
    let told = r#"{"errorType": "configuration", "errorMessage": "No model \u0000."}"#;
    let step = "aggregate error: No model \u{fffd}.";
    check("configuration", told, "failed configuration No model \u{fffd}.", step).await;
    let message = "The council's step Aggregate failed with States.Timeout: too late";
    let (slot, step) = (format!("failed internal {message}"), format!("aggregate timeout: {message}"));
    check("States.Timeout", "too late", &slot, &step).await;
}

#[tokio::test]
async fn a_council_that_never_opened_can_fail_too() {
    let world = World::new(json!({}), Script::default().model()).await;
    run(&world, fail(world.start, "configuration", "The campaign was archived.")).await;
    assert_eq!(world.ended().await, ["failed configuration The campaign was archived.", "failed"]);
}

#[tokio::test]
async fn a_run_with_a_post_and_a_failure_says_so_at_its_last_slot() {
    for failure_first in [true, false] {
        let world = chosen(2).await;
        let mut jobs = [fail(world.start_of(1), "no_quorum", "Nobody wrote."), store(world.start)];
        if !failure_first {
            jobs.reverse();
        }
        let [first, last] = jobs;
        run(&world, first).await;
        assert_eq!(world.look("SELECT status FROM executions WHERE finished_at IS NULL").await, ["running"]);
        run(&world, last).await;
        let status = world.look("SELECT status FROM executions WHERE finished_at IS NOT NULL").await;
        assert_eq!(status, ["completed_with_failures"]);
    }
}

#[tokio::test]
async fn nothing_is_stored_before_something_is_chosen() {
    let world = World::new(json!({}), Script::default().model()).await;
    assert_eq!(error(&world, check(world.start)).await, "internal: This slot has no council.");
    world.open(&world.start, 1).await;
    assert_eq!(error(&world, check(world.start)).await, "internal: Nothing is chosen yet.");
    assert_eq!(error(&world, store(world.start)).await, "internal: Nothing is chosen yet.");
    assert_eq!(world.ended().await, ["running", "running"]);
}

/// A job that is handed over again and again, after the others before it.
#[derive(Clone, Copy)]
enum Job {
    Check,
    Store,
    Fail,
}

impl Scenario for Job {
    type World = World;
    type State = Vec<Vec<String>>;

    async fn world(&self) -> World {
        let world = chosen(1).await;
        world.change("UPDATE workspaces SET prohibited_words = '{patience}'").await;
        illustrate(&world, &picture(&[])).await;
        if matches!(self, Self::Store) {
            run(&world, check(world.start)).await;
        }
        world
    }

    async fn deliver(&self, world: &World, effects: Effects) -> Delivered {
        let job = match self {
            Self::Check => check(world.start),
            Self::Store => store(world.start),
            Self::Fail => fail(world.start, "no_quorum", "Nobody wrote."),
        };
        if let Err(error) = hand(world, &job, effects).await {
            assert_eq!(error.to_string(), FINISHED, "the machine takes no other error for an end");
        }
        Delivered::Done
    }

    async fn wait(&self, world: &World) {
        world.ambient.advance(TimeDelta::seconds(10));
    }

    async fn state(&self, world: &World) -> Self::State {
        vec![
            world.ended().await,
            world.posts().await,
            findings(world).await,
            steps(world).await,
            world.look("SELECT findings::text FROM councils WHERE findings IS NOT NULL").await,
            world.look("SELECT sha256 FROM post_media").await,
            world.look("SELECT action FROM audit_log").await,
        ]
    }
}

#[tokio::test]
async fn a_job_is_done_once_however_often_it_is_handed_over() {
    for job in [Job::Check, Job::Store, Job::Fail] {
        run_twice(&job).await;
        assert_eq!(kill_at_each_effect(&job).await, ["commit"]);
    }
    let world = Job::Store.world().await;
    Job::Store.deliver(&world, Effects::live()).await;
    assert_eq!(world.posts().await.len(), 1);
}
