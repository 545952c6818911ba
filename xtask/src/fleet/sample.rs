//! The sample workspace.

use std::path::Path;
use std::process::Command;

use anyhow::Result;

use super::processes::Processes;
use crate::house::{self, State};
use crate::progress::Progress;
use crate::run;

const FILE: &str = "examples/workspace.yaml";

/// Imports the sample and returns the e-mail address of its administrator; nothing where there is no sample yet.
///
/// # Errors
/// With the importer's own words: they name file and line.
pub(crate) fn import(
    state: &State,
    processes: &Processes,
    importer: Option<&Path>,
    admin_url: &str,
    password: &str,
    progress: Progress,
) -> Result<Option<String>> {
    let Some(importer) = importer.filter(|_| house::root().join(FILE).is_file()) else {
        progress.say(format!("no sample was imported: {FILE} or the importer is missing"));
        return Ok(None);
    };
    let mut apply = Command::new(importer);
    apply
        .current_dir(house::root())
        .args(["apply", FILE])
        .env("DATABASE_URL", admin_url)
        .env("ROSTRUM_ADMIN_PASSWORD", password);
    processes.mark(&mut apply);
    run::logged(&mut apply, "the import of the sample", &state.log("import"), progress)?;
    let email = run::captured(
        Command::new(importer).current_dir(house::root()).args(["admin-email", FILE]),
        "importer admin-email",
    )?;
    progress.say(format!("imported {FILE}"));
    Ok(Some(email.trim().to_owned()))
}
