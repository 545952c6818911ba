//! The model simulator in front of a stand-in of llama.cpp's server.

use std::time::{Duration, Instant};

use rostrum_llm::{Model, Request, Schema, Stop, Turn, Usage, http};
use rostrum_llm_claude::Claude;
use rostrum_simulators::models::{self, Settings};
use rostrum_simulators::replay::{Replay, Scripted};
use serde_json::{Value, json};

fn written(text: &str, finish: &str) -> Value {
    json!({
        "choices": [{"index": 0, "finish_reason": finish, "message": {"role": "assistant", "content": text}}],
        "usage": {
            "prompt_tokens": 36, "completion_tokens": 57, "total_tokens": 93,
            "prompt_tokens_details": {"cached_tokens": 30},
        },
    })
}

fn request(timeout: Duration) -> Request {
    Request {
        model: "claude-haiku-5-5".to_owned(),
        system: "Be brief.".to_owned(),
        turns: vec![Turn::user("Rain?")],
        schema: Some(Schema {
            name: "post".to_owned(),
            json: json!({"type": "object", "properties": {"text": {"type": "string"}}}),
        }),
        max_output_tokens: 4096,
        timeout,
    }
}

#[tokio::test]
async fn the_local_model_is_asked_on_its_leash_and_its_figures_come_back() {
    let llama = Replay::start(vec![Scripted::json(200, &written("{\"text\":\"x\"}", "length"))]).await.unwrap();
    let simulator = models::start(settings(&llama), 0).await.unwrap();
    let url = format!("{}/anthropic", simulator.url());
    let client = Claude::new(http::client().unwrap(), &url, "key".into());
    let reply = client.complete(&request(Duration::from_secs(5))).await.unwrap();
    assert_eq!(reply.text, "{\"text\":\"x\"}");
    assert_eq!(reply.stop, Stop::MaxTokens);
    let usage = Usage { input_tokens: 36, cached_input_tokens: 30, output_tokens: 57 };
    assert_eq!(reply.usage, usage);
    let heard = llama.heard();
    assert_eq!(heard[0].path, "/v1/chat/completions");
    // The provider's key is none of the local model's business.
    assert_eq!(heard[0].header("x-api-key"), "");
    let expected = json!({
        "messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Rain?"}],
        "max_tokens": 900,
        "temperature": 0.3,
        "response_format": {"type": "json_schema", "json_schema": {"name": "answer", "schema": {
            "type": "object",
            "properties": {"text": {"type": "string", "maxLength": 200}},
            "required": ["text"],
            "additionalProperties": false,
        }}},
    });
    assert_eq!(heard[0].body, expected);
}

#[tokio::test]
async fn no_more_calls_are_under_way_than_there_are_slots() {
    let round = Duration::from_millis(300);
    let answer = Scripted::json(200, &written("{\"text\":\"x\"}", "stop"));
    let llama = Replay::start(vec![answer.after(round)]).await.unwrap();
    let simulator = models::start(settings(&llama), 0).await.unwrap();
    let url = format!("{}/anthropic", simulator.url());
    let client = Claude::new(http::client().unwrap(), &url, "key".into());
    let request = request(Duration::from_secs(30));
    let started = Instant::now();
    let calls = (0..5).map(|_| client.complete(&request));
    for result in futures::future::join_all(calls).await {
        result.unwrap();
    }
    // Five calls through two slots take three rounds.
    assert!(started.elapsed() >= round * 3);
    assert_eq!(llama.heard().len(), 5);
}

fn settings(llama: &Replay) -> Settings {
    Settings { upstream: Some(llama.url()), upstream_slots: 2, canned_latency: None }
}
