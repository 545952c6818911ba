//! Ends the fleet.

use std::fs::File;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result, bail};

use super::processes::Processes;
use crate::house::State;
use crate::lock::hold;

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

/// Ends every process of the fleet once nobody is starting or ending it, and calls `waiting` if somebody is. Returns how
/// many there were.
///
/// # Errors
/// If the list of processes cannot be read, or the program is asked to end while it waits.
pub(super) fn end_in_turn(state: &State, waiting: impl FnOnce()) -> Result<usize> {
    let _lock = hold(&lock_file(state), waiting)?;
    Processes::of(state)?.end_all()
}

/// Holds the state of a fleet while it is being started or ended.
///
/// # Errors
/// If another command holds it.
pub(crate) fn lock(state: &State) -> Result<File> {
    let path = lock_file(state);
    let file = File::create(&path).with_context(|| format!("cannot write {}", path.display()))?;
    if file.try_lock().is_err() {
        bail!(
            "another `cargo xtask` is starting or ending this fleet; wait for it, or end it with Ctrl-C. Nothing was changed."
        );
    }
    Ok(file)
}

fn lock_file(state: &State) -> PathBuf {
    state.path("lock")
}

#[cfg(test)]
mod tests {
    use std::{env, fs, process};

    use super::{end_in_turn, lock};
    use crate::house::State;

    #[test]
    fn a_fleet_that_somebody_is_starting_is_ended_after_that() {
        let folder = env::temp_dir().join(format!("rostrum-down-{}", process::id()));
        let state = State::at(&folder.to_string_lossy()).unwrap();
        let mut starting = Some(lock(&state).unwrap());
        assert_eq!(end_in_turn(&state, || drop(starting.take())).unwrap(), 0);
        assert!(starting.is_none(), "it was ended while somebody was starting it");
        fs::remove_dir_all(&folder).unwrap();
    }
}
