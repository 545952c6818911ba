//! The models that a campaign may name, and where they are.

use std::sync::Arc;

use rostrum_lambda_kit::config::{ConfigError, variable};
use rostrum_llm::{Model, Provider, Router};
use rostrum_llm_claude::Claude;
use rostrum_llm_grok::Grok;
use rostrum_llm_openai::OpenAi;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

/// Where the providers are. With the defaults of the template these are the real services.
#[derive(Debug, Clone)]
pub struct ModelSettings {
    /// `ANTHROPIC_BASE_URL`.
    pub anthropic: String,
    /// `OPENAI_BASE_URL`.
    pub openai: String,
    /// `XAI_BASE_URL`.
    pub xai: String,
}

impl ModelSettings {
    /// What the environment says.
    ///
    /// # Errors
    /// If a variable is missing.
    pub fn from_environment() -> Result<Self, ConfigError> {
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
pub struct KeysError;

/// A router to those of `providers` that there is a key for.
///
/// # Errors
/// If `keys` cannot be read. The error does not repeat it.
pub fn router(
    http: &reqwest::Client,
    settings: &ModelSettings,
    keys: &SecretString,
    providers: &[Provider],
) -> Result<Router, KeysError> {
    let mut keys: Keys = serde_json::from_str(keys.expose_secret()).map_err(|_| KeysError)?;
    Ok(providers.iter().fold(Router::new(), |router, provider| {
        let (key, address) = match provider {
            Provider::Anthropic => (keys.anthropic.take(), &settings.anthropic),
            Provider::OpenAi => (keys.openai.take(), &settings.openai),
            Provider::Xai => (keys.xai.take(), &settings.xai),
        };
        let Some(key) = key else { return router };
        let client: Arc<dyn Model> = match provider {
            Provider::Anthropic => Arc::new(Claude::new(http.clone(), address, key)),
            Provider::OpenAi => Arc::new(OpenAi::new(http.clone(), address, key)),
            Provider::Xai => Arc::new(Grok::new(http.clone(), address, key)),
        };
        router.with(*provider, client)
    }))
}
