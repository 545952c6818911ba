//! A model that answers as a test says and remembers what it was asked.

use std::{
    fmt,
    sync::{Arc, Mutex},
    time::Duration,
};

use async_trait::async_trait;
use rostrum_llm::{Error, Model, Reply, Request, Stop, Usage};

type Script = dyn Fn(&Request) -> Result<Reply, Error> + Send + Sync;

/// A model of a test's own making; cheap to clone.
#[derive(Clone)]
pub struct ScriptedModel {
    script: Arc<Script>,
    requests: Arc<Mutex<Vec<Request>>>,
}

impl ScriptedModel {
    /// A model that answers every request by `script`.
    pub fn new(script: impl Fn(&Request) -> Result<Reply, Error> + Send + Sync + 'static) -> Self {
        Self { script: Arc::new(script), requests: Arc::default() }
    }

    /// A model that always answers with this text.
    pub fn saying(text: impl Into<String>) -> Self {
        let text = text.into();
        Self::new(move |_| Ok(reply(&text)))
    }

    /// What it was asked, in order.
    pub fn requests(&self) -> Vec<Request> {
        self.requests.lock().unwrap().clone()
    }
}

impl fmt::Debug for ScriptedModel {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("ScriptedModel").finish_non_exhaustive()
    }
}

/// A whole answer of this text.
pub fn reply(text: &str) -> Reply {
    Reply {
        text: text.to_owned(),
        model: "claude-sonnet-5-5-20260928".to_owned(),
        stop: Stop::End,
        usage: Usage { input_tokens: 800, cached_input_tokens: 0, output_tokens: 120 },
        request_id: Some("req_1".to_owned()),
        latency: Duration::from_millis(900),
    }
}

#[async_trait]
impl Model for ScriptedModel {
    async fn complete(&self, request: &Request) -> Result<Reply, Error> {
        self.requests.lock().unwrap().push(request.clone());
        (self.script)(request)
    }
}
