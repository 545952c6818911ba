//! Twenty councils at once on the real fleet, with seats and a judge that take one second each: what the council itself
//! adds.

use std::time::Duration;

use anyhow::{Result, ensure};
use aws_sdk_sfn::{Client, types::ExecutionStatus};
use flows::{Fleet, Id, machines};
use reqwest::Method;
use serde_json::json;

use crate::report::{Promise, Report, quantile};

const AT_ONCE: usize = 20;
const RUNS: usize = 3;

/// After so long a run has ended, as a rule.
const ABOUT: Duration = Duration::from_secs(3);

/// `ROSTRUM_FLEET` is the `fleet.json` of a running fleet; `cargo xtask bench council` starts one.
pub(crate) async fn measure() -> Result<Report> {
    let fleet = Fleet::connect().await?;
    fleet.control(Method::PUT, "canned", Some(json!({ "latency_ms": 1000 }))).await?;
    // A judge of a family of its own, so that one judging is enough.
    let config = json!({
        "seats": [
            { "name": "sol", "model": "gpt-6.1-sol" },
            { "name": "luna", "model": "gpt-6-luna" },
            { "name": "grok", "model": "grok-4.7" },
        ],
        "aggregation": {
            "mode": "judge", "model": "claude-haiku-5-5", "successor": "claude-sonnet-5-5", "margin": 0,
        },
    });
    let campaign_id = fleet.councils("Benchmark", "linkedin", [AT_ONCE, 1], config).await?;
    let client = machines::client(&fleet);
    // The first two runs start the functions; a fleet at work has them.
    for _ in 0..2 {
        run(&fleet, campaign_id).await?;
    }
    let mut seconds = Vec::new();
    for _ in 0..RUNS {
        let execution_id = run(&fleet, campaign_id).await?;
        seconds.extend(durations(&client, execution_id).await?);
    }
    let mut report = Report::new("council");
    report.add("20 at once: start to end, median", quantile(&mut seconds, 0.5), "s", Promise::AtMost(2.5));
    report.add("20 at once: start to end, slowest of 60", quantile(&mut seconds, 1.0), "s", Promise::AtMost(2.5));
    Ok(report)
}

async fn run(fleet: &Fleet, campaign_id: Id) -> Result<Id> {
    let execution_id = fleet.run(campaign_id).await?;
    // Whoever asks how it goes has the fleet work for the answer: nobody asks while it is measured.
    tokio::time::sleep(ABOUT).await;
    let execution = fleet.ended(execution_id, Duration::from_mins(2)).await?;
    ensure!(execution["counts"]["stored"] == json!(AT_ONCE), "not every post was stored: {}", execution["counts"]);
    Ok(execution_id)
}

/// How long each execution of the machine took for this run, by Step Functions' own clock.
async fn durations(client: &Client, execution_id: Id) -> Result<Vec<f64>> {
    let machine = machines::council(client).await?;
    let run = execution_id.simple().to_string();
    let mut seconds = Vec::new();
    // The last post is stored a moment before its machine ends.
    for _ in 0..100 {
        seconds.clear();
        let executions = client.list_executions().state_machine_arn(&machine).send().await?;
        for execution in executions.executions().iter().filter(|execution| execution.name().starts_with(&run)) {
            if let (ExecutionStatus::Succeeded, Some(end)) = (execution.status(), execution.stop_date()) {
                seconds.push(end.as_secs_f64() - execution.start_date().as_secs_f64());
            }
        }
        if seconds.len() == AT_ONCE {
            return Ok(seconds);
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    anyhow::bail!("only {} of {AT_ONCE} executions have succeeded", seconds.len())
}
