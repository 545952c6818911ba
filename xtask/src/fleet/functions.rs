//! Compiles the functions and packs each as the zip that the template names.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use super::package::{folders, pack};
use super::processes::Processes;
use crate::house::{self, State};
use crate::progress::Progress;
use crate::{lock, run};

/// The programs that the build left.
pub(crate) struct Built {
    programs: Vec<(String, PathBuf)>,
    /// How many functions changed since they were packed last.
    pub(crate) changed: usize,
    /// Every fleet builds and packs to the same folders: no other does before this one has deployed and started what it
    /// built.
    _turn: File,
}

impl Built {
    /// A program by its name.
    pub(crate) fn program(&self, name: &str) -> Option<&Path> {
        self.programs.iter().find(|(known, _)| known == name).map(|(_, path)| path.as_path())
    }
}

#[derive(Deserialize)]
struct Artifact {
    target: Target,
    executable: Option<PathBuf>,
}

#[derive(Deserialize)]
struct Target {
    name: String,
}

/// The roles: one folder of `lambdas/` each.
///
/// # Errors
/// If the folder cannot be read.
pub(crate) fn roles() -> Result<Vec<String>> {
    let folder = house::root().join("lambdas");
    let entries = fs::read_dir(&folder).with_context(|| format!("cannot read {}", folder.display()))?;
    let mut roles: Vec<String> = entries
        .filter_map(|entry| {
            entry.ok().filter(|entry| entry.path().join("Cargo.toml").is_file())?.file_name().into_string().ok()
        })
        .collect();
    roles.sort();
    Ok(roles)
}

/// The profile of what is deployed to AWS.
const PROFILE: &str = "function";

/// Has cargo compile what is deployed to AWS: by its profile, and by what no profile can say. The linker is LLD, which Rust
/// has on x86-64 Linux unless it is told otherwise.
pub(crate) fn as_deployed(cargo: &mut Command) {
    let flags = [
        // Functions of the same instructions and constants of the same bytes become one, and so do runs of instructions.
        "-Clink-arg=-Wl,--icf=all,--ignore-data-address-equality".to_owned(),
        "-Cllvm-args=-enable-machine-outliner=always".to_owned(),
        // A panic ends the process: nothing unwinds. The standard library has everything make tables for it all the same.
        "-Clink-arg=-Wl,--no-eh-frame-hdr".to_owned(),
        format!("-Clink-arg=-Wl,-T,{}", house::infra("no-unwind-tables.ld").display()),
    ];
    // With the target named, the flags are not for build scripts and macros.
    cargo.args(["--profile", PROFILE, "--target", "host-tuple"]).env("CARGO_ENCODED_RUSTFLAGS", flags.join("\u{1f}"));
}

/// The folder of programs that were compiled so.
///
/// # Errors
/// If the compiler does not tell for which machine it compiles.
pub(crate) fn deployed() -> Result<PathBuf> {
    let machine = run::captured(Command::new("rustc").args(["--print", "host-tuple"]), "rustc")?;
    Ok(house::root().join("target").join(machine.trim()).join(PROFILE))
}

/// What a build is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// To run the fleet, and nothing else.
    Fleet,
    /// To test it. The whole workspace is compiled with the features that its tests ask for: cargo compiles a dependency
    /// anew for each set of features, and the tests have compiled this one.
    Tests,
    /// To measure it, or to test what AWS gets: compiled as it is deployed.
    Deployment,
}

/// Compiles everything that the fleet runs and packs the functions that changed, once no other fleet does.
///
/// # Errors
/// With the compiler's last lines.
pub(crate) fn build(state: &State, processes: &Processes, purpose: Purpose, progress: Progress) -> Result<Built> {
    let roles = roles()?;
    let dist = house::root().join("target/dist");
    fs::create_dir_all(&dist).with_context(|| format!("cannot make {}", dist.display()))?;
    let waiting = || progress.say("waiting for another fleet, which is being built and deployed");
    let turn = lock::hold(&dist.join("lock"), waiting)?;
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.current_dir(house::root()).args(["build", "--bins", "--message-format=json-render-diagnostics"]);
    match purpose {
        Purpose::Fleet | Purpose::Deployment => {
            for package in roles.iter().map(String::as_str).chain(["rostrum-simulators", "rostrum-importer"]) {
                cargo.args(["-p", package]);
            }
            if purpose == Purpose::Deployment {
                as_deployed(&mut cargo);
            }
        }
        // Examples ask for the features of tests as tests do, and there are few of them.
        Purpose::Tests => drop(cargo.args(["--workspace", "--examples"])),
    }
    // Queries are checked against the committed data, not against whatever DATABASE_URL names.
    cargo.env("SQLX_OFFLINE", "true").env_remove("DATABASE_URL");
    processes.mark(&mut cargo);
    let log = state.log("build");
    run::logged(&mut cargo, "cargo build of the functions", &log, progress)?;
    let text = fs::read_to_string(&log).context("cannot read the log of the build")?;
    let programs: Vec<(String, PathBuf)> = text
        .lines()
        .filter(|line| line.starts_with("{\"reason\":\"compiler-artifact\""))
        .filter_map(|line| serde_json::from_str::<Artifact>(line).ok())
        .filter_map(|artifact| Some((artifact.target.name, artifact.executable?)))
        .collect();
    let mut built = Built { programs, changed: 0, _turn: turn };
    let mut folders = folders()?;
    for role in &roles {
        let Some(program) = built.program(role) else {
            bail!("the package {role} has no program {role}; see {}", log.display())
        };
        let folders = folders.remove(role).unwrap_or_default();
        built.changed += usize::from(pack(program, &folders, &dist, role)?);
    }
    progress.say(format!("compiled {} functions, {} of them changed", roles.len(), built.changed));
    Ok(built)
}
