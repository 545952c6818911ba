//! The Responses protocol: the body of a request and the reading of an answer with status 200.
//!
//! Errors with another status are each provider's own matter.

mod answer;

use rostrum_llm::{Request, schema};
use serde_json::{Value, json};

pub use answer::read;

/// The path under a provider's base address.
pub const PATH: &str = "/v1/responses";

/// Where the system text goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SystemPlace {
    /// Into the field `instructions`.
    Instructions,
    /// Into the first item of `input`, with the role `system`.
    Input,
}

/// The body of `POST /v1/responses`.
///
/// A turn's content is a plain string: of content parts, the user's and the assistant's have different types.
pub fn body(request: &Request, place: SystemPlace) -> Value {
    let mut input: Vec<Value> =
        request.turns.iter().map(|turn| json!({"role": turn.role.as_str(), "content": turn.text})).collect();
    let mut body = json!({
        "model": request.model,
        "max_output_tokens": request.max_output_tokens,
        "store": false,
    });
    if !request.system.is_empty() {
        match place {
            SystemPlace::Instructions => body["instructions"] = json!(request.system),
            SystemPlace::Input => {
                input.insert(0, json!({"role": "system", "content": request.system}));
            }
        }
    }
    body["input"] = Value::Array(input);
    if let Some(wanted) = &request.schema {
        body["text"] = json!({
            "format": {
                "type": "json_schema",
                "name": wanted.name,
                "strict": true,
                "schema": schema::strict(&wanted.json),
            },
        });
    }
    body
}
