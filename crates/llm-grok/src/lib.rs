#![doc = include_str!("../README.md")]

mod failure;

use reqwest::Client;
use rostrum_llm::http::{Authentication, Endpoint};
use rostrum_llm::{Error, Model, Reply, Request};
use rostrum_llm_openai::responses::{self, SystemPlace};
use secrecy::SecretString;

/// The address of the real service, without the `/v1` that this provider's own tools put into theirs.
pub const BASE_URL: &str = "https://api.x.ai";

/// xAI's models.
#[derive(Debug, Clone)]
pub struct Grok {
    endpoint: Endpoint,
}

impl Grok {
    /// A client of the service at `base_url`, which is [`BASE_URL`] but for tests and local runs.
    pub fn new(client: Client, base_url: &str, key: SecretString) -> Self {
        let bearer = Authentication::Bearer;
        Self { endpoint: Endpoint::new(client, base_url, responses::PATH, bearer, key) }
    }
}

#[async_trait::async_trait]
impl Model for Grok {
    async fn complete(&self, request: &Request) -> Result<Reply, Error> {
        let body = responses::body(request, SystemPlace::Input);
        let answer = self.endpoint.post(&body, request.timeout).await?;
        if answer.status == 200 { responses::read(&answer) } else { Err(failure::read(&answer, &request.model)) }
    }
}
