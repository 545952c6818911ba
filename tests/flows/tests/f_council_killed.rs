//! SIGKILL of the council's functions in mid-run: the machine invokes again whoever died, and the councils end as if nothing
//! had happened.

use std::{collections::BTreeMap, time::Duration};

use anyhow::{Result, ensure};
use flows::{Fleet, Id, fleet::until, machines, processes, queues};
use reqwest::Method;
use serde_json::{Value, json};
use sqlx::{FromRow, Postgres, Transaction};

const SOON: Duration = Duration::from_mins(1);
const EMPLOYEES: usize = 2;
const POSTS_PER_EMPLOYEE: usize = 2;
const SLOTS: usize = EMPLOYEES * POSTS_PER_EMPLOYEE;

const SEATS: [(&str, &str); 3] = [("claude", "claude-sonnet-5-5"), ("gpt", "gpt-6.1-sol"), ("grok", "grok-4.7")];

/// A function, and the models whose answers it alone waits for when it is to be killed.
#[derive(Debug)]
struct Victim {
    function: &'static str,
    models: &'static [&'static str],
}

const WRITERS: [Victim; 3] = [
    Victim { function: "llm-claude", models: &["claude-sonnet-5-5"] },
    Victim { function: "llm-openai", models: &["gpt-6.1-sol"] },
    Victim { function: "llm-grok", models: &["grok-4.7"] },
];
const AGGREGATOR: Victim = Victim { function: "aggregator", models: &["claude-haiku-5-5", "gpt-6-luna"] };
const REFINER: Victim = Victim { function: "refiner", models: &["claude-opus-5-5"] };
/// It asks the model that wrote the chosen candidate.
const RENDERER: Victim =
    Victim { function: "meme-renderer", models: &["claude-sonnet-5-5", "gpt-6.1-sol", "grok-4.7"] };

/// How a slot ended and what is kept of it.
#[derive(Debug, PartialEq, FromRow)]
struct Ended {
    employee_id: Id,
    slot: i32,
    status: String,
    posts: i64,
    pictures: i64,
    /// How many seats have a candidate.
    answered: i64,
    standing: Option<String>,
    is_refined: bool,
    refine_error: Option<String>,
    /// Whether a finding says that there is no picture.
    no_picture: bool,
}

async fn slots(fleet: &Fleet, execution_id: Id) -> Result<Vec<Ended>> {
    let slots = sqlx::query_as(
        "SELECT slot.employee_id, slot.slot, slot.status,
                (SELECT count(*) FROM posts AS any_post
                 WHERE any_post.execution_id = slot.execution_id AND any_post.employee_id = slot.employee_id
                   AND any_post.slot = slot.slot) AS posts,
                (SELECT count(*) FROM post_media AS medium WHERE medium.post_id = slot.post_id) AS pictures,
                (SELECT count(*) FROM council_candidates AS candidate
                 WHERE candidate.execution_id = slot.execution_id AND candidate.employee_id = slot.employee_id
                   AND candidate.slot = slot.slot AND candidate.status = 'answered') AS answered,
                council.standing, coalesce(council.refinement IS NOT NULL, false) AS is_refined,
                post.generation_metadata #>> '{council,refine_error}' AS refine_error,
                coalesce(post.findings @> '[{\"code\": \"no_picture\"}]', false) AS no_picture
         FROM execution_slots AS slot
         LEFT JOIN posts AS post ON post.id = slot.post_id
         LEFT JOIN councils AS council
           ON council.execution_id = slot.execution_id AND council.employee_id = slot.employee_id
           AND council.slot = slot.slot
         WHERE slot.execution_id = $1
         ORDER BY slot.employee_id, slot.slot",
    );
    Ok(slots.bind(execution_id).fetch_all(&fleet.database).await?)
}

/// Every slot has ended as if nobody had died: with one post, of a full council, and nothing done twice. Answers the slots.
async fn undisturbed(fleet: &Fleet, execution_id: Id, with_all_steps: bool) -> Result<Vec<Ended>> {
    let execution = fleet.ended(execution_id, SOON).await?;
    let slots = slots(fleet, execution_id).await?;
    assert_eq!(execution["status"], "completed", "{slots:?}");
    let counts = json!({ "planned": 0, "running": 0, "stored": SLOTS, "failed": 0 });
    assert_eq!(execution["counts"], counts, "{slots:?}");
    for slot in &slots {
        assert_eq!((slot.status.as_str(), slot.posts, slot.answered), ("stored", 1, 3), "{slot:?}");
        assert_eq!(slot.standing.as_deref(), Some("full"), "{slot:?}");
        assert_eq!((slot.is_refined, slot.pictures), (with_all_steps, i64::from(with_all_steps)), "{slot:?}");
        assert!(slot.refine_error.is_none() && !slot.no_picture, "{slot:?}");
    }
    let (posts, strays, repeated): (i64, i64, i64) = sqlx::query_as(
        "SELECT (SELECT count(*) FROM posts WHERE execution_id = $1),
                (SELECT count(*) FROM workflow_logs AS log WHERE execution_id = $1 AND NOT EXISTS (
                   SELECT FROM councils AS council WHERE council.execution_id = log.execution_id
                     AND council.employee_id = log.employee_id AND council.slot = log.slot)),
                (SELECT count(*) FROM (
                   SELECT FROM workflow_logs WHERE execution_id = $1 AND status = 'success'
                   GROUP BY employee_id, slot, step_name HAVING count(*) > 1) AS step)",
    )
    .bind(execution_id)
    .fetch_one(&fleet.database)
    .await?;
    assert_eq!(usize::try_from(posts)?, SLOTS, "{slots:?}");
    assert_eq!((strays, repeated), (0, 0), "calls of no council, and steps that were done twice");
    Ok(slots)
}

/// How often somebody died in each step of the run's councils, by the machine's word.
async fn deaths(fleet: &Fleet, slots: &[Ended], execution_id: Id) -> Result<BTreeMap<String, usize>> {
    let client = machines::client(fleet);
    let machine = machines::council(&client).await?;
    let mut deaths = BTreeMap::new();
    for Ended { employee_id, slot, .. } in slots {
        let name = format!("{}-{}-{slot}", execution_id.simple(), employee_id.simple());
        for (state, count) in machines::deaths(&client, &machine, &name).await? {
            *deaths.entry(state).or_default() += count;
        }
    }
    Ok(deaths)
}

fn kill(fleet: &Fleet, function: &str) -> Result<()> {
    let killed = processes::kill(function, &fleet.description.aws_endpoint)?;
    ensure!(killed > 0, "no process of {function} was running");
    Ok(())
}

/// How many calls the victim waits for.
fn waited_for(calls: &Value, victim: &Victim) -> u64 {
    victim.models.iter().filter_map(|model| calls["in_flight"][*model].as_u64()).sum()
}

/// Whether a call of the victim ended because its caller had gone.
fn is_lost(calls: &Value, victim: &Victim) -> bool {
    let mut gone = calls["last"].as_array().into_iter().flatten().filter(|call| call["status"].is_null());
    gone.any(|call| victim.models.iter().any(|model| call["model"] == *model))
}

/// Kills each of the victims while it waits for a model. Done when nobody waits for that answer any more.
async fn kill_at_work(fleet: &Fleet, victims: &[Victim]) -> Result<()> {
    fleet.control(Method::DELETE, "calls", None).await?;
    until(&format!("the loss of a call of each of {victims:?}"), SOON, || async {
        let calls = fleet.calls().await?;
        let alive: Vec<&Victim> = victims.iter().filter(|victim| !is_lost(&calls, victim)).collect();
        for victim in alive.iter().filter(|victim| waited_for(&calls, victim) > 0) {
            kill(fleet, victim.function)?;
        }
        Ok(alive.is_empty().then_some(()))
    })
    .await
}

/// Holds a table, so that a function that asks no model can be seen at work: it waits.
async fn hold(fleet: &Fleet, statement: &'static str) -> Result<Transaction<'static, Postgres>> {
    let mut transaction = fleet.database.begin().await?;
    sqlx::query(statement).execute(&mut *transaction).await?;
    Ok(transaction)
}

/// Kills the function while at least `waiting` of its processes wait for the table with a lock of this mode, and lets the
/// table go.
async fn kill_waiting(
    fleet: &Fleet,
    function: &str,
    held: Transaction<'static, Postgres>,
    [table, mode]: [&str; 2],
    waiting: usize,
) -> Result<()> {
    until(&format!("the wait of {function} for {table}"), SOON, || async {
        let waits: i64 = sqlx::query_scalar(
            "SELECT count(*) FROM pg_locks WHERE relation = $1::regclass AND mode = $2 AND NOT granted",
        )
        .bind(table)
        .bind(mode)
        .fetch_one(&fleet.database)
        .await?;
        Ok((usize::try_from(waits)? >= waiting).then_some(()))
    })
    .await?;
    kill(fleet, function)?;
    Ok(held.rollback().await?)
}

/// Sends the messages of all slots of the run again.
async fn deliver_again(fleet: &Fleet, execution_id: Id) -> Result<()> {
    let sqs = queues::client(fleet);
    let queue = queues::url(&sqs, "generation-queue").await?;
    let slots: Vec<(Id, Id, Id, i32)> = sqlx::query_as(
        "SELECT slot.workspace_id, execution.campaign_id, slot.employee_id, slot.slot
         FROM execution_slots AS slot JOIN executions AS execution ON execution.id = slot.execution_id
         WHERE slot.execution_id = $1",
    )
    .bind(execution_id)
    .fetch_all(&fleet.database)
    .await?;
    for (workspace_id, campaign_id, employee_id, slot) in slots {
        let message = json!({
            "version": 1, "workspace_id": workspace_id, "campaign_id": campaign_id, "execution_id": execution_id,
            "employee_id": employee_id, "slot": slot,
        });
        sqs.send_message().queue_url(&queue).message_body(message.to_string()).send().await?;
    }
    Ok(())
}

async fn campaign(fleet: &Fleet, name: &str, steps: &Value) -> Result<Id> {
    let seats: Vec<Value> = SEATS.iter().map(|(name, model)| json!({ "name": name, "model": model })).collect();
    let mut config = steps.clone();
    config["seats"] = Value::Array(seats);
    fleet.councils(name, "linkedin", [EMPLOYEES, POSTS_PER_EMPLOYEE], config).await
}

/// One after the other: how the simulated providers behave is one setting for all, and a kill hits whoever is at work.
#[tokio::test]
async fn killing_the_functions_of_a_council_loses_and_doubles_nothing() -> Result<()> {
    let fleet = Fleet::connect().await?;
    // Long enough to be seen at work and killed.
    fleet.control(Method::PUT, "canned", Some(json!({ "latency_ms": 1000 }))).await?;
    let all_steps = without_those_that_ask_models(&fleet).await?;
    let few_steps = without_the_check_and_the_store(&fleet).await?;

    for (execution_id, _) in [&all_steps, &few_steps] {
        deliver_again(&fleet, *execution_id).await?;
    }
    let sqs = queues::client(&fleet);
    let queue = queues::url(&sqs, "generation-queue").await?;
    until("the end of all messages", SOON, || async { Ok((queues::length(&sqs, &queue).await? == 0).then_some(())) })
        .await?;
    for ((execution_id, before), with_all_steps) in [(all_steps, true), (few_steps, false)] {
        let after = undisturbed(&fleet, execution_id, with_all_steps).await?;
        assert_eq!(after, before, "a late message changed what had ended");
    }
    fleet.control(Method::DELETE, "canned", None).await?;
    Ok(())
}

/// And the context fetcher.
async fn without_those_that_ask_models(fleet: &Fleet) -> Result<(Id, Vec<Ended>)> {
    let steps = json!({
        "aggregation": { "mode": "judge", "model": AGGREGATOR.models[0], "successor": AGGREGATOR.models[1] },
        "refine": { "model": REFINER.models[0] },
        "image": { "template": "quote-card" },
    });
    let campaign_id = campaign(fleet, "Killed councils", &steps).await?;
    // Councils can be read and not be opened.
    let held = hold(fleet, "LOCK TABLE councils IN SHARE MODE").await?;
    let execution_id = fleet.run(campaign_id).await?;
    kill_waiting(fleet, "context-fetcher", held, ["councils", "RowExclusiveLock"], SLOTS).await?;
    kill_at_work(fleet, &WRITERS).await?;
    deliver_again(fleet, execution_id).await?;
    kill_at_work(fleet, &[AGGREGATOR]).await?;
    kill_at_work(fleet, &[REFINER]).await?;
    until("the answers of all seats, whose models the renderer asks from now on", SOON, || async {
        let slots = slots(fleet, execution_id).await?;
        Ok(slots.iter().all(|slot| slot.answered == 3).then_some(()))
    })
    .await?;
    kill_at_work(fleet, &[RENDERER]).await?;
    let slots = undisturbed(fleet, execution_id, true).await?;
    let deaths = deaths(fleet, &slots, execution_id).await?;
    let least = [("FetchContext", SLOTS), ("Seats", WRITERS.len()), ("Aggregate", 1), ("Refine", 1), ("Render", 1)];
    for (state, least) in least {
        assert!(deaths.get(state).is_some_and(|count| *count >= least), "{state}: {deaths:?}");
    }
    Ok((execution_id, slots))
}

async fn without_the_check_and_the_store(fleet: &Fleet) -> Result<(Id, Vec<Ended>)> {
    let campaign_id = campaign(fleet, "Killed plain councils", &json!({ "aggregation": { "mode": "rules" } })).await?;
    // Long enough for the table to be held before the first council is there.
    fleet.control(Method::PUT, "canned", Some(json!({ "latency_ms": 3000 }))).await?;
    let execution_id = fleet.run(campaign_id).await?;
    until("the opening of all councils", SOON, || async {
        let councils: i64 = sqlx::query_scalar("SELECT count(*) FROM councils WHERE execution_id = $1")
            .bind(execution_id)
            .fetch_one(&fleet.database)
            .await?;
        Ok((usize::try_from(councils)? == SLOTS).then_some(()))
    })
    .await?;
    // From here to the check nobody reads posts, as there is no refinement.
    let held = hold(fleet, "LOCK TABLE posts IN ACCESS EXCLUSIVE MODE").await?;
    kill_waiting(fleet, "result-store", held, ["posts", "AccessShareLock"], SLOTS).await?;
    // Posts can be read and not be stored.
    let held = hold(fleet, "LOCK TABLE posts IN SHARE MODE").await?;
    kill_waiting(fleet, "result-store", held, ["posts", "RowExclusiveLock"], 1).await?;
    let slots = undisturbed(fleet, execution_id, false).await?;
    let deaths = deaths(fleet, &slots, execution_id).await?;
    for (state, least) in [("Check", SLOTS), ("Store", 1)] {
        assert!(deaths.get(state).is_some_and(|count| *count >= least), "{state}: {deaths:?}");
    }
    Ok((execution_id, slots))
}
