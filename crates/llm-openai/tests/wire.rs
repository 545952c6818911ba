//! The client against prepared answers over real HTTP.
#![expect(clippy::unwrap_used, reason = "a test stops at its first surprise")]

use std::time::Duration;

use rostrum_llm::http::BODY_LIMIT;
use rostrum_llm::{Error, Model, Reply, Request, Schema, Stop, Turn, Usage, http};
use rostrum_llm_openai::OpenAi;
use rostrum_simulators::replay::{Heard, Replay, Scripted};
use serde_json::{Value, json};

const KEY: &str = "sk-test-key-0123456789";

fn request() -> Request {
    Request {
        model: "gpt-6-luna".to_owned(),
        system: "Be brief.".to_owned(),
        turns: vec![Turn::user("One."), Turn::assistant("Two."), Turn::user("Three?")],
        schema: None,
        max_output_tokens: 512,
        timeout: Duration::from_secs(5),
    }
}

async fn ask(request: &Request, answer: Scripted) -> (Result<Reply, Error>, Heard) {
    let replay = Replay::start(vec![answer]).await.unwrap();
    let client = OpenAi::new(http::client().unwrap(), &replay.url(), KEY.into());
    let result = client.complete(request).await;
    let heard = replay.heard();
    assert_eq!(heard.len(), 1, "the client must not retry");
    (result, heard.into_iter().next().unwrap())
}

fn response(status: &str, reason: Option<&str>, content: &Value) -> Value {
    json!({
        "id": "resp_01", "object": "response", "created_at": 1, "status": status, "error": null,
        "incomplete_details": reason.map(|reason| json!({"reason": reason})),
        "model": "gpt-6-luna-2026-09-22",
        "output": [
            {"id": "rs_01", "type": "reasoning", "summary": []},
            {"id": "msg_01", "type": "message", "role": "assistant", "status": "completed", "content": content},
        ],
        "usage": {
            "input_tokens": 3210, "input_tokens_details": {"cached_tokens": 3000},
            "output_tokens": 45, "output_tokens_details": {"reasoning_tokens": 20}, "total_tokens": 3255,
        },
    })
}

fn answered(body: &Value) -> Scripted {
    Scripted::json(200, body).with_header("x-request-id", "req_011")
}

fn text(text: &str) -> Value {
    json!([{"type": "output_text", "text": text, "annotations": []}])
}

fn failure(status: u16, kind: &str, code: Option<&str>) -> Scripted {
    let error = json!({"message": "no luck", "type": kind, "param": null, "code": code});
    Scripted::json(status, &json!({"error": error}))
}

#[tokio::test]
async fn the_text_is_read_and_the_request_is_the_documented_one() {
    let (result, heard) = ask(&request(), answered(&response("completed", None, &text("Four.")))).await;
    let reply = result.unwrap();
    assert_eq!(reply.text, "Four.");
    assert_eq!(reply.model, "gpt-6-luna-2026-09-22");
    assert_eq!(reply.stop, Stop::End);
    assert_eq!(reply.request_id.as_deref(), Some("req_011"));
    let usage = Usage { input_tokens: 3210, cached_input_tokens: 3000, output_tokens: 45 };
    assert_eq!(reply.usage, usage);

    assert_eq!(heard.method, "POST");
    assert_eq!(heard.path, "/v1/responses");
    assert_eq!(heard.header("authorization"), format!("Bearer {KEY}"));
    assert_eq!(heard.header("content-type"), "application/json");
    let expected = json!({
        "model": "gpt-6-luna",
        "max_output_tokens": 512,
        "store": false,
        "instructions": "Be brief.",
        "input": [
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
    let (result, heard) = ask(&request, answered(&response("completed", None, &text("{}")))).await;
    assert_eq!(result.unwrap().text, "{}");
    let expected = json!({"format": {"type": "json_schema", "name": "post", "strict": true, "schema": {
        "type": "object",
        "properties": {"text": {"type": "string", "description": "(maxLength: 9)"}},
        "required": ["text"],
        "additionalProperties": false,
    }}});
    assert_eq!(heard.body["text"], expected);
    assert_eq!(heard.body.get("instructions"), None);
}

#[tokio::test]
async fn parts_are_read_by_type() {
    let content = json!([
        {"type": "output_text", "text": "A", "annotations": []},
        {"type": "something_new", "text": "no"},
        {"type": "output_text", "text": "B", "annotations": []},
    ]);
    let (result, _) = ask(&request(), answered(&response("completed", None, &content))).await;
    assert_eq!(result.unwrap().text, "AB");
}

#[tokio::test]
async fn a_cut_answer_says_so() {
    let body = response("incomplete", Some("max_output_tokens"), &text("Fo"));
    let (result, _) = ask(&request(), answered(&body)).await;
    assert_eq!(result.unwrap().stop, Stop::MaxTokens);
}

#[tokio::test]
async fn both_kinds_of_refusal_are_errors_with_their_cost() {
    let part = json!([{"type": "refusal", "refusal": "I can't help with that."}]);
    for (body, words) in [
        (response("completed", None, &part), "I can't help with that."),
        (response("incomplete", Some("content_filter"), &text("Fo")), "content_filter"),
    ] {
        let (result, _) = ask(&request(), answered(&body)).await;
        let Err(Error::Refused { explanation, usage, request_id }) = result else {
            panic!("{result:?}");
        };
        assert_eq!(explanation, words);
        assert_eq!(usage.output_tokens, 45);
        assert_eq!(request_id.as_deref(), Some("req_011"));
    }
}

#[tokio::test]
async fn a_failure_inside_an_answer_is_named() {
    for (code, expected) in [
        ("server_error", Error::Overloaded { status: 200, retry_after: None }),
        ("rate_limit_exceeded", Error::RateLimited { retry_after: None }),
    ] {
        let mut body = response("failed", None, &text(""));
        body["error"] = json!({"code": code, "message": "no"});
        body["usage"] = Value::Null;
        let (result, _) = ask(&request(), answered(&body)).await;
        assert_eq!(result, Err(expected));
    }
    for status in ["failed", "queued", "incomplete"] {
        let (result, _) = ask(&request(), answered(&response(status, None, &text("")))).await;
        assert!(matches!(result, Err(Error::Protocol { .. })), "{result:?}");
    }
}

#[tokio::test]
async fn each_documented_error_has_its_name() {
    let rate_limited = |retry_after| Error::RateLimited { retry_after };
    let overloaded = |status, retry_after| Error::Overloaded { status, retry_after };
    let unknown = Error::UnknownModel { model: "gpt-6-luna".to_owned() };
    let three = Some(Duration::from_secs(3));
    let invalid = "invalid_request_error";
    let limit = failure(429, "requests", Some("rate_limit_exceeded"));
    for (answer, expected) in [
        (failure(401, invalid, Some("invalid_api_key")), Error::Unauthorized),
        (failure(403, invalid, None), Error::Unauthorized),
        (failure(402, "billing", None), Error::OutOfCredit),
        (failure(429, "insufficient_quota", Some("credit_balance_exhausted")), Error::OutOfCredit),
        (failure(429, "insufficient_quota", Some("insufficient_quota")), Error::OutOfCredit),
        (failure(429, "requests", Some("project_spend_limit_exceeded")), Error::OutOfCredit),
        (limit.clone().with_header("retry-after", "3"), rate_limited(three)),
        (limit.clone().with_header("retry-after-ms", "3000").with_header("retry-after", "4"), rate_limited(three)),
        (limit, rate_limited(None)),
        (failure(429, "requests", Some("slow_down")), rate_limited(None)),
        (failure(404, invalid, Some("model_not_found")), unknown.clone()),
        (failure(400, invalid, Some("model_not_found")), unknown),
        (failure(400, invalid, Some("context_length_exceeded")), Error::TooLarge),
        (failure(413, invalid, None), Error::TooLarge),
        (failure(400, invalid, None), Error::invalid_request("no luck")),
        (failure(500, "server_error", None), overloaded(500, None)),
        (
            failure(503, "server_error", Some("server_is_overloaded")).with_header("retry-after", "3"),
            overloaded(503, three),
        ),
    ] {
        let (result, _) = ask(&request(), answer).await;
        assert_eq!(result, Err(expected));
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
    let body = response("completed", None, &text("late"));
    let answer = answered(&body).after(Duration::from_secs(30));
    let (result, _) = ask(&request, answer).await;
    let after = request.timeout;
    assert_eq!(result, Err(Error::Timeout { after }));
}

#[tokio::test]
async fn a_closed_port_is_a_transport_error() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let client = OpenAi::new(http::client().unwrap(), &url, KEY.into());
    let result = client.complete(&request()).await;
    assert!(matches!(result, Err(Error::Transport { .. })), "{result:?}");
}

#[tokio::test]
async fn the_key_stays_secret() {
    let error = json!({"message": format!("bad header {KEY}"), "type": "invalid_request_error"});
    let echo = Scripted::json(400, &json!({"error": error}));
    let (result, _) = ask(&request(), echo).await;
    let error = result.unwrap_err();
    assert!(!format!("{error:?} {error}").contains(KEY));

    let client = OpenAi::new(http::client().unwrap(), "http://127.0.0.1:1", KEY.into());
    assert!(!format!("{client:?}").contains(KEY));

    let broken = OpenAi::new(http::client().unwrap(), "http://127.0.0.1:1", "a\nb".into());
    assert_eq!(broken.complete(&request()).await, Err(Error::Unauthorized));
}
