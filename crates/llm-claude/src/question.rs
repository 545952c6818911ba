use rostrum_llm::{Request, schema};
use serde_json::{Value, json};

/// The body of `POST /v1/messages`.
pub(crate) fn body(request: &Request) -> Value {
    let messages: Vec<Value> =
        request.turns.iter().map(|turn| json!({"role": turn.role.as_str(), "content": turn.text})).collect();
    let mut body = json!({
        "model": request.model,
        "max_tokens": request.max_output_tokens,
        "messages": messages,
    });
    if !request.system.is_empty() {
        body["system"] = json!(request.system);
    }
    if let Some(wanted) = &request.schema {
        body["output_config"] = json!({
            "format": {"type": "json_schema", "schema": schema::strict(&wanted.json)},
        });
    }
    body
}
