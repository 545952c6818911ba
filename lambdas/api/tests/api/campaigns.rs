use http::Method;
use rostrum_core::access::Role;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::harness::{Api, campaign};

#[tokio::test]
async fn a_campaign_is_created_read_changed_and_archived() {
    let api = Api::new().await;
    let created = api.post("/api/campaigns", &campaign()).await.expect(201);
    let id = created.id();
    assert_eq!(created.header("location"), Some(format!("/api/campaigns/{id}").as_str()));
    assert_eq!(created.header("etag"), Some("\"1\""));
    assert_eq!(created.header("cache-control"), Some("no-store"));
    assert_eq!(created.header("x-content-type-options"), Some("nosniff"));
    insta::assert_json_snapshot!(created.json, { ".id" => "[id]" });

    let path = format!("/api/campaigns/{id}");
    let read = api.get(&path).await.expect(200);
    assert_eq!(read.json, created.json);
    assert_eq!(read.header("etag"), Some("\"1\""));

    let change =
        json!({ "name": " Summer ", "hashtags": ["#Steel", "Steel"], "workflow_config": { "few_shot_samples": 5 } });
    let changed = api.patch(&path, 1, &change).await.expect(200);
    assert_eq!(changed.header("etag"), Some("\"2\""));
    assert_eq!(changed.json["name"], "Summer");
    assert_eq!(changed.json["hashtags"], json!(["Steel"]));
    assert_eq!(changed.json["brief"], "Bridges that last.");
    let config = json!({ "model": "claude-sonnet-5-5", "max_output_tokens": 1500, "few_shot_samples": 5 });
    assert_eq!(changed.json["workflow_config"], config);

    let archived = api.admin(Method::POST, &format!("{path}/archive")).send().await.expect(200);
    assert_eq!(archived.json["status"], "archived");
    assert_eq!(archived.header("etag"), Some("\"3\""));
    let again = api.admin(Method::POST, &format!("{path}/archive")).send().await.expect(200);
    assert_eq!(again.json, archived.json);
    api.patch(&path, 3, &json!({ "name": "Autumn" })).await.problem(409, "conflict");
    api.admin(Method::POST, &format!("{path}/run")).send().await.problem(409, "conflict");
    assert_eq!(api.audited(id).await, ["campaign.archived", "campaign.changed", "campaign.created"]);
}

#[tokio::test]
async fn a_campaign_that_cannot_be_is_refused_by_field() {
    let api = Api::new().await;
    let cases: [(&str, Value, &str); 18] = [
        ("name", json!(""), "name"),
        ("name", json!("x".repeat(201)), "name"),
        ("name", json!(7), "name"),
        ("brief", json!("x".repeat(10_001)), "brief"),
        ("brief", json!("nul \0 byte"), "brief"),
        ("platform", json!("myspace"), "platform"),
        ("language", json!("klingon!"), "language"),
        ("hashtags", json!(["fine", "not fine"]), "hashtags[1]"),
        ("hashtags", json!(["fine", 3]), "hashtags[1]"),
        ("max_thread_posts", json!(5), "max_thread_posts"),
        ("posts_per_employee", json!(0), "posts_per_employee"),
        ("posts_per_employee", json!(3_000_000_000_u64), "posts_per_employee"),
        ("workflow_type", json!("parliament"), "workflow_type"),
        ("workflow_config", json!({ "model": "llama" }), "workflow_config.model"),
        ("workflow_config", json!({ "max_output_tokens": "many" }), "workflow_config.max_output_tokens"),
        ("workflow_config", json!({ "temperature": 1 }), "workflow_config.temperature"),
        ("schedule_cron", json!("every day"), "schedule_cron"),
        ("schedule_timezone", json!("Mars/Olympus"), "schedule_timezone"),
    ];
    for (field, value, named) in cases {
        let mut body = campaign();
        body[field] = value;
        api.post("/api/campaigns", &body).await.invalid(&[named]);
    }
    let mut body = campaign();
    body["nmae"] = json!("a typo");
    api.post("/api/campaigns", &body).await.invalid(&["nmae"]);
    body = json!({ "name": "Spring", "platform": "linkedin" });
    api.post("/api/campaigns", &body).await.invalid(&["brief"]);
    body = json!({ "name": "", "platform": "x", "brief": "", "schedule_cron": "* * *" });
    api.post("/api/campaigns", &body).await.invalid(&["schedule_cron", "name", "brief"]);
    body = json!({ "name": "X", "platform": "x", "brief": "A thread.", "max_thread_posts": 5 });
    api.post("/api/campaigns", &body).await.expect(201);
}

#[tokio::test]
async fn a_change_names_the_version_that_it_has_seen() {
    let api = Api::new().await;
    let path = format!("/api/campaigns/{}", api.workspace.campaign_id);
    let change = json!({ "name": "Mine" });
    api.admin(Method::PATCH, &path).json(&change).send().await.problem(428, "version-missing");
    api.patch(&path, 1, &change).await.expect(200);
    let stale = api.patch(&path, 1, &json!({ "name": "Theirs" })).await.problem(412, "version-stale");
    assert_eq!(stale.json["current_version"], 2);
    api.admin(Method::PATCH, &path)
        .header("if-match", "W/\"2\"")
        .json(&change)
        .send()
        .await
        .problem(412, "version-stale");
    let archive = format!("{path}/archive");
    api.admin(Method::POST, &archive).header("if-match", "\"1\"").send().await.problem(412, "version-stale");
    assert_eq!(api.get(&path).await.json["name"], "Mine");
}

#[tokio::test]
async fn of_two_changes_at_once_one_has_to_look_again() {
    let api = Api::new().await;
    let path = format!("/api/campaigns/{}", api.workspace.campaign_id);
    let (first, second) = (json!({ "name": "First" }), json!({ "name": "Second" }));
    let (first, second) = tokio::join!(api.patch(&path, 1, &first), api.patch(&path, 1, &second));
    let mut statuses = [first.status.as_u16(), second.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 412]);
}

#[tokio::test]
async fn a_merge_patch_takes_away_what_it_names_null() {
    let api = Api::new().await;
    let mut body = campaign();
    body["audience"] = json!("Engineers");
    body["schedule_cron"] = json!("0 9 * * 1-5");
    let path = format!("/api/campaigns/{}", api.post("/api/campaigns", &body).await.expect(201).id());
    let changed = api.patch(&path, 1, &json!({ "audience": null, "schedule_cron": null })).await.expect(200);
    assert_eq!(changed.json["audience"], "");
    assert_eq!(changed.json["schedule_cron"], Value::Null);
    api.patch(&path, 2, &json!({ "name": null })).await.invalid(&["name"]);
    api.patch(&path, 2, &json!({ "id": Uuid::nil() })).await.invalid(&["id"]);
    api.patch(&path, 2, &json!({ "status": "archived" })).await.invalid(&["status"]);
    api.patch(&path, 2, &json!(["name"])).await.invalid(&["body"]);
    let merge = api.admin(Method::PATCH, &path).header("if-match", "\"2\"");
    let merge = merge.header("content-type", "application/merge-patch+json").body("{}");
    assert_eq!(merge.send().await.expect(200).header("etag"), Some("\"3\""));
}

#[tokio::test]
async fn the_list_is_walked_page_by_page() {
    let api = Api::new().await;
    let mut expected = vec![api.workspace.campaign_id.uuid()];
    for _ in 0..6 {
        expected.push(api.post("/api/campaigns", &campaign()).await.expect(201).id());
    }
    expected.sort_unstable();
    expected.reverse();
    let mut seen = Vec::new();
    let mut path = "/api/campaigns?limit=3".to_owned();
    loop {
        let page = api.get(&path).await.expect(200);
        let items = page.json["items"].as_array().unwrap();
        assert!(items.len() <= 3);
        seen.extend(items.iter().map(|item| item["id"].as_str().unwrap().parse::<Uuid>().unwrap()));
        let Some(cursor) = page.json["next_cursor"].as_str() else { break };
        path = format!("/api/campaigns?limit=3&cursor={cursor}");
    }
    assert_eq!(seen, expected);

    let id = expected[0];
    api.admin(Method::POST, &format!("/api/campaigns/{id}/archive")).send().await.expect(200);
    let archived = api.get("/api/campaigns?status=archived").await.expect(200);
    assert_eq!(archived.json["items"].as_array().unwrap().len(), 1);
    assert_eq!(api.get("/api/campaigns?status=active").await.json["items"].as_array().unwrap().len(), 6);
}

#[tokio::test]
async fn a_list_refuses_what_it_does_not_know() {
    let api = Api::new().await;
    for (query, fields) in [
        ("limit=0", vec!["limit"]),
        ("limit=101", vec!["limit"]),
        ("limit=many", vec!["limit"]),
        ("cursor=nonsense", vec!["cursor"]),
        ("cursor=", vec!["cursor"]),
        ("stauts=active", vec!["stauts"]),
        ("status=sleeping", vec!["status"]),
        ("limit=1&limit=2", vec!["limit"]),
        ("status=sleeping&cursor=%00&extra=1", vec!["status", "cursor", "extra"]),
    ] {
        api.get(&format!("/api/campaigns?{query}")).await.invalid(&fields);
    }
}

#[tokio::test]
async fn employees_are_assigned_listed_and_removed() {
    let api = Api::new().await;
    let id = api.post("/api/campaigns", &campaign()).await.expect(201).id();
    let path = format!("/api/campaigns/{id}/employees");
    let [first, second] = [api.workspace.employees[0], api.workspace.employees[1]];
    let body = json!({ "user_ids": [first, second, first] });
    let assigned = api.post(&path, &body).await.expect(200);
    assert_eq!(assigned.json["user_ids"].as_array().unwrap().len(), 2);
    api.post(&path, &json!({ "user_ids": [first] })).await.expect(200);
    let listed = api.get(&path).await.expect(200);
    assert_eq!(listed.json["items"].as_array().unwrap().len(), 2);
    assert_eq!(listed.json["next_cursor"], Value::Null);

    api.admin(Method::DELETE, &format!("{path}/{first}")).send().await.expect(204);
    api.admin(Method::DELETE, &format!("{path}/{first}")).send().await.problem(404, "not-found");
    let listed = api.get(&path).await.expect(200);
    assert_eq!(listed.json["items"][0]["user_id"], second.to_string());
    assert_eq!(listed.json["items"].as_array().unwrap().len(), 1);
    api.post(&path, &json!({ "user_ids": [first] })).await.expect(200);
    assert_eq!(api.get(&path).await.json["items"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn only_employees_of_the_workspace_are_assigned() {
    let api = Api::new().await;
    let path = format!("/api/campaigns/{}/employees", api.workspace.campaign_id);
    let (ours, theirs) = (api.workspace.employees[0], api.other.employees[0]);
    api.post(&path, &json!({ "user_ids": [ours, theirs] })).await.invalid(&["user_ids[1]"]);
    api.post(&path, &json!({ "user_ids": [api.user(Role::Reviewer)] })).await.invalid(&["user_ids[0]"]);
    api.post(&path, &json!({ "user_ids": [] })).await.invalid(&["user_ids"]);
    api.post(&path, &json!({ "user_ids": ["me"] })).await.invalid(&["user_ids[0]"]);
    api.post(&path, &json!({})).await.invalid(&["user_ids"]);
    api.admin(Method::POST, &format!("/api/employees/{ours}/archive")).send().await.expect(200);
    api.post(&path, &json!({ "user_ids": [ours] })).await.invalid(&["user_ids[0]"]);
}
