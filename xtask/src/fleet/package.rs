//! Packs a function: its program, and the folders that lie beside it.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use serde::Deserialize;

use crate::house;
use crate::run;

#[derive(Deserialize)]
struct Workspace {
    packages: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    manifest_path: PathBuf,
    metadata: Option<Metadata>,
}

#[derive(Deserialize)]
struct Metadata {
    function: Option<Function>,
}

/// `[package.metadata.function]` of a function's `Cargo.toml`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Function {
    /// What lies beside its program, each under its own name; as paths from the folder of the `Cargo.toml`.
    folders: Vec<PathBuf>,
}

/// The folders that lie beside the programs, by the names of the functions that have any.
///
/// # Errors
/// If cargo does not tell.
pub(super) fn folders() -> Result<HashMap<String, Vec<PathBuf>>> {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.current_dir(house::root()).args(["metadata", "--no-deps", "--format-version", "1"]);
    let answer = run::captured(&mut cargo, "cargo metadata")?;
    named_in(&answer)
}

/// The folders that the answer of `cargo metadata` names.
fn named_in(metadata: &str) -> Result<HashMap<String, Vec<PathBuf>>> {
    let workspace: Workspace = serde_json::from_str(metadata)
        .context("cannot read what cargo says of the packages; [package.metadata.function] has `folders`, a list")?;
    let folders = workspace.packages.into_iter().filter_map(|package| {
        let function = package.metadata?.function?;
        let beside = package.manifest_path.parent()?;
        let folders: Vec<PathBuf> = function.folders.iter().map(|folder| beside.join(folder)).collect();
        Some((package.name, folders))
    });
    Ok(folders.collect())
}

/// Packs one program as `bootstrap`, with the folders beside it, unless that was done already. Says whether it was packed.
///
/// # Errors
/// If a file cannot be read or the zip cannot be written.
pub(super) fn pack(program: &Path, folders: &[PathBuf], dist: &Path, role: &str) -> Result<bool> {
    let make = make(program, folders)?;
    let (archive, stamp) = (dist.join(format!("{role}.zip")), dist.join(format!("{role}.stamp")));
    if archive.is_file() && fs::read_to_string(&stamp).is_ok_and(|packed| packed == make) {
        return Ok(false);
    }
    // Line tables make a development build 80 MB; the emulator copies it at every cold start.
    let stripped = dist.join(format!("{role}.bootstrap"));
    let bare = Command::new("strip").arg("-o").arg(&stripped).arg(program).output();
    if !bare.is_ok_and(|output| output.status.success()) {
        fs::copy(program, &stripped).with_context(|| format!("cannot copy {}", program.display()))?;
    }
    // In Python: compressing in a development build of this program would take five seconds a function.
    let mut pack = Command::new("python3");
    pack.arg("-B").arg(house::infra("local/pack.py")).arg(&stripped).arg(&archive).args(folders);
    run::captured(&mut pack, "pack.py")?;
    fs::remove_file(&stripped).with_context(|| format!("cannot remove {}", stripped.display()))?;
    fs::write(&stamp, make).with_context(|| format!("cannot write {}", stamp.display()))?;
    Ok(true)
}

/// Which files a zip is made of, by their sizes and times of change: another text, another zip.
fn make(program: &Path, folders: &[PathBuf]) -> Result<String> {
    let mut make = version(program)?;
    for folder in folders {
        for file in files(folder)? {
            write!(make, "\n{} {}", file.display(), version(&file)?)?;
        }
    }
    Ok(make)
}

fn version(file: &Path) -> Result<String> {
    let data = fs::metadata(file).with_context(|| format!("cannot read {}", file.display()))?;
    Ok(format!("{} {:?}", data.len(), data.modified().context("the system keeps no times of change")?))
}

/// The files of `folder`, at any depth, in the order of their names.
fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let unreadable = || format!("cannot read {}", folder.display());
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).with_context(unreadable)? {
        let path = entry.with_context(unreadable)?.path();
        if path.is_dir() {
            found.extend(files(&path)?);
        } else {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

#[cfg(test)]
mod tests {
    use std::path::{Path, PathBuf};
    use std::{env, fs, process};

    use super::{make, named_in};

    #[test]
    fn folders_are_named_from_where_the_manifest_lies() {
        let metadata = r#"{"packages": [
            {"name": "api", "manifest_path": "/rostrum/lambdas/api/Cargo.toml", "metadata": null},
            {"name": "other", "manifest_path": "/rostrum/other/Cargo.toml", "metadata": {"tool": 1}},
            {"name": "drawer", "manifest_path": "/rostrum/lambdas/drawer/Cargo.toml",
             "metadata": {"function": {"folders": ["fonts", "../shared"]}}}
        ]}"#;
        let expected = ["fonts", "../shared"].map(|name| Path::new("/rostrum/lambdas/drawer").join(name));
        assert_eq!(named_in(metadata).unwrap(), [("drawer".to_owned(), expected.to_vec())].into());
        let error = named_in(&metadata.replace("folders", "folder")).unwrap_err();
        assert!(error.to_string().contains("[package.metadata.function] has `folders`"), "{error}");
    }

    #[test]
    fn the_stamp_notices_every_change_of_a_file() {
        let folder = env::temp_dir().join(format!("rostrum-package-{}", process::id()));
        fs::create_dir_all(folder.join("fonts/licences")).unwrap();
        let (program, fonts) = (folder.join("program"), vec![folder.join("fonts")]);
        fs::write(&program, "program").unwrap();
        fs::write(folder.join("fonts/one.ttf"), "one").unwrap();
        let mut known: Vec<String> = Vec::new();
        let mut is_new = |folders: &[PathBuf]| {
            let stamp = make(&program, folders).unwrap();
            assert_eq!(stamp, make(&program, folders).unwrap());
            assert!(!known.contains(&stamp), "{stamp}");
            known.push(stamp);
        };
        is_new(&[]);
        is_new(&fonts);
        fs::write(folder.join("fonts/licences/one.txt"), "free").unwrap();
        is_new(&fonts);
        fs::write(folder.join("fonts/one.ttf"), "longer").unwrap();
        is_new(&fonts);
        fs::rename(folder.join("fonts/one.ttf"), folder.join("fonts/two.ttf")).unwrap();
        is_new(&fonts);
        fs::write(&program, "another program").unwrap();
        is_new(&fonts);
        assert!(make(&program, &[folder.join("nowhere")]).unwrap_err().to_string().contains("nowhere"));
        fs::remove_dir_all(&folder).unwrap();
    }
}
