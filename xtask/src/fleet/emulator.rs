//! The AWS emulator.

use std::fs;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result};

use super::processes::{Processes, Start};
use super::{http, ports};
use crate::house::{self, State};
use crate::progress::Progress;
use crate::tools;

const USUAL_PORT: u16 = 4566;
/// The launcher, and what it imports beside it.
const FILES: [&str; 3] = ["local/emulator.py", "local/emulator_speed.py", "local/repair.py"];

/// The region that the local fleet pretends to be in.
pub(crate) const REGION: &str = "us-east-1";
/// What the emulator takes for the credentials of the account's owner.
pub(crate) const CREDENTIALS: [(&str, &str); 2] = [("AWS_ACCESS_KEY_ID", "test"), ("AWS_SECRET_ACCESS_KEY", "test")];

/// Starts the emulator and returns its address. Queues, schedules and the stack come back with it.
///
/// # Errors
/// With the end of its log.
pub(crate) fn start(state: &State, processes: &Processes, progress: Progress) -> Result<String> {
    let make = tools::EMULATOR.make(&FILES)?;
    if let Some(process) = processes.usable("emulator", &make) {
        return Ok(address(process.port));
    }
    let _turn = ports::turn("emulator", progress)?;
    let port = ports::choose(USUAL_PORT, processes.last_port("emulator"))?;
    let home = state.path("aws");
    // The code of the functions is unpacked anew for each cold start.
    let _ = fs::remove_dir_all(home.join("tmp"));
    for folder in ["tmp", "state", "objects"] {
        fs::create_dir_all(home.join(folder))
            .with_context(|| format!("cannot make {}", home.join(folder).display()))?;
    }
    let mut command = tools::EMULATOR.python();
    // All that the emulator inherits, the functions inherit too: they get nothing of this machine.
    command.env_clear().current_dir(&home).arg("-B").arg(house::infra(FILES[0]));
    for (name, value) in [
        ("PATH", "/usr/local/bin:/usr/bin:/bin"),
        ("HOME", &home.display().to_string()),
        ("LANG", "C.UTF-8"),
        ("BIND_HOST", "127.0.0.1"),
        ("GATEWAY_PORT", &port.to_string()),
        ("TMPDIR", &home.join("tmp").display().to_string()),
        ("STATE_DIR", &home.join("state").display().to_string()),
        ("PERSIST_STATE", "1"),
        ("S3_PERSIST", "1"),
        ("S3_DATA_DIR", &home.join("objects").display().to_string()),
        ("AUTH", "true"),
        ("AWS_ENDPOINT_URL", &address(port)),
        ("MINISTACK_HOST", "localhost"),
        ("IOT_MTLS_ENABLED", "0"),
        ("SFTP_ENABLED", "0"),
    ] {
        command.env(name, value);
    }
    let process = processes.start(state, Start { name: "emulator", command, port, make, ends_at: "TERM" })?;
    let health = format!("{}/_ministack/health", address(port));
    process.await_ready(state, Duration::from_mins(1), || http::answers(&health))?;
    progress.say(format!("the AWS emulator listens on 127.0.0.1:{port}"));
    Ok(address(port))
}

fn address(port: u16) -> String {
    format!("http://127.0.0.1:{port}")
}

/// A Python command of the deployer's environment with the emulator's credentials.
pub(crate) fn client(script: &str, endpoint: &str) -> Command {
    let mut command = tools::EMULATOR.python();
    command.arg("-B").arg(house::infra(script)).args(["--endpoint", endpoint, "--region", REGION]);
    for name in ["AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL"] {
        command.env_remove(name);
    }
    command.envs(CREDENTIALS);
    command
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::FILES;
    use crate::house;

    #[test]
    fn the_emulator_is_made_of_every_file_that_it_imports() {
        for file in FILES {
            let text = fs::read_to_string(house::infra(file)).unwrap();
            let modules = text.lines().filter_map(|line| {
                let line = line.trim_start();
                line.strip_prefix("import ").or_else(|| line.strip_prefix("from "))?.split_whitespace().next()
            });
            let files = modules.map(|module| format!("local/{module}.py"));
            for imported in files.filter(|imported| house::infra(imported).is_file()) {
                assert!(FILES.contains(&imported.as_str()), "{file} imports {imported}");
            }
        }
    }
}
