use serde_json::Value;

/// What a caller asks, in no provider's shape.
#[derive(Debug, Clone)]
pub(crate) struct Question {
    pub(crate) model: String,
    pub(crate) system: String,
    /// Role and text.
    pub(crate) turns: Vec<(String, String)>,
    pub(crate) schema: Option<Value>,
    pub(crate) max_tokens: u64,
    pub(crate) stream: bool,
    /// The request as it came, for what an answer repeats.
    pub(crate) body: Value,
}

impl Question {
    /// Everything that the model is told, for rules that look into it.
    pub(crate) fn prompt(&self) -> String {
        let turns = self.turns.iter().map(|(_, text)| text.as_str());
        let parts: Vec<&str> = std::iter::once(self.system.as_str()).chain(turns).collect();
        parts.join("\n")
    }
}

/// What the simulator says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Said {
    pub(crate) text: String,
    pub(crate) finish: Finish,
    pub(crate) usage: Tokens,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Finish {
    End,
    MaxTokens,
    Refusal,
}

/// `input` holds `cached` as well.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Tokens {
    pub(crate) input: u64,
    pub(crate) cached: u64,
    pub(crate) output: u64,
}

/// The text of a message's content: a string, or blocks of which those with text count.
pub(crate) fn text_of(content: &Value) -> String {
    match content {
        Value::String(text) => text.clone(),
        Value::Array(blocks) => {
            let texts = blocks.iter().filter_map(|block| block["text"].as_str());
            texts.collect::<Vec<&str>>().join("\n")
        }
        _ => String::new(),
    }
}

/// Whether a property of this name holds a whole text rather than a few words.
pub(crate) fn is_text(name: &str) -> bool {
    ["body", "caption", "content", "post", "text"].contains(&name)
}

/// Whether every object of a schema is closed, as strict modes demand.
pub(crate) fn is_closed(schema: &Value) -> bool {
    match schema {
        Value::Object(keywords) => {
            let open = keywords.get("type").is_some_and(|kind| kind == "object")
                && keywords.get("additionalProperties") != Some(&Value::Bool(false));
            !open && keywords.values().all(is_closed)
        }
        Value::Array(values) => values.iter().all(is_closed),
        _ => true,
    }
}
