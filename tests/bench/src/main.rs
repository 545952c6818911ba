//! The figures that Rostrum promises, measured: `cargo xtask bench NAME [--json]`.
//!
//! Each benchmark says what it measured, what was promised, and whether it held; with `--json` as one JSON object.
#![expect(clippy::print_stdout, reason = "a program of the terminal")]

mod api_pages;
mod cold_start;
mod council_run;
mod fleet_run;
mod identity;
mod load;
mod memory;
mod render;
mod report;

use std::{env, process::ExitCode};

use anyhow::{Result, bail};

#[tokio::main]
async fn main() -> Result<ExitCode> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let json = arguments.iter().any(|argument| argument == "--json");
    let report = match arguments.first().map(String::as_str) {
        Some("api") => api_pages::measure().await?,
        Some("cold-start") => cold_start::measure().await?,
        Some("council") => council_run::measure().await?,
        Some("fleet") => fleet_run::measure().await?,
        Some("identity") => identity::measure()?,
        Some("render") => render::measure()?,
        other => bail!("expected api, cold-start, council, fleet, identity or render, got {other:?}"),
    };
    println!("{}", if json { report.json().to_string() } else { report.text() });
    Ok(if report.holds() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
