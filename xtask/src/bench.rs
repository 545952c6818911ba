//! Runs a benchmark of `tests/bench` on what it needs: a Postgres, a fleet, functions as they are deployed, or nothing.

use std::process::{Command, ExitCode};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::args::UpOptions;
use crate::fleet::{down, functions, up};
use crate::house::State;
use crate::progress::Progress;
use crate::test::with_cluster;
use crate::{house, run, tools};

const FLEET_STATE: &str = ".rostrum/bench";

/// Builds the benchmarks in release and runs one; its output and its success are passed on.
///
/// # Errors
/// If it cannot be built or started, or what it needs cannot.
pub(crate) fn bench(name: &str, json: bool) -> Result<ExitCode> {
    let succeeded = match name {
        "api" => with_cluster("bench-api", |cluster| {
            measure(name, json, &[("ROSTRUM_TEST_DATABASE_URL", &cluster.admin_url("postgres"))])
        })?,
        "cold-start" => {
            let mut build = cargo();
            build.arg("build");
            functions::as_deployed(&mut build);
            for role in functions::roles()? {
                build.args(["-p", &role]);
            }
            if !run::shown(&mut build, "cargo build")?.success() {
                bail!("the functions cannot be built; nothing was measured");
            }
            let folder = functions::deployed()?.display().to_string();
            measure(name, json, &[("ROSTRUM_FUNCTIONS", &folder)])?
        }
        "council" | "fleet" => on_fleet(name, json)?,
        "identity" => measure(name, json, &[])?,
        "render" => {
            let state = State::at(FLEET_STATE)?;
            tools::PILLOW.install(&state.log("install-pillow"), Progress::new(true))?;
            let python = tools::PILLOW.python_path().display().to_string();
            measure(name, json, &[("ROSTRUM_PILLOW_PYTHON", &python)])?
        }
        _ => bail!("there is no benchmark {name:?}; there are api, cold-start, council, fleet, identity and render"),
    };
    Ok(if succeeded { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// On a fleet of its own, which is always ended.
fn on_fleet(name: &str, json: bool) -> Result<bool> {
    let state = State::at(FLEET_STATE)?;
    let options = UpOptions {
        detach: true,
        quiet: true,
        fresh: true,
        state: FLEET_STATE.to_owned(),
        stage: "bench".to_owned(),
        purpose: functions::Purpose::Deployment,
    };
    up::up(&options)?;
    let measured = mark(&state).and_then(|mark| {
        let description = state.path("fleet.json").display().to_string();
        measure(name, json, &[("ROSTRUM_FLEET", &description), ("ROSTRUM_FLEET_MARK", &mark)])
    });
    down::down(&state)?;
    measured
}

/// The variable that every process of the fleet has in its environment.
fn mark(state: &State) -> Result<String> {
    let text = std::fs::read_to_string(state.path("processes.json")).context("the fleet left no processes.json")?;
    let processes: Value = serde_json::from_str(&text)?;
    let id = processes["fleet_id"].as_str().context("processes.json names no fleet")?;
    Ok(format!("ROSTRUM_FLEET_ID={id}"))
}

fn measure(name: &str, json: bool, environment: &[(&str, &str)]) -> Result<bool> {
    let mut run = cargo();
    run.args(["run", "--quiet", "--release", "-p", "bench", "--", name]).args(json.then_some("--json"));
    run.envs(environment.iter().copied());
    Ok(run::shown(&mut run, "the benchmark")?.success())
}

fn cargo() -> Command {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.current_dir(house::root()).env("SQLX_OFFLINE", "true");
    cargo
}
