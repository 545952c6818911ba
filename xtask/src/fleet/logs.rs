//! Follows the logs of the functions.

use std::process::ExitCode;

use anyhow::{Result, bail};

use super::emulator;
use super::processes::Processes;
use crate::house::State;
use crate::{run, stop};

/// Prints the logs of all functions, or of one, until Ctrl-C.
///
/// # Errors
/// If the fleet does not run or there is no such function.
pub(crate) fn follow(state: &State, role: Option<&str>) -> Result<ExitCode> {
    let Some(process) = Processes::of(state)?.running("emulator") else {
        bail!("the fleet does not run; start it with `cargo xtask up{}`", state.option());
    };
    let mut command = emulator::client("local/logs.py", &format!("http://127.0.0.1:{}", process.port));
    command.args(role);
    match run::shown(&mut command, "logs.py") {
        Ok(status) if status.success() => Ok(ExitCode::SUCCESS),
        Ok(_) => Ok(ExitCode::FAILURE),
        Err(_) if stop::requested() => Ok(ExitCode::SUCCESS),
        Err(error) => Err(error),
    }
}

/// Keeps all that the functions logged beside the logs of the processes, for after the fleet has ended.
///
/// # Errors
/// If the emulator does not answer.
pub(crate) fn keep(state: &State) -> Result<()> {
    let Some(process) = Processes::of(state)?.running("emulator") else { return Ok(()) };
    let mut command = emulator::client("local/logs.py", &format!("http://127.0.0.1:{}", process.port));
    command.args(["--once", "--since", "86400"]);
    run::logged(&mut command, "logs.py", &state.log("functions"), crate::progress::Progress::new(true))
}
