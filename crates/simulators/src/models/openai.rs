//! What OpenAI and its followers check in every protocol of theirs.

use serde_json::Value;

use crate::models::catalogue::Provider;
use crate::models::problem::Problem;
use crate::models::question::is_closed;

/// The limit of a request that names none: the most that any of these models writes.
const NO_LIMIT: u64 = 128_000;

pub(crate) fn model(body: &Value) -> Result<String, Problem> {
    let model = body["model"].as_str().ok_or_else(|| missing("model"))?;
    Ok(model.to_owned())
}

pub(crate) fn missing(param: &'static str) -> Problem {
    let message = format!("Missing required parameter: '{param}'.");
    Problem::parameter(param, "missing_required_parameter", message)
}

/// Refuses parameters that belong to another protocol.
pub(crate) fn refuse(body: &Value, params: &[&'static str]) -> Result<(), Problem> {
    match params.iter().find(|param| body.get(**param).is_some()) {
        Some(param) => {
            let message = format!("Unknown parameter: '{param}'.");
            Err(Problem::parameter(param, "unknown_parameter", message))
        }
        None => Ok(()),
    }
}

/// GPT-6 has no sampling knobs; `top_k` was never one of these providers'.
pub(crate) fn refuse_knobs(provider: Provider, model: &str, body: &Value) -> Result<(), Problem> {
    refuse(body, &["top_k"])?;
    let fixed = provider == Provider::OpenAi && model.starts_with("gpt-6");
    for knob in ["temperature", "top_p"] {
        if fixed && body.get(knob).is_some_and(|value| !value.is_null()) {
            let message = format!("Unsupported parameter: '{knob}' is not supported with this model.");
            return Err(Problem::parameter(knob, "unsupported_parameter", message));
        }
    }
    Ok(())
}

/// Reads the limit of output tokens from the field `param`.
pub(crate) fn limit(provider: Provider, param: &'static str, body: &Value) -> Result<u64, Problem> {
    let least = match provider {
        Provider::OpenAi => 16,
        _ => 1,
    };
    match &body[param] {
        Value::Null => Ok(NO_LIMIT),
        value => value.as_u64().filter(|limit| *limit >= least).ok_or_else(|| {
            let message = format!("Invalid '{param}': Expected a value >= {least}.");
            Problem::parameter(param, "integer_below_min_value", message)
        }),
    }
}

/// Reads the schema from an object with `name`, `schema` and `strict`, which stands in the field `param`.
pub(crate) fn schema(provider: Provider, param: &'static str, format: &Value) -> Result<Value, Problem> {
    if !format["name"].is_string() {
        let message = format!("Missing required parameter: '{param}.name'.");
        let code = "missing_required_parameter";
        return Err(Problem::parameter(param, code, message));
    }
    let schema = &format["schema"];
    let strict = provider == Provider::OpenAi && format["strict"] == true;
    if !schema.is_object() || (strict && !is_closed(schema)) {
        let message =
            format!("Invalid schema for '{param}': 'additionalProperties' is required to be supplied and to be false.");
        return Err(Problem::parameter(param, "invalid_json_schema", message));
    }
    Ok(schema.clone())
}
