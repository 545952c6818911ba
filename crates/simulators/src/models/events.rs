use serde_json::Value;

/// A server-sent event with a name, as Anthropic and OpenAI's Responses send them.
pub(crate) fn named(data: &Value) -> String {
    let name = data["type"].as_str().unwrap_or_default();
    format!("event: {name}\ndata: {data}\n\n")
}

/// A server-sent event without a name, as Chat Completions sends them.
pub(crate) fn plain(data: &Value) -> String {
    format!("data: {data}\n\n")
}

/// A text in up to six pieces, none for an empty one.
pub(crate) fn pieces(text: &str) -> Vec<String> {
    let characters: Vec<char> = text.chars().collect();
    let size = characters.len().div_ceil(6).max(1);
    characters.chunks(size).map(|piece| piece.iter().collect()).collect()
}
