use serde_json::{Map, Value, json};

use crate::models::choices;
use crate::models::question::is_text;

/// The least characters of a body: the small local model may begin with the author's name, but not stop there.
const LEAST_BODY: u64 = 80;

/// A copy of `schema` that keeps the small local model in bounds: a limit for every string, list and whole number that has
/// none, a least length for a body, and an entry for each choice.
///
/// This is the local model's own leash and no part of any provider's protocol; the README says so as well.
pub(crate) fn leashed(schema: &Value) -> Value {
    short(schema, "text")
}

fn short(schema: &Value, name: &str) -> Value {
    let Value::Object(keywords) = schema else {
        return schema.clone();
    };
    let mut copy: Map<String, Value> =
        keywords.iter().map(|(keyword, value)| (keyword.clone(), short_value(keyword, value, name))).collect();
    let is = |kind: &str| match keywords.get("type") {
        Some(Value::String(only)) => only == kind,
        Some(Value::Array(kinds)) => kinds.iter().any(|each| each == kind),
        _ => false,
    };
    let fixed = ["enum", "const", "format", "pattern"].iter().any(|keyword| keywords.contains_key(*keyword));
    if is("string") && !fixed {
        let limit = if is_text(name) { 200 } else { 40 };
        cap(&mut copy, "maxLength", limit);
        if name == "body" && !copy.contains_key("minLength") {
            let most = copy.get("maxLength").and_then(Value::as_u64).unwrap_or(limit);
            copy.insert("minLength".to_owned(), json!(LEAST_BODY.min(most)));
        }
    }
    if is("integer") && !fixed {
        copy.entry("minimum").or_insert(json!(0));
        copy.entry("maximum").or_insert(json!(10));
    }
    if is("array") {
        match choices::entries(keywords) {
            Some(entries) => {
                let count = entries.len();
                let entries = entries.iter().map(|entry| short(entry, name)).collect();
                copy.insert("prefixItems".to_owned(), Value::Array(entries));
                copy.insert("minItems".to_owned(), json!(count));
                copy.insert("maxItems".to_owned(), json!(count));
                copy.remove("items");
            }
            None => cap(&mut copy, "maxItems", 3),
        }
    }
    Value::Object(copy)
}

fn short_value(keyword: &str, value: &Value, name: &str) -> Value {
    match (keyword, value) {
        ("properties" | "$defs" | "definitions", Value::Object(schemas)) => {
            Value::Object(schemas.iter().map(|(name, schema)| (name.clone(), short(schema, name))).collect())
        }
        // The items of `hashtags` are not texts, those of `posts` may be; their own name is the list's.
        ("items", schema) => short(schema, name.trim_end_matches('s')),
        ("anyOf" | "oneOf" | "allOf" | "prefixItems", Value::Array(schemas)) => {
            schemas.iter().map(|schema| short(schema, name)).collect()
        }
        _ => value.clone(),
    }
}

fn cap(keywords: &mut Map<String, Value>, keyword: &str, limit: u64) {
    let own = keywords.get(keyword).and_then(Value::as_u64);
    keywords.insert(keyword.to_owned(), json!(own.unwrap_or(limit).min(limit)));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_and_lists_get_limits_and_keep_smaller_ones() {
        let schema = json!({
            "type": "object",
            "properties": {
                "text": {"type": "string"},
                "body": {"type": "string"},
                "title": {"type": ["string", "null"]},
                "short": {"type": "string", "maxLength": 10},
                "kind": {"type": "string", "enum": ["a"]},
                "maxItems": {"type": "integer"},
                "hashtags": {"type": "array", "items": {"type": "string"}, "maxItems": 8},
                "posts": {"type": "array", "items": {"type": "string"}},
            },
        });
        let expected = json!({
            "type": "object",
            "properties": {
                "text": {"type": "string", "maxLength": 200},
                "body": {"type": "string", "maxLength": 200, "minLength": 80},
                "title": {"type": ["string", "null"], "maxLength": 40},
                "short": {"type": "string", "maxLength": 10},
                "kind": {"type": "string", "enum": ["a"]},
                "maxItems": {"type": "integer", "minimum": 0, "maximum": 10},
                "hashtags": {"type": "array", "items": {"type": "string", "maxLength": 40}, "maxItems": 3},
                "posts": {"type": "array", "items": {"type": "string", "maxLength": 200}, "maxItems": 3},
            },
        });
        assert_eq!(leashed(&schema), expected);
        let schema = json!({"type": "array", "items": {"type": "string", "enum": ["A", "B"]}});
        let expected = json!({
            "type": "array",
            "prefixItems": [{"type": "string", "enum": ["A"]}, {"type": "string", "enum": ["B"]}],
            "minItems": 2,
            "maxItems": 2,
        });
        assert_eq!(leashed(&schema), expected);
    }
}
