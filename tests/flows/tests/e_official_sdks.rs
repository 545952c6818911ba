//! The providers' own SDKs take the simulators for the providers.

use std::{path::Path, process::Command};

use anyhow::{Context, Result};
use flows::Fleet;

#[tokio::test]
async fn the_official_sdks_pass_their_basic_calls_at_the_simulators() -> Result<()> {
    let fleet = Fleet::connect().await?;
    let python = std::env::var("ROSTRUM_SDK_PYTHON")
        .context("ROSTRUM_SDK_PYTHON is not set: run `cargo xtask test flows`, which installs the SDKs")?;
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../crates/simulators/tests/official_sdks.py");
    let output = Command::new(python).arg("-B").arg(script).arg(&fleet.description.model_url).output()?;
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}\n{}", String::from_utf8_lossy(&output.stderr));
    assert!(said.contains(", 0 failed"), "{said}");
    Ok(())
}
