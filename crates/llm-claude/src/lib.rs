#![doc = include_str!("../README.md")]

mod answer;
mod failure;
mod question;

use reqwest::Client;
use rostrum_llm::http::{Authentication, Endpoint};
use rostrum_llm::{Error, Model, Reply, Request};
use secrecy::SecretString;

/// The address of the real service.
pub const BASE_URL: &str = "https://api.anthropic.com";

/// The version of the protocol that this client speaks, sent as `anthropic-version`.
pub const VERSION: &str = "2026-10-21";

/// Anthropic's models.
#[derive(Debug, Clone)]
pub struct Claude {
    endpoint: Endpoint,
}

impl Claude {
    /// A client of the service at `base_url`, which is [`BASE_URL`] but for tests and local runs.
    pub fn new(client: Client, base_url: &str, key: SecretString) -> Self {
        let endpoint = Endpoint::new(client, base_url, "/v1/messages", Authentication::Header("x-api-key"), key);
        Self { endpoint: endpoint.with_header("anthropic-version", VERSION) }
    }
}

#[async_trait::async_trait]
impl Model for Claude {
    async fn complete(&self, request: &Request) -> Result<Reply, Error> {
        let body = question::body(request);
        let answer = self.endpoint.post(&body, request.timeout).await?;
        if answer.status == 200 { answer::read(&answer) } else { Err(failure::read(&answer, &request.model)) }
    }
}
