use chrono::{DateTime, Utc};
use http::Method;
use rostrum_test_kit::sample;
use serde_json::{Value, json};

use crate::harness::{Api, campaign};

#[tokio::test]
async fn a_schedule_is_set_previewed_and_removed() {
    let api = Api::new().await;
    let id = api.workspace.campaign_id;
    let path = format!("/api/campaigns/{id}/schedule");
    api.get(&path).await.problem(404, "not-found");
    let body = json!({ "schedule_cron": "0 9 * * 1-5", "schedule_timezone": "Europe/Zurich" });
    let set = api.post(&path, &body).await.expect(200);
    assert_eq!(set.header("etag"), Some("\"2\""));
    assert_eq!(set.json["schedule_cron"], "0 9 * * 1-5");
    assert_eq!(set.json["schedule_expression"], "cron(0 9 ? * 2-6 *)");
    assert_eq!(set.json["schedule_timezone"], "Europe/Zurich");
    let runs = set.json["next_runs"].as_array().unwrap();
    assert_eq!(runs.len(), 5);
    for run in runs {
        let run = run.as_str().unwrap();
        assert!(run.ends_with("T09:00:00+01:00"), "{run}");
        assert!(run.parse::<DateTime<Utc>>().unwrap() > sample::now());
    }
    assert_eq!(api.get(&path).await.expect(200).json, set.json);

    let schedules = api.schedules.all();
    assert_eq!(schedules[&id].expression, "cron(0 9 ? * 2-6 *)");
    assert_eq!(schedules[&id].timezone, "Europe/Zurich");
    assert_eq!(api.count("SELECT count(*) FROM outbox").await, 0);

    api.post(&path, &json!({ "schedule_cron": "30 6 * * *" })).await.expect(200);
    assert_eq!(api.schedules.all()[&id].timezone, "Europe/Zurich");

    let removed = api.admin(Method::DELETE, &path).send().await.expect(204);
    assert_eq!(removed.text, "");
    api.admin(Method::DELETE, &path).send().await.expect(204);
    assert!(api.schedules.all().is_empty());
    api.get(&path).await.problem(404, "not-found");
    assert_eq!(
        api.audited(id.uuid()).await,
        ["campaign.schedule_removed", "campaign.schedule_set", "campaign.schedule_set"]
    );
}

#[tokio::test]
async fn the_preview_is_right_across_the_change_of_the_clock() {
    let api = Api::new().await;
    let path = format!("/api/campaigns/{}/schedule", api.workspace.campaign_id);
    let body = json!({ "schedule_cron": "cron(30 2 27-29 3 ? 2027)", "schedule_timezone": "Europe/Zurich" });
    let set = api.post(&path, &body).await.expect(200);
    // 02:30 does not exist on 28 March 2027.
    assert_eq!(set.json["next_runs"], json!(["2027-03-27T02:30:00+01:00", "2027-03-29T02:30:00+02:00"]));
}

#[tokio::test]
async fn a_schedule_that_cannot_be_is_refused_by_field() {
    let api = Api::new().await;
    let path = format!("/api/campaigns/{}/schedule", api.workspace.campaign_id);
    let check = async |body: Value, fields: &[&str]| {
        api.post(&path, &body).await.invalid(fields);
    };
    check(json!({ "schedule_cron": "61 9 * * *" }), &["schedule_cron"]).await;
    check(json!({ "schedule_cron": "rate(5 minutes)" }), &["schedule_cron"]).await;
    check(json!({ "schedule_cron": "0 9 31 2 *" }), &["schedule_cron"]).await;
    check(json!({ "schedule_cron": "cron(0 9 1 1 ? 2020)" }), &["schedule_cron"]).await;
    check(json!({ "schedule_cron": "0 9 * * *".repeat(100) }), &["schedule_cron"]).await;
    check(json!({ "schedule_cron": "0 9 * * *", "schedule_timezone": "europe/zurich" }), &["schedule_timezone"]).await;
    check(json!({ "schedule_cron": "0 25 * * *", "schedule_timezone": "" }), &["schedule_cron", "schedule_timezone"])
        .await;
    check(json!({ "schedule_timezone": "UTC" }), &["schedule_cron"]).await;
    check(json!({ "schedule_cron": null }), &["schedule_cron"]).await;
    check(json!({ "schedule_cron": "0 9 * * *", "enabled": true }), &["enabled"]).await;
    assert!(api.schedules.all().is_empty());
}

#[tokio::test]
async fn every_way_to_change_a_schedule_reaches_the_scheduler() {
    let api = Api::new().await;
    let mut body = campaign();
    body["schedule_cron"] = json!("0 9 * * *");
    let created = api.post("/api/campaigns", &body).await.expect(201);
    let id = created.id().into();
    assert_eq!(api.schedules.all()[&id].expression, "cron(0 9 * * ? *)");
    let path = format!("/api/campaigns/{id}");
    api.patch(&path, 1, &json!({ "schedule_cron": "0 10 * * *" })).await.expect(200);
    assert_eq!(api.schedules.all()[&id].expression, "cron(0 10 * * ? *)");
    api.patch(&path, 2, &json!({ "schedule_timezone": "Asia/Tokyo" })).await.expect(200);
    assert_eq!(api.schedules.all()[&id].timezone, "Asia/Tokyo");
    api.admin(Method::POST, &format!("{path}/archive")).send().await.expect(200);
    assert!(api.schedules.all().is_empty());
    assert_eq!(api.get(&path).await.json["schedule_cron"], Value::Null);
    let schedule = json!({ "schedule_cron": "0 9 * * *" });
    api.post(&format!("{path}/schedule"), &schedule).await.problem(409, "conflict");
}
