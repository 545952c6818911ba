//! A server for tests that gives prepared answers and keeps what it was sent.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::response::Response;
use http::{HeaderMap, Method, Uri};
use serde_json::Value;

use crate::server::{self, Running};

/// A prepared answer.
#[derive(Debug, Clone)]
pub struct Scripted {
    status: u16,
    headers: Vec<(&'static str, String)>,
    body: Bytes,
    delay: Duration,
}

impl Scripted {
    /// An answer with a JSON body.
    pub fn json(status: u16, body: &Value) -> Self {
        Self::bytes(status, "application/json", body.to_string())
    }

    /// An answer with any body.
    pub fn bytes(status: u16, content_type: &str, body: impl Into<Bytes>) -> Self {
        Self {
            status,
            headers: vec![("content-type", content_type.to_owned())],
            body: body.into(),
            delay: Duration::ZERO,
        }
    }

    /// Adds a header.
    pub fn with_header(mut self, name: &'static str, value: &str) -> Self {
        self.headers.push((name, value.to_owned()));
        self
    }

    /// Waits before answering.
    pub fn after(mut self, delay: Duration) -> Self {
        self.delay = delay;
        self
    }
}

/// What a caller sent.
#[derive(Debug, Clone)]
pub struct Heard {
    /// The method.
    pub method: Method,
    /// The path with the query.
    pub path: String,
    /// The headers.
    pub headers: HeaderMap,
    /// The body, [`Value::Null`] if it is no JSON.
    pub body: Value,
    /// The body as text, such as a form's.
    pub text: String,
}

impl Heard {
    /// A header's text, empty if it is absent.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }
}

/// A server that answers each call with the next of its prepared answers, and then with the last again.
#[derive(Debug)]
pub struct Replay {
    running: Running,
    tape: Arc<Mutex<Tape>>,
}

#[derive(Debug)]
struct Tape {
    answers: Vec<Scripted>,
    heard: Vec<Heard>,
}

impl Replay {
    /// Starts it on a free port.
    ///
    /// # Errors
    ///
    /// If no port can be had.
    pub async fn start(answers: Vec<Scripted>) -> std::io::Result<Self> {
        let tape = Arc::new(Mutex::new(Tape { answers, heard: Vec::new() }));
        let router = Router::new().fallback(answer).layer(DefaultBodyLimit::disable()).with_state(Arc::clone(&tape));
        Ok(Self { running: server::start(router, 0).await?, tape })
    }

    /// Its address, without a slash at the end.
    pub fn url(&self) -> String {
        self.running.url()
    }

    /// Adds an answer, such as one that names the server's own address.
    pub fn add(&self, answer: Scripted) {
        let mut tape = self.tape.lock().unwrap_or_else(PoisonError::into_inner);
        tape.answers.push(answer);
    }

    /// Everything that was sent so far, in order.
    pub fn heard(&self) -> Vec<Heard> {
        let tape = self.tape.lock().unwrap_or_else(PoisonError::into_inner);
        tape.heard.clone()
    }
}

async fn answer(
    State(tape): State<Arc<Mutex<Tape>>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let scripted = {
        let mut tape = tape.lock().unwrap_or_else(PoisonError::into_inner);
        tape.heard.push(Heard {
            method,
            path: uri.to_string(),
            headers,
            body: serde_json::from_slice(&body).unwrap_or(Value::Null),
            text: String::from_utf8_lossy(&body).into_owned(),
        });
        let index = (tape.heard.len() - 1).min(tape.answers.len().saturating_sub(1));
        tape.answers.get(index).cloned()
    };
    let Some(scripted) = scripted else {
        return Response::default();
    };
    tokio::time::sleep(scripted.delay).await;
    let builder = Response::builder().status(scripted.status);
    scripted
        .headers
        .iter()
        .fold(builder, |builder, (name, value)| builder.header(*name, value))
        .body(scripted.body.into())
        .unwrap_or_default()
}
