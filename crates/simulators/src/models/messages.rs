//! Anthropic's Messages (`external-apis.md` §3.2).

use http::HeaderMap;
use serde_json::{Value, json};

use crate::models::catalogue::Provider;
use crate::models::events::{named, pieces};
use crate::models::problem::Problem;
use crate::models::question::{Finish, Question, Said, is_closed, text_of};

/// Refuses sampling knobs for every model.
const NEWEST: &str = "2026-10-21";

pub(crate) fn read(_: Provider, headers: &HeaderMap, body: Value) -> Result<Question, Problem> {
    let version = headers
        .get("anthropic-version")
        .and_then(|value| value.to_str().ok())
        .ok_or_else(|| Problem::invalid("anthropic-version: header is required"))?;
    if !["2023-01-01", "2023-06-01", NEWEST].contains(&version) {
        return Err(Problem::invalid(format!("anthropic-version: \"{version}\" is not a valid version")));
    }
    let model = body["model"].as_str().ok_or_else(|| Problem::invalid("model: Field required"))?.to_owned();
    let max_tokens = body
        .get("max_tokens")
        .ok_or_else(|| Problem::invalid("max_tokens: Field required"))?
        .as_u64()
        .filter(|tokens| *tokens > 0)
        .ok_or_else(|| Problem::invalid("max_tokens: Input should be a positive integer"))?;
    let turns = turns(&body)?;
    refuse_knobs(&model, version, &body)?;
    let choice = body["tool_choice"]["type"].as_str();
    if matches!(choice, Some("any" | "tool")) {
        return Err(Problem::invalid("tool_choice: forced tool use is not supported by this model"));
    }
    Ok(Question {
        model,
        system: text_of(&body["system"]),
        turns,
        schema: schema(&body)?,
        max_tokens,
        stream: body["stream"] == true,
        body,
    })
}

fn turns(body: &Value) -> Result<Vec<(String, String)>, Problem> {
    let messages = body["messages"]
        .as_array()
        .filter(|messages| !messages.is_empty())
        .ok_or_else(|| Problem::invalid("messages: at least one message is required"))?;
    let mut turns = Vec::new();
    for (index, message) in messages.iter().enumerate() {
        let role = message["role"].as_str().unwrap_or_default();
        if !["user", "assistant"].contains(&role) {
            return Err(Problem::invalid(format!("messages.{index}.role: Input should be 'user' or 'assistant'")));
        }
        let text = text_of(&message["content"]);
        if text.is_empty() {
            return Err(Problem::invalid(format!("messages.{index}: messages must have non-empty content")));
        }
        turns.push((role.to_owned(), text));
    }
    if turns.last().is_some_and(|(role, _)| role == "assistant") {
        return Err(Problem::invalid(
            "This model does not support assistant message prefill. The conversation must end with a user message.",
        ));
    }
    Ok(turns)
}

/// The newest version refuses the knobs altogether; before it, models from Sonnet 5 on refuse other values than 1.
fn refuse_knobs(model: &str, version: &str, body: &Value) -> Result<(), Problem> {
    let older_model = model.contains("-4-");
    for knob in ["temperature", "top_p", "top_k"] {
        let Some(value) = body.get(knob).filter(|value| !value.is_null()) else {
            continue;
        };
        let is_default = knob != "top_k" && value.as_f64() == Some(1.0);
        if version == NEWEST || !(older_model || is_default) {
            return Err(Problem::invalid(format!("{knob}: is not supported by this model")));
        }
    }
    Ok(())
}

fn schema(body: &Value) -> Result<Option<Value>, Problem> {
    let format = &body["output_config"]["format"];
    if format.is_null() {
        return Ok(None);
    }
    let schema = &format["schema"];
    if format["type"] != "json_schema" || !schema.is_object() {
        return Err(Problem::invalid("output_config.format: a json_schema with a schema is required"));
    }
    if !is_closed(schema) {
        return Err(Problem::invalid(
            "output_config.format.schema: For 'object' type, 'additionalProperties' must be explicitly set to false",
        ));
    }
    Ok(Some(schema.clone()))
}

pub(crate) fn whole(question: &Question, said: &Said, number: u64) -> Value {
    let mut content = vec![json!({"type": "thinking", "thinking": "", "signature": "simulated"})];
    if !said.text.is_empty() {
        content.push(json!({"type": "text", "text": said.text}));
    }
    let mut message = opening(question, said, number);
    message["content"] = Value::Array(content);
    message["stop_reason"] = json!(stop_reason(said));
    message["usage"]["output_tokens"] = json!(said.usage.output);
    message
}

pub(crate) fn events(question: &Question, said: &Said, number: u64) -> Vec<String> {
    let mut events = vec![
        json!({"type": "message_start", "message": opening(question, said, number)}),
        json!({
            "type": "content_block_start", "index": 0,
            "content_block": {"type": "thinking", "thinking": "", "signature": ""},
        }),
        json!({
            "type": "content_block_delta", "index": 0,
            "delta": {"type": "signature_delta", "signature": "simulated"},
        }),
        json!({"type": "content_block_stop", "index": 0}),
        json!({"type": "ping"}),
    ];
    if !said.text.is_empty() {
        events.push(json!({
            "type": "content_block_start", "index": 1,
            "content_block": {"type": "text", "text": ""},
        }));
        events.extend(pieces(&said.text).into_iter().map(|piece| {
            json!({
                "type": "content_block_delta", "index": 1,
                "delta": {"type": "text_delta", "text": piece},
            })
        }));
        events.push(json!({"type": "content_block_stop", "index": 1}));
    }
    events.push(json!({
        "type": "message_delta",
        "delta": {"stop_reason": stop_reason(said), "stop_sequence": null},
        "usage": {"output_tokens": said.usage.output},
    }));
    events.push(json!({"type": "message_stop"}));
    events.iter().map(named).collect()
}

/// The message before anything is said.
fn opening(question: &Question, said: &Said, number: u64) -> Value {
    json!({
        "id": format!("msg_{number:012}"),
        "type": "message",
        "role": "assistant",
        "model": question.model,
        "content": [],
        "stop_reason": null,
        "stop_sequence": null,
        "usage": {
            // This provider counts what came from the cache apart.
            "input_tokens": said.usage.input.saturating_sub(said.usage.cached),
            "cache_creation_input_tokens": 0,
            "cache_read_input_tokens": said.usage.cached,
            "cache_creation": {"ephemeral_5m_input_tokens": 0, "ephemeral_1h_input_tokens": 0},
            "output_tokens": 0,
            "service_tier": "standard",
        },
    })
}

fn stop_reason(said: &Said) -> &'static str {
    match said.finish {
        Finish::End => "end_turn",
        Finish::MaxTokens => "max_tokens",
        Finish::Refusal => "refusal",
    }
}
