//! What goes wrong says so and loses nothing.

use std::time::Duration;

use anyhow::Result;
use flows::{Fleet, queues};
use reqwest::Method;
use serde_json::json;

const SOON: Duration = Duration::from_mins(1);

#[tokio::test]
async fn a_message_that_is_none_lands_in_the_dead_letters_with_its_reason() -> Result<()> {
    let fleet = Fleet::connect().await?;
    let sqs = queues::client(&fleet);
    for (queue, dead) in [("generation-queue", "generation-dlq"), ("orchestration-queue", "orchestration-dlq")] {
        let (queue, dead) = (queues::url(&sqs, queue).await?, queues::url(&sqs, dead).await?);
        for (body, reason) in [
            ("no JSON at all", "the message is not JSON"),
            (r#"{"version": 9, "from": "the future"}"#, "has version 9, this function reads version 1"),
        ] {
            sqs.send_message().queue_url(&queue).message_body(body).send().await?;
            let attributes = queues::expect(&sqs, &dead, body, SOON).await?;
            assert!(attributes["reason"].contains(reason), "{attributes:?}");
            assert!(!attributes["message_id"].is_empty());
        }
    }
    Ok(())
}

#[tokio::test]
async fn a_campaign_without_employees_ends_at_once_with_a_warning() -> Result<()> {
    let fleet = Fleet::connect().await?;
    let campaign_id = fleet.campaign("Nobody", 0, 1).await?;
    let execution_id = fleet.run(campaign_id).await?;
    let execution = fleet.ended(execution_id, SOON).await?;
    assert_eq!(execution["status"], "completed");
    assert_eq!(execution["warning"], "The campaign has no employees; assign some and run it again.");
    Ok(())
}

#[tokio::test]
async fn refusals_and_unusable_answers_end_as_failed_slots_that_say_why() -> Result<()> {
    let fleet = Fleet::connect().await?;
    fleet.control(Method::PUT, "canned", Some(json!({ "latency_ms": 20 }))).await?;
    for (kind, failure, calls) in [("refusal", "refused", 1), ("prose_around_json", "invalid_output", 2)] {
        let rules = json!({ "seed": 1, "rules": [{ "kind": kind, "contains": "footbridge" }] });
        fleet.control(Method::PUT, "faults", Some(rules)).await?;
        let campaign_id = fleet.campaign(kind, 1, 1).await?;
        let execution = fleet.ended(fleet.run(campaign_id).await?, SOON).await?;
        assert_eq!(execution["status"], "failed", "{kind}");
        assert_eq!(execution["slots"][0]["failure"]["kind"], failure, "{kind}");
        let logs = execution["logs"].as_array().unwrap();
        assert_eq!(logs.len(), calls, "{kind}: {logs:?}");
        assert!(logs.iter().all(|log| log["raw_output"].is_string()), "{kind}: {logs:?}");
    }
    // Cut short once: the repair makes it good.
    let rules = json!({ "seed": 1, "rules": [{ "kind": "cut_json", "contains": "footbridge", "times": 1 }] });
    fleet.control(Method::PUT, "faults", Some(rules)).await?;
    let campaign_id = fleet.campaign("cut", 1, 1).await?;
    let execution = fleet.ended(fleet.run(campaign_id).await?, SOON).await?;
    assert_eq!(execution["status"], "completed");
    let steps: Vec<_> = execution["logs"].as_array().unwrap().iter().map(|log| log["step_name"].clone()).collect();
    assert!(steps.contains(&json!("repair")), "{steps:?}");
    fleet.control(Method::DELETE, "faults", None).await?;
    fleet.control(Method::DELETE, "canned", None).await?;
    Ok(())
}
