//! The models that a campaign may name, and where they are.

use std::sync::Arc;

use rostrum_core::model::Family;
use rostrum_lambda_kit::config::{ConfigError, variable};
use rostrum_llm::{Model, Router};
use rostrum_llm_claude::Claude;
use rostrum_llm_grok::Grok;
use rostrum_llm_openai::OpenAi;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

/// Where the providers are. With the defaults of the template these are the real services.
#[derive(Debug, Clone)]
pub(crate) struct ModelSettings {
    /// `ANTHROPIC_BASE_URL`.
    anthropic: String,
    /// `OPENAI_BASE_URL`.
    openai: String,
    /// `XAI_BASE_URL`.
    xai: String,
}

impl ModelSettings {
    /// What the environment says.
    ///
    /// # Errors
    /// If a variable is missing.
    pub(crate) fn from_environment() -> Result<Self, ConfigError> {
        Ok(Self {
            anthropic: variable("ANTHROPIC_BASE_URL")?,
            openai: variable("OPENAI_BASE_URL")?,
            xai: variable("XAI_BASE_URL")?,
        })
    }
}

/// The secret `MODEL_KEYS_SECRET_ARN`: a key per provider that is used.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Keys {
    anthropic: Option<SecretString>,
    openai: Option<SecretString>,
    xai: Option<SecretString>,
}

/// The secret with the keys is not JSON of the form `{"anthropic": "…", "openai": "…", "xai": "…"}`.
#[derive(Debug, thiserror::Error)]
#[error("the secret of the model keys is not a JSON object with the keys anthropic, openai and xai, each a text")]
pub(crate) struct KeysError;

/// A router to those of `families` that there is a key for.
///
/// # Errors
/// If `keys` cannot be read. The error does not repeat it.
pub(crate) fn router(
    http: &reqwest::Client,
    settings: &ModelSettings,
    keys: &SecretString,
    families: &[Family],
) -> Result<Router, KeysError> {
    let mut keys: Keys = serde_json::from_str(keys.expose_secret()).map_err(|_| KeysError)?;
    Ok(families.iter().fold(Router::new(), |router, family| {
        let (key, address) = match family {
            Family::Anthropic => (keys.anthropic.take(), &settings.anthropic),
            Family::OpenAi => (keys.openai.take(), &settings.openai),
            Family::Xai => (keys.xai.take(), &settings.xai),
        };
        let Some(key) = key else { return router };
        let client: Arc<dyn Model> = match family {
            Family::Anthropic => Arc::new(Claude::new(http.clone(), address, key)),
            Family::OpenAi => Arc::new(OpenAi::new(http.clone(), address, key)),
            Family::Xai => Arc::new(Grok::new(http.clone(), address, key)),
        };
        router.with(*family, client)
    }))
}
