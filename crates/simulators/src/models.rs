//! The model providers' protocols in front of one local model.

mod call;
mod catalogue;
mod chat;
mod choices;
mod control;
mod events;
mod faults;
mod filler;
mod journal;
mod leash;
mod limits;
mod messages;
mod openai;
mod problem;
mod question;
mod responses;
mod spoil;
mod state;
mod writer;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{delete, get, put};

use crate::server::{self, Running};
use call::FACES;
use catalogue::Provider;
use state::Simulator;

/// The largest request, in bytes: Anthropic's limit.
const BODY_LIMIT: usize = 32 * 1024 * 1024;

/// How the model simulator writes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// The address of llama.cpp's server; without it only canned answers are given.
    pub upstream: Option<String>,
    /// How many calls the local model works on at once: its number of slots.
    pub upstream_slots: usize,
    /// Starts in canned mode with this latency.
    pub canned_latency: Option<Duration>,
}

impl Settings {
    /// Canned answers after a fixed latency, and no local model.
    pub fn canned(latency: Duration) -> Self {
        Self { upstream: None, upstream_slots: 1, canned_latency: Some(latency) }
    }
}

/// Starts the model simulator on a port of 127.0.0.1; 0 takes a free one.
///
/// # Errors
///
/// If the port is taken or TLS cannot be set up.
pub async fn start(settings: Settings, port: u16) -> anyhow::Result<Running> {
    Ok(server::start(router(settings)?, port).await?)
}

/// The model simulator as a router.
///
/// # Errors
///
/// If TLS cannot be set up.
pub fn router(settings: Settings) -> anyhow::Result<Router> {
    let simulator = Arc::new(Simulator::new(settings)?);
    let models = |provider: Provider| get(async move || catalogue::list(provider));
    let faces = FACES.iter().fold(Router::new(), |router, face| router.route(face.path, call::route(face)));
    Ok(faces
        .route("/anthropic/v1/models", models(Provider::Anthropic))
        .route("/openai/v1/models", models(Provider::OpenAi))
        .route("/xai/v1/models", models(Provider::Xai))
        .route("/_control/faults", put(control::set_faults))
        .route("/_control/faults", delete(control::clear_faults))
        .route("/_control/canned", put(control::set_canned))
        .route("/_control/canned", delete(control::clear_canned))
        .route("/_control/calls", get(control::calls))
        .route("/_control/calls", delete(control::clear_calls))
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .with_state(simulator))
}
