//! What the `context-fetcher` tells the state machine: who sits in the council, and which steps it has.

use serde::{Deserialize, Serialize};

use crate::Contract;

/// The slot's council is frozen in Postgres; this is the part of it that steers the machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContextFetched {
    /// The seats, each of which is asked at the same time.
    pub seats: Vec<Seat>,
    /// Whether the chosen answer is refined.
    pub refine: bool,
    /// Whether the post gets a picture.
    pub render: bool,
}

/// One seat of the council.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seat {
    /// Its name in the campaign's `workflow_config`, unique in its council.
    pub name: String,
    /// Whose models its own is one of; decides which function asks it.
    pub provider: Provider,
}

/// A provider of models that has a function, by the name that logs and tables give it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Provider {
    /// Asked by `llm-claude`.
    Anthropic,
    /// Asked by `llm-openai`.
    OpenAi,
    /// Asked by `llm-grok`.
    Xai,
}

impl Provider {
    /// Every provider, in the order of their names.
    pub const ALL: [Self; 3] = [Self::Anthropic, Self::OpenAi, Self::Xai];

    /// The name in the payload, which the machine compares.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Anthropic => "anthropic",
            Self::OpenAi => "openai",
            Self::Xai => "xai",
        }
    }
}

impl Contract for ContextFetched {
    const NAME: &'static str = "council_context_fetched";
    const VERSION: u64 = 1;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_provider_has_one_name_in_payload_and_code() {
        for provider in Provider::ALL {
            assert_eq!(serde_json::to_value(provider).unwrap(), provider.as_str());
        }
    }
}
