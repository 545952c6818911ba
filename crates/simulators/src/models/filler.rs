use serde_json::{Map, Value, json};

use crate::dice::Dice;
use crate::models::choices;
use crate::models::question::is_text;

/// How deep a schema is followed, so that one that refers to itself ends.
const DEPTH: usize = 12;

const OPENERS: [&str; 8] = [
    "This week",
    "Lately",
    "After a long sprint",
    "In every project",
    "Yesterday",
    "Once again",
    "On Monday",
    "At last",
];
const SUBJECTS: [&str; 10] = [
    "our team",
    "a customer",
    "the new release",
    "a small experiment",
    "the whole office",
    "an old idea",
    "one honest review",
    "the support desk",
    "a quiet change",
    "the roadmap",
];
const VERBS: [&str; 8] = [
    "taught us",
    "reminded me of",
    "made room for",
    "brought back",
    "opened the door to",
    "proved",
    "started with",
    "paid for",
];
const OBJECTS: [&str; 10] = [
    "the value of patience",
    "clear words",
    "a better plan",
    "shorter meetings",
    "careful tests",
    "good questions",
    "simple tools",
    "trust",
    "a second look",
    "steady work",
];
const WORDS: [&str; 16] = [
    "amber", "bridge", "cedar", "delta", "ember", "forest", "garden", "harbor", "island", "juniper", "lantern",
    "meadow", "orchard", "prairie", "river", "summit",
];

/// A value that satisfies `schema`, the same for the same dice.
pub(crate) fn fill(schema: &Value, dice: &mut Dice) -> Value {
    Filler { root: schema, dice }.value(schema, "text", DEPTH)
}

/// Two or three sentences.
pub(crate) fn prose(dice: &mut Dice) -> String {
    let count = 2 + dice.below(2);
    let sentences: Vec<String> = (0..count).map(|_| sentence(dice)).collect();
    sentences.join(" ")
}

fn sentence(dice: &mut Dice) -> String {
    let words = [dice.pick(&OPENERS), dice.pick(&SUBJECTS), dice.pick(&VERBS), dice.pick(&OBJECTS)];
    let words: Vec<&str> = words.into_iter().flatten().collect();
    format!("{}.", words.join(" "))
}

struct Filler<'a> {
    root: &'a Value,
    dice: &'a mut Dice,
}

impl Filler<'_> {
    fn value(&mut self, schema: &Value, name: &str, depth: usize) -> Value {
        let Some(keywords) = schema.as_object().filter(|_| depth > 0) else {
            return Value::Null;
        };
        if let Some(target) = keywords.get("$ref").and_then(Value::as_str) {
            let target = target.strip_prefix('#').and_then(|path| self.root.pointer(path));
            return target.map_or(Value::Null, |target| self.value(&target.clone(), name, depth - 1));
        }
        if let Some(only) = keywords.get("const") {
            return only.clone();
        }
        if let Some(choices) = keywords.get("enum").and_then(Value::as_array) {
            return choices.get(self.dice.below(choices.len())).cloned().unwrap_or_default();
        }
        for keyword in ["anyOf", "oneOf", "allOf"] {
            // A nullable value is more telling when it is there.
            let choices = keywords.get(keyword).and_then(Value::as_array);
            let first = choices.and_then(|all| all.iter().find(|one| one["type"] != "null"));
            if let Some(choice) = first {
                return self.value(choice, name, depth - 1);
            }
        }
        match kind(keywords) {
            "object" => self.object(keywords, depth),
            "array" => self.array(keywords, name, depth),
            "integer" => json!(self.number(keywords).round() as i64),
            "number" => json!((self.number(keywords) * 100.0).round() / 100.0),
            "boolean" => json!(self.dice.below(2) == 1),
            "string" => json!(self.string(keywords, name)),
            _ => Value::Null,
        }
    }

    fn object(&mut self, keywords: &Map<String, Value>, depth: usize) -> Value {
        let properties = keywords.get("properties").and_then(Value::as_object);
        let filled = properties.into_iter().flatten();
        filled
            .map(|(name, schema)| (name.clone(), self.value(schema, name, depth - 1)))
            .collect::<Map<String, Value>>()
            .into()
    }

    fn array(&mut self, keywords: &Map<String, Value>, name: &str, depth: usize) -> Value {
        if let Some(entries) = choices::entries(keywords) {
            return entries.iter().map(|entry| self.value(entry, name, depth - 1)).collect();
        }
        let least = bound(keywords, "minItems").unwrap_or(1);
        let most = bound(keywords, "maxItems").unwrap_or(3).max(least);
        let count = least + self.dice.below(most.min(least + 2) - least + 1);
        let Some(items) = keywords.get("items") else {
            return json!([]);
        };
        (0..count).map(|_| self.value(items, name.trim_end_matches('s'), depth - 1)).collect()
    }

    fn number(&mut self, keywords: &Map<String, Value>) -> f64 {
        let read = |keyword: &str| keywords.get(keyword).and_then(Value::as_f64);
        let least = read("minimum").or_else(|| read("exclusiveMinimum").map(|bound| bound + 1.0)).unwrap_or(0.0);
        let most =
            read("maximum").or_else(|| read("exclusiveMaximum").map(|bound| bound - 1.0)).unwrap_or(least + 10.0);
        least + self.dice.fraction() * (most - least)
    }

    fn string(&mut self, keywords: &Map<String, Value>, name: &str) -> String {
        match keywords.get("format").and_then(Value::as_str) {
            Some("date-time") => return "2026-11-21T09:00:00Z".to_owned(),
            Some("date") => return "2026-11-21".to_owned(),
            Some("uri") => return "https://example.com/".to_owned(),
            Some("email") => return "someone@example.com".to_owned(),
            Some("uuid") => return "01936e5c-0000-7000-8000-000000000001".to_owned(),
            _ => {}
        }
        let mut text = if is_text(name) { prose(self.dice) } else { self.words() };
        let least = bound(keywords, "minLength").unwrap_or(0);
        while text.chars().count() < least {
            text.push(' ');
            text.push_str(&self.words());
        }
        match bound(keywords, "maxLength") {
            Some(most) => text.chars().take(most).collect(),
            None => text,
        }
    }

    fn words(&mut self) -> String {
        let count = 1 + self.dice.below(3);
        let words: Vec<&str> = (0..count).filter_map(|_| self.dice.pick(&WORDS)).collect();
        words.join(" ")
    }
}

fn kind(keywords: &Map<String, Value>) -> &str {
    match keywords.get("type") {
        Some(Value::String(kind)) => kind,
        Some(Value::Array(kinds)) => {
            kinds.iter().filter_map(Value::as_str).find(|kind| *kind != "null").unwrap_or("null")
        }
        _ if keywords.contains_key("properties") => "object",
        _ => "string",
    }
}

fn bound(keywords: &Map<String, Value>, keyword: &str) -> Option<usize> {
    keywords.get(keyword)?.as_u64().map(|bound| bound as usize)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_post_is_filled_and_its_bounds_are_kept() {
        let schema = json!({
            "$defs": {"tag": {"type": "string", "maxLength": 5}},
            "type": "object",
            "properties": {
                "text": {"type": "string", "minLength": 200, "maxLength": 280},
                "hashtags": {"type": "array", "items": {"$ref": "#/$defs/tag"}, "minItems": 2, "maxItems": 4},
                "score": {"type": "integer", "minimum": 3, "maximum": 5},
                "tone": {"enum": ["warm", "dry"]},
                "link": {"anyOf": [{"type": "null"}, {"type": "string", "format": "uri"}]},
                "sure": {"type": "boolean"},
            },
        });
        for seed in 0..200_u32 {
            let value = fill(&schema, &mut Dice::of(&seed.to_string()));
            let length = value["text"].as_str().unwrap().chars().count();
            assert!((200..=280).contains(&length));
            let tags = value["hashtags"].as_array().unwrap();
            assert!((2..=4).contains(&tags.len()));
            assert!(tags.iter().all(|tag| tag.as_str().unwrap().len() <= 5));
            assert!((3..=5).contains(&value["score"].as_i64().unwrap()));
            assert!(["warm", "dry"].contains(&value["tone"].as_str().unwrap()));
            assert_eq!(value["link"], "https://example.com/");
            assert!(value["sure"].is_boolean());
        }
    }

    #[test]
    fn a_schema_that_refers_to_itself_ends() {
        let schema = json!({"type": "object", "properties": {"next": {"$ref": "#"}}});
        assert!(fill(&schema, &mut Dice::of("")).is_object());
    }

    #[test]
    fn other_prompts_give_other_posts() {
        let texts: std::collections::BTreeSet<String> =
            (0..500).map(|index| prose(&mut Dice::of(&format!("prompt {index}")))).collect();
        assert!(texts.len() > 495, "{}", texts.len());
    }
}
