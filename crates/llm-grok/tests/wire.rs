//! The client against prepared answers over real HTTP.
#![expect(clippy::unwrap_used, reason = "a test stops at its first surprise")]

use std::time::Duration;

use rostrum_llm::http::BODY_LIMIT;
use rostrum_llm::{Error, Model, Reply, Request, Schema, Stop, Turn, Usage, http};
use rostrum_llm_grok::Grok;
use rostrum_simulators::replay::{Heard, Replay, Scripted};
use serde_json::{Value, json};

const KEY: &str = "xai-test-key-0123456789";

fn request() -> Request {
    Request {
        model: "grok-4.7".to_owned(),
        system: "Be brief.".to_owned(),
        turns: vec![Turn::user("One."), Turn::assistant("Two."), Turn::user("Three?")],
        schema: None,
        max_output_tokens: 512,
        timeout: Duration::from_secs(5),
    }
}

async fn ask(request: &Request, answer: Scripted) -> (Result<Reply, Error>, Heard) {
    let replay = Replay::start(vec![answer]).await.unwrap();
    let client = Grok::new(http::client().unwrap(), &replay.url(), KEY.into());
    let result = client.complete(request).await;
    let heard = replay.heard();
    assert_eq!(heard.len(), 1, "the client must not retry");
    (result, heard.into_iter().next().unwrap())
}

fn response(status: &str, reason: Option<&str>, content: &Value) -> Value {
    json!({
        "id": "resp_01", "object": "response", "created_at": 1, "status": status, "error": null,
        "incomplete_details": reason.map(|reason| json!({"reason": reason})),
        "model": "grok-4.7-2026-09-22",
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

fn failure(status: u16, error: &str) -> Scripted {
    Scripted::json(status, &json!({"code": "some-code", "error": error}))
}

#[tokio::test]
async fn the_text_is_read_and_the_request_is_the_documented_one() {
    let (result, heard) = ask(&request(), answered(&response("completed", None, &text("Four.")))).await;
    let reply = result.unwrap();
    assert_eq!(reply.text, "Four.");
    assert_eq!(reply.model, "grok-4.7-2026-09-22");
    assert_eq!(reply.stop, Stop::End);
    assert_eq!(reply.request_id.as_deref(), Some("req_011"));
    let usage = Usage { input_tokens: 3210, cached_input_tokens: 3000, output_tokens: 45 };
    assert_eq!(reply.usage, usage);

    assert_eq!(heard.path, "/v1/responses");
    assert_eq!(heard.header("authorization"), format!("Bearer {KEY}"));
    let expected = json!({
        "model": "grok-4.7",
        "max_output_tokens": 512,
        "store": false,
        "input": [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": "One."},
            {"role": "assistant", "content": "Two."},
            {"role": "user", "content": "Three?"},
        ],
    });
    assert_eq!(heard.body, expected);
}

#[tokio::test]
async fn a_schema_is_sent_strict() {
    let mut request = request();
    request.schema = Some(Schema {
        name: "post".to_owned(),
        json: json!({"type": "object", "properties": {"text": {"type": "string"}}}),
    });
    let (_, heard) = ask(&request, answered(&response("completed", None, &text("{}")))).await;
    let format = &heard.body["text"]["format"];
    assert_eq!(format["strict"], true);
    assert_eq!(format["schema"]["additionalProperties"], false);
}

#[tokio::test]
async fn cut_answers_and_refusals_are_read_as_openai_s() {
    let body = response("incomplete", Some("max_output_tokens"), &text("Fo"));
    let (result, _) = ask(&request(), answered(&body)).await;
    assert_eq!(result.unwrap().stop, Stop::MaxTokens);

    let part = json!([{"type": "refusal", "refusal": "No."}]);
    let (result, _) = ask(&request(), answered(&response("completed", None, &part))).await;
    assert!(matches!(result, Err(Error::Refused { .. })), "{result:?}");
}

#[tokio::test]
async fn the_text_of_an_error_decides_what_its_status_leaves_open() {
    let rate_limited = |retry_after| Error::RateLimited { retry_after };
    let overloaded = |status| Error::Overloaded { status, retry_after: None };
    let unknown = Error::UnknownModel { model: "grok-4.7".to_owned() };
    let key = "Incorrect API key provided: gs***tF. You can obtain an API key from https://console.x.ai.";
    let spent = "Your team 1 has either used all available credits or reached its monthly spending limit.";
    let new_team = "Your newly created team doesn't have any credits or licenses yet.";
    let absent = "The model grok-9 does not exist or your team does not have access to it.";
    let openai = json!({"error": {"message": "no", "type": "insufficient_quota", "code": "insufficient_quota"}});
    for (answer, expected) in [
        (failure(400, key), Error::Unauthorized),
        (failure(401, "No key."), Error::Unauthorized),
        (failure(403, "Not for you."), Error::Unauthorized),
        (failure(402, "Pay."), Error::OutOfCredit),
        (failure(403, spent), Error::OutOfCredit),
        (failure(429, spent), Error::OutOfCredit),
        (failure(403, new_team), Error::OutOfCredit),
        (Scripted::json(429, &openai), Error::OutOfCredit),
        (failure(404, absent), unknown.clone()),
        (failure(400, "Model not found: grok-9"), unknown),
        (failure(413, "Large."), Error::TooLarge),
        (failure(400, "Odd."), Error::invalid_request("some-code: Odd.")),
        (failure(429, "Slow."), rate_limited(None)),
        (failure(429, "Slow.").with_header("retry-after", "3"), rate_limited(Some(Duration::from_secs(3)))),
        (failure(500, "Oh."), overloaded(500)),
        (failure(503, "Oh."), overloaded(503)),
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
    let client = Grok::new(http::client().unwrap(), &url, KEY.into());
    let result = client.complete(&request()).await;
    assert!(matches!(result, Err(Error::Transport { .. })), "{result:?}");
}

#[tokio::test]
async fn the_key_stays_secret() {
    let echo = failure(400, &format!("bad header {KEY}"));
    let (result, _) = ask(&request(), echo).await;
    let error = result.unwrap_err();
    assert!(!format!("{error:?} {error}").contains(KEY));

    let client = Grok::new(http::client().unwrap(), "http://127.0.0.1:1", KEY.into());
    assert!(!format!("{client:?}").contains(KEY));

    let broken = Grok::new(http::client().unwrap(), "http://127.0.0.1:1", "a\nb".into());
    assert_eq!(broken.complete(&request()).await, Err(Error::Unauthorized));
}
