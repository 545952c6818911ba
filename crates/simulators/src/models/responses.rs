//! The Responses protocol of OpenAI and xAI (`external-apis.md` §3.3, §3.4).

use http::HeaderMap;
use serde_json::{Value, json};

use crate::models::catalogue::{NOW, Provider};
use crate::models::events::{named, pieces};
use crate::models::openai;
use crate::models::problem::Problem;
use crate::models::question::{Finish, Question, Said, text_of};

/// What a model that declines says.
pub(crate) const REFUSAL: &str = "I'm sorry, but I can't help with that.";

pub(crate) fn read(provider: Provider, _: &HeaderMap, body: Value) -> Result<Question, Problem> {
    let model = openai::model(&body)?;
    openai::refuse(&body, &["messages", "max_tokens", "response_format"])?;
    openai::refuse_knobs(provider, &model, &body)?;
    let mut system: Vec<String> = Vec::new();
    if let Some(instructions) = body["instructions"].as_str() {
        system.push(instructions.to_owned());
    }
    let mut turns = Vec::new();
    match &body["input"] {
        Value::String(text) => turns.push(("user".to_owned(), text.clone())),
        Value::Array(items) => {
            for item in items {
                let text = text_of(&item["content"]);
                match item["role"].as_str() {
                    Some("system" | "developer") => system.push(text),
                    Some(role @ ("user" | "assistant")) => turns.push((role.to_owned(), text)),
                    _ => {}
                }
            }
        }
        _ => return Err(openai::missing("input")),
    }
    let format = &body["text"]["format"];
    let schema = match format["type"].as_str() {
        Some("json_schema") => Some(openai::schema(provider, "text.format", format)?),
        _ => None,
    };
    let max_tokens = openai::limit(provider, "max_output_tokens", &body)?;
    Ok(Question { model, system: system.join("\n"), turns, schema, max_tokens, stream: body["stream"] == true, body })
}

pub(crate) fn whole(question: &Question, said: &Said, number: u64) -> Value {
    let mut response = opening(question, number);
    let cut = said.finish == Finish::MaxTokens;
    response["status"] = json!(if cut { "incomplete" } else { "completed" });
    if cut {
        response["incomplete_details"] = json!({"reason": "max_output_tokens"});
    }
    response["output"] = json!([reasoning(number), message(said, number)]);
    response["usage"] = json!({
        "input_tokens": said.usage.input,
        "input_tokens_details": {"cached_tokens": said.usage.cached},
        "output_tokens": said.usage.output,
        "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": said.usage.input + said.usage.output,
    });
    response
}

pub(crate) fn events(question: &Question, said: &Said, number: u64) -> Vec<String> {
    let whole = whole(question, said, number);
    let opening = opening(question, number);
    let message = message(said, number);
    let part = message["content"][0].clone();
    let refusal = said.finish == Finish::Refusal;
    let (field, delta_kind, done_kind) = if refusal {
        ("refusal", "response.refusal.delta", "response.refusal.done")
    } else {
        ("text", "response.output_text.delta", "response.output_text.done")
    };
    let text = part[field].as_str().unwrap_or_default();
    let at = |mut event: Value| {
        event["item_id"] = message["id"].clone();
        event["output_index"] = json!(1);
        event["content_index"] = json!(0);
        event
    };
    let mut empty_part = part.clone();
    empty_part[field] = json!("");
    let mut empty_message = message.clone();
    empty_message["content"] = json!([]);
    empty_message["status"] = json!("in_progress");

    let mut events = vec![
        json!({"type": "response.created", "response": opening}),
        json!({"type": "response.in_progress", "response": opening}),
        json!({"type": "response.output_item.added", "output_index": 0, "item": reasoning(number)}),
        json!({"type": "response.output_item.done", "output_index": 0, "item": reasoning(number)}),
        json!({"type": "response.output_item.added", "output_index": 1, "item": empty_message}),
        at(json!({"type": "response.content_part.added", "part": empty_part})),
    ];
    events.extend(pieces(text).into_iter().map(|piece| {
        let mut event = at(json!({"type": delta_kind, "delta": piece}));
        if !refusal {
            event["logprobs"] = json!([]);
        }
        event
    }));
    let mut done = at(json!({"type": done_kind}));
    done[field] = json!(text);
    if !refusal {
        done["logprobs"] = json!([]);
    }
    events.push(done);
    events.push(at(json!({"type": "response.content_part.done", "part": part})));
    events.push(json!({"type": "response.output_item.done", "output_index": 1, "item": message}));
    let status = whole["status"].as_str().unwrap_or_default();
    events.push(json!({"type": format!("response.{status}"), "response": whole}));
    for (sequence, event) in events.iter_mut().enumerate() {
        event["sequence_number"] = json!(sequence);
    }
    events.iter().map(named).collect()
}

/// The response before anything is said; it repeats what was asked for.
fn opening(question: &Question, number: u64) -> Value {
    let asked = |field: &str, otherwise: Value| match &question.body[field] {
        Value::Null => otherwise,
        value => value.clone(),
    };
    json!({
        "id": format!("resp_{number:012}"),
        "object": "response",
        "created_at": NOW,
        "status": "in_progress",
        "background": false,
        "error": null,
        "incomplete_details": null,
        "instructions": asked("instructions", Value::Null),
        "max_output_tokens": asked("max_output_tokens", Value::Null),
        "model": question.model,
        "output": [],
        "parallel_tool_calls": true,
        "previous_response_id": null,
        "reasoning": asked("reasoning", json!({"effort": null, "summary": null})),
        "service_tier": "default",
        "store": asked("store", json!(true)),
        "temperature": 1.0,
        "text": asked("text", json!({"format": {"type": "text"}})),
        "tool_choice": "auto",
        "tools": [],
        "top_p": 1.0,
        "truncation": "disabled",
        "usage": null,
        "user": null,
        "metadata": asked("metadata", json!({})),
    })
}

fn reasoning(number: u64) -> Value {
    json!({"id": format!("rs_{number:012}"), "type": "reasoning", "summary": []})
}

fn message(said: &Said, number: u64) -> Value {
    let part = match said.finish {
        Finish::Refusal => json!({"type": "refusal", "refusal": REFUSAL}),
        _ => json!({"type": "output_text", "text": said.text, "annotations": [], "logprobs": []}),
    };
    let status = match said.finish {
        Finish::MaxTokens => "incomplete",
        _ => "completed",
    };
    json!({
        "id": format!("msg_{number:012}"),
        "type": "message",
        "status": status,
        "role": "assistant",
        "content": [part],
    })
}
