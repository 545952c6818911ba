//! What the worker makes of good, bad and missing answers.

mod world;

use std::time::Duration;

use chrono::TimeDelta;

use rostrum_lambda_kit::JobError;
use rostrum_llm::{Error, Stop, Usage};
use rostrum_test_kit::model::{ScriptedModel, reply};
use serde_json::Value;
use world::{GOOD, World};

/// Answers the first request with `first` and its repair with `second`.
fn twice(first: &'static str, second: &'static str) -> ScriptedModel {
    ScriptedModel::new(move |request| {
        Ok(reply(if request.turns[0].text.contains("<answer>") { second } else { first }))
    })
}

fn ended(status: &str, kind: Option<&str>, execution: &str) -> (String, Option<String>, String) {
    (status.to_owned(), kind.map(str::to_owned), execution.to_owned())
}

#[tokio::test]
async fn a_good_answer_becomes_a_post_that_waits_for_review() {
    let world = World::new(ScriptedModel::saying(GOOD)).await;
    world.handle(1).await.unwrap();
    assert_eq!(world.ended().await, ended("stored", None, "completed"));
    let steps = ["check/1 success", "fetch_context/1 success", "generate/1 success final", "store/1 success"];
    assert_eq!(world.logs().await, steps);
    let (status, content, original, metadata): (String, String, String, Value) =
        sqlx::query_as("SELECT status, content, original_content, generation_metadata FROM posts")
            .fetch_one(&world.database.admin)
            .await
            .unwrap();
    assert_eq!(status, "pending_review");
    assert_eq!(content, "We moved the bridge an inch.\n\n#bridges");
    assert_eq!(original, content);
    assert_eq!(metadata["model"], "claude-sonnet-5-5-20260928");
    assert_eq!(metadata["prompt_version"], "simple-2");
    assert_eq!(metadata["without_samples"], false);
    let (tokens_in, tokens_out, latency, raw): (i32, i32, i32, String) = sqlx::query_as(
        "SELECT input_tokens, output_tokens, latency_ms, raw_output FROM workflow_logs WHERE step_name = 'generate'",
    )
    .fetch_one(&world.database.admin)
    .await
    .unwrap();
    assert_eq!((tokens_in, tokens_out, latency, raw.as_str()), (800, 120, 900, GOOD));
    let without_a_model: Vec<(String, bool)> = sqlx::query_as(
        "SELECT step_name || ' ' || metadata, latency_ms IS NOT NULL FROM workflow_logs WHERE model IS NULL ORDER BY step_name",
    )
    .fetch_all(&world.database.admin)
    .await
    .unwrap();
    let post_id: String =
        sqlx::query_scalar("SELECT id::text FROM posts").fetch_one(&world.database.admin).await.unwrap();
    let stored = format!(r#"store {{"post_id": "{post_id}"}}"#);
    let expected = [r#"check {"findings": 0}"#, r#"fetch_context {"samples": 1}"#, &stored];
    assert_eq!(without_a_model, expected.map(|step| (step.to_owned(), true)));
}

#[tokio::test]
async fn the_model_is_told_who_writes_and_how() {
    let world = World::new(ScriptedModel::saying(GOOD)).await;
    world.handle(1).await.unwrap();
    let request = &world.model.requests()[0];
    assert_eq!(request.model, "claude-sonnet-5-5");
    assert!(request.system.contains("You are Person 0"), "{}", request.system);
    assert!(request.system.contains("How you write: Dry."), "{}", request.system);
    assert!(request.turns[0].text.contains("<post>\nSample of Person 0\n</post>"), "{}", request.turns[0].text);
    assert!(request.turns[0].text.contains("Tell what we learned."), "{}", request.turns[0].text);
    assert!(request.turns[0].text.contains("This is post 1 of 2"), "{}", request.turns[0].text);
}

#[tokio::test]
async fn an_employee_without_samples_is_written_for_and_marked() {
    let world = World::new(ScriptedModel::saying(GOOD)).await;
    sqlx::query("DELETE FROM writing_samples").execute(&world.database.admin).await.unwrap();
    world.handle(1).await.unwrap();
    let marked: bool = sqlx::query_scalar("SELECT (generation_metadata ->> 'without_samples')::bool FROM posts")
        .fetch_one(&world.database.admin)
        .await
        .unwrap();
    assert!(marked);
    assert!(!world.model.requests()[0].turns[0].text.contains("<post>"));
}

#[tokio::test]
async fn an_unusable_answer_is_repaired_once() {
    for bad in [
        "Here you are: {\"body\": \"x\"} Enjoy!",
        "{\"body\": \"We moved",
        "",
        "   ",
        "{\"body\": 7}",
        "{\"body\": \"  \", \"call_to_action\": \"\", \"hashtags\": [], \"mentions\": []}",
    ] {
        let world = World::new(twice(bad, GOOD)).await;
        world.handle(1).await.unwrap();
        assert_eq!(world.ended().await, ended("stored", None, "completed"), "{bad}");
        assert_eq!(world.calls().await, ["generate/1 success final", "repair/1 success final"], "{bad}");
        let repaired: bool = sqlx::query_scalar("SELECT (generation_metadata ->> 'repaired')::bool FROM posts")
            .fetch_one(&world.database.admin)
            .await
            .unwrap();
        assert!(repaired);
    }
}

#[tokio::test]
async fn a_repair_that_is_no_better_fails_the_slot_and_keeps_what_was_said() {
    let world = World::new(twice("Sure!", "Sure again!")).await;
    world.handle(1).await.unwrap();
    assert_eq!(world.ended().await, ended("failed", Some("invalid_output"), "failed"));
    let raw: Vec<String> = sqlx::query_scalar("SELECT raw_output FROM workflow_logs ORDER BY step_name")
        .fetch_all(&world.database.admin)
        .await
        .unwrap();
    assert_eq!(raw, ["Sure!", "Sure again!"]);
    assert_eq!(world.model.requests().len(), 2);
    assert!(world.contents().await.is_empty());
}

#[tokio::test]
async fn too_much_text_and_an_answer_cut_off_are_repaired_too() {
    let long = format!(
        r#"{{"body": "{}", "call_to_action": "", "hashtags": [], "mentions": []}}"#,
        "bridge ".repeat(600).trim()
    );
    let model = ScriptedModel::new(move |request| {
        let text = &request.turns[0].text;
        Ok(reply(if text.contains("The post is too long: 4199 characters where 3000 are allowed") {
            GOOD
        } else {
            &long
        }))
    });
    let world = World::new(model).await;
    world.handle(1).await.unwrap();
    assert_eq!(world.ended().await, ended("stored", None, "completed"));

    let model = ScriptedModel::new(|request| {
        let repair = request.turns[0].text.contains("cut off before its end");
        let mut reply = reply(GOOD);
        reply.stop = if repair { Stop::End } else { Stop::MaxTokens };
        Ok(reply)
    });
    let world = World::new(model).await;
    world.handle(1).await.unwrap();
    assert_eq!(world.ended().await, ended("stored", None, "completed"));
    assert_eq!(world.model.requests().len(), 2);
}

#[tokio::test]
async fn a_refusal_is_recorded_as_one_and_not_repaired() {
    let model = ScriptedModel::new(|_| {
        Err(Error::Refused {
            explanation: "I will not write that.".to_owned(),
            usage: Usage { input_tokens: 700, cached_input_tokens: 0, output_tokens: 9 },
            request_id: None,
        })
    });
    let world = World::new(model).await;
    world.handle(1).await.unwrap();
    assert_eq!(world.ended().await, ended("failed", Some("refused"), "failed"));
    assert_eq!(world.model.requests().len(), 1);
    let (message, raw): (String, String) = sqlx::query_as("SELECT error_message, raw_output FROM workflow_logs")
        .fetch_one(&world.database.admin)
        .await
        .unwrap();
    assert_eq!(
        (message.as_str(), raw.as_str()),
        ("the model declined: I will not write that.", "I will not write that.")
    );
}

#[tokio::test]
async fn a_provider_that_asks_to_wait_long_gives_the_slot_back_for_later() {
    let model = ScriptedModel::new(|_| Err(Error::RateLimited { retry_after: Some(Duration::from_secs(40)) }));
    let world = World::new(model).await;
    let Err(JobError::Retry { after, .. }) = world.handle(1).await else { panic!("expected a retry") };
    assert_eq!(after, Some(Duration::from_secs(40)));
    assert_eq!(world.ended().await, ended("planned", None, "running"));
    assert_eq!(world.logs().await, ["generate/1 error"]);

    // The third and last time the slot says what happened, and the message goes to the dead letters.
    let Err(JobError::Fail { reason }) = world.handle(3).await else { panic!("expected a failure") };
    assert_eq!(reason, "rate limited by the provider, which asks to wait 40000 ms");
    assert_eq!(world.ended().await, ended("failed", Some("provider"), "failed"));
    assert_eq!(world.logs().await, ["generate/1 error", "generate/2 error"]);
}

#[tokio::test]
async fn a_call_that_is_cut_off_by_the_end_of_the_invocation_is_in_the_log_and_the_slot_is_given_back() {
    let mut world = World::new(ScriptedModel::saying(GOOD)).await;
    let ambient = world.ambient.clone();
    world.model = ScriptedModel::new(move |request| {
        if request.turns[0].text.contains("<answer>") {
            assert_eq!(request.timeout, Duration::from_secs(15), "it may take no longer than there is time");
            ambient.advance(TimeDelta::seconds(14));
            return Err(Error::Timeout { after: request.timeout });
        }
        ambient.advance(TimeDelta::seconds(220));
        Ok(reply("Sure!"))
    });
    let Err(JobError::Retry { after: None, .. }) = world.handle(1).await else { panic!("expected a retry") };
    assert_eq!(world.ended().await, ended("planned", None, "running"));
    assert_eq!(world.logs().await, ["generate/1 success final", "repair/1 timeout"]);
    assert_eq!(world.model.requests().len(), 2);
}

#[tokio::test]
async fn a_wrong_key_or_an_unknown_model_fails_the_slot_at_once() {
    for error in [Error::Unauthorized, Error::UnknownModel { model: "claude-9".to_owned() }, Error::TooLarge] {
        let model = ScriptedModel::new(move |_| Err(error.clone()));
        let world = World::new(model).await;
        world.handle(1).await.unwrap();
        assert_eq!(world.ended().await, ended("failed", Some("configuration"), "failed"));
        assert_eq!(world.model.requests().len(), 1);
    }
}

#[tokio::test]
async fn a_message_that_is_none_goes_to_the_dead_letters_with_its_reason() {
    let world = World::new(ScriptedModel::saying(GOOD)).await;
    for (body, expected) in
        [("nonsense", "the message is not JSON"), (r#"{"version": 2}"#, "generate_slot has version 2")]
    {
        let mut delivery = world.delivery(1);
        delivery.body = body.to_owned();
        let worker = world.worker(rostrum_lambda_kit::Effects::live());
        let Err(JobError::Fail { reason }) = worker.handle(&delivery, world.ambient.now()).await else {
            panic!("expected a failure")
        };
        assert!(reason.starts_with(expected), "{reason}");
    }
}

#[tokio::test]
async fn an_archived_campaign_and_a_broken_prompt_fail_the_slot_with_the_cause() {
    let world = World::new(ScriptedModel::saying(GOOD)).await;
    sqlx::query("UPDATE campaigns SET status = 'archived'").execute(&world.database.admin).await.unwrap();
    world.handle(1).await.unwrap();
    assert_eq!(world.ended().await, ended("failed", Some("configuration"), "failed"));

    let world = World::new(ScriptedModel::saying(GOOD)).await;
    sqlx::query("UPDATE prompt_versions SET prompt_template = '{{ nothing.there }}'")
        .execute(&world.database.admin)
        .await
        .unwrap();
    world.handle(1).await.unwrap();
    let message: String = sqlx::query_scalar("SELECT failure_message FROM execution_slots")
        .fetch_one(&world.database.admin)
        .await
        .unwrap();
    assert!(message.starts_with("the user template of the prompt cannot be filled in"), "{message}");
    assert!(world.model.requests().is_empty());
}
