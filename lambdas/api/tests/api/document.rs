use std::{env, fs, path::Path};

use api::{Document, Gate, Providers, document, routes};
use http::Method;
use rostrum_lambda_kit::Effects;
use serde_json::Value;

use crate::harness::{Api, DOCUMENT};

/// `openapi/openapi.json` is what the code says. `ROSTRUM_ACCEPT=1` writes it anew.
#[test]
fn the_file_is_made_of_the_code() {
    // The fields of a value are in the order of their names: the same code makes the same text.
    let value = serde_json::to_value(document::of(&routes::all())).unwrap();
    let text = serde_json::to_string_pretty(&value).unwrap() + "\n";
    let path = Path::new(DOCUMENT).join("openapi.json");
    if env::var_os("ROSTRUM_ACCEPT").is_some() {
        fs::create_dir_all(DOCUMENT).unwrap();
        fs::write(path, text).unwrap();
    } else {
        let file = fs::read_to_string(path).unwrap_or_default();
        let line = text.lines().zip(file.lines()).take_while(|(made, read)| made == read).count() + 1;
        assert!(
            file == text,
            "openapi/openapi.json is another from line {line} on: run \
             `ROSTRUM_ACCEPT=1 cargo test -p api the_file_is_made_of_the_code` and look at what it changed"
        );
    }
}

#[tokio::test]
async fn without_the_file_everything_else_is_served() {
    let api = Api::new().await;
    let nowhere = Document::in_folder("nowhere");
    let router = api.described_by(nowhere, Providers::default(), Gate::default(), Effects::live());
    for path in ["/api/openapi.json", "/api/v1/openapi.json"] {
        api.anonymous(Method::GET, path).send_to(router.clone()).await.problem(500, "internal");
    }
    api.anonymous(Method::GET, "/api/health").send_to(router).await.expect(200);
}

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
