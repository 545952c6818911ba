//! Ends the fleet.

use std::fs::File;
use std::process::ExitCode;

use anyhow::{Context, Result, bail};

use super::processes::Processes;
use crate::house::State;

/// Ends every process that the fleet started, and nothing else. Its data stay.
///
/// # Errors
/// If the list of processes cannot be read.
pub(crate) fn down(state: &State) -> Result<ExitCode> {
    let _lock = lock(state)?;
    match Processes::of(state)?.end_all()? {
        0 => println!("nothing was running"),
        1 => println!("ended 1 process; the data stay"),
        count => println!("ended {count} processes; the data stay"),
    }
    Ok(ExitCode::SUCCESS)
}

/// Holds the state of a fleet while it is being started or ended.
///
/// # Errors
/// If another command holds it.
pub(crate) fn lock(state: &State) -> Result<File> {
    let path = state.path("lock");
    let file = File::create(&path).with_context(|| format!("cannot write {}", path.display()))?;
    if file.try_lock().is_err() {
        bail!(
            "another `cargo xtask` is starting or ending this fleet; wait for it, or end it with Ctrl-C. Nothing was changed."
        );
    }
    Ok(file)
}
