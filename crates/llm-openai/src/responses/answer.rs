use rostrum_llm::http::Answer;
use rostrum_llm::{Error, Reply, Stop, Usage};
use serde::Deserialize;

/// Reads an answer that came with status 200.
///
/// # Errors
///
/// [`Error::Refused`] for a refusal and for the content filter, [`Error::RateLimited`] and
/// [`Error::Overloaded`] for a failure that the provider put into its answer, [`Error::Protocol`] for any
/// other shape than the documented.
pub fn read(answer: &Answer) -> Result<Reply, Error> {
    let response: Response = answer.json()?;
    let request_id = answer.header("x-request-id").map(ToOwned::to_owned);
    let usage = response.usage.map(Usage::from).unwrap_or_default();
    let refused = |explanation: String| Error::Refused { explanation, usage, request_id: request_id.clone() };
    let mut text = String::new();
    for part in response.output.into_iter().flat_map(Item::into_content) {
        match part {
            Part::OutputText { text: piece } => text.push_str(&piece),
            Part::Refusal { refusal } => return Err(refused(refusal)),
            Part::Other => {}
        }
    }
    let reason = response.incomplete_details.and_then(|details| details.reason);
    let stop = match (response.status.as_str(), reason.as_deref()) {
        ("completed", _) => Stop::End,
        ("incomplete", Some("max_output_tokens")) => Stop::MaxTokens,
        ("incomplete", Some("content_filter")) => return Err(refused("content_filter".to_owned())),
        ("failed", _) => return Err(failed(answer, response.error)),
        (status, _) => {
            let message = format!("status {status:?}, reason {reason:?}");
            return Err(Error::protocol(message, &answer.body));
        }
    };
    Ok(Reply { text, model: response.model, stop, usage, request_id, latency: answer.latency })
}

fn failed(answer: &Answer, failure: Option<Failure>) -> Error {
    match failure.map(|failure| failure.code).as_deref() {
        Some("rate_limit_exceeded") => Error::RateLimited { retry_after: answer.retry_after() },
        Some("server_error" | "server_is_overloaded" | "slow_down") => {
            Error::Overloaded { status: answer.status, retry_after: answer.retry_after() }
        }
        code => {
            let message = format!("status \"failed\", code {:?}", code.unwrap_or("none"));
            Error::protocol(message, &answer.body)
        }
    }
}

#[derive(Deserialize)]
struct Response {
    model: String,
    status: String,
    output: Vec<Item>,
    incomplete_details: Option<Incomplete>,
    error: Option<Failure>,
    usage: Option<Billed>,
}

#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Item {
    Message {
        content: Vec<Part>,
    },
    /// Reasoning, and the calls of tools that nobody gave.
    #[serde(other)]
    Other,
}

impl Item {
    fn into_content(self) -> Vec<Part> {
        match self {
            Self::Message { content } => content,
            Self::Other => Vec::new(),
        }
    }
}

#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Part {
    OutputText {
        text: String,
    },
    Refusal {
        refusal: String,
    },
    #[serde(other)]
    Other,
}

#[derive(Deserialize)]
struct Incomplete {
    reason: Option<String>,
}

#[derive(Deserialize)]
struct Failure {
    code: String,
}

#[derive(Deserialize)]
struct Billed {
    input_tokens: u64,
    output_tokens: u64,
    input_tokens_details: Option<InputDetails>,
}

#[derive(Deserialize)]
struct InputDetails {
    #[serde(default)]
    cached_tokens: u64,
}

impl From<Billed> for Usage {
    fn from(billed: Billed) -> Self {
        Self {
            input_tokens: billed.input_tokens,
            cached_input_tokens: billed.input_tokens_details.map_or(0, |details| details.cached_tokens),
            output_tokens: billed.output_tokens,
        }
    }
}
