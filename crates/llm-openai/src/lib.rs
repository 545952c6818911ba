#![doc = include_str!("../README.md")]

mod failure;
pub mod responses;

use reqwest::Client;
use rostrum_llm::http::{Authentication, Endpoint};
use rostrum_llm::{Error, Model, Reply, Request};
use secrecy::SecretString;

use crate::responses::SystemPlace;

/// The address of the real service, without the `/v1` that this provider's own tools put into theirs.
pub const BASE_URL: &str = "https://api.openai.com";

/// OpenAI's models.
#[derive(Debug, Clone)]
pub struct OpenAi {
    endpoint: Endpoint,
}

impl OpenAi {
    /// A client of the service at `base_url`, which is [`BASE_URL`] but for tests and local runs.
    pub fn new(client: Client, base_url: &str, key: SecretString) -> Self {
        let bearer = Authentication::Bearer;
        Self { endpoint: Endpoint::new(client, base_url, responses::PATH, bearer, key) }
    }
}

#[async_trait::async_trait]
impl Model for OpenAi {
    async fn complete(&self, request: &Request) -> Result<Reply, Error> {
        let body = responses::body(request, SystemPlace::Instructions);
        let answer = self.endpoint.post(&body, request.timeout).await?;
        if answer.status == 200 { responses::read(&answer) } else { Err(failure::read(&answer, &request.model)) }
    }
}
