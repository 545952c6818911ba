//! A council on the fleet: with all of its seats, and with ever fewer.

use std::time::Duration;

use anyhow::{Context, Result};
use flows::{Fleet, Id, queues};
use reqwest::Method;
use serde_json::{Value, json};

const SOON: Duration = Duration::from_mins(2);

const JUDGES: [&str; 2] = ["claude-haiku-5-5", "gpt-6-luna"];
const SEATS: [(&str, &str); 3] = [("claude", "claude-sonnet-5-5"), ("gpt", "gpt-6.1-sol"), ("grok", "grok-4.7")];

/// How a council of one employee's one post ended.
#[derive(Debug)]
struct Ended {
    execution: Value,
    /// Standing, winner and who decided.
    decision: Option<(String, String, String)>,
    posts: i64,
}

impl Ended {
    fn slot(&self) -> (&str, &str) {
        let slot = &self.execution["slots"][0];
        (slot["status"].as_str().unwrap_or_default(), slot["failure"]["kind"].as_str().unwrap_or_default())
    }

    fn decision(&self) -> Option<(&str, &str)> {
        self.decision.as_ref().map(|(standing, _, decided_by)| (standing.as_str(), decided_by.as_str()))
    }
}

async fn council(fleet: &Fleet, name: &str, image: Option<&str>) -> Result<Id> {
    let seats: Vec<Value> = SEATS.iter().map(|(name, model)| json!({ "name": name, "model": model })).collect();
    let config = json!({
        "seats": seats,
        "aggregation": { "mode": "judge", "model": JUDGES[0], "successor": JUDGES[1] },
        "refine": { "model": "claude-sonnet-5-5" },
        "image": image.map(|template| json!({ "template": template })),
    });
    fleet.council(name, "linkedin", config).await
}

/// Runs the campaign while these models are dead.
async fn run_without(fleet: &Fleet, campaign_id: Id, dead: &[&str]) -> Result<Ended> {
    let rules: Vec<Value> = dead.iter().map(|model| json!({ "kind": "unauthorized", "model": model })).collect();
    fleet.control(Method::PUT, "faults", Some(json!({ "seed": 1, "rules": rules }))).await?;
    let execution_id = fleet.run(campaign_id).await?;
    let execution = fleet.ended(execution_id, SOON).await?;
    let decision = sqlx::query_as(
        "SELECT standing, winner, verdict ->> 'decided_by' FROM councils WHERE execution_id = $1 AND winner IS NOT NULL",
    )
    .bind(execution_id)
    .fetch_optional(&fleet.database)
    .await?;
    let posts = sqlx::query_scalar("SELECT count(*) FROM posts WHERE execution_id = $1")
        .bind(execution_id)
        .fetch_one(&fleet.database)
        .await?;
    Ok(Ended { execution, decision, posts })
}

/// One after the other: how the simulated providers behave is one setting for all.
#[tokio::test]
async fn a_council_ends_as_it_must_and_stores_its_post_once() -> Result<()> {
    let fleet = Fleet::connect().await?;
    however_many_of_it_are_alive(&fleet).await?;
    however_often_its_message_comes(&fleet).await
}

async fn however_many_of_it_are_alive(fleet: &Fleet) -> Result<()> {
    fleet.control(Method::PUT, "canned", Some(json!({ "latency_ms": 50 }))).await?;
    let campaign_id = council(fleet, "Council", None).await?;

    let whole = run_without(fleet, campaign_id, &[]).await?;
    assert_eq!((whole.slot(), whole.decision()), (("stored", ""), Some(("full", "judge"))), "{whole:?}");
    assert_eq!(whole.posts, 1);

    let without_one = run_without(fleet, campaign_id, &[SEATS[2].1]).await?;
    assert_eq!(without_one.slot(), ("stored", ""), "{without_one:?}");
    assert_eq!(without_one.decision(), Some(("full", "judge")), "{without_one:?}");

    let without_two = run_without(fleet, campaign_id, &[SEATS[1].1, SEATS[2].1]).await?;
    assert_eq!(without_two.slot(), ("stored", ""), "{without_two:?}");
    assert_eq!(without_two.decision(), Some(("below_quorum", "only_candidate")), "{without_two:?}");
    assert_eq!(without_two.decision.as_ref().map(|(_, winner, _)| winner.as_str()), Some(SEATS[0].0));

    let without_judge = run_without(fleet, campaign_id, &JUDGES[..1]).await?;
    assert_eq!(without_judge.decision(), Some(("full", "judge")), "{without_judge:?}");

    let without_judges = run_without(fleet, campaign_id, &JUDGES).await?;
    assert_eq!(without_judges.slot(), ("stored", ""), "{without_judges:?}");
    assert_eq!(without_judges.decision(), Some(("full", "rules")), "{without_judges:?}");

    let without_all = run_without(fleet, campaign_id, &SEATS.map(|(_, model)| model)).await?;
    assert_eq!(without_all.slot(), ("failed", "no_quorum"), "{without_all:?}");
    assert_eq!((without_all.posts, without_all.execution["status"].as_str()), (0, Some("failed")));
    let told = without_all.execution["slots"][0]["failure"]["message"].as_str().context("no message")?;
    assert!(SEATS.iter().all(|(seat, _)| told.contains(seat)), "{told}");

    fleet.control(Method::DELETE, "faults", None).await?;
    fleet.control(Method::DELETE, "canned", None).await?;
    Ok(())
}

async fn however_often_its_message_comes(fleet: &Fleet) -> Result<()> {
    fleet.control(Method::PUT, "canned", Some(json!({ "latency_ms": 300 }))).await?;
    let campaign_id = council(fleet, "Twice", Some("quote-card")).await?;
    let execution_id = fleet.run(campaign_id).await?;
    let (workspace_id, employee_id): (Id, Id) = flows::fleet::until("the slot", SOON, || async {
        let slot = sqlx::query_as("SELECT workspace_id, employee_id FROM execution_slots WHERE execution_id = $1");
        Ok(slot.bind(execution_id).fetch_optional(&fleet.database).await?)
    })
    .await?;
    let message = json!({
        "version": 1, "workspace_id": workspace_id, "campaign_id": campaign_id, "execution_id": execution_id,
        "employee_id": employee_id, "slot": 1,
    });
    let sqs = queues::client(fleet);
    let queue = queues::url(&sqs, "generation-queue").await?;
    for _ in 0..2 {
        sqs.send_message().queue_url(&queue).message_body(message.to_string()).send().await?;
    }
    let execution = fleet.ended(execution_id, SOON).await?;
    assert_eq!(execution["counts"]["stored"], 1, "{execution}");
    let (posts, councils): (i64, i64) = sqlx::query_as(
        "SELECT (SELECT count(*) FROM posts WHERE execution_id = $1), (SELECT count(*) FROM councils WHERE execution_id = $1)",
    )
    .bind(execution_id)
    .fetch_one(&fleet.database)
    .await?;
    assert_eq!((posts, councils), (1, 1));
    let asked: i64 = sqlx::query_scalar(
        "SELECT count(*) FROM workflow_logs WHERE execution_id = $1 AND step_name LIKE 'generate:%'",
    )
    .bind(execution_id)
    .fetch_one(&fleet.database)
    .await?;
    assert_eq!(asked, 3, "every seat was asked once");

    // The picture is where the post says that it is.
    let post_id: Id = sqlx::query_scalar("SELECT id FROM posts WHERE execution_id = $1")
        .bind(execution_id)
        .fetch_one(&fleet.database)
        .await?;
    let post = fleet.get(&format!("/posts/{post_id}")).await?;
    let medium = &post["media"][0];
    assert!(medium["alt_text"].as_str().is_some_and(|text| !text.is_empty()), "{post}");
    let picture = reqwest::get(medium["url"].as_str().context("the picture has no url")?).await?;
    assert_eq!(picture.status(), 200);
    assert_eq!(picture.headers()["content-type"], medium["content_type"].as_str().unwrap_or_default());
    assert_eq!(picture.bytes().await?.len() as u64, medium["bytes"].as_u64().unwrap_or_default());
    fleet.control(Method::DELETE, "canned", None).await?;
    Ok(())
}
