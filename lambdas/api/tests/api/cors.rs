use api::{Gate, Origins};
use axum::Router;
use http::Method;
use rostrum_lambda_kit::Effects;

use crate::harness::{Api, Reply};

const LISTED: &str = "https://app.example.com";
const UNLISTED: &str = "https://example.net";

fn router(api: &Api) -> Router {
    let gate = Gate { origins: Origins::parse(LISTED).unwrap(), ..Gate::default() };
    api.behind(gate, Effects::live())
}

async fn preflight(api: &Api, origin: &'static str) -> Reply {
    let call = api.anonymous(Method::OPTIONS, "/api/campaigns").header("origin", origin);
    let call = call.header("access-control-request-method", "POST");
    call.header("access-control-request-headers", "authorization,content-type").send_to(router(api)).await.expect(204)
}

/// The names of the headers that let a page in.
fn let_in(reply: &Reply) -> Vec<&str> {
    reply.headers.keys().map(http::HeaderName::as_str).filter(|name| name.starts_with("access-control-")).collect()
}

#[tokio::test]
async fn a_preflight_of_a_listed_origin_is_told_what_it_may_send() {
    let api = Api::new().await;
    let reply = preflight(&api, LISTED).await;
    assert_eq!(reply.header("access-control-allow-origin"), Some(LISTED));
    assert_eq!(reply.header("access-control-allow-credentials"), Some("true"));
    assert_eq!(reply.header("access-control-allow-methods"), Some("GET, POST, PUT, PATCH, DELETE"));
    let headers = "authorization, content-type, idempotency-key, if-match, rostrum-workspace";
    assert_eq!(reply.header("access-control-allow-headers"), Some(headers));
    assert_eq!(reply.header("access-control-max-age"), Some("600"));
    assert_eq!(reply.header("vary"), Some("Origin"));
    assert!(reply.text.is_empty());
}

#[tokio::test]
async fn a_preflight_of_an_unlisted_origin_is_told_nothing() {
    let api = Api::new().await;
    for origin in [UNLISTED, "null", "http://app.example.com", "https://app.example.com.example.net"] {
        let reply = preflight(&api, origin).await;
        assert!(let_in(&reply).is_empty(), "{origin}: {reply:?}");
        assert_eq!(reply.header("vary"), Some("Origin"));
    }
}

#[tokio::test]
async fn answers_and_refusals_can_be_read_by_pages_of_listed_origins_alone() {
    let api = Api::new().await;
    for (path, status) in [("/.well-known/jwks.json", 200), ("/api/campaigns", 401), ("/api/nowhere", 404)] {
        let ask = |origin: Option<&str>| {
            let call = api.anonymous(Method::GET, path);
            let call = match origin {
                Some(origin) => call.header("origin", origin),
                None => call,
            };
            call.send_to(router(&api))
        };
        let listed = ask(Some(LISTED)).await.expect(status);
        assert_eq!(listed.header("access-control-allow-origin"), Some(LISTED));
        assert_eq!(listed.header("access-control-allow-credentials"), Some("true"));
        assert!(listed.header("access-control-expose-headers").unwrap().contains("retry-after"));
        for other in [ask(Some(UNLISTED)).await, ask(None).await] {
            let other = other.expect(status);
            assert!(let_in(&other).is_empty(), "{other:?}");
            assert_eq!(other.header("vary"), Some("Origin"));
        }
    }
}

#[tokio::test]
async fn options_without_the_marks_of_a_preflight_are_a_request_like_others() {
    let api = Api::new().await;
    let call = api.anonymous(Method::OPTIONS, "/api/campaigns").header("origin", LISTED);
    call.send_to(router(&api)).await.problem(405, "method-not-allowed");
}

#[tokio::test]
async fn every_answer_tells_browsers_to_be_careful() {
    let api = Api::new().await;
    let preflight = preflight(&api, LISTED).await;
    let refusal = api.anonymous(Method::GET, "/api/nowhere").send().await.expect(404);
    let answer = api.get("/api/campaigns").await.expect(200);
    for reply in [preflight, refusal, answer] {
        for (name, value) in [
            ("strict-transport-security", "max-age=63072000; includeSubDomains"),
            ("referrer-policy", "no-referrer"),
            ("x-frame-options", "DENY"),
            ("cross-origin-resource-policy", "same-site"),
            ("x-content-type-options", "nosniff"),
            ("content-security-policy", "default-src 'none'; frame-ancestors 'none'"),
        ] {
            assert_eq!(reply.header(name), Some(value));
        }
    }
}
