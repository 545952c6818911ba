use http::Method;
use serde_json::{Value, json};

use crate::harness::Api;

#[tokio::test]
async fn a_sample_is_added_read_changed_and_archived() {
    let api = Api::new().await;
    let employee = api.workspace.employees[0];
    let list = format!("/api/employees/{employee}/samples");
    let body = json!({ "platform": "x", "content": "  We built a bridge.\nIt stands. " });
    let added = api.post(&list, &body).await.expect(201);
    let id = added.id();
    assert_eq!(added.header("location"), Some(format!("/api/samples/{id}").as_str()));
    assert_eq!(added.json["content"], "We built a bridge.\nIt stands.");
    assert_eq!(added.json["employee_id"], employee.to_string());
    let path = format!("/api/samples/{id}");
    assert_eq!(api.get(&path).await.expect(200).json, added.json);
    assert_eq!(api.get(&list).await.expect(200).json["items"].as_array().unwrap().len(), 2);

    let changed = api.patch(&path, 1, &json!({ "platform": null })).await.expect(200);
    assert_eq!(changed.json["platform"], Value::Null);
    assert_eq!(changed.json["content"], added.json["content"]);
    api.patch(&path, 1, &json!({ "content": "Late." })).await.problem(412, "version-stale");
    api.patch(&path, 2, &json!({ "content": "" })).await.invalid(&["content"]);

    api.admin(Method::POST, &format!("{path}/archive")).send().await.expect(200);
    assert_eq!(api.get(&list).await.json["items"].as_array().unwrap().len(), 1);
    assert!(api.get(&path).await.expect(200).json["archived_at"].is_string());
    api.patch(&path, 3, &json!({ "content": "Again." })).await.problem(409, "conflict");
    // An archived text may be written again.
    api.post(&list, &body).await.expect(201);
    assert_eq!(api.audited(id).await, ["sample.archived", "sample.changed", "sample.created"]);
}

#[tokio::test]
async fn a_text_that_is_there_already_is_a_conflict() {
    let api = Api::new().await;
    let list = format!("/api/employees/{}/samples", api.workspace.employees[0]);
    let added = api.post(&list, &json!({ "content": "One." })).await.expect(201);
    api.post(&list, &json!({ "content": " One. " })).await.problem(409, "conflict");
    api.post(&list, &json!({ "content": "Two." })).await.expect(201);
    let path = format!("/api/samples/{}", added.id());
    api.patch(&path, 1, &json!({ "content": "Two." })).await.problem(409, "conflict");
    let other = format!("/api/employees/{}/samples", api.workspace.employees[1]);
    api.post(&other, &json!({ "content": "One." })).await.expect(201);
}

#[tokio::test]
async fn a_sample_that_cannot_be_is_refused_by_field() {
    let api = Api::new().await;
    let list = format!("/api/employees/{}/samples", api.workspace.employees[0]);
    for (body, field) in [
        (json!({ "content": " " }), "content"),
        (json!({ "content": "x".repeat(10_001) }), "content"),
        (json!({}), "content"),
        (json!({ "content": "x", "platform": "fax" }), "platform"),
        (json!({ "content": "x", "author": "me" }), "author"),
    ] {
        api.post(&list, &body).await.invalid(&[field]);
    }
    let archive = format!("/api/employees/{}/archive", api.workspace.employees[0]);
    api.admin(Method::POST, &archive).send().await.expect(200);
    api.post(&list, &json!({ "content": "Too late." })).await.problem(409, "conflict");
}
