//! Small requests to the fleet's own addresses.

use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::Value;
use ureq::http::Response;
use ureq::{Agent, Body};

/// An agent that never waits long and returns every status as an answer.
pub(crate) fn agent() -> Agent {
    Agent::config_builder().timeout_global(Some(Duration::from_secs(35))).http_status_as_error(false).build().into()
}

/// Whether the address answers 200 within a second.
pub(crate) fn answers(address: &str) -> bool {
    let agent: Agent = Agent::config_builder().timeout_global(Some(Duration::from_secs(2))).build().into();
    agent.get(address).call().is_ok_and(|answer| answer.status() == 200)
}

/// The JSON body of a good answer.
///
/// # Errors
/// With what was answered instead.
pub(crate) fn json(what: &str, answer: Result<Response<Body>, ureq::Error>) -> Result<Value> {
    let mut answer = answer.with_context(|| format!("{what}: no answer"))?;
    let text = answer.body_mut().read_to_string().with_context(|| format!("{what}: the answer broke off"))?;
    if !answer.status().is_success() {
        bail!("{what}: answered {}: {}", answer.status(), text.chars().take(600).collect::<String>());
    }
    serde_json::from_str(&text)
        .with_context(|| format!("{what}: the answer is no JSON: {}", text.chars().take(200).collect::<String>()))
}
