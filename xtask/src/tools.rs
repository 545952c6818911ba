//! The pinned Python tools: one environment per set, in the project's ignored folder.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;

use anyhow::{Context, Result, bail};

use crate::progress::Progress;
use crate::{house, run};

/// A set of pinned packages.
#[derive(Clone, Copy)]
pub(crate) struct ToolSet {
    name: &'static str,
    with_dependencies: bool,
}

/// The AWS emulator and what deploys to it.
pub(crate) const EMULATOR: ToolSet = ToolSet { name: "emulator", with_dependencies: true };
/// The server of the local language model.
pub(crate) const MODEL: ToolSet = ToolSet { name: "model", with_dependencies: false };
/// The binaries of Postgres.
pub(crate) const POSTGRES: ToolSet = ToolSet { name: "postgres", with_dependencies: false };
/// The linter of the template.
pub(crate) const LINT: ToolSet = ToolSet { name: "lint", with_dependencies: true };

/// The model providers' own clients, which must take the simulators for the providers.
pub(crate) const SDKS: ToolSet = ToolSet { name: "sdks", with_dependencies: true };

/// Asks the API whether it does what its document says.
pub(crate) const SCHEMATHESIS: ToolSet = ToolSet { name: "schemathesis", with_dependencies: true };

/// A library that draws, to be compared with.
pub(crate) const PILLOW: ToolSet = ToolSet { name: "pillow", with_dependencies: true };

/// Two installations at once are slower than one after the other on a small machine, and both write pip's cache.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

impl ToolSet {
    /// The folder of the environment.
    pub(crate) fn folder(self) -> PathBuf {
        house::tools().join(self.name)
    }

    /// This environment's Python.
    pub(crate) fn python_path(self) -> PathBuf {
        self.folder().join("bin/python")
    }

    /// A program that the packages brought.
    pub(crate) fn program_path(self, name: &str) -> PathBuf {
        self.folder().join("bin").join(name)
    }

    /// A command that runs a program that the packages brought.
    pub(crate) fn program(self, name: &str) -> Command {
        Command::new(self.program_path(name))
    }

    /// A command that runs this environment's Python.
    pub(crate) fn python(self) -> Command {
        Command::new(self.python_path())
    }

    /// Where the packages lie.
    ///
    /// # Errors
    /// If the environment is damaged.
    pub(crate) fn packages(self) -> Result<PathBuf> {
        let lib = self.folder().join("lib");
        let entries = fs::read_dir(&lib).with_context(|| format!("cannot read {}", lib.display()))?;
        entries
            .filter_map(|entry| entry.ok().map(|entry| entry.path().join("site-packages")))
            .find(|path| path.is_dir())
            .with_context(|| {
                format!("{} holds no packages; remove {} and try again", lib.display(), self.folder().display())
            })
    }

    /// Installs the set unless exactly this version of it is there.
    ///
    /// # Errors
    /// With the end of pip's log.
    pub(crate) fn install(self, log: &Path, progress: Progress) -> Result<()> {
        let requirements = house::infra("local/requirements").join(format!("{}.txt", self.name));
        let wanted =
            fs::read_to_string(&requirements).with_context(|| format!("cannot read {}", requirements.display()))?;
        let stamp = self.folder().join("installed");
        if fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted) {
            return Ok(());
        }
        let _turn = ONE_AT_A_TIME.lock();
        progress.say(format!("installing the {} tools into {}", self.name, self.folder().display()));
        if self.folder().exists() {
            fs::remove_dir_all(self.folder()).with_context(|| format!("cannot remove {}", self.folder().display()))?;
        }
        let mut venv = Command::new("python3");
        venv.args(["-m", "venv"]).arg(self.folder());
        run::logged(&mut venv, "python3 -m venv", log, progress)
            .context("Python cannot make environments; on Debian and Ubuntu: apt-get install python3-venv")?;
        let mut pip = self.python();
        pip.args(["-m", "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check"]);
        if !self.with_dependencies {
            pip.arg("--no-deps");
        }
        run::logged(pip.arg("-r").arg(&requirements), &format!("pip install ({} tools)", self.name), log, progress)?;
        fs::write(&stamp, wanted).with_context(|| format!("cannot write {}", stamp.display()))?;
        progress.say(format!("installed the {} tools", self.name));
        Ok(())
    }
}

/// Checks for the Python that everything local needs.
///
/// # Errors
/// Says what is missing and how to get it.
pub(crate) fn require_python() -> Result<()> {
    const ADVICE: &str = "install Python 3.10 or newer (Debian and Ubuntu: apt-get install python3 python3-venv; macOS: brew install python)";
    let version = run::captured(
        Command::new("python3").args(["-c", "import sys; print(sys.version_info[0] * 100 + sys.version_info[1])"]),
        "python3",
    );
    let Ok(version) = version else { bail!("python3 is missing: {ADVICE}. Nothing was started.") };
    match version.trim().parse::<u32>() {
        Ok(number) if number >= 310 => Ok(()),
        _ => bail!("python3 is too old ({}): {ADVICE}. Nothing was started.", version.trim()),
    }
}
