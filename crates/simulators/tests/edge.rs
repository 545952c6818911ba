//! The edge in front of a scripted API.
#![expect(clippy::unwrap_used, reason = "a test stops at its first surprise")]

use std::time::Duration;

use rostrum_simulators::replay::{Replay, Scripted};
use rostrum_simulators::{edge, server};
use serde_json::{Value, json};

async fn api(answer: Scripted) -> (Replay, server::Running) {
    let api = Replay::start(vec![answer]).await.unwrap();
    let target = format!("{}/_aws/execute-api/abc/%24default", api.url());
    let edge = edge::start(&target, 0).await.unwrap();
    (api, edge)
}

fn client() -> reqwest::Client {
    let never = reqwest::redirect::Policy::none();
    reqwest::Client::builder().redirect(never).build().unwrap()
}

async fn problem(answer: reqwest::Response, status: u16) {
    assert_eq!(answer.status(), status);
    assert_eq!(answer.headers()["content-type"], "application/problem+json");
    let body: Value = answer.json().await.unwrap();
    assert_eq!(body["status"], status);
    assert!(body["title"].is_string() && body["detail"].is_string());
}

#[tokio::test]
async fn a_call_goes_through_with_method_path_headers_and_body() {
    let answer = Scripted::json(409, &json!({"title": "Conflict"}))
        .with_header("etag", "\"7\"")
        .with_header("set-cookie", "a=1")
        .with_header("set-cookie", "b=2")
        .with_header("location", "/api/elsewhere");
    let (api, edge) = api(answer).await;
    let answer = client()
        .patch(format!("{}/api/v1/posts/a%2Fb?x=1&y=%20", edge.url()))
        .header("authorization", "Bearer t")
        .header("if-match", "\"6\"")
        .header("x-forwarded-for", "203.0.113.9")
        .json(&json!({"text": "new"}))
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 409);
    assert_eq!(answer.headers()["etag"], "\"7\"");
    assert_eq!(answer.headers()["location"], "/api/elsewhere");
    assert_eq!(answer.headers().get_all("set-cookie").iter().count(), 2);
    let body: Value = answer.json().await.unwrap();
    assert_eq!(body, json!({"title": "Conflict"}));

    let heard = &api.heard()[0];
    assert_eq!(heard.method, "PATCH");
    assert_eq!(heard.path, "/_aws/execute-api/abc/%24default/api/v1/posts/a%2Fb?x=1&y=%20");
    assert_eq!(heard.header("authorization"), "Bearer t");
    assert_eq!(heard.header("if-match"), "\"6\"");
    assert_eq!(heard.header("x-forwarded-for"), "203.0.113.9, 127.0.0.1");
    assert_eq!(heard.header("x-forwarded-proto"), "http");
    assert!(heard.header("x-forwarded-host").starts_with("127.0.0.1:"));
    assert_eq!(heard.body, json!({"text": "new"}));
}

#[tokio::test]
async fn well_known_paths_go_through_and_others_get_the_page() {
    let (api, edge) = api(Scripted::json(200, &json!({"keys": []}))).await;
    let get = async |path: &str| client().get(format!("{}{path}", edge.url())).send().await.unwrap();
    assert_eq!(get("/.well-known/jwks.json").await.status(), 200);
    assert_eq!(api.heard().len(), 1);
    for path in ["/", "/campaigns/7", "/apis"] {
        let answer = get(path).await;
        assert_eq!(answer.status(), 200);
        assert!(answer.headers()["content-type"].to_str().unwrap().starts_with("text/html"));
        let page = answer.text().await.unwrap();
        assert!(page.contains("/api/health") && page.contains("/api/openapi.json"));
    }
    assert_eq!(api.heard().len(), 1);
}

#[tokio::test]
async fn a_dead_api_is_a_bad_gateway() {
    let edge = edge::start("http://127.0.0.1:1", 0).await.unwrap();
    let answer = client().get(format!("{}/api/health", edge.url())).send().await.unwrap();
    problem(answer, 502).await;
}

#[tokio::test]
async fn a_slow_api_is_a_gateway_timeout() {
    let answer = Scripted::json(200, &json!({})).after(Duration::from_mins(1));
    let api = Replay::start(vec![answer]).await.unwrap();
    let router = edge::router(&api.url(), Duration::from_millis(100)).unwrap();
    let edge = server::start(router, 0).await.unwrap();
    let answer = client().get(format!("{}/api/health", edge.url())).send().await.unwrap();
    problem(answer, 504).await;
}

#[tokio::test]
async fn a_body_over_ten_mebibytes_is_too_large() {
    let (api, edge) = api(Scripted::json(200, &json!({}))).await;
    let send = async |size: usize| {
        let request = client().post(format!("{}/api/media", edge.url()));
        request.body(vec![b'x'; size]).send().await.unwrap()
    };
    assert_eq!(send(10 * 1024 * 1024).await.status(), 200);
    problem(send(10 * 1024 * 1024 + 1).await, 413).await;
    assert_eq!(api.heard().len(), 1);
}
