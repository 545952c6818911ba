//! Deploys the template to the emulator and calls the migrator.

use std::fs;

use anyhow::{Context, Result};
use serde_json::{Map, Value};

use super::emulator;
use super::processes::Processes;
use super::secrets::write_private;
use crate::house::{self, State};
use crate::progress::Progress;
use crate::run;

/// Creates or updates the stack and returns its outputs.
///
/// # Errors
/// With the events of the resources that failed.
pub(crate) fn deploy(
    stack: &str,
    state: &State,
    processes: &Processes,
    endpoint: &str,
    parameters: &Map<String, Value>,
    progress: Progress,
) -> Result<Map<String, Value>> {
    let (file, outputs) = (state.path("parameters.json"), state.path("outputs.json"));
    write_private(&file, &Value::Object(parameters.clone()).to_string())?;
    let mut command = emulator::client("local/deploy.py", endpoint);
    command.args(["deploy", "--stack", stack, "--template"]).arg(house::infra("template.yaml"));
    command.arg("--parameters").arg(&file).arg("--outputs").arg(&outputs);
    processes.mark(&mut command);
    run::streamed(&mut command, "the deployment", &state.log("deploy"), |line| progress.say(format!("  {line}")))?;
    let text = fs::read_to_string(&outputs).with_context(|| format!("cannot read {}", outputs.display()))?;
    serde_json::from_str(&text).with_context(|| format!("{} is damaged", outputs.display()))
}

/// Has the migrator bring the database up to date.
///
/// # Errors
/// With its answer.
pub(crate) fn migrate(
    state: &State,
    processes: &Processes,
    endpoint: &str,
    function: &str,
    progress: Progress,
) -> Result<()> {
    let mut command = emulator::client("local/deploy.py", endpoint);
    command.args(["invoke", function]);
    processes.mark(&mut command);
    run::streamed(&mut command, "the migrator", &state.log("migrate"), |line| progress.say(format!("migrated: {line}")))
        .context("the data are as they were before the migration that failed; where they may go, `cargo xtask up --fresh` starts without them")
}
