use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde::Deserialize;
use serde_json::Value;

use crate::models::faults::{Faults, Rule};
use crate::models::journal::Report;
use crate::models::state::Simulator;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Seeded {
    #[serde(default)]
    seed: u64,
    #[serde(default)]
    rules: Vec<Rule>,
}

/// Takes a list of rules, or an object that holds it beside a seed.
pub(crate) async fn set_faults(State(simulator): State<Arc<Simulator>>, Json(body): Json<Value>) -> Response {
    // Not an untagged enum: its message would not name the field that is wrong.
    let read = if body.is_array() {
        serde_json::from_value(body).map(|rules| Seeded { seed: 0, rules })
    } else {
        serde_json::from_value(body)
    };
    match read {
        Ok(Seeded { seed, rules }) => {
            *simulator.faults() = Faults::new(seed, rules);
            StatusCode::NO_CONTENT.into_response()
        }
        Err(error) => (StatusCode::BAD_REQUEST, error.to_string()).into_response(),
    }
}

pub(crate) async fn clear_faults(State(simulator): State<Arc<Simulator>>) -> StatusCode {
    *simulator.faults() = Faults::default();
    StatusCode::NO_CONTENT
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Canned {
    #[serde(default)]
    latency_ms: u64,
}

pub(crate) async fn set_canned(State(simulator): State<Arc<Simulator>>, Json(canned): Json<Canned>) -> StatusCode {
    *simulator.canned() = Some(Duration::from_millis(canned.latency_ms));
    StatusCode::NO_CONTENT
}

pub(crate) async fn clear_canned(State(simulator): State<Arc<Simulator>>) -> Response {
    if simulator.upstream.is_none() {
        return (StatusCode::CONFLICT, "there is no local model").into_response();
    }
    *simulator.canned() = None;
    StatusCode::NO_CONTENT.into_response()
}

#[derive(Deserialize)]
pub(crate) struct Last {
    #[serde(default = "twenty")]
    last: usize,
}

fn twenty() -> usize {
    20
}

pub(crate) async fn calls(State(simulator): State<Arc<Simulator>>, Query(Last { last }): Query<Last>) -> Json<Report> {
    Json(simulator.journal().report(last))
}

pub(crate) async fn clear_calls(State(simulator): State<Arc<Simulator>>) -> StatusCode {
    simulator.journal().clear();
    StatusCode::NO_CONTENT
}
