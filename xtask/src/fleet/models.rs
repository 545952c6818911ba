//! Who writes the texts: the real services where a key is set, else a real small model behind their protocols.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::{Map, Value};

use super::processes::{Process, Processes, Start};
use super::{http, ports};
use crate::house::{self, State};
use crate::progress::Progress;
use crate::tools;

const MODEL_PORT: u16 = 8091;
const SIMULATOR_PORT: u16 = 8090;
/// Any key will do for the simulators.
const SIMULATED_KEY: &str = "local-simulator";

/// A provider of models.
struct Provider {
    name: &'static str,
    key: &'static str,
    parameter: &'static str,
}

const PROVIDERS: [Provider; 3] = [
    Provider { name: "anthropic", key: "ANTHROPIC_API_KEY", parameter: "AnthropicBaseUrl" },
    Provider { name: "openai", key: "OPENAI_API_KEY", parameter: "OpenaiBaseUrl" },
    Provider { name: "xai", key: "XAI_API_KEY", parameter: "XaiBaseUrl" },
];

fn real_key(provider: &Provider) -> Option<String> {
    std::env::var(provider.key).ok().filter(|key| !key.trim().is_empty())
}

/// Whether any provider is simulated.
pub(crate) fn simulated() -> bool {
    PROVIDERS.iter().any(|provider| real_key(provider).is_none())
}

/// The parameters of the template: each provider's key, and the simulators' address for those without one.
pub(crate) fn parameters(simulators: Option<&str>, progress: Progress) -> Map<String, Value> {
    let mut keys = Map::new();
    let mut parameters = Map::new();
    for provider in &PROVIDERS {
        if let Some(key) = real_key(provider) {
            progress.say(format!("{} is set: {} itself will answer", provider.key, provider.name));
            keys.insert(provider.name.to_owned(), key.into());
        } else {
            keys.insert(provider.name.to_owned(), SIMULATED_KEY.into());
            if let Some(base) = simulators {
                parameters.insert(provider.parameter.to_owned(), format!("{base}/{}", provider.name).into());
            }
        }
    }
    parameters.insert("ModelKeys".to_owned(), Value::Object(keys).to_string().into());
    parameters
}

/// Starts the model's server and waits until it has loaded its weights, while other parts start.
///
/// # Errors
/// With the end of its log.
pub(crate) fn start_model(state: &State, processes: &Processes, progress: Progress) -> Result<Process> {
    const SERVER: &str = "local/model_server.py";
    let make = tools::MODEL.make(&[SERVER])?;
    if let Some(process) = processes.usable("model", &make) {
        await_model(state, &process, progress)?;
        return Ok(process);
    }
    let _turn = ports::turn("model", progress)?;
    let port = ports::choose(MODEL_PORT, processes.last_port("model"))?;
    let mut command = tools::MODEL.python();
    command.arg("-B").arg(house::infra(SERVER)).arg(port.to_string());
    let process = processes.start(state, Start { name: "model", command, port, make, ends_at: "TERM" })?;
    await_model(state, &process, progress)?;
    Ok(process)
}

fn await_model(state: &State, model: &Process, progress: Progress) -> Result<()> {
    let health = format!("http://127.0.0.1:{}/health", model.port);
    model.await_ready(state, Duration::from_mins(2), || http::answers(&health))?;
    progress.say(format!("the model listens on 127.0.0.1:{}", model.port));
    Ok(())
}

/// Starts the simulators of the providers in front of the model and returns their address.
///
/// # Errors
/// With the end of their log.
pub(crate) fn start_simulators(
    state: &State,
    processes: &Processes,
    program: &Path,
    model: &Process,
    progress: Progress,
) -> Result<String> {
    let upstream = format!("http://127.0.0.1:{}", model.port);
    let port = start_simulator(state, processes, program, "models", SIMULATOR_PORT, &["--upstream", &upstream])?;
    progress.say(format!("the models' protocols are spoken on 127.0.0.1:{port}"));
    Ok(format!("http://127.0.0.1:{port}"))
}

/// Starts one of the simulators' parts and returns the port that it chose.
///
/// # Errors
/// With the end of its log.
pub(crate) fn start_simulator(
    state: &State,
    processes: &Processes,
    program: &Path,
    name: &str,
    usual: u16,
    options: &[&str],
) -> Result<u16> {
    // A copy: the next build replaces the program under the feet of the one that runs.
    let data = fs::metadata(program).with_context(|| format!("cannot read {}", program.display()))?;
    let make = format!("{} {:?} {}", data.len(), data.modified().ok(), options.join(" "));
    if let Some(process) = processes.usable(name, &make) {
        return Ok(process.port);
    }
    let port = ports::choose(usual, processes.last_port(name))?;
    let port_file = state.path("bin").join(format!("{name}.port"));
    let copy = state.path("bin").join(format!("simulators-{name}"));
    fs::create_dir_all(state.path("bin")).context("cannot make the folder of the programs")?;
    let _ = fs::remove_file(&port_file);
    let _ = fs::remove_file(&copy);
    fs::copy(program, &copy).with_context(|| format!("cannot copy {}", program.display()))?;
    let mut command = Command::new(&copy);
    command.arg(name).args(["--port", &port.to_string()]).args(options).arg("--port-file").arg(&port_file);
    let process = processes.start(state, Start { name, command, port, make, ends_at: "TERM" })?;
    process.await_ready(state, Duration::from_secs(30), || {
        fs::read_to_string(&port_file).is_ok_and(|text| text.trim().parse::<u16>().is_ok())
    })?;
    match fs::read_to_string(&port_file).ok().and_then(|text| text.trim().parse::<u16>().ok()) {
        Some(chosen) if chosen == port => Ok(port),
        other => bail!(
            "the simulators listen on {other:?} instead of {port}; end the fleet with `cargo xtask down` and try again"
        ),
    }
}
