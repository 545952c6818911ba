use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::body::Body;
use axum::extract::State;
use axum::extract::rejection::BytesRejection;
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, post};
use bytes::Bytes;
use futures::stream;
use http::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap};
use serde_json::Value;

use crate::models::catalogue::Provider;
use crate::models::faults::{Fault, Kind};
use crate::models::journal::Entry;
use crate::models::problem::Problem;
use crate::models::question::{Question, Said};
use crate::models::spoil::spoil;
use crate::models::state::Simulator;
use crate::models::{chat, limits, messages, responses, writer};

/// Longer than any caller's own time limit.
const NEVER: Duration = Duration::from_mins(10);

/// One endpoint of one provider.
pub(crate) struct Face {
    pub(crate) provider: Provider,
    pub(crate) path: &'static str,
    read: fn(Provider, &HeaderMap, Value) -> Result<Question, Problem>,
    whole: fn(&Question, &Said, u64) -> Value,
    events: fn(&Question, &Said, u64) -> Vec<String>,
}

pub(crate) static FACES: [Face; 5] = [
    Face {
        provider: Provider::Anthropic,
        path: "/anthropic/v1/messages",
        read: messages::read,
        whole: messages::whole,
        events: messages::events,
    },
    Face {
        provider: Provider::OpenAi,
        path: "/openai/v1/responses",
        read: responses::read,
        whole: responses::whole,
        events: responses::events,
    },
    Face {
        provider: Provider::OpenAi,
        path: "/openai/v1/chat/completions",
        read: chat::read,
        whole: chat::whole,
        events: chat::events,
    },
    Face {
        provider: Provider::Xai,
        path: "/xai/v1/responses",
        read: responses::read,
        whole: responses::whole,
        events: responses::events,
    },
    Face {
        provider: Provider::Xai,
        path: "/xai/v1/chat/completions",
        read: chat::read,
        whole: chat::whole,
        events: chat::events,
    },
];

/// The route of a face.
pub(crate) fn route(face: &'static Face) -> MethodRouter<Arc<Simulator>> {
    post(
        async move |State(simulator): State<Arc<Simulator>>,
                    headers: HeaderMap,
                    body: Result<Bytes, BytesRejection>| { answer(face, &simulator, &headers, body).await },
    )
}

async fn answer(
    face: &'static Face,
    simulator: &Simulator,
    headers: &HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    let number = simulator.next_number();
    let mut record = Record::new(face, simulator, number, headers);
    let mut response = match attempt(face, headers, body, &mut record).await {
        Ok(response) => response,
        Err(problem) => problem.into_response(face.provider, number),
    };
    limits::add_headers(face.provider, number, response.headers_mut());
    record.finish(response.status().as_u16());
    response
}

async fn attempt(
    face: &Face,
    headers: &HeaderMap,
    body: Result<Bytes, BytesRejection>,
    record: &mut Record<'_>,
) -> Result<Response, Problem> {
    let simulator = record.simulator;
    if !has_key(face.provider, headers) {
        return Err(Problem::MissingKey);
    }
    let body = body.map_err(|_| Problem::TooLarge)?;
    let body: Value = serde_json::from_slice(&body)
        .map_err(|_| Problem::invalid("We could not parse the JSON body of your request."))?;
    record.entry.body = body.clone();
    record.begin(body["model"].as_str());
    let question = (face.read)(face.provider, headers, body)?;
    if !face.provider.knows(&question.model) {
        return Err(Problem::UnknownModel(question.model));
    }
    let prompt = question.prompt();
    let fault = simulator.faults().decide(face.provider, &question.model, &prompt);
    record.entry.fault = fault.map(|fault| fault.kind);
    if let Some(fault) = fault {
        if fault.kind == Kind::Disconnect {
            return Ok(broken_off());
        }
        fail(fault).await?;
    }
    let mut said = writer::write(simulator, &question).await?;
    if let Some(fault) = fault {
        said = spoil(said, fault.kind);
    }
    Ok(if question.stream {
        streamed((face.events)(&question, &said, record.entry.number))
    } else {
        axum::Json((face.whole)(&question, &said, record.entry.number)).into_response()
    })
}

fn has_key(provider: Provider, headers: &HeaderMap) -> bool {
    let bearer = headers
        .get(AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.strip_prefix("Bearer "))
        .is_some_and(|key| !key.is_empty());
    let own = headers.get("x-api-key").is_some_and(|key| !key.is_empty());
    bearer || (provider == Provider::Anthropic && own)
}

/// The faults that leave no answer; the others spoil one.
async fn fail(fault: Fault) -> Result<(), Problem> {
    match fault.kind {
        Kind::RateLimited => Err(Problem::RateLimited(fault.retry_after_seconds)),
        Kind::Overloaded => Err(Problem::Overloaded(fault.retry_after_seconds)),
        Kind::ServerError => Err(Problem::Broken),
        Kind::Unauthorized => Err(Problem::WrongKey),
        Kind::Quota => Err(Problem::Spent),
        Kind::Timeout => {
            tokio::time::sleep(NEVER).await;
            Err(Problem::Broken)
        }
        _ => Ok(()),
    }
}

/// An answer that begins and then breaks the connection.
fn broken_off() -> Response {
    let pieces = [Ok(Bytes::from_static(b"{\"id\":")), Err(std::io::Error::from(std::io::ErrorKind::ConnectionReset))];
    let body = Body::from_stream(stream::iter(pieces));
    ([(CONTENT_TYPE, "application/json")], body).into_response()
}

fn streamed(events: Vec<String>) -> Response {
    let pieces = events.into_iter().map(Ok::<String, std::io::Error>);
    let body = Body::from_stream(stream::iter(pieces));
    ([(CONTENT_TYPE, "text/event-stream; charset=utf-8")], body).into_response()
}

/// Writes the call into the journal when it ends, also when its caller goes away and the future is dropped.
struct Record<'a> {
    simulator: &'a Simulator,
    started: Instant,
    entry: Entry,
}

impl<'a> Record<'a> {
    fn new(face: &Face, simulator: &'a Simulator, number: u64, headers: &HeaderMap) -> Self {
        let headers: BTreeMap<String, String> = headers
            .iter()
            .filter(|(name, _)| *name != AUTHORIZATION && name.as_str() != "x-api-key")
            .map(|(name, value)| {
                let value = String::from_utf8_lossy(value.as_bytes());
                (name.to_string(), value.into_owned())
            })
            .collect();
        let entry = Entry {
            number,
            provider: face.provider,
            path: face.path,
            model: None,
            status: None,
            fault: None,
            latency_ms: 0,
            headers,
            body: Value::Null,
        };
        Self { simulator, started: Instant::now(), entry }
    }

    /// What was asked is known now.
    fn begin(&mut self, model: Option<&str>) {
        if let Some(model) = model {
            self.entry.model = Some(model.to_owned());
            self.simulator.journal().begin(model);
        }
    }

    fn finish(mut self, status: u16) {
        self.entry.status = Some(status);
    }
}

impl Drop for Record<'_> {
    fn drop(&mut self) {
        self.entry.latency_ms = self.started.elapsed().as_millis() as u64;
        let entry = self.entry.clone();
        tracing::info!(
            provider = entry.provider.as_str(),
            model = entry.model,
            status = entry.status,
            fault = ?entry.fault,
            latency_ms = entry.latency_ms,
            "call"
        );
        self.simulator.journal().add(entry);
    }
}
