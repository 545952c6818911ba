//! Where things lie.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// The root folder of the project.
pub(crate) fn root() -> PathBuf {
    let manifest =
        std::env::var_os("CARGO_MANIFEST_DIR").map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
    manifest.parent().map_or(manifest.clone(), Path::to_path_buf)
}

/// The folder of the pinned tools, shared by every fleet of this clone.
pub(crate) fn tools() -> PathBuf {
    root().join(".rostrum/tools")
}

/// A file of `infra/`.
pub(crate) fn infra(name: &str) -> PathBuf {
    root().join("infra").join(name)
}

/// The state of one fleet: data, logs, secrets and the list of its processes.
#[derive(Clone)]
pub(crate) struct State {
    folder: PathBuf,
}

/// What `--fresh` removes; the pinned tools and other fleets' folders beside it stay.
const DATA: [&str; 9] =
    ["aws", "bin", "log", "postgres", "secrets", "fleet.json", "outputs.json", "parameters.json", "postgres-elsewhere"];

impl State {
    /// The state in `folder`, which is made if it is missing.
    ///
    /// # Errors
    /// If the folder cannot be made.
    pub(crate) fn at(folder: &str) -> Result<Self> {
        let folder = root().join(folder);
        std::fs::create_dir_all(folder.join("log")).with_context(|| format!("cannot make {}", folder.display()))?;
        Ok(Self { folder })
    }

    /// A file or folder inside.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// The log of one process or step.
    pub(crate) fn log(&self, name: &str) -> PathBuf {
        self.folder.join("log").join(format!("{name}.log"))
    }

    /// Removes the fleet's data. Nothing of it may run.
    ///
    /// # Errors
    /// If something cannot be removed.
    pub(crate) fn wipe(&self) -> Result<()> {
        for name in DATA {
            let path = self.path(name);
            let done = if path.is_dir() { std::fs::remove_dir_all(&path) } else { std::fs::remove_file(&path) };
            match done {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                    return Err(error).with_context(|| format!("cannot remove {}", path.display()));
                }
                _ => {}
            }
        }
        std::fs::create_dir_all(self.path("log")).context("cannot make the folder of the logs")
    }

    /// How a person names this state on the command line.
    pub(crate) fn option(&self) -> String {
        let shown = self.folder.strip_prefix(root()).unwrap_or(&self.folder);
        if shown == Path::new(".rostrum") { String::new() } else { format!(" --state {}", shown.display()) }
    }
}

#[cfg(test)]
mod tests {
    use std::{env, fs, process};

    use super::State;

    #[test]
    fn fresh_data_keep_the_tools_and_other_fleets() {
        let folder = env::temp_dir().join(format!("rostrum-state-{}", process::id()));
        let state = State::at(&folder.to_string_lossy()).unwrap();
        let kept = ["tools/emulator/installed", "test/fleet.json", "processes.json", "lock"];
        let gone = [
            "aws/state/queues.json",
            "bin/api",
            "log/edge.log",
            "postgres/data/PG_VERSION",
            "secrets/signing-key.pem",
            "fleet.json",
            "outputs.json",
            "parameters.json",
            "postgres-elsewhere",
        ];
        for name in kept.into_iter().chain(gone) {
            fs::create_dir_all(state.path(name).parent().unwrap()).unwrap();
            fs::write(state.path(name), "").unwrap();
        }
        state.wipe().unwrap();
        for name in kept {
            assert!(state.path(name).exists(), "{name} is gone");
        }
        for name in gone {
            assert!(!state.path(name).exists(), "{name} is still there");
        }
        assert!(state.path("log").is_dir(), "the next start has nowhere to log");
        state.wipe().unwrap();
        fs::remove_dir_all(&folder).unwrap();
    }
}
