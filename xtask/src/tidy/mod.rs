//! The house rules that no compiler sees.

mod rules;

use std::fs;
use std::path::PathBuf;
use std::process::{Command, ExitCode};

use anyhow::Result;

use crate::{house, run};

/// A file of the project.
pub(crate) struct SourceFile {
    /// From the project's root, with slashes.
    path: String,
    text: String,
}

/// Where a rule is broken and how.
#[derive(Debug, PartialEq, Eq)]
struct Finding {
    path: String,
    line: usize,
    what: String,
}

/// Checks every file that is, or would be, under version control.
///
/// # Errors
/// If the files cannot be listed or read.
pub(crate) fn tidy() -> Result<ExitCode> {
    let files = files()?;
    let mut findings = rules::check(&files);
    findings.sort_by(|one, other| (&one.path, one.line).cmp(&(&other.path, other.line)));
    for Finding { path, line, what } in &findings {
        println!("{path}:{line}: {what}");
    }
    println!("tidy: {} files, {} findings", files.len(), findings.len());
    Ok(if findings.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn files() -> Result<Vec<SourceFile>> {
    let mut git = Command::new("git");
    git.current_dir(house::root()).args(["ls-files", "--cached", "--others", "--exclude-standard", "-z"]);
    let list = run::captured(&mut git, "git ls-files")?;
    let read = |path: &str| {
        let bytes = fs::read(house::root().join(PathBuf::from(path))).ok()?;
        // What is no text has no lines; a file that is deleted but still listed has none either.
        Some(SourceFile { path: path.to_owned(), text: String::from_utf8(bytes).ok()? })
    };
    Ok(list.split('\0').filter(|path| !path.is_empty()).filter_map(read).collect())
}
