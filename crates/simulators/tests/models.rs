//! The model simulator in canned mode, called by the project's own clients over real HTTP.
#![expect(clippy::unwrap_used, reason = "a test stops at its first surprise")]

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use rostrum_core::model::Family;
use rostrum_llm::{Error, Model, Reply, Request, Router, Schema, Stop, Turn, http};
use rostrum_llm_claude::Claude;
use rostrum_llm_grok::Grok;
use rostrum_llm_openai::OpenAi;
use rostrum_simulators::models::{self, Settings};
use rostrum_simulators::server::Running;
use serde_json::{Value, json};
use std::sync::Arc;

const MODELS: [&str; 3] = ["claude-haiku-5-5", "gpt-6-luna", "grok-4.7"];

struct Fleet {
    running: Running,
    clients: Router,
    control: reqwest::Client,
}

impl Fleet {
    async fn start(settings: Settings) -> Self {
        let running = models::start(settings, 0).await.unwrap();
        let url = running.url();
        let client = http::client().unwrap();
        let at = |face: &str| format!("{url}/{face}");
        let clients = Router::new()
            .with(Family::Anthropic, Arc::new(Claude::new(client.clone(), &at("anthropic"), "key-a".into())))
            .with(Family::OpenAi, Arc::new(OpenAi::new(client.clone(), &at("openai"), "key-o".into())))
            .with(Family::Xai, Arc::new(Grok::new(client, &at("xai"), "key-x".into())));
        Self { running, clients, control: reqwest::Client::new() }
    }

    async fn canned() -> Self {
        Self::start(Settings::canned(Duration::ZERO)).await
    }

    async fn put(&self, path: &str, body: Value) -> u16 {
        let url = format!("{}/_control/{path}", self.running.url());
        let answer = self.control.put(url).json(&body).send().await.unwrap();
        answer.status().as_u16()
    }

    async fn delete(&self, path: &str) -> u16 {
        let url = format!("{}/_control/{path}", self.running.url());
        let answer = self.control.delete(url).send().await.unwrap();
        answer.status().as_u16()
    }

    async fn calls(&self) -> Value {
        let url = format!("{}/_control/calls", self.running.url());
        let answer = self.control.get(url).send().await.unwrap();
        answer.json().await.unwrap()
    }

    /// The calls that wait for their answers, as soon as there are any.
    async fn in_flight(&self) -> Value {
        for _ in 0..100 {
            let in_flight = self.calls().await["in_flight"].take();
            if in_flight != json!({}) {
                return in_flight;
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        Value::Null
    }

    async fn ask(&self, model: &str, prompt: &str) -> Result<Reply, Error> {
        self.clients.complete(&request(model, prompt)).await
    }
}

fn request(model: &str, prompt: &str) -> Request {
    Request {
        model: model.to_owned(),
        system: "You write posts.".to_owned(),
        turns: vec![Turn::user(prompt)],
        schema: Some(Schema {
            name: "post".to_owned(),
            json: json!({
                "type": "object",
                "properties": {
                    "text": {"type": "string", "maxLength": 600},
                    "hashtags": {"type": "array", "items": {"type": "string"}, "maxItems": 5},
                    "tone": {"type": "string", "enum": ["warm", "dry"]},
                },
                "required": ["text", "hashtags", "tone"],
            }),
        }),
        max_output_tokens: 800,
        timeout: Duration::from_secs(5),
    }
}

fn post(reply: &Reply) -> Value {
    let post: Value = serde_json::from_str(&reply.text).unwrap();
    assert!(post["text"].as_str().is_some_and(|text| !text.is_empty()));
    assert!(post["hashtags"].is_array());
    assert!(["warm", "dry"].contains(&post["tone"].as_str().unwrap()));
    post
}

#[tokio::test]
async fn every_client_gets_a_post_of_the_wanted_shape() {
    let fleet = Fleet::canned().await;
    for model in MODELS {
        let reply = fleet.ask(model, "about rain").await.unwrap();
        post(&reply);
        assert_eq!(reply.model, model);
        assert_eq!(reply.stop, Stop::End);
        assert!(reply.usage.input_tokens > 0 && reply.usage.output_tokens > 0);
        assert!(reply.request_id.is_some());
    }
}

#[tokio::test]
async fn the_same_prompt_gives_the_same_post_and_others_give_others() {
    let fleet = Fleet::canned().await;
    let mut texts = BTreeSet::new();
    for index in 0..50 {
        let prompt = format!("employee {index}");
        let reply = fleet.ask("gpt-6-luna", &prompt).await.unwrap();
        let again = fleet.ask("gpt-6-luna", &prompt).await.unwrap();
        assert_eq!(reply.text, again.text);
        texts.insert(reply.text);
    }
    assert_eq!(texts.len(), 50);
}

#[tokio::test]
async fn prose_is_cut_at_the_wanted_limit() {
    let fleet = Fleet::canned().await;
    for model in MODELS {
        let mut request = request(model, "about rain");
        request.schema = None;
        request.max_output_tokens = 16;
        let reply = fleet.clients.complete(&request).await.unwrap();
        assert_eq!(reply.stop, Stop::MaxTokens, "{model}");
        assert_eq!(reply.usage.output_tokens, 16);
    }
}

#[tokio::test]
async fn canned_latency_is_kept_and_can_be_changed() {
    let fleet = Fleet::canned().await;
    assert_eq!(fleet.put("canned", json!({"latency_ms": 300})).await, 204);
    let started = Instant::now();
    let reply = fleet.ask("grok-4.7", "about rain").await.unwrap();
    assert!(started.elapsed() >= Duration::from_millis(300));
    assert!(reply.latency >= Duration::from_millis(300));
    // There is no local model to go back to.
    assert_eq!(fleet.delete("canned").await, 409);
}

#[tokio::test]
async fn every_fault_that_leaves_no_answer_is_the_clients_error() {
    let fleet = Fleet::canned().await;
    let rate_limited = |seconds: Option<u64>| Error::RateLimited { retry_after: seconds.map(Duration::from_secs) };
    for model in MODELS {
        let busy = if model.starts_with("claude") { 529 } else { 503 };
        let overloaded = |status| Error::Overloaded { status, retry_after: None };
        for (rule, expected) in [
            (json!({"kind": "rate_limited", "retry_after_seconds": 7}), rate_limited(Some(7))),
            (json!({"kind": "rate_limited"}), rate_limited(None)),
            (json!({"kind": "overloaded"}), overloaded(busy)),
            (json!({"kind": "server_error"}), overloaded(500)),
            (json!({"kind": "unauthorized"}), Error::Unauthorized),
            (json!({"kind": "quota"}), Error::OutOfCredit),
        ] {
            assert_eq!(fleet.put("faults", json!([rule])).await, 204);
            let result = fleet.ask(model, "about rain").await;
            assert_eq!(result, Err(expected), "{model} {rule}");
        }

        fleet.put("faults", json!([{"kind": "disconnect"}])).await;
        let result = fleet.ask(model, "about rain").await;
        assert!(matches!(result, Err(Error::Transport { .. })), "{result:?}");

        fleet.put("faults", json!([{"kind": "timeout"}])).await;
        let mut request = request(model, "about rain");
        request.timeout = Duration::from_millis(200);
        let after = request.timeout;
        let result = fleet.clients.complete(&request).await;
        assert_eq!(result, Err(Error::Timeout { after }));

        fleet.put("faults", json!([{"kind": "refusal"}])).await;
        let result = fleet.ask(model, "about rain").await;
        let Err(Error::Refused { usage, .. }) = result else {
            panic!("{result:?}");
        };
        assert!(usage.input_tokens > 0);
    }
}

#[tokio::test]
async fn every_fault_that_spoils_an_answer_spoils_its_text() {
    let fleet = Fleet::canned().await;
    for model in MODELS {
        let good = fleet.ask(model, "about rain").await.unwrap();
        let mut spoilt = Vec::new();
        for kind in ["cut_json", "prose_around_json", "empty", "too_long", "not_json"] {
            fleet.put("faults", json!([{"kind": kind}])).await;
            spoilt.push(fleet.ask(model, "about rain").await.unwrap());
        }
        fleet.delete("faults").await;
        let [cut, prose, empty, long, other] = spoilt.try_into().unwrap();
        assert_eq!(cut.stop, Stop::MaxTokens);
        assert!(good.text.starts_with(&cut.text) && cut.text.len() < good.text.len());
        assert!(prose.text.contains(&good.text) && prose.text.len() > good.text.len());
        assert_eq!((empty.text.as_str(), empty.stop), ("", Stop::End));
        assert_eq!(post(&long)["text"].as_str().unwrap().chars().count(), 6000);
        assert!(serde_json::from_str::<Value>(&other.text).is_err());
        assert_eq!(fleet.ask(model, "about rain").await.unwrap().text, good.text);
    }
}

#[tokio::test]
async fn a_rule_looks_at_provider_model_prompt_and_times() {
    let fleet = Fleet::canned().await;
    let rules = json!([
        {"kind": "server_error", "provider": "anthropic", "contains": "rain", "times": 2},
        {"kind": "quota", "model": "gpt-6-sol"},
    ]);
    assert_eq!(fleet.put("faults", rules).await, 204);
    let mut fails = Vec::new();
    for (model, prompt) in [
        ("claude-haiku-5-5", "snow"),
        ("claude-haiku-5-5", "rain"),
        ("gpt-6-luna", "rain"),
        ("gpt-6-sol", "rain"),
        ("claude-haiku-5-5", "rain"),
        ("claude-haiku-5-5", "rain"),
    ] {
        fails.push(fleet.ask(model, prompt).await.is_err());
    }
    assert_eq!(fails, [false, true, false, true, true, false]);
}

#[tokio::test]
async fn the_seed_makes_chance_repeatable() {
    let fleet = Fleet::canned().await;
    let mut runs = Vec::new();
    for seed in [1, 1, 2] {
        let rules = json!({"seed": seed, "rules": [{"kind": "server_error", "probability": 0.5}]});
        assert_eq!(fleet.put("faults", rules).await, 204);
        let mut fails = Vec::new();
        for _ in 0..40 {
            fails.push(fleet.ask("grok-4.7", "about rain").await.is_err());
        }
        runs.push(fails);
    }
    assert_eq!(runs[0], runs[1]);
    assert_ne!(runs[0], runs[2]);
}

#[tokio::test]
async fn a_rule_with_a_typing_error_is_refused() {
    let fleet = Fleet::canned().await;
    for rules in
        [json!([{"kind": "rate_limit"}]), json!([{"kind": "quota", "contain": "x"}]), json!({"seed": 1, "rule": []})]
    {
        assert_eq!(fleet.put("faults", rules).await, 400);
    }
}

#[tokio::test]
async fn calls_are_counted_and_kept_without_their_keys() {
    let fleet = Fleet::canned().await;
    for model in MODELS {
        fleet.ask(model, "about rain").await.unwrap();
    }
    fleet.put("faults", json!([{"kind": "timeout"}])).await;
    let mut request = request("grok-4.7", "about rain");
    request.timeout = Duration::from_millis(500);
    let (lost, in_flight) = tokio::join!(fleet.clients.complete(&request), fleet.in_flight());
    lost.unwrap_err();
    assert_eq!(in_flight, json!({"grok-4.7": 1}));
    // The simulator hears of the lost caller a moment later.
    let mut calls = fleet.calls().await;
    for _ in 0..100 {
        if calls["total"] == 4 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
        calls = fleet.calls().await;
    }
    assert_eq!(calls["total"], 4, "{calls}");
    assert_eq!(calls["by_provider"], json!({"anthropic": 1, "openai": 1, "xai": 2}));
    assert_eq!(calls["by_status"], json!({"200": 3, "gone": 1}));
    assert_eq!(calls["by_fault"], json!({"timeout": 1}));
    assert_eq!(calls["in_flight"], json!({}));
    assert_eq!(calls["last"][0]["headers"]["anthropic-version"], "2026-10-21");
    assert_eq!(calls["last"][0]["body"]["messages"][0]["content"], "about rain");
    let whole = calls.to_string();
    for key in ["key-a", "key-o", "key-x"] {
        assert!(!whole.contains(key));
    }
    assert_eq!(fleet.delete("calls").await, 204);
    assert_eq!(fleet.calls().await["total"], 0);
}

#[tokio::test]
async fn an_unknown_model_is_the_clients_error() {
    let fleet = Fleet::canned().await;
    for model in ["claude-none", "gpt-none", "grok-none"] {
        let expected = Error::UnknownModel { model: model.to_owned() };
        assert_eq!(fleet.ask(model, "x").await, Err(expected));
    }
}

#[tokio::test]
async fn what_the_providers_refuse_is_refused() {
    let fleet = Fleet::canned().await;
    let user = json!([{"role": "user", "content": "x"}]);
    let prefill = json!([{"role": "user", "content": "x"}, {"role": "assistant", "content": "y"}]);
    let open = json!({"type": "json_schema", "name": "x", "strict": true, "schema": {"type": "object"}});
    let claude = "claude-haiku-5-5";
    for (path, body) in [
        ("anthropic/v1/messages", json!({"model": claude, "messages": user})),
        ("anthropic/v1/messages", json!({"model": claude, "max_tokens": 9, "messages": []})),
        ("anthropic/v1/messages", json!({"model": claude, "max_tokens": 9, "messages": prefill})),
        ("anthropic/v1/messages", json!({"model": claude, "max_tokens": 9, "messages": user, "temperature": 1})),
        ("anthropic/v1/messages", json!({"model": claude, "max_tokens": 9, "messages": user, "top_k": 3})),
        (
            "anthropic/v1/messages",
            json!({"model": claude, "max_tokens": 9, "messages": user, "tool_choice": {"type": "any"}}),
        ),
        (
            "anthropic/v1/messages",
            json!({"model": claude, "max_tokens": 9, "messages": user, "output_config": {"format": open}}),
        ),
        ("openai/v1/responses", json!({"model": "gpt-6-luna"})),
        ("openai/v1/responses", json!({"model": "gpt-6-luna", "input": "x", "temperature": 0.5})),
        ("openai/v1/responses", json!({"model": "gpt-6-luna", "input": "x", "max_tokens": 50})),
        ("openai/v1/responses", json!({"model": "gpt-6-luna", "input": "x", "text": {"format": open}})),
        ("openai/v1/chat/completions", json!({"model": "gpt-6-luna", "messages": user, "max_tokens": 50})),
        ("xai/v1/responses", json!({"model": "grok-4.7"})),
    ] {
        let url = format!("{}/{path}", fleet.running.url());
        let send = |key: bool| {
            let request = fleet.control.post(&url).json(&body);
            let request = request.header("anthropic-version", "2026-10-21");
            let request = if key { request.bearer_auth("k") } else { request };
            async { request.send().await.unwrap().status().as_u16() }
        };
        assert_eq!(send(true).await, 400, "{path} {body}");
        assert_eq!(send(false).await, 401, "{path}");
    }
}

#[tokio::test]
async fn a_dead_local_model_is_an_overloaded_provider() {
    let settings =
        Settings { upstream: Some("http://127.0.0.1:1".to_owned()), upstream_slots: 2, canned_latency: None };
    let fleet = Fleet::start(settings).await;
    for model in MODELS {
        let result = fleet.ask(model, "about rain").await;
        assert!(matches!(result, Err(Error::Overloaded { .. })), "{result:?}");
    }
    fleet.put("canned", json!({})).await;
    post(&fleet.ask("gpt-6-luna", "about rain").await.unwrap());
    assert_eq!(fleet.delete("canned").await, 204);
}
