//! SIGKILL of the worker in mid-run loses nothing and doubles nothing.

use std::time::Duration;

use anyhow::Result;
use flows::{Fleet, fleet::until, processes, queues};
use reqwest::Method;
use serde_json::json;

#[tokio::test]
async fn killing_the_workers_in_mid_run_loses_and_doubles_nothing() -> Result<()> {
    let fleet = Fleet::connect().await?;
    let sqs = queues::client(&fleet);
    let queue = queues::url(&sqs, "generation-queue").await?;
    // Five minutes is right for a fleet and long for a test.
    queues::set_visibility(&sqs, &queue, Duration::from_secs(5)).await?;
    fleet.control(Method::PUT, "canned", Some(json!({ "latency_ms": 1500 }))).await?;
    let campaign_id = fleet.campaign("Killed", 4, 3).await?;
    let execution_id = fleet.run(campaign_id).await?;
    until("the first posts", Duration::from_mins(1), || async {
        let execution = fleet.get(&format!("/executions/{execution_id}")).await?;
        Ok((execution["counts"]["running"].as_i64() > Some(0)).then_some(()))
    })
    .await?;
    let killed = processes::kill("worker", &fleet.description.aws_endpoint)?;
    assert!(killed > 0, "no worker was running");

    let execution = fleet.ended(execution_id, Duration::from_mins(4)).await?;
    assert_eq!(execution["status"], "completed", "{}", execution["slots"]);
    assert_eq!(execution["counts"], json!({ "planned": 0, "running": 0, "stored": 12, "failed": 0 }));
    let (posts, slots): (i64, i64) =
        sqlx::query_as("SELECT count(*), count(DISTINCT (employee_id, slot)) FROM posts WHERE execution_id = $1")
            .bind(execution_id)
            .fetch_one(&fleet.database)
            .await?;
    assert_eq!((posts, slots), (12, 12));
    let again =
        execution["slots"].as_array().unwrap().iter().filter(|slot| slot["attempts"].as_i64() > Some(1)).count();
    assert!(again > 0, "the kill hit nobody at work");

    queues::set_visibility(&sqs, &queue, Duration::from_mins(5)).await?;
    fleet.control(Method::DELETE, "canned", None).await?;
    Ok(())
}
