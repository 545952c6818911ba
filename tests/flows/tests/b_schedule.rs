//! A campaign that is scheduled for the next minute runs by itself, in its own time zone.

use std::time::Duration;

use anyhow::Result;
use chrono::TimeDelta;
use flows::{Fleet, fleet::until, scene::id};
use reqwest::Method;
use rostrum_lambda_kit::Ambient;
use serde_json::json;

#[tokio::test]
async fn a_campaign_fires_by_itself_in_its_own_time_zone() -> Result<()> {
    let fleet = Fleet::connect().await?;
    fleet.control(Method::PUT, "canned", Some(json!({ "latency_ms": 50 }))).await?;
    let campaign_id = fleet.campaign("Scheduled", 1, 1).await?;
    // Kolkata is half an hour off: a schedule that is read in UTC would not fire at this minute.
    let now = Ambient::system().now();
    let due = now + TimeDelta::minutes(if now.timestamp() % 60 > 50 { 2 } else { 1 }) + TimeDelta::minutes(330);
    let answer = fleet
        .post(
            &format!("/campaigns/{campaign_id}/schedule"),
            json!({ "schedule_cron": due.format("%M %H * * *").to_string(), "schedule_timezone": "Asia/Kolkata" }),
        )
        .await?;
    let first = answer["next_runs"][0].as_str().unwrap().to_owned();
    assert!(first.starts_with(&due.format("%Y-%m-%dT%H:%M:00").to_string()), "{first}");

    let execution = until("the scheduled run", Duration::from_secs(150), || async {
        let executions = fleet.get(&format!("/campaigns/{campaign_id}/executions")).await?;
        Ok(executions["items"].as_array().and_then(|items| items.first().cloned()))
    })
    .await?;
    assert_eq!(execution["trigger"], "schedule");
    let scheduled_for = chrono::DateTime::parse_from_rfc3339(execution["scheduled_for"].as_str().unwrap())?;
    assert_eq!(scheduled_for, chrono::DateTime::parse_from_rfc3339(&first)?);
    let execution = fleet.ended(id(&execution, "id")?, Duration::from_mins(1)).await?;
    assert_eq!(execution["status"], "completed");
    assert_eq!(execution["counts"]["stored"], 1);

    let answer = fleet.send(Method::DELETE, &format!("/campaigns/{campaign_id}/schedule"), None).await?;
    assert_eq!(answer.status, 204);
    fleet.control(Method::DELETE, "canned", None).await?;
    Ok(())
}
