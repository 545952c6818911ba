//! What Postgres takes: every text but one with a NUL in it, which a model or a provider may write.

use serde_json::Value;

/// `text` with a replacement character for every NUL.
pub fn text(text: &str) -> String {
    text.replace('\0', "\u{fffd}")
}

/// As [`text`], for every text in `value`.
pub fn json(value: Value) -> Value {
    match value {
        Value::String(string) if string.contains('\0') => Value::String(text(&string)),
        Value::Array(items) => items.into_iter().map(json).collect(),
        Value::Object(fields) => fields.into_iter().map(|(name, value)| (text(&name), json(value))).collect(),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    #[test]
    fn no_nul_is_left_at_any_depth() {
        let value = json!({ "a\0": ["b\0c", { "d": "\0" }, 1, null], "e": "f" });
        assert_eq!(super::json(value), json!({ "a\u{fffd}": ["b\u{fffd}c", { "d": "\u{fffd}" }, 1, null], "e": "f" }));
    }
}
