//! The function processes that the emulator runs.

use std::{fs, process::Command};

use anyhow::{Result, ensure};

/// Sends SIGKILL to every running process of a function, to all at once: none that follows a dead one is hit. Answers how many
/// there were.
///
/// # Errors
/// If a process cannot be killed.
pub fn kill(function: &str, aws_endpoint: &str) -> Result<usize> {
    let mut found = Vec::new();
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
            found.push(entry.file_name());
        }
    }
    if !found.is_empty() {
        let status = Command::new("kill").arg("-KILL").args(&found).status()?;
        ensure!(status.success(), "not all of the processes {found:?} can be killed");
    }
    Ok(found.len())
}
