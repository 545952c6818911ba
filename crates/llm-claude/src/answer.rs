use rostrum_llm::http::Answer;
use rostrum_llm::{Error, Reply, Stop, Usage};
use serde::Deserialize;

/// Reads a message that came with status 200.
pub(crate) fn read(answer: &Answer) -> Result<Reply, Error> {
    let message: Message = answer.json()?;
    let request_id = answer.header("request-id").map(ToOwned::to_owned);
    let usage = Usage::from(message.usage);
    let text: String = message
        .content
        .into_iter()
        .filter_map(|block| match block {
            Block::Text { text } => Some(text),
            Block::Other => None,
        })
        .collect();
    let stop = match message.stop_reason.as_deref() {
        Some("end_turn" | "stop_sequence") => Stop::End,
        // Both mean that there was no room left for the rest.
        Some("max_tokens" | "model_context_window_exceeded") => Stop::MaxTokens,
        Some("refusal") => {
            let explanation = if text.is_empty() { "refusal".to_owned() } else { text };
            return Err(Error::Refused { explanation, usage, request_id });
        }
        reason => {
            // `tool_use` and `pause_turn` belong to features that this client does not ask for.
            let message = format!("stop_reason {:?}", reason.unwrap_or("null"));
            return Err(Error::protocol(message, &answer.body));
        }
    };
    Ok(Reply { text, model: message.model, stop, usage, request_id, latency: answer.latency })
}

#[derive(Deserialize)]
struct Message {
    model: String,
    content: Vec<Block>,
    stop_reason: Option<String>,
    usage: Billed,
}

#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Block {
    Text {
        text: String,
    },
    /// Thinking, and whatever kinds come to be.
    #[serde(other)]
    Other,
}

#[derive(Deserialize)]
#[expect(clippy::struct_field_names, reason = "the names are the provider's")]
struct Billed {
    input_tokens: u64,
    output_tokens: u64,
    cache_creation_input_tokens: Option<u64>,
    cache_read_input_tokens: Option<u64>,
}

impl From<Billed> for Usage {
    fn from(billed: Billed) -> Self {
        let written = billed.cache_creation_input_tokens.unwrap_or(0);
        let cached = billed.cache_read_input_tokens.unwrap_or(0);
        Self {
            input_tokens: billed.input_tokens + written + cached,
            cached_input_tokens: cached,
            output_tokens: billed.output_tokens,
        }
    }
}
