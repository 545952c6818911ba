use axum::Json;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// The moment that every simulated answer claims to come from: 2026-11-21T00:00:00Z, in seconds.
pub(crate) const NOW: u64 = 1_795_219_200;

/// Whose protocol a face speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Provider {
    Anthropic,
    OpenAi,
    Xai,
}

impl Provider {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Anthropic => "anthropic",
            Self::OpenAi => "openai",
            Self::Xai => "xai",
        }
    }

    /// The models of `external-apis.md` §3.1 that are not shut down.
    fn models(self) -> &'static [&'static str] {
        match self {
            Self::Anthropic => &[
                "claude-fable-5-1",
                "claude-opus-5-5",
                "claude-opus-5",
                "claude-sonnet-5-5",
                "claude-sonnet-5",
                "claude-sonnet-4-5",
                "claude-haiku-5-5",
                "claude-haiku-4-5",
                "claude-haiku-4-5-20251001",
            ],
            Self::OpenAi => &[
                "gpt-6-astra",
                "gpt-6.1-sol",
                "gpt-6.1-terra",
                "gpt-6-sol",
                "gpt-6-luna",
                "gpt-5.5",
                "gpt-5.4",
                "gpt-5.4-mini",
                "gpt-5.4-nano",
            ],
            Self::Xai => &["grok-4.7", "grok-4.3"],
        }
    }

    pub(crate) fn knows(self, model: &str) -> bool {
        self.models().contains(&model)
    }
}

/// The answer of a provider's list of models.
pub(crate) fn list(provider: Provider) -> Response {
    let models = provider.models();
    let list = match provider {
        Provider::Anthropic => json!({
            "data": models.iter().map(|id| json!({
                "type": "model",
                "id": id,
                "display_name": id,
                "created_at": "2026-09-28T00:00:00Z",
            })).collect::<Vec<Value>>(),
            "has_more": false,
            "first_id": models.first(),
            "last_id": models.last(),
        }),
        Provider::OpenAi | Provider::Xai => json!({
            "object": "list",
            "data": models.iter().map(|id| json!({
                "id": id,
                "object": "model",
                "created": NOW,
                "owned_by": provider.as_str(),
            })).collect::<Vec<Value>>(),
        }),
    };
    Json(list).into_response()
}
