//! A run of 120 posts on the real fleet, with a model that takes one second for each and twenty workers at once.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use flows::Fleet;
use reqwest::Method;
use serde_json::json;

use crate::{
    memory,
    report::{Promise, Report, quantile},
};

const EMPLOYEES: usize = 20;
const POSTS: usize = 6;
const WORKERS: usize = 20;
const MODEL_SECONDS: f64 = 1.0;
const RUNS: usize = 3;

/// `ROSTRUM_FLEET` is the `fleet.json` of a running fleet; `cargo xtask bench fleet` starts one.
pub(crate) async fn measure() -> Result<Report> {
    let fleet = Fleet::connect().await?;
    fleet.control(Method::PUT, "canned", Some(json!({ "latency_ms": 1000 }))).await?;
    let campaign_id = fleet.campaign("Benchmark", EMPLOYEES, POSTS).await?;
    // The first run starts the workers; a fleet at work has them.
    run(&fleet, campaign_id).await?;
    let mut walls = Vec::new();
    for _ in 0..RUNS {
        walls.push(run(&fleet, campaign_id).await?);
    }
    let ideal = (EMPLOYEES * POSTS) as f64 / WORKERS as f64 * MODEL_SECONDS;
    let median = quantile(&mut walls, 0.5);
    let mut report = Report::new("fleet");
    report.add("120 posts, 20 at once, median of 3", median, "s", Promise::None);
    report.add("ideal", ideal, "s", Promise::None);
    report.add("wall time to ideal", median / ideal, "", Promise::AtMost(1.3));
    let (resident, parts) = resident()?;
    for (part, mebibytes) in parts {
        report.add(format!("resident: {part}"), mebibytes, "MiB", Promise::None);
    }
    report.add("resident: fleet without model", resident, "MiB", Promise::AtMost(1024.0));
    Ok(report)
}

/// From the wish to the last stored post.
async fn run(fleet: &Fleet, campaign_id: flows::Id) -> Result<f64> {
    let begin = Instant::now();
    let execution_id = fleet.run(campaign_id).await?;
    let execution = fleet.ended(execution_id, Duration::from_mins(2)).await?;
    let wall = begin.elapsed().as_secs_f64();
    ensure!(
        execution["counts"]["stored"] == json!(EMPLOYEES * POSTS),
        "not every post was stored: {}",
        execution["counts"]
    );
    Ok(wall)
}

/// Every process of the fleet but the model's, by what it is.
fn resident() -> Result<(f64, Vec<(String, f64)>)> {
    let mark = std::env::var("ROSTRUM_FLEET_MARK").context("ROSTRUM_FLEET_MARK is not set")?;
    let mut total = 0.0;
    let mut parts: std::collections::BTreeMap<&str, f64> = std::collections::BTreeMap::new();
    for (pid, command) in memory::marked(&mark)? {
        let part = match command.as_str() {
            command if command.contains("model_server") => continue,
            command if command.contains("postgres") => "postgres",
            command if command.contains("emulator") => "emulator",
            command if command.contains("simulators") => "simulators and edge",
            _ => "functions",
        };
        // A process that ended meanwhile holds nothing.
        let held = memory::resident_share(pid).unwrap_or(0.0);
        total += held;
        *parts.entry(part).or_default() += held;
    }
    Ok((total, parts.into_iter().map(|(part, held)| (part.to_owned(), held)).collect()))
}
