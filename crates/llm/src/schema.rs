//! Makes a JSON Schema fit for the providers' strict mode.

use serde_json::{Map, Value};

/// The keywords that Anthropic and OpenAI do not take in strict mode (`external-apis.md` §3.2, §3.3), and `$schema`.
const REFUSED: [&str; 13] = [
    "$schema",
    "exclusiveMaximum",
    "exclusiveMinimum",
    "maxItems",
    "maxLength",
    "maxProperties",
    "maximum",
    "minItems",
    "minLength",
    "minProperties",
    "minimum",
    "multipleOf",
    "uniqueItems",
];

/// A copy of `schema` in which every object lists all its properties as required and allows no others, and
/// no value has bounds.
///
/// An optional property becomes required rather than nullable, so that what satisfies the copy also satisfies
/// the original but for its bounds, which the caller checks. A bound moves into the `description`, where the
/// model can read it.
pub fn strict(schema: &Value) -> Value {
    match schema {
        Value::Object(keywords) => Value::Object(strict_keywords(keywords)),
        // `true` and `false` are schemas as well.
        other => other.clone(),
    }
}

fn strict_keywords(keywords: &Map<String, Value>) -> Map<String, Value> {
    let mut copy: Map<String, Value> = keywords
        .iter()
        .filter(|(keyword, _)| !REFUSED.contains(&keyword.as_str()))
        .map(|(keyword, value)| (keyword.clone(), strict_value(keyword, value)))
        .collect();
    describe_bounds(keywords, &mut copy);
    let names = keywords
        .get("properties")
        .and_then(Value::as_object)
        .map(|properties| properties.keys().cloned().map(Value::String).collect());
    if names.is_some() || is_object(keywords) {
        copy.insert("required".to_owned(), names.unwrap_or_default());
        copy.insert("additionalProperties".to_owned(), Value::Bool(false));
    }
    copy
}

/// Follows the keywords that hold schemas, and only those: a property may itself be called `maximum`.
fn strict_value(keyword: &str, value: &Value) -> Value {
    match (keyword, value) {
        ("properties" | "$defs" | "definitions", Value::Object(schemas)) => {
            Value::Object(schemas.iter().map(|(name, schema)| (name.clone(), strict(schema))).collect())
        }
        ("items" | "not", schema) => strict(schema),
        ("anyOf" | "oneOf" | "allOf" | "prefixItems", Value::Array(schemas)) => schemas.iter().map(strict).collect(),
        _ => value.clone(),
    }
}

fn is_object(keywords: &Map<String, Value>) -> bool {
    match keywords.get("type") {
        Some(Value::String(name)) => name == "object",
        Some(Value::Array(names)) => names.iter().any(|name| name == "object"),
        _ => false,
    }
}

fn describe_bounds(original: &Map<String, Value>, copy: &mut Map<String, Value>) {
    let bounds: Vec<String> = original
        .iter()
        .filter(|(keyword, _)| REFUSED.contains(&keyword.as_str()) && *keyword != "$schema")
        .map(|(keyword, value)| format!("{keyword}: {value}"))
        .collect();
    if bounds.is_empty() {
        return;
    }
    let bounds = format!("({})", bounds.join(", "));
    let description = match copy.get("description").and_then(Value::as_str) {
        Some(description) => format!("{description} {bounds}"),
        None => bounds,
    };
    copy.insert("description".to_owned(), Value::String(description));
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[track_caller]
    fn check(schema: &Value, expected: &Value) {
        assert_eq!(&strict(schema), expected);
        // What is strict already stays as it is.
        assert_eq!(&strict(expected), expected);
    }

    #[test]
    fn objects_are_closed_at_every_depth() {
        check(
            &json!({
                "$schema": "https://json-schema.org/draft/2020-12/schema",
                "type": "object",
                "properties": {
                    "posts": {"type": "array", "items": {
                        "type": "object",
                        "properties": {"text": {"type": "string"}, "tags": {"type": "array", "items": {"type": "string"}}},
                        "required": ["text"],
                    }},
                },
            }),
            &json!({
                "type": "object",
                "properties": {
                    "posts": {"type": "array", "items": {
                        "type": "object",
                        "properties": {"text": {"type": "string"}, "tags": {"type": "array", "items": {"type": "string"}}},
                        "required": ["tags", "text"],
                        "additionalProperties": false,
                    }},
                },
                "required": ["posts"],
                "additionalProperties": false,
            }),
        );
    }

    #[test]
    fn bounds_move_into_the_description() {
        check(
            &json!({"type": "string", "description": "The post.", "minLength": 1, "maxLength": 280}),
            &json!({"type": "string", "description": "The post. (maxLength: 280, minLength: 1)"}),
        );
        check(&json!({"type": "integer", "minimum": 0}), &json!({"type": "integer", "description": "(minimum: 0)"}));
    }

    #[test]
    fn a_property_may_be_called_like_a_keyword() {
        check(
            &json!({"type": "object", "properties": {"maximum": {"type": "number"}}}),
            &json!({
                "type": "object",
                "properties": {"maximum": {"type": "number"}},
                "required": ["maximum"],
                "additionalProperties": false,
            }),
        );
    }

    #[test]
    fn definitions_and_alternatives_are_followed_and_values_are_not() {
        check(
            &json!({
                "$defs": {"a": {"type": "object", "properties": {}}},
                "anyOf": [{"type": "number", "maximum": 3}, {"const": {"minimum": 1}}],
            }),
            &json!({
                "$defs": {"a": {"type": "object", "properties": {}, "required": [], "additionalProperties": false}},
                "anyOf": [{"type": "number", "description": "(maximum: 3)"}, {"const": {"minimum": 1}}],
            }),
        );
    }
}
