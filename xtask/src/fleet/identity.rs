//! With whom people sign in besides: Google and LinkedIn, as stand-ins on this machine.

use std::path::Path;

use anyhow::Result;
use serde_json::Value;

use super::models;
use super::processes::Processes;
use crate::house::State;
use crate::progress::Progress;

const PORT: u16 = 8092;
const CLIENT_ID: &str = "rostrum-local";
/// None, really: whoever reaches the stand-ins may be anybody.
const CLIENT_SECRET: &str = "rostrum-local-secret";

/// Starts the stand-ins and returns their address.
///
/// # Errors
/// With the end of their log.
pub(crate) fn start(state: &State, processes: &Processes, program: &Path, progress: Progress) -> Result<String> {
    let options = ["--client-id", CLIENT_ID, "--client-secret", CLIENT_SECRET];
    let port = models::start_simulator(state, processes, program, "oidc", PORT, &options)?;
    progress.say(format!("Google and LinkedIn are stood in for on 127.0.0.1:{port}"));
    Ok(format!("http://127.0.0.1:{port}"))
}

/// The parameters of the template: our registration at both.
pub(crate) fn parameters(address: &str) -> impl Iterator<Item = (String, Value)> {
    [("Google", "google"), ("Linkedin", "linkedin")].into_iter().flat_map(move |(prefix, path)| {
        [
            (format!("{prefix}ClientId"), Value::from(CLIENT_ID)),
            (format!("{prefix}ClientSecret"), Value::from(CLIENT_SECRET)),
            (format!("{prefix}Issuer"), Value::from(format!("{address}/oidc/{path}"))),
        ]
    })
}
