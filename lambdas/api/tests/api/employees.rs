use http::Method;
use rostrum_core::access::Role;
use serde_json::{Value, json};

use crate::harness::Api;

#[tokio::test]
async fn an_employee_is_added_read_changed_and_archived() {
    let api = Api::new().await;
    let body = json!({ "email": " Ana.Keller@Example.com", "display_name": "Ana Keller", "voice": "Dry." });
    let added = api.post("/api/employees", &body).await.expect(201);
    let id = added.id();
    assert_eq!(added.header("location"), Some(format!("/api/employees/{id}").as_str()));
    insta::assert_json_snapshot!(added.json, { ".id" => "[id]" });

    let path = format!("/api/employees/{id}");
    assert_eq!(api.get(&path).await.expect(200).json, added.json);
    let changed = api.patch(&path, 1, &json!({ "job_title": "Engineer", "voice": null })).await.expect(200);
    assert_eq!(changed.header("etag"), Some("\"2\""));
    assert_eq!(changed.json["job_title"], "Engineer");
    assert_eq!(changed.json["voice"], "");
    assert_eq!(changed.json["display_name"], "Ana Keller");
    api.patch(&path, 1, &json!({ "bio": "Late." })).await.problem(412, "version-stale");
    api.patch(&path, 2, &json!({ "email": "other@example.com" })).await.invalid(&["email"]);
    api.patch(&path, 2, &json!({ "display_name": null })).await.invalid(&["display_name"]);

    let campaign = format!("/api/campaigns/{}/employees", api.workspace.campaign_id);
    api.post(&campaign, &json!({ "user_ids": [id] })).await.expect(200);
    let archived = api.admin(Method::POST, &format!("{path}/archive")).send().await.expect(200);
    assert!(archived.json["archived_at"].is_string());
    let again = api.admin(Method::POST, &format!("{path}/archive")).send().await.expect(200);
    assert_eq!(again.json, archived.json);
    assert_eq!(api.get(&campaign).await.json["items"].as_array().unwrap().len(), 2);
    api.patch(&path, 3, &json!({ "bio": "Gone." })).await.problem(409, "conflict");

    assert_eq!(api.get("/api/employees").await.json["items"].as_array().unwrap().len(), 2);
    let archive = api.get("/api/employees?archived=true").await.expect(200);
    assert_eq!(archive.json["items"][0]["id"], id.to_string());
    api.get("/api/employees?archived=perhaps").await.invalid(&["archived"]);
    assert_eq!(api.audited(id).await, ["employee.archived", "employee.changed", "employee.created"]);
}

#[tokio::test]
async fn an_employee_that_cannot_be_is_refused_by_field() {
    let api = Api::new().await;
    let check = async |body: Value, fields: &[&str]| {
        api.post("/api/employees", &body).await.invalid(fields);
    };
    check(json!({ "email": "nobody", "display_name": " " }), &["email", "display_name"]).await;
    check(json!({ "display_name": "Ana" }), &["email"]).await;
    check(json!({ "email": "ana@example.com" }), &["display_name"]).await;
    check(json!({ "email": "ana@example.com", "display_name": "Ana", "role": "admin" }), &["role"]).await;
    let long = "x".repeat(4001);
    check(json!({ "email": "ana@example.com", "display_name": "Ana", "bio": long }), &["bio"]).await;
    assert_eq!(api.count("SELECT count(*) FROM users WHERE email = 'ana@example.com'").await, 0);
}

#[tokio::test]
async fn nobody_is_an_employee_twice() {
    let api = Api::new().await;
    let body = json!({ "email": "ana@example.com", "display_name": "Ana" });
    api.post("/api/employees", &body).await.expect(201);
    api.post("/api/employees", &body).await.problem(409, "conflict");
    let (first, second) = (
        json!({ "email": "bo@example.com", "display_name": "Bo" }),
        json!({ "email": "BO@example.com", "display_name": "Bo" }),
    );
    let (first, second) = tokio::join!(api.post("/api/employees", &first), api.post("/api/employees", &second));
    let mut statuses = [first.status.as_u16(), second.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 409]);
}

#[tokio::test]
async fn a_member_who_becomes_an_employee_keeps_role_and_password() {
    let api = Api::new().await;
    let body = json!({ "email": "admin@example.com", "display_name": "The boss" });
    let added = api.post("/api/employees", &body).await.expect(201);
    assert_eq!(added.id(), api.user(Role::Admin).uuid());
    api.get("/api/employees").await.expect(200);
    let kept = "SELECT count(*) FROM memberships JOIN users ON id = user_id WHERE role = 'admin' AND email = 'admin@example.com'";
    assert_eq!(api.count(kept).await, 1);
    assert_eq!(api.count("SELECT count(*) FROM users WHERE email = 'admin@example.com' AND name = 'Somebody' AND password_hash IS NOT NULL").await, 1);
}
