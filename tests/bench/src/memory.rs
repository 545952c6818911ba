//! What processes hold in memory, and whose they are.

use std::{collections::BTreeMap, fs, path::Path};

use anyhow::{Context, Result};

/// What a process holds in memory now, in MiB (`VmRSS` of proc(5)).
pub(crate) fn resident(pid: u32) -> Result<f64> {
    figure(&format!("{pid}/status"), "VmRSS:")
}

/// The same of one of many processes, in MiB: pages that several of them share, as their program, count once in the sum
/// (`Pss` of proc(5)).
pub(crate) fn resident_share(pid: u32) -> Result<f64> {
    figure(&format!("{pid}/smaps_rollup"), "Pss:")
}

/// The most that this process has held in memory, in MiB (`VmHWM` of proc(5)).
pub(crate) fn most_resident() -> Result<f64> {
    figure("self/status", "VmHWM:")
}

fn figure(file: &str, name: &str) -> Result<f64> {
    let status = fs::read_to_string(format!("/proc/{file}")).context("the process is gone")?;
    let line = status.lines().find_map(|line| line.strip_prefix(name)).with_context(|| format!("no {name}"))?;
    let kibibytes: f64 = line.trim().trim_end_matches("kB").trim().parse()?;
    Ok(kibibytes / 1024.0)
}

/// Every process whose environment holds `variable`, with its command.
pub(crate) fn marked(variable: &str) -> Result<BTreeMap<u32, String>> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir("/proc")? {
        let path = entry?.path();
        let Some(pid) = path.file_name().and_then(|name| name.to_str()).and_then(|name| name.parse().ok()) else {
            continue;
        };
        let environment = fs::read(path.join("environ")).unwrap_or_default();
        if environment.split(|byte| *byte == 0).any(|pair| pair == variable.as_bytes()) {
            found.insert(pid, command(&path));
        }
    }
    Ok(found)
}

fn command(process: &Path) -> String {
    let line = fs::read(process.join("cmdline")).unwrap_or_default();
    String::from_utf8_lossy(&line).replace('\0', " ")
}
