use chrono::TimeDelta;
use http::Method;
use rostrum_core::access::Role;
use serde_json::{Value, json};

use crate::harness::{Api, ORCHESTRATION, campaign};

#[tokio::test]
async fn the_same_request_is_carried_out_once_and_answered_alike() {
    let api = Api::new().await;
    let send = |path| api.admin(Method::POST, path).header("idempotency-key", "a key").json(&campaign()).send();
    let first = send("/api/campaigns").await.expect(201);
    assert_eq!(first.header("idempotent-replayed"), None);
    // The other prefix is the same route.
    for path in ["/api/campaigns", "/api/v1/campaigns"] {
        let again = send(path).await.expect(201);
        assert_eq!(again.text, first.text);
        assert_eq!(again.header("idempotent-replayed"), Some("true"));
        for header in ["location", "etag", "content-type"] {
            assert_eq!(again.header(header), first.header(header), "{header}");
        }
    }
    assert_eq!(api.count("SELECT count(*) FROM campaigns WHERE name = 'Spring'").await, 1);
}

#[tokio::test]
async fn equal_requests_at_once_create_one_campaign() {
    let api = Api::new().await;
    let send = || api.admin(Method::POST, "/api/campaigns").header("idempotency-key", "k").json(&campaign()).send();
    let (first, second, third) = tokio::join!(send(), send(), send());
    for reply in [&second, &third] {
        assert_eq!(reply.status.as_u16(), 201, "{}", reply.text);
        assert_eq!(reply.text, first.text);
    }
    assert_eq!(api.count("SELECT count(*) FROM campaigns WHERE name = 'Spring'").await, 1);
}

#[tokio::test]
async fn equal_runs_at_once_are_one_execution() {
    let api = Api::new().await;
    let path = format!("/api/campaigns/{}/run", api.workspace.campaign_id);
    let send = || api.admin(Method::POST, &path).header("idempotency-key", "run-1").send();
    let (first, second) = tokio::join!(send(), send());
    assert_eq!(first.expect(202).json, second.expect(202).json);
    assert_eq!(api.count("SELECT count(*) FROM executions").await, 1);
    assert_eq!(api.queues.messages(ORCHESTRATION).len(), 1);
    api.admin(Method::POST, &path).send().await.expect(202);
    api.admin(Method::POST, &path).send().await.expect(202);
    assert_eq!(api.count("SELECT count(*) FROM executions").await, 3);
}

#[tokio::test]
async fn another_request_with_the_same_key_is_refused() {
    let api = Api::new().await;
    let post =
        |path: &str, body: &Value| api.admin(Method::POST, path).header("idempotency-key", "k").json(body).send();
    let mut other = campaign();
    post("/api/campaigns", &campaign()).await.expect(201);
    other["name"] = json!("Summer");
    post("/api/campaigns", &other).await.problem(422, "idempotency-key-reused");
    let employee = json!({ "email": "new@example.com", "display_name": "New" });
    post("/api/employees", &employee).await.problem(422, "idempotency-key-reused");
    // Somebody else's key of the same name is another key.
    let token = api.token(Role::BrandManager);
    let theirs = api.anonymous(Method::POST, "/api/campaigns").token(&token).header("idempotency-key", "k");
    theirs.json(&other).send().await.expect(201);
}

#[tokio::test]
async fn a_refused_request_does_not_use_its_key_up() {
    let api = Api::new().await;
    let post =
        |body: &Value| api.admin(Method::POST, "/api/campaigns").header("idempotency-key", "k").json(body).send();
    let mut never = campaign();
    never["schedule_cron"] = json!("cron(0 9 1 1 ? 2020)");
    post(&never).await.invalid(&["schedule_cron"]);
    post(&campaign()).await.expect(201);
}

#[tokio::test]
async fn a_key_is_free_again_after_a_day() {
    let api = Api::new().await;
    let send = || api.admin(Method::POST, "/api/campaigns").header("idempotency-key", "k").json(&campaign()).send();
    let first = send().await.expect(201);
    api.ambient.advance(TimeDelta::hours(24) - TimeDelta::seconds(1));
    assert_eq!(send().await.expect(201).id(), first.id());
    api.ambient.advance(TimeDelta::seconds(1));
    assert_ne!(send().await.expect(201).id(), first.id());
}

#[tokio::test]
async fn a_key_is_short_visible_ascii() {
    let api = Api::new().await;
    let long = "k".repeat(256);
    for key in ["", "\u{e9}", "tab\tinside", &long] {
        let call = api.admin(Method::POST, "/api/campaigns").header("idempotency-key", key);
        call.json(&campaign()).send().await.invalid(&["Idempotency-Key"]);
    }
    let call = api.admin(Method::POST, "/api/campaigns").header("idempotency-key", &long[1..]);
    call.json(&campaign()).send().await.expect(201);
}
