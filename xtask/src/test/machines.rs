//! The state machines: their structure, and their cases on an emulator of their own.

use std::fs;

use anyhow::{Context, Result, bail};

use super::structure;
use crate::fleet::{down, emulator, processes::Processes};
use crate::house::{self, State};
use crate::progress::Progress;
use crate::{run, tools};

const STATE: &str = ".rostrum/test-machines";

/// Checks the structure of every machine; says whether all are sound.
///
/// # Errors
/// If there is none, or one cannot be read.
pub(super) fn structures() -> Result<bool> {
    let folder = house::root().join("statemachines");
    let entries = fs::read_dir(&folder).with_context(|| format!("cannot read {}", folder.display()))?;
    let mut names: Vec<String> = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok()).collect();
    names.retain(|name| name.ends_with(".asl.json"));
    names.sort();
    if names.is_empty() {
        bail!("{} holds no state machine", folder.display());
    }
    let mut sound = true;
    for name in names {
        let file = folder.join(&name);
        let text = fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?;
        let findings = structure::findings(&text);
        sound &= findings.is_empty();
        println!("statemachines/{name}: {}", if findings.is_empty() { "is sound" } else { "has findings" });
        for finding in findings {
            println!("  {finding}");
        }
    }
    Ok(sound)
}

/// Runs the cases on an emulator that is started for them and always ended; says whether all ended as they should.
///
/// # Errors
/// If the emulator cannot be started or ended.
pub(super) fn cases() -> Result<bool> {
    let state = State::at(STATE)?;
    let _lock = down::lock(&state)?;
    let progress = Progress::new(true);
    tools::EMULATOR.install(&state.log("install-emulator"), Progress::new(false))?;
    let processes = Processes::of(&state)?;
    processes.end_all()?;
    state.wipe()?;
    let done = emulator::start(&state, &processes, progress).and_then(|endpoint| {
        let mut python = tools::EMULATOR.python();
        python.current_dir(house::infra("local")).args(["-B", "-m", "unittest", "--quiet", "test_state_machines"]);
        python.env("EMULATOR_ENDPOINT", endpoint).envs(emulator::CREDENTIALS);
        processes.mark(&mut python);
        Ok(run::shown(&mut python, "the cases of the state machines")?.success())
    });
    processes.end_all()?;
    done
}
