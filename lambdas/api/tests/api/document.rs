use http::Method;
use serde_json::Value;

use crate::harness::Api;

/// Method, path, operation, permission, statuses: what a client relies on.
#[tokio::test]
async fn the_operations() {
    let api = Api::new().await;
    let reply = api.anonymous(Method::GET, "/api/openapi.json").send().await.expect(200);
    assert_eq!(reply.header("cache-control"), Some("public, max-age=300"));
    let mut lines = Vec::new();
    for (path, item) in reply.json["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let statuses: Vec<&str> = operation["responses"].as_object().unwrap().keys().map(String::as_str).collect();
            lines.push(format!(
                "{} {path} · {} · {} · {}",
                method.to_uppercase(),
                operation["operationId"].as_str().unwrap(),
                operation["x-permission"].as_str().unwrap_or("public"),
                statuses.join(" "),
            ));
        }
    }
    insta::assert_snapshot!(lines.join("\n"));
    assert_eq!(api.anonymous(Method::GET, "/api/v1/openapi.json").send().await.text, reply.text);
}

#[tokio::test]
async fn everything_that_is_named_is_there() {
    let api = Api::new().await;
    let document = api.anonymous(Method::GET, "/api/openapi.json").send().await.json;
    let mut references = Vec::new();
    collect(&document, &mut references);
    assert!(references.len() > 50);
    for reference in references {
        let pointer = reference.strip_prefix('#').unwrap();
        assert!(document.pointer(pointer).is_some(), "{reference}");
    }
    let mut operations: Vec<&Value> =
        document["paths"].as_object().unwrap().values().flat_map(|item| item.as_object().unwrap().values()).collect();
    for operation in &operations {
        for (status, response) in operation["responses"].as_object().unwrap() {
            assert!(response["headers"]["X-Request-Id"].is_object(), "{operation}");
            let is_problem = !status.starts_with('2') && operation["operationId"] != "get_health";
            if is_problem {
                let schema = &response["content"]["application/problem+json"]["schema"]["$ref"];
                assert_eq!(schema, "#/components/schemas/Problem", "{operation}");
            }
        }
        let is_public = operation["x-permission"].is_null();
        assert_eq!(operation["security"].as_array().unwrap().is_empty(), is_public);
        assert!(operation["summary"].is_string(), "{operation}");
    }
    operations.sort_by_key(|operation| operation["operationId"].to_string());
    let all = operations.len();
    operations.dedup_by_key(|operation| operation["operationId"].to_string());
    assert_eq!(operations.len(), all, "operation ids are unique");
    let patch = &document["components"]["schemas"]["CampaignPatch"];
    assert!(patch["properties"]["brief"].is_object(), "{patch}");
    assert!(patch["required"].is_null(), "{patch}");
    // Settings that leave much out fit both workflows.
    assert!(document["components"]["schemas"]["WorkflowConfig"]["anyOf"].is_array());
}

fn collect(value: &Value, references: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                match value.as_str() {
                    Some(reference) if name == "$ref" => references.push(reference.to_owned()),
                    _ => collect(value, references),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, references)),
        _ => {}
    }
}
