use std::time::Duration;

/// One question to a model, in no provider's shape.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    /// The provider's own model id, such as `claude-sonnet-5-5`.
    pub model: String,
    /// The instructions that stand above the conversation. Empty means none are sent.
    pub system: String,
    /// The conversation, oldest first. The last turn is the user's: models refuse an assistant's (prefill).
    pub turns: Vec<Turn>,
    /// The shape the answer must have; without it the answer is prose.
    pub schema: Option<Schema>,
    /// The most tokens the model may produce, reasoning included. Current models think by default, so a
    /// limit that only fits the text cuts it off.
    pub max_output_tokens: u32,
    /// The time for one call, from connecting to the last byte of the answer.
    pub timeout: Duration,
}

/// One side's contribution to the conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Turn {
    /// Who speaks.
    pub role: Role,
    /// What is said.
    pub text: String,
}

impl Turn {
    /// A turn of the user.
    pub fn user(text: impl Into<String>) -> Self {
        Self { role: Role::User, text: text.into() }
    }

    /// A turn of the model, as in a few-shot sample.
    pub fn assistant(text: impl Into<String>) -> Self {
        Self { role: Role::Assistant, text: text.into() }
    }
}

/// Who speaks in a [`Turn`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// The one who asks.
    User,
    /// The model.
    Assistant,
}

impl Role {
    /// The word that Anthropic, OpenAI and xAI all use on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Assistant => "assistant",
        }
    }
}

/// The JSON Schema that an answer must satisfy.
#[derive(Debug, Clone, PartialEq)]
pub struct Schema {
    /// A name for the shape; OpenAI wants 1 to 64 characters of `[a-zA-Z0-9_-]`.
    pub name: String,
    /// The schema as its author wrote it; each client sends [`schema::strict`](crate::schema::strict) of it.
    pub json: serde_json::Value,
}

/// A model's answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// The text, without any thinking. With a [`Schema`] it is meant to be JSON, and must be validated.
    pub text: String,
    /// The model that answered, as it names itself: often a dated id behind an alias.
    pub model: String,
    /// Why the model stopped.
    pub stop: Stop,
    /// What was used, and will be billed.
    pub usage: Usage,
    /// The provider's id of the call, for its support.
    pub request_id: Option<String>,
    /// From sending to the last byte of the answer.
    pub latency: Duration,
}

/// Why a model stopped writing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stop {
    /// It had said what it wanted to say.
    End,
    /// It was cut off at a limit, so the text is not whole and JSON will not parse.
    MaxTokens,
}

/// Tokens of one call.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Usage {
    /// All tokens that were read, those from a cache included.
    pub input_tokens: u64,
    /// The part of `input_tokens` that was read from the provider's cache, at a lower price.
    pub cached_input_tokens: u64,
    /// All tokens that were produced, reasoning included.
    pub output_tokens: u64,
}
