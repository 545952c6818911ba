use std::collections::BTreeMap;
use std::sync::Arc;

use rostrum_core::model::Family;

use crate::{Error, Model, Reply, Request};

/// Gives each request to the client of the provider that owns the model's name.
#[derive(Default, Clone)]
pub struct Router {
    clients: BTreeMap<Family, Arc<dyn Model>>,
}

impl Router {
    /// A router that knows no provider yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds the client of a family's provider, or replaces it.
    pub fn with(mut self, family: Family, client: Arc<dyn Model>) -> Self {
        self.clients.insert(family, client);
        self
    }

    /// The families that have a client, in a fixed order.
    pub fn families(&self) -> impl Iterator<Item = Family> + '_ {
        self.clients.keys().copied()
    }
}

#[async_trait::async_trait]
impl Model for Router {
    async fn complete(&self, request: &Request) -> Result<Reply, Error> {
        let client = Family::of_model(&request.model)
            .and_then(|family| self.clients.get(&family))
            .ok_or_else(|| Error::UnknownModel { model: request.model.clone() })?;
        client.complete(request).await
    }
}

impl std::fmt::Debug for Router {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_set().entries(self.clients.keys()).finish()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::{Stop, Turn, Usage};

    struct Named(&'static str);

    #[async_trait::async_trait]
    impl Model for Named {
        async fn complete(&self, request: &Request) -> Result<Reply, Error> {
            Ok(Reply {
                text: self.0.to_owned(),
                model: request.model.clone(),
                stop: Stop::End,
                usage: Usage::default(),
                request_id: None,
                latency: Duration::ZERO,
            })
        }
    }

    async fn check(model: &str, expected: Result<&str, ()>) {
        let router = Router::new()
            .with(Family::Anthropic, Arc::new(Named("anthropic")))
            .with(Family::OpenAi, Arc::new(Named("openai")));
        let request = Request {
            model: model.to_owned(),
            system: String::new(),
            turns: vec![Turn::user("hello")],
            schema: None,
            max_output_tokens: 10,
            timeout: Duration::from_secs(1),
        };
        let answer = router.complete(&request).await;
        match expected {
            Ok(name) => assert_eq!(answer.unwrap().text, name),
            Err(()) => assert_eq!(answer, Err(Error::UnknownModel { model: model.to_owned() })),
        }
    }

    #[tokio::test]
    async fn the_prefix_decides() {
        check("claude-haiku-5-5", Ok("anthropic")).await;
        check("gpt-6-luna", Ok("openai")).await;
    }

    #[tokio::test]
    async fn an_unknown_name_and_an_absent_client_are_unknown_models() {
        check("grok-4.7", Err(())).await;
        check("llama-4", Err(())).await;
        check("", Err(())).await;
        check("my-claude-haiku", Err(())).await;
    }
}
