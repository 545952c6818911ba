//! The function processes that the emulator runs.

use std::{fs, process::Command};

use anyhow::{Result, ensure};

/// Sends SIGKILL to every running process of a function. Answers how many there were.
///
/// # Errors
/// If a process cannot be killed.
pub fn kill(function: &str, aws_endpoint: &str) -> Result<usize> {
    let mut killed = 0;
    for entry in fs::read_dir("/proc")? {
        let Ok(entry) = entry else { continue };
        let Ok(environment) = fs::read(entry.path().join("environ")) else { continue };
        let variables: Vec<&[u8]> = environment.split(|byte| *byte == 0).collect();
        let has = |name: &str, test: &dyn Fn(&str) -> bool| {
            variables.iter().any(|variable| {
                std::str::from_utf8(variable)
                    .ok()
                    .and_then(|text| text.strip_prefix(name))
                    .is_some_and(|value| test(value.trim_start_matches('=')))
            })
        };
        // Only this fleet's: another one may run on the same machine.
        let ours = has("AWS_ENDPOINT_URL", &|value| value == aws_endpoint);
        if ours && has("AWS_LAMBDA_FUNCTION_NAME", &|value| value.contains(function)) {
            let status = Command::new("kill").arg("-KILL").arg(entry.file_name()).status()?;
            ensure!(status.success(), "process {} cannot be killed", entry.path().display());
            killed += 1;
        }
    }
    Ok(killed)
}
