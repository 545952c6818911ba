//! Runs a benchmark of `tests/bench`.

use std::process::{Command, ExitCode};

use anyhow::Result;

use crate::{house, run};

/// Builds the benchmarks in release and runs one; its output and its success are passed on.
///
/// # Errors
/// If it cannot be built or started.
pub(crate) fn bench(name: &str, json: bool) -> Result<ExitCode> {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo
        .current_dir(house::root())
        .args(["run", "--quiet", "--release", "-p", "bench", "--", name])
        .args(json.then_some("--json"));
    cargo.env("SQLX_OFFLINE", "true");
    let status = run::shown(&mut cargo, "the benchmark")?;
    Ok(if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
