//! `cargo xtask test`: everything that CI runs.

mod cluster;
mod counts;
mod machines;
mod structure;

use std::process::{Command, ExitCode};

use anyhow::{Context, Result};
use serde_json::Value;

pub(crate) use cluster::with_cluster;
use counts::Counts;

use crate::args::{Part, UpOptions};
use crate::fleet::functions::Purpose;
use crate::fleet::{down, logs, up};
use crate::house::{self, State};
use crate::progress::Progress;
use crate::{run, sqlx, stop, tidy, tools};

/// The packages outside of `lambdas/` whose tests need Postgres.
const WITH_POSTGRES: [&str; 6] = [
    "rostrum-store",
    "rostrum-test-kit",
    "rostrum-lambda-kit",
    "rostrum-relay",
    "rostrum-importer",
    "rostrum-workflow",
];
/// The package whose tests need the fleet.
const WITH_FLEET: &str = "flows";
const FLEET_STATE: &str = ".rostrum/test";
/// The flow that asks the API whether it does what its document says.
const SCHEMA_FLOW: &str = "h_schema";

/// Runs one part, or everything; a part that fails does not keep the others from running.
///
/// # Errors
/// If the program is asked to end.
pub(crate) fn test(part: Option<Part>, purpose: Purpose) -> Result<ExitCode> {
    let mut report = Report { counts: Counts::default(), failed: Vec::new() };
    match part {
        Some(Part::Unit) => report.step("unit tests", unit)?,
        Some(Part::Store) => report.step("store tests", store)?,
        Some(Part::Machines) => state_machines(&mut report)?,
        Some(Part::Flows) => report.step("flows", |counts| flows(purpose, counts))?,
        Some(Part::Schema) => {
            report.step("schema", |counts| on_fleet(&[SCHEMA_FLOW.to_owned()], purpose, counts))?;
        }
        None => {
            report.step("format", |_| cargo(&["fmt", "--all", "--check"]))?;
            report.step("tidy", |_| Ok(tidy::tidy()? == ExitCode::SUCCESS))?;
            report.step("dependencies", |_| check_dependencies())?;
            report.step("template", |_| lint_template())?;
            report.step("template permissions", |_| python_tests(&["test_template"]))?;
            report.step("local tools", |_| {
                python_tests(&["test_emulator", "test_emulator_speed", "test_logs", "test_pack"])
            })?;
            state_machines(&mut report)?;
            report.step("query data", |_| Ok(sqlx::prepare(true)? == ExitCode::SUCCESS))?;
            report.step("clippy", |_| cargo(&["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]))?;
            // With its tests comes the feature that describes the API's routes. What is deployed is without it.
            report.step("clippy of the API as deployed", |_| {
                cargo(&["clippy", "-p", "api", "--bins", "--", "-D", "warnings"])
            })?;
            // One build for both: cargo compiles dependencies anew for another choice of packages.
            report.step("unit and store tests", |counts| {
                on_postgres(&["--workspace", "--exclude", WITH_FLEET], counts)
            })?;
            report.step("flows", |counts| flows(purpose, counts))?;
        }
    }
    Ok(report.close())
}

struct Report {
    counts: Counts,
    failed: Vec<&'static str>,
}

impl Report {
    fn step(&mut self, name: &'static str, work: impl FnOnce(&mut Counts) -> Result<bool>) -> Result<()> {
        stop::check()?;
        println!("\n== {name}");
        match work(&mut self.counts) {
            Ok(true) => {}
            Ok(false) => self.failed.push(name),
            Err(error) if error.is::<stop::Stopped>() => return Err(error),
            Err(error) => {
                println!("error: {error:#}");
                self.failed.push(name);
            }
        }
        Ok(())
    }

    fn close(self) -> ExitCode {
        if !self.failed.is_empty() {
            println!("\nfailed: {}", self.failed.join(", "));
        }
        println!("\n{} passed, {} failed", self.counts.passed, self.counts.failed);
        if self.failed.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }
}

fn cargo_command() -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(house::root()).env("SQLX_OFFLINE", "true").env_remove("DATABASE_URL");
    command
}

fn cargo(words: &[&str]) -> Result<bool> {
    Ok(run::shown(cargo_command().args(words), "cargo")?.success())
}

fn cargo_test(words: &[&str], environment: &[(&str, &str)], counts: &mut Counts) -> Result<bool> {
    let mut command = cargo_command();
    command.args(["test", "--no-fail-fast"]).args(words).envs(environment.iter().copied());
    let status = run::relayed(&mut command, "cargo test", |line| {
        println!("{line}");
        counts.read(line);
    })?;
    Ok(status.success())
}

/// The packages of the workspace that need a service, or those that need none.
fn packages(with_postgres: bool) -> Result<Vec<String>> {
    let answer =
        run::captured(cargo_command().args(["metadata", "--no-deps", "--format-version", "1"]), "cargo metadata")?;
    let metadata: Value = serde_json::from_str(&answer).context("cargo metadata answers no JSON")?;
    let lambdas = house::root().join("lambdas");
    let mut chosen = Vec::new();
    for package in metadata["packages"].as_array().into_iter().flatten() {
        let name = package["name"].as_str().unwrap_or_default();
        let is_function =
            package["manifest_path"].as_str().is_some_and(|path| path.starts_with(&*lambdas.to_string_lossy()));
        if name != WITH_FLEET && (is_function || WITH_POSTGRES.contains(&name)) == with_postgres {
            chosen.extend(["-p".to_owned(), name.to_owned()]);
        }
    }
    Ok(chosen)
}

fn unit(counts: &mut Counts) -> Result<bool> {
    let packages = packages(false)?;
    cargo_test(&packages.iter().map(String::as_str).collect::<Vec<_>>(), &[], counts)
}

fn store(counts: &mut Counts) -> Result<bool> {
    let packages = packages(true)?;
    let words: Vec<&str> = packages.iter().map(String::as_str).collect();
    on_postgres(&words, counts)
}

fn on_postgres(words: &[&str], counts: &mut Counts) -> Result<bool> {
    with_cluster("test-store", |cluster| {
        cargo_test(words, &[("ROSTRUM_TEST_DATABASE_URL", &cluster.admin_url("postgres"))], counts)
    })
}

fn flows(purpose: Purpose, counts: &mut Counts) -> Result<bool> {
    on_fleet(&flow_tests()?, purpose, counts)
}

/// Flows run on a fleet of their own, which is always ended.
fn on_fleet(tests: &[String], purpose: Purpose, counts: &mut Counts) -> Result<bool> {
    let state = State::at(FLEET_STATE)?;
    let options = UpOptions {
        detach: true,
        quiet: true,
        fresh: true,
        state: FLEET_STATE.to_owned(),
        stage: "test".to_owned(),
        purpose,
    };
    tools::SDKS.install(&state.log("install-sdks"), Progress::new(false))?;
    tools::SCHEMATHESIS.install(&state.log("install-schemathesis"), Progress::new(false))?;
    let python = tools::SDKS.python_path().display().to_string();
    let emulator = tools::EMULATOR.python_path().display().to_string();
    let schemathesis = tools::SCHEMATHESIS.program_path("schemathesis").display().to_string();
    up::up(&options)?;
    let description = state.path("fleet.json").display().to_string();
    let environment = [
        ("ROSTRUM_FLEET", description.as_str()),
        ("ROSTRUM_SDK_PYTHON", &python),
        ("ROSTRUM_EMULATOR_PYTHON", &emulator),
        ("ROSTRUM_SCHEMATHESIS", &schemathesis),
    ];
    let chosen = tests.iter().flat_map(|test| ["--test", test]);
    // The whole workspace, so that nothing is compiled anew: see `functions::Purpose`.
    let words: Vec<&str> = ["--workspace"].into_iter().chain(chosen).collect();
    let done = cargo_test(&words, &environment, counts);
    let kept = logs::keep(&state);
    down::down(&state)?;
    if !matches!(done, Ok(true)) {
        kept?;
        println!("the logs of the fleet are in {}", state.path("log").display());
    }
    done
}

/// The names of the flows: the files of their package's tests.
fn flow_tests() -> Result<Vec<String>> {
    let folder = house::root().join("tests/flows/tests");
    let entries = std::fs::read_dir(&folder).with_context(|| format!("cannot read {}", folder.display()))?;
    let names = entries.filter_map(|entry| {
        let name = entry.ok()?.file_name().into_string().ok()?;
        Some(name.strip_suffix(".rs")?.to_owned())
    });
    let mut names: Vec<String> = names.collect();
    names.sort();
    Ok(names)
}

fn state_machines(report: &mut Report) -> Result<()> {
    report.step("structure of the state machines", |_| machines::structures())?;
    report.step("cases of the state machines", |_| machines::cases())
}

/// What `deny.toml` says, without its advisories: they are a database on the network, which is not everywhere, and with
/// which a commit that passed today would fail tomorrow.
fn check_dependencies() -> Result<bool> {
    tools::DENY.install(&State::at(FLEET_STATE)?.log("install-deny"), Progress::new(false))?;
    let mut deny = tools::DENY.program("cargo-deny");
    // Not offline: what only other systems need is in no build here, and is loaded once to read its licence.
    deny.current_dir(house::root()).args(["--locked", "check"]);
    // Two versions of a package are the libraries' business, and would be half of what a failure prints.
    deny.args(["--allow", "duplicate", "bans", "licenses", "sources"]);
    Ok(run::shown(&mut deny, "cargo-deny")?.success())
}

fn lint_template() -> Result<bool> {
    let progress = Progress::new(false);
    tools::LINT.install(&State::at(FLEET_STATE)?.log("install-lint"), progress)?;
    let mut lint = tools::LINT.program("cfn-lint");
    let status = run::shown(lint.arg(house::infra("template.yaml")), "cfn-lint")?;
    println!("cfn-lint: infra/template.yaml {}", if status.success() { "is clean" } else { "has findings" });
    Ok(status.success())
}

/// Tests of `infra/local`, with the installed emulator and what it brings.
fn python_tests(modules: &[&str]) -> Result<bool> {
    tools::EMULATOR.install(&State::at(FLEET_STATE)?.log("install-emulator"), Progress::new(false))?;
    let mut python = tools::EMULATOR.python();
    python.current_dir(house::infra("local")).args(["-B", "-m", "unittest", "--quiet"]).args(modules);
    Ok(run::shown(&mut python, "the tests of infra/local")?.success())
}

#[cfg(test)]
mod tests {
    use anyhow::{Context as _, anyhow};

    use super::{Counts, Report};
    use crate::stop::Stopped;

    #[test]
    fn a_step_that_fails_is_told_and_one_that_is_stopped_ends_the_rest() {
        let mut report = Report { counts: Counts::default(), failed: Vec::new() };
        report.step("one", |_| Ok(true)).unwrap();
        report.step("two", |_| Ok(false)).unwrap();
        report.step("three", |_| Err(anyhow!("the fleet could not be ended"))).unwrap();
        assert_eq!(report.failed, ["two", "three"]);
        let stopped = report.step("four", |_| Err(Stopped).context("no Postgres")).unwrap_err();
        assert!(stopped.is::<Stopped>(), "{stopped:#}");
        assert_eq!(report.failed, ["two", "three"]);
    }
}
