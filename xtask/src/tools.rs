//! The pinned Python tools: one environment per set, in the project's ignored folder.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::progress::Progress;
use crate::{house, lock, run, stop};

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

/// Checks what the dependencies are: licences, bans and sources.
pub(crate) const DENY: ToolSet = ToolSet { name: "deny", with_dependencies: true };

/// The model providers' own clients, which must take the simulators for the providers.
pub(crate) const SDKS: ToolSet = ToolSet { name: "sdks", with_dependencies: true };

/// Asks the API whether it does what its document says.
pub(crate) const SCHEMATHESIS: ToolSet = ToolSet { name: "schemathesis", with_dependencies: true };

/// A library that draws, to be compared with.
pub(crate) const PILLOW: ToolSet = ToolSet { name: "pillow", with_dependencies: true };

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
        let wanted = read(&self.requirements())?;
        let stamp = self.folder().join("installed");
        let is_installed = || fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted);
        fs::create_dir_all(house::tools()).with_context(|| format!("cannot make {}", house::tools().display()))?;
        // One after the other, of all commands: fleets share the tools, installations share pip's cache, and two at once
        // are slower on a small machine.
        lock::once(
            &house::tools().join("lock"),
            is_installed,
            || progress.say(format!("waiting for another installation, to install the {} tools then", self.name)),
            || self.install_anew(&wanted, &stamp, log, progress),
        )
    }

    fn install_anew(self, wanted: &str, stamp: &Path, log: &Path, progress: Progress) -> Result<()> {
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
        run::logged(
            pip.arg("-r").arg(self.requirements()),
            &format!("pip install ({} tools)", self.name),
            log,
            progress,
        )?;
        fs::write(stamp, wanted).with_context(|| format!("cannot write {}", stamp.display()))?;
        progress.say(format!("installed the {} tools", self.name));
        Ok(())
    }

    /// What a process is made of that runs these files of `infra/` with these packages: other contents, another process.
    ///
    /// # Errors
    /// If a file cannot be read.
    pub(crate) fn make(self, files: &[&str]) -> Result<String> {
        let mut make = read(&self.requirements())?;
        for file in files {
            write!(make, "\n{file}\n{}", read(&house::infra(file))?)?;
        }
        Ok(make)
    }

    fn requirements(self) -> PathBuf {
        house::infra("local/requirements").join(format!("{}.txt", self.name))
    }
}

fn read(file: &Path) -> Result<String> {
    fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))
}

/// Checks for the Python that everything local needs.
///
/// # Errors
/// Says what is missing and how to get it.
pub(crate) fn require_python() -> Result<()> {
    let version = run::captured(
        Command::new("python3").args(["-c", "import sys; print(sys.version_info[0] * 100 + sys.version_info[1])"]),
        "python3",
    );
    // Ctrl-C ends that Python as well.
    stop::check()?;
    suffices(version.ok().as_deref().map(str::trim))
}

/// Whether that Python will do: its version as one number (310 is 3.10), or none if there is no Python.
fn suffices(version: Option<&str>) -> Result<()> {
    const ADVICE: &str = "install Python 3.10 or newer (Debian and Ubuntu: apt-get install python3 python3-venv; macOS: brew install python)";
    let Some(version) = version else { bail!("python3 is missing: {ADVICE}. Nothing was started.") };
    match version.parse::<u32>() {
        Ok(number) if number >= 310 => Ok(()),
        Ok(number) => {
            bail!("python3 is too old ({}.{}): {ADVICE}. Nothing was started.", number / 100, number % 100)
        }
        Err(_) => bail!("python3 does not tell its version ({version:?}): {ADVICE}. Nothing was started."),
    }
}

#[cfg(test)]
mod tests {
    use std::{env, fs, process};

    use super::{EMULATOR, MODEL, suffices};

    fn check(version: Option<&str>, expected: Result<(), &str>) {
        let answer = suffices(version).map_err(|error| error.to_string());
        match (answer, expected) {
            (Ok(()), Ok(())) => {}
            (Err(error), Err(what)) => {
                let advises = error.contains("install Python 3.10") && error.contains("apt-get install python3");
                assert!(error.starts_with(what) && advises, "{version:?}: {error}");
            }
            (answer, _) => panic!("{version:?}: {answer:?}"),
        }
    }

    #[test]
    fn a_python_that_will_not_do_is_named_with_how_to_get_another() {
        check(Some("310"), Ok(()));
        check(Some("400"), Ok(()));
        check(None, Err("python3 is missing:"));
        check(Some("309"), Err("python3 is too old (3.9):"));
        check(Some("207"), Err("python3 is too old (2.7):"));
        check(Some(""), Err("python3 does not tell its version (\"\"):"));
    }

    #[test]
    fn every_change_of_a_file_is_another_make() {
        let folder = env::temp_dir().join(format!("rostrum-tools-{}", process::id()));
        fs::create_dir_all(&folder).unwrap();
        let files = ["server.py", "repair.py"].map(|name| folder.join(name).display().to_string());
        let files = [files[0].as_str(), &files[1]];
        let written = |texts: [&str; 2]| {
            files.iter().zip(texts).for_each(|(file, text)| fs::write(file, text).unwrap());
            EMULATOR.make(&files).unwrap()
        };
        let before = written(["serve(1)", "repair(1)"]);
        assert_eq!(before, written(["serve(1)", "repair(1)"]));
        // As long as before.
        assert_ne!(before, written(["serve(2)", "repair(1)"]));
        assert_ne!(before, written(["serve(1)", "repair(2)"]));
        assert_ne!(written(["a", ""]), written(["", "a"]));
        assert_ne!(MODEL.make(&files).unwrap(), EMULATOR.make(&files).unwrap(), "the pins of the packages");
        fs::remove_file(files[1]).unwrap();
        assert!(EMULATOR.make(&files).unwrap_err().to_string().contains("repair.py"));
        fs::remove_dir_all(&folder).unwrap();
    }
}
