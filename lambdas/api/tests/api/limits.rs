use axum::Router;
use chrono::TimeDelta;
use http::Method;
use rostrum_core::{access::Role, limits::Tier};
use rostrum_lambda_kit::Effects;
use serde_json::json;

use crate::harness::{Api, Reply};

const ADDRESS: &str = "203.0.113.7";

/// An API all of whose accounts are of the smallest tier.
fn basic(api: &Api) -> Router {
    api.behind(api.gate(|_| Tier::Basic), Effects::live())
}

async fn read(api: &Api, router: &Router, role: Role) -> Reply {
    api.anonymous(Method::GET, "/api/campaigns").token(&api.token(role)).send_to(router.clone()).await
}

async fn login(api: &Api, router: &Router, address: &str) -> Reply {
    let body = json!({ "email": "nobody@example.com", "password": "wrong password!" });
    let call = api.anonymous(Method::POST, "/api/v1/auth/login").sent_from(address).json(&body);
    call.send_to(router.clone()).await
}

#[tokio::test]
async fn the_request_after_the_last_of_a_minute_is_refused_until_it_may_come_again() {
    let api = Api::new().await;
    let router = basic(&api);
    // The clock stands 40 seconds into a minute.
    for left in (0..60).rev() {
        let reply = read(&api, &router, Role::Admin).await.expect(200);
        assert_eq!(reply.header("ratelimit-policy"), Some("\"account\";q=60;w=60"));
        assert_eq!(reply.header("ratelimit"), Some(format!("\"account\";r={left};t=20").as_str()));
        assert_eq!(reply.header("retry-after"), None);
    }
    for _ in 0..3 {
        let refused = read(&api, &router, Role::Admin).await.problem(429, "too-many-requests");
        assert_eq!(refused.header("retry-after"), Some("21"));
        assert_eq!(refused.header("ratelimit"), Some("\"account\";r=0;t=21"));
    }
    let counted: Vec<u32> = api.counters.all().into_values().collect();
    assert_eq!(counted, [61], "who was told to wait is not counted again");

    read(&api, &router, Role::Reviewer).await.expect(200);
    api.ambient.advance(TimeDelta::seconds(20));
    read(&api, &router, Role::Admin).await.problem(429, "too-many-requests");
    api.ambient.advance(TimeDelta::seconds(1));
    read(&api, &router, Role::Admin).await.expect(200);
}

#[tokio::test]
async fn what_one_process_refuses_another_does_not_let_in() {
    let api = Api::new().await;
    let (one, other) = (basic(&api), basic(&api));
    for _ in 0..30 {
        read(&api, &one, Role::Admin).await.expect(200);
        read(&api, &other, Role::Admin).await.expect(200);
    }
    read(&api, &one, Role::Admin).await.problem(429, "too-many-requests");
    read(&api, &other, Role::Admin).await.problem(429, "too-many-requests");
}

#[tokio::test]
async fn a_refused_change_is_not_made() {
    let api = Api::new().await;
    let router = basic(&api);
    for _ in 0..60 {
        read(&api, &router, Role::Admin).await.expect(200);
    }
    let before = api.count("SELECT count(*) FROM campaigns").await;
    let call = api.admin(Method::POST, "/api/campaigns").json(&crate::harness::campaign());
    call.send_to(router).await.problem(429, "too-many-requests");
    assert_eq!(api.count("SELECT count(*) FROM campaigns").await, before);
}

#[tokio::test]
async fn every_answer_tells_how_its_sender_stands() {
    let api = Api::new().await;
    let token = api.token(Role::Publisher);
    for (method, path, status) in [
        (Method::GET, "/api/health", 200),
        (Method::GET, "/.well-known/jwks.json", 200),
        (Method::GET, "/api/openapi.json", 200),
        (Method::GET, "/api/campaigns", 401),
        (Method::GET, "/api/nowhere", 404),
        (Method::DELETE, "/api/health", 405),
    ] {
        let reply = api.anonymous(method, path).sent_from(ADDRESS).send().await.expect(status);
        assert_eq!(reply.header("ratelimit-policy"), Some("\"address\";q=1200;w=60"), "{path}");
        assert!(reply.header("ratelimit").unwrap().starts_with("\"address\";r=11"), "{path}");
    }
    for (path, status) in [("/api/campaigns", 200), ("/api/employees", 403)] {
        let reply = api.anonymous(Method::GET, path).sent_from(ADDRESS).token(&token).send().await.expect(status);
        let policies = "\"account\";q=600;w=60, \"address\";q=1200;w=60";
        assert_eq!(reply.header("ratelimit-policy"), Some(policies), "{path}");
    }
    let reply = login(&api, &api.router, ADDRESS).await.expect(401);
    let policies = "\"address\";q=1200;w=60, \"guarded\";q=30;w=60";
    assert_eq!(reply.header("ratelimit-policy"), Some(policies));
    assert_eq!(reply.header("ratelimit"), Some("\"address\";r=1191;t=20, \"guarded\";r=29;t=20"));
}

#[tokio::test]
async fn an_address_counts_as_api_gateway_saw_it_and_not_as_a_client_says() {
    let api = Api::new().await;
    let health = || api.anonymous(Method::GET, "/api/health");
    let unknown = health().header("x-forwarded-for", ADDRESS).send().await.expect(200);
    assert_eq!(unknown.header("ratelimit"), None);
    for left in [1199, 1198] {
        let reply = health().sent_from("2001:db8:1:2::5").header("x-forwarded-for", ADDRESS).send().await.expect(200);
        assert_eq!(reply.header("ratelimit"), Some(format!("\"address\";r={left};t=20").as_str()));
    }
    let neighbour = health().sent_from("2001:db8:1:2:3:4:5:6").send().await.expect(200);
    assert_eq!(neighbour.header("ratelimit"), Some("\"address\";r=1197;t=20"));
}

#[tokio::test]
async fn signing_in_is_tried_thirty_times_a_minute_from_one_address() {
    let api = Api::new().await;
    for _ in 0..30 {
        login(&api, &api.router, ADDRESS).await.problem(401, "sign-in-refused");
    }
    let refused = login(&api, &api.router, ADDRESS).await.problem(429, "too-many-requests");
    assert_eq!(refused.header("retry-after"), Some("21"));
    login(&api, &api.router, "203.0.113.8").await.problem(401, "sign-in-refused");
    api.anonymous(Method::GET, "/api/health").sent_from(ADDRESS).send().await.expect(200);
}

#[tokio::test]
async fn without_counters_requests_pass_but_signing_in_is_still_limited() {
    let api = Api::new().await;
    let router = basic(&api);
    api.counters.set_down(true);
    for _ in 0..70 {
        let reply = read(&api, &router, Role::Admin).await.expect(200);
        assert_eq!(reply.header("ratelimit"), None);
    }
    for _ in 0..30 {
        let reply = login(&api, &router, ADDRESS).await.problem(401, "sign-in-refused");
        assert_eq!(reply.header("ratelimit-policy"), Some("\"guarded\";q=30;w=60"));
    }
    login(&api, &router, ADDRESS).await.problem(429, "too-many-requests");
    login(&api, &router, "203.0.113.8").await.problem(401, "sign-in-refused");
}

#[tokio::test]
async fn counters_that_do_not_answer_hold_nothing_up() {
    let api = Api::new().await;
    let router = basic(&api);
    api.counters.set_silent(true);
    for _ in 0..2 {
        let reply = read(&api, &router, Role::Admin).await.expect(200);
        assert_eq!(reply.header("ratelimit"), None);
    }
    let reply = login(&api, &router, ADDRESS).await.problem(401, "sign-in-refused");
    assert_eq!(reply.header("ratelimit"), Some("\"guarded\";r=29;t=20"));
}
