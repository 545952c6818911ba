//! Chat Completions of OpenAI and xAI (`external-apis.md` §3.3, §3.4).

use http::HeaderMap;
use serde_json::{Value, json};

use crate::models::catalogue::{NOW, Provider};
use crate::models::events::{pieces, plain};
use crate::models::openai;
use crate::models::problem::Problem;
use crate::models::question::{Finish, Question, Said, text_of};
use crate::models::responses::REFUSAL;

pub(crate) fn read(provider: Provider, _: &HeaderMap, body: Value) -> Result<Question, Problem> {
    let model = openai::model(&body)?;
    openai::refuse(&body, &["input", "max_output_tokens"])?;
    openai::refuse_knobs(provider, &model, &body)?;
    let messages = body["messages"]
        .as_array()
        .filter(|messages| !messages.is_empty())
        .ok_or_else(|| openai::missing("messages"))?;
    let mut system = Vec::new();
    let mut turns = Vec::new();
    for message in messages {
        let text = text_of(&message["content"]);
        match message["role"].as_str() {
            Some("system" | "developer") => system.push(text),
            Some(role @ ("user" | "assistant")) => turns.push((role.to_owned(), text)),
            _ => {}
        }
    }
    let limit = match (provider, body.get("max_tokens")) {
        (Provider::Xai, Some(_)) => "max_tokens",
        (_, Some(_)) => {
            let message = "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.";
            let code = "unsupported_parameter";
            return Err(Problem::parameter("max_tokens", code, message.to_owned()));
        }
        _ => "max_completion_tokens",
    };
    let max_tokens = openai::limit(provider, limit, &body)?;
    let format = &body["response_format"];
    let schema = match format["type"].as_str() {
        Some("json_schema") => {
            let schema = &format["json_schema"];
            Some(openai::schema(provider, "response_format", schema)?)
        }
        _ => None,
    };
    Ok(Question { model, system: system.join("\n"), turns, schema, max_tokens, stream: body["stream"] == true, body })
}

pub(crate) fn whole(question: &Question, said: &Said, number: u64) -> Value {
    let (content, refusal) = match said.finish {
        Finish::Refusal => (Value::Null, json!(REFUSAL)),
        _ => (json!(said.text), Value::Null),
    };
    let mut completion = frame(question, number, "chat.completion");
    completion["choices"] = json!([{
        "index": 0,
        "message": {
            "role": "assistant",
            "content": content,
            "refusal": refusal,
            "annotations": [],
        },
        "logprobs": null,
        "finish_reason": finish_reason(said),
    }]);
    completion["usage"] = usage(said);
    completion
}

pub(crate) fn events(question: &Question, said: &Said, number: u64) -> Vec<String> {
    let (field, text) = match said.finish {
        Finish::Refusal => ("refusal", REFUSAL),
        _ => ("content", said.text.as_str()),
    };
    let first = json!({"role": "assistant", "content": "", "refusal": null});
    let deltas = pieces(text).into_iter().map(|piece| json!({field: piece}));
    let mut chunks: Vec<Value> =
        std::iter::once(first).chain(deltas).map(|delta| chunk(question, number, &delta, None)).collect();
    chunks.push(chunk(question, number, &json!({}), Some(finish_reason(said))));
    if question.body["stream_options"]["include_usage"] == true {
        let mut last = frame(question, number, "chat.completion.chunk");
        last["choices"] = json!([]);
        last["usage"] = usage(said);
        chunks.push(last);
    }
    let mut events: Vec<String> = chunks.iter().map(plain).collect();
    events.push("data: [DONE]\n\n".to_owned());
    events
}

fn chunk(question: &Question, number: u64, delta: &Value, finish: Option<&str>) -> Value {
    let mut chunk = frame(question, number, "chat.completion.chunk");
    chunk["choices"] = json!([{
        "index": 0,
        "delta": delta,
        "logprobs": null,
        "finish_reason": finish,
    }]);
    chunk
}

fn frame(question: &Question, number: u64, object: &str) -> Value {
    json!({
        "id": format!("chatcmpl-{number:012}"),
        "object": object,
        "created": NOW,
        "model": question.model,
        "service_tier": "default",
    })
}

fn usage(said: &Said) -> Value {
    json!({
        "prompt_tokens": said.usage.input,
        "prompt_tokens_details": {"cached_tokens": said.usage.cached, "audio_tokens": 0},
        "completion_tokens": said.usage.output,
        "completion_tokens_details": {"reasoning_tokens": 0, "audio_tokens": 0},
        "total_tokens": said.usage.input + said.usage.output,
    })
}

fn finish_reason(said: &Said) -> &'static str {
    match said.finish {
        Finish::End | Finish::Refusal => "stop",
        Finish::MaxTokens => "length",
    }
}
