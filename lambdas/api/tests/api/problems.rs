use http::Method;
use serde_json::json;
use uuid::Uuid;

use crate::harness::{Api, campaign};

#[tokio::test]
async fn what_is_not_there_is_not_found() {
    let api = Api::new().await;
    for path in ["/", "/api", "/api/nothing", "/api/v2/campaigns", "/api/campaigns/", "/campaigns"] {
        api.get(path).await.problem(404, "not-found");
    }
    for path in ["/api/campaigns/1", "/api/campaigns/not-an-id/schedule", "/api/posts/%00", "/api/executions/-"] {
        api.get(path).await.problem(404, "not-found");
    }
    let id = Uuid::from_u128(1);
    for path in ["campaigns", "employees", "samples", "executions", "posts"] {
        api.get(&format!("/api/{path}/{id}")).await.problem(404, "not-found");
    }
}

#[tokio::test]
async fn a_method_that_is_not_known_names_those_that_are() {
    let api = Api::new().await;
    let reply = api.admin(Method::PUT, "/api/campaigns").send().await.problem(405, "method-not-allowed");
    let mut allowed: Vec<&str> = reply.header("allow").unwrap().split(',').map(str::trim).collect();
    allowed.sort_unstable();
    assert_eq!(allowed, ["GET", "HEAD", "POST"]);
    api.admin(Method::DELETE, "/api/v1/auth/login").send().await.problem(405, "method-not-allowed");
}

#[tokio::test]
async fn a_body_that_cannot_be_read_is_refused() {
    let api = Api::new().await;
    let post = || api.admin(Method::POST, "/api/campaigns");
    let json_type = "application/json";
    for body in ["", "{", "{\"name\": }", "not json", "\u{0}"] {
        post().header("content-type", json_type).body(body).send().await.problem(400, "malformed");
    }
    let twice = format!("{0} {0}", campaign());
    post().header("content-type", json_type).body(twice).send().await.problem(400, "malformed");
    post().header("content-type", json_type).body(vec![b'"', 0xff, b'"']).send().await.problem(400, "malformed");
    post().header("content-type", json_type).body("[".repeat(100_000)).send().await.problem(400, "malformed");
    post().header("content-type", json_type).body("[]").send().await.invalid(&["body"]);
    post().header("content-type", json_type).body("null").send().await.invalid(&["body"]);
    let doubled = r#"{"name": "a", "name": "b"}"#;
    post().header("content-type", json_type).body(doubled).send().await.invalid(&["name"]);
    for (body, field, message) in [
        (r#"{"max_thread_posts": "secret"}"#, "max_thread_posts", "does not fit; expected i32"),
        (r#"{"platform": "secret"}"#, "platform", "does not fit; expected one of `linkedin`, `x`, `instagram`"),
        (
            r#"{"platform": ", expected \" at line "}"#,
            "platform",
            "does not fit; expected one of `linkedin`, `x`, `instagram`",
        ),
    ] {
        let reply = post().header("content-type", json_type).body(body).send().await.invalid(&[field]);
        assert_eq!(reply.json["errors"][0]["message"], message, "what was sent instead is not told");
    }
    post().body(campaign().to_string()).send().await.problem(415, "media-type");
    post().header("content-type", "text/plain").body(campaign().to_string()).send().await.problem(415, "media-type");
    let patch = api.admin(Method::PATCH, &format!("/api/campaigns/{}", api.workspace.campaign_id));
    let patch = patch.header("if-match", "*").header("content-type", "application/xml").body("<a/>");
    patch.send().await.problem(415, "media-type");
    let charset = "application/json; charset=utf-8";
    post().header("content-type", charset).body(campaign().to_string()).send().await.expect(201);
}

#[tokio::test]
async fn a_body_that_is_too_long_is_refused() {
    let api = Api::new().await;
    let mut body = campaign();
    body["brief"] = json!("x".repeat(10 * 1024 * 1024));
    api.post("/api/campaigns", &body).await.problem(413, "too-long");
}

#[tokio::test]
async fn an_answer_to_head_has_no_body() {
    let api = Api::new().await;
    let reply = api.admin(Method::HEAD, "/api/campaigns").send().await.expect(200);
    assert_eq!(reply.text, "");
    let reply = api.anonymous(Method::HEAD, "/api/campaigns").send().await.expect(401);
    assert_eq!(reply.text, "");
}

#[tokio::test]
async fn a_database_that_is_gone_is_said_to_be_unavailable() {
    let api = Api::new().await;
    api.get("/api/campaigns").await.expect(200);
    api.database.database.close().await;
    let reply = api.get("/api/campaigns").await.problem(503, "unavailable");
    assert_eq!(reply.header("retry-after"), Some("2"));
    assert!(!reply.text.contains("pool"), "{}", reply.text);
}
