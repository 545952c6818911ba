//! The client against prepared answers over real HTTP.
#![expect(clippy::unwrap_used, reason = "a test stops at its first surprise")]

use std::time::Duration;

use rostrum_llm::http::BODY_LIMIT;
use rostrum_llm::{Error, Model, Reply, Request, Schema, Stop, Turn, Usage, http};
use rostrum_llm_claude::Claude;
use rostrum_simulators::replay::{Heard, Replay, Scripted};
use serde_json::{Value, json};

const KEY: &str = "sk-ant-test-key-0123456789";

fn request() -> Request {
    Request {
        model: "claude-haiku-5-5".to_owned(),
        system: "Be brief.".to_owned(),
        turns: vec![Turn::user("One."), Turn::assistant("Two."), Turn::user("Three?")],
        schema: None,
        max_output_tokens: 512,
        timeout: Duration::from_secs(5),
    }
}

async fn ask(request: &Request, answer: Scripted) -> (Result<Reply, Error>, Heard) {
    let replay = Replay::start(vec![answer]).await.unwrap();
    let client = Claude::new(http::client().unwrap(), &replay.url(), KEY.into());
    let result = client.complete(request).await;
    let heard = replay.heard();
    assert_eq!(heard.len(), 1, "the client must not retry");
    (result, heard.into_iter().next().unwrap())
}

fn message(content: &Value, stop_reason: &str) -> Scripted {
    let message = json!({
        "id": "msg_01", "type": "message", "role": "assistant", "model": "claude-haiku-5-5-20260928",
        "content": content, "stop_reason": stop_reason, "stop_sequence": null,
        "usage": {
            "input_tokens": 10, "cache_creation_input_tokens": 200, "cache_read_input_tokens": 3000,
            "cache_creation": {"ephemeral_5m_input_tokens": 200, "ephemeral_1h_input_tokens": 0},
            "output_tokens": 45, "service_tier": "standard",
        },
    });
    Scripted::json(200, &message).with_header("request-id", "req_011")
}

fn failure(status: u16, kind: &str, message: &str) -> Scripted {
    let error = json!({"type": "error", "error": {"type": kind, "message": message}, "request_id": "req_011"});
    Scripted::json(status, &error)
}

async fn check_error(answer: Scripted, expected: Error) {
    let (result, _) = ask(&request(), answer).await;
    assert_eq!(result, Err(expected));
}

#[tokio::test]
async fn the_text_is_read_and_the_request_is_the_documented_one() {
    let content = json!([{"type": "text", "text": "Four."}]);
    let (result, heard) = ask(&request(), message(&content, "end_turn")).await;
    let reply = result.unwrap();
    assert_eq!(reply.text, "Four.");
    assert_eq!(reply.model, "claude-haiku-5-5-20260928");
    assert_eq!(reply.stop, Stop::End);
    assert_eq!(reply.request_id.as_deref(), Some("req_011"));
    assert!(reply.latency > Duration::ZERO);
    let usage = Usage { input_tokens: 3210, cached_input_tokens: 3000, output_tokens: 45 };
    assert_eq!(reply.usage, usage);

    assert_eq!(heard.method, "POST");
    assert_eq!(heard.path, "/v1/messages");
    assert_eq!(heard.header("x-api-key"), KEY);
    assert_eq!(heard.header("authorization"), "");
    assert_eq!(heard.header("anthropic-version"), "2026-10-21");
    assert_eq!(heard.header("anthropic-beta"), "");
    assert_eq!(heard.header("content-type"), "application/json");
    let expected = json!({
        "model": "claude-haiku-5-5",
        "max_tokens": 512,
        "system": "Be brief.",
        "messages": [
            {"role": "user", "content": "One."},
            {"role": "assistant", "content": "Two."},
            {"role": "user", "content": "Three?"},
        ],
    });
    assert_eq!(heard.body, expected);
}

#[tokio::test]
async fn a_schema_is_sent_strict_and_an_empty_system_not_at_all() {
    let mut request = request();
    request.system.clear();
    request.schema = Some(Schema {
        name: "post".to_owned(),
        json: json!({"type": "object", "properties": {"text": {"type": "string", "maxLength": 9}}}),
    });
    let content = json!([{"type": "text", "text": "{\"text\":\"hi\"}"}]);
    let (result, heard) = ask(&request, message(&content, "end_turn")).await;
    assert_eq!(result.unwrap().text, "{\"text\":\"hi\"}");
    let expected = json!({"format": {"type": "json_schema", "schema": {
        "type": "object",
        "properties": {"text": {"type": "string", "description": "(maxLength: 9)"}},
        "required": ["text"],
        "additionalProperties": false,
    }}});
    assert_eq!(heard.body["output_config"], expected);
    assert_eq!(heard.body.get("system"), None);
}

#[tokio::test]
async fn blocks_are_read_by_type() {
    let content = json!([
        {"type": "thinking", "thinking": "Hm.", "signature": "s"},
        {"type": "redacted_thinking", "data": "x"},
        {"type": "text", "text": "A"},
        {"type": "something_new", "text": "no"},
        {"type": "text", "text": "B"},
    ]);
    let (result, _) = ask(&request(), message(&content, "stop_sequence")).await;
    assert_eq!(result.unwrap().text, "AB");
}

#[tokio::test]
async fn a_cut_answer_says_so() {
    for reason in ["max_tokens", "model_context_window_exceeded"] {
        let content = json!([{"type": "text", "text": "Fo"}]);
        let (result, _) = ask(&request(), message(&content, reason)).await;
        assert_eq!(result.unwrap().stop, Stop::MaxTokens);
    }
}

#[tokio::test]
async fn a_refusal_is_an_error_with_its_cost() {
    let (result, _) = ask(&request(), message(&json!([]), "refusal")).await;
    let Err(Error::Refused { explanation, usage, request_id }) = result else {
        panic!("{result:?}");
    };
    assert_eq!(explanation, "refusal");
    assert_eq!(usage.output_tokens, 45);
    assert_eq!(request_id.as_deref(), Some("req_011"));
}

#[tokio::test]
async fn a_stop_that_was_not_asked_for_is_a_protocol_error() {
    let (result, _) = ask(&request(), message(&json!([]), "tool_use")).await;
    assert!(matches!(result, Err(Error::Protocol { .. })), "{result:?}");
}

#[tokio::test]
async fn each_documented_error_has_its_name() {
    let rate_limited = |retry_after| Error::RateLimited { retry_after };
    let overloaded = |status, retry_after| Error::Overloaded { status, retry_after };
    let unknown = Error::UnknownModel { model: "claude-haiku-5-5".to_owned() };
    let invalid = Error::invalid_request("max_tokens: Field required");
    let spent = "Your credit balance is too low to access the Anthropic API.";
    let own_limit = "You have reached your specified API usage limits.";
    let long = "prompt is too long: 1200000 tokens > 1000000 maximum";
    let three = Some(Duration::from_secs(3));
    for (answer, expected) in [
        (failure(401, "authentication_error", "invalid"), Error::Unauthorized),
        (failure(403, "permission_error", "no"), Error::Unauthorized),
        (failure(402, "billing_error", "no"), Error::OutOfCredit),
        (failure(400, "invalid_request_error", spent), Error::OutOfCredit),
        (failure(400, "invalid_request_error", own_limit), Error::OutOfCredit),
        (failure(400, "invalid_request_error", "max_tokens: Field required"), invalid),
        (failure(400, "invalid_request_error", long), Error::TooLarge),
        (failure(404, "not_found_error", "model: x"), unknown),
        (failure(413, "request_too_large", "no"), Error::TooLarge),
        (failure(429, "rate_limit_error", "no").with_header("retry-after", "3"), rate_limited(three)),
        (failure(429, "rate_limit_error", "spend"), rate_limited(None)),
        (failure(500, "api_error", "no"), overloaded(500, None)),
        (failure(504, "timeout_error", "no"), overloaded(504, None)),
        (failure(529, "overloaded_error", "no").with_header("retry-after", "3"), overloaded(529, three)),
    ] {
        check_error(answer, expected).await;
    }
}

#[tokio::test]
async fn what_is_no_json_is_kept() {
    for status in [200, 400, 404] {
        let answer = Scripted::bytes(status, "text/html", "<html>");
        let (result, _) = ask(&request(), answer).await;
        let Err(Error::Protocol { message, raw }) = result else {
            panic!("{result:?}");
        };
        assert!(message.contains(&status.to_string()), "{message}");
        assert_eq!(raw, "<html>");
    }
    // Where the status says it all, the body does not matter.
    let answer = Scripted::bytes(502, "text/html", "<html>");
    let (result, _) = ask(&request(), answer).await;
    assert!(matches!(result, Err(Error::Overloaded { status: 502, .. })));
}

#[tokio::test]
async fn json_of_another_shape_is_a_protocol_error() {
    let (result, _) = ask(&request(), Scripted::json(200, &json!({"content": 1}))).await;
    assert!(matches!(result, Err(Error::Protocol { .. })), "{result:?}");
}

#[tokio::test]
async fn a_huge_body_is_not_read_to_its_end() {
    let answer = Scripted::bytes(200, "application/json", vec![b' '; BODY_LIMIT + 1]);
    let (result, _) = ask(&request(), answer).await;
    let Err(Error::Protocol { raw, .. }) = result else {
        panic!("{result:?}");
    };
    assert_eq!(raw.len(), 64 * 1024);
}

#[tokio::test]
async fn a_slow_answer_is_a_timeout() {
    let mut request = request();
    request.timeout = Duration::from_millis(200);
    let content = json!([{"type": "text", "text": "late"}]);
    let answer = message(&content, "end_turn").after(Duration::from_secs(30));
    let (result, _) = ask(&request, answer).await;
    let after = request.timeout;
    assert_eq!(result, Err(Error::Timeout { after }));
}

#[tokio::test]
async fn a_closed_port_is_a_transport_error() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let client = Claude::new(http::client().unwrap(), &url, KEY.into());
    let result = client.complete(&request()).await;
    assert!(matches!(result, Err(Error::Transport { .. })), "{result:?}");
}

#[tokio::test]
async fn the_key_stays_secret() {
    let echo = failure(400, "invalid_request_error", &format!("bad header {KEY}"));
    let (result, _) = ask(&request(), echo).await;
    let error = result.unwrap_err();
    assert!(!format!("{error:?} {error}").contains(KEY));

    let client = Claude::new(http::client().unwrap(), "http://127.0.0.1:1", KEY.into());
    assert!(!format!("{client:?}").contains(KEY));

    let broken = Claude::new(http::client().unwrap(), "http://127.0.0.1:1", "a\nb".into());
    assert_eq!(broken.complete(&request()).await, Err(Error::Unauthorized));
}
