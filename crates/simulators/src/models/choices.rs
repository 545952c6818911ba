//! Lists with an entry for each of several choices: scores of candidates, rankings.
//!
//! Providers leave it to the model to give every choice its entry, because their strict modes take no bounds. A large model
//! does so when it is asked to; neither the canned answers nor a small local model would.

use serde_json::{Map, Value};

/// The schemas of the entries of a list, one for each choice, if its items are choices or objects with one property that is.
/// A list with bounds of its own is left alone.
pub(crate) fn entries(list: &Map<String, Value>) -> Option<Vec<Value>> {
    if list.contains_key("minItems") || list.contains_key("maxItems") {
        return None;
    }
    let items = list.get("items")?;
    if let Some(choices) = choices(items) {
        return Some(choices.iter().map(|choice| only(items, choice)).collect());
    }
    let properties = items.get("properties")?.as_object()?;
    let mut named = properties.iter().filter_map(|(name, schema)| Some((name, schema, choices(schema)?)));
    let (name, schema, choices) = named.next()?;
    if named.next().is_some() {
        return None;
    }
    let entry = |choice: &Value| {
        let mut entry = items.clone();
        if let Some(property) = entry.pointer_mut("/properties").and_then(|properties| properties.get_mut(name)) {
            *property = only(schema, choice);
        }
        entry
    };
    Some(choices.iter().map(entry).collect())
}

fn choices(schema: &Value) -> Option<&Vec<Value>> {
    schema.get("enum")?.as_array().filter(|choices| choices.len() > 1)
}

fn only(schema: &Value, choice: &Value) -> Value {
    let mut schema = schema.clone();
    if let Some(choices) = schema.get_mut("enum") {
        *choices = Value::Array(vec![choice.clone()]);
    }
    schema
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn check(list: &Value, expected: Option<&Value>) {
        let entries = list.as_object().and_then(entries).map(Value::Array);
        assert_eq!(entries.as_ref(), expected);
    }

    #[test]
    fn every_choice_has_its_entry() {
        check(&json!({"items": {"enum": ["A", "B"]}}), Some(&json!([{"enum": ["A"]}, {"enum": ["B"]}])));
        let item = |label: Value| json!({"properties": {"label": {"enum": label}, "score": {"type": "integer"}}});
        check(&json!({"items": item(json!(["A", "B"]))}), Some(&json!([item(json!(["A"])), item(json!(["B"]))])));
    }

    #[test]
    fn other_lists_are_left_alone() {
        check(&json!({"items": {"type": "string"}}), None);
        check(&json!({"items": {"enum": ["A", "B"]}, "maxItems": 1}), None);
        check(&json!({"items": {"properties": {"a": {"enum": [1, 2]}, "b": {"enum": [1, 2]}}}}), None);
        check(&json!({}), None);
    }
}
