//! The query data that sqlx' macros read when no database is there: written and compared without sqlx-cli, which takes
//! minutes to build.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use crate::test::with_cluster;
use crate::{house, run};

/// Where the macros look last, after SQLX_OFFLINE_DIR and the package's own folder.
const FOLDER: &str = ".sqlx";

type Data = BTreeMap<String, Vec<u8>>;

/// Has every query described by a real Postgres with all migrations, then replaces the data or compares them.
///
/// # Errors
/// If a migration or a query does not hold, with Postgres' words.
pub(crate) fn prepare(check: bool) -> Result<ExitCode> {
    let described = with_cluster("sqlx", |cluster| {
        for migration in migrations()? {
            cluster.apply(&migration)?;
        }
        let folder = house::root().join(".rostrum/sqlx/described");
        if folder.exists() {
            fs::remove_dir_all(&folder).with_context(|| format!("cannot remove {}", folder.display()))?;
        }
        fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
        for package in packages()? {
            describe(&package, &cluster.admin_url("postgres"), &folder)?;
        }
        read(&folder)
    })?;
    let folder = house::root().join(FOLDER);
    let committed = read(&folder)?;
    let differences = differences(&committed, &described)?;
    if differences.is_empty() {
        println!("{FOLDER}: {} queries, up to date", described.len());
        return Ok(ExitCode::SUCCESS);
    }
    for difference in &differences {
        println!("{difference}");
    }
    if check {
        println!(
            "{FOLDER} is out of date ({} differences): run `cargo xtask sqlx` and commit the result",
            differences.len()
        );
        return Ok(ExitCode::FAILURE);
    }
    fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    for name in committed.keys().filter(|name| !described.contains_key(*name)) {
        fs::remove_file(folder.join(name))
            .with_context(|| format!("cannot remove {name} from {}", folder.display()))?;
    }
    for (name, bytes) in &described {
        fs::write(folder.join(name), bytes).with_context(|| format!("cannot write {name} to {}", folder.display()))?;
    }
    println!("{FOLDER}: wrote {} queries", described.len());
    Ok(ExitCode::SUCCESS)
}

/// The packages whose libraries hold `query!` and its like.
fn packages() -> Result<Vec<String>> {
    let mut packages = Vec::new();
    for folder in ["crates", "lambdas"] {
        let folder = house::root().join(folder);
        for entry in fs::read_dir(&folder).with_context(|| format!("cannot read {}", folder.display()))?.flatten() {
            let Ok(manifest) = fs::read_to_string(entry.path().join("Cargo.toml")) else { continue };
            let name = manifest.lines().find_map(|line| line.strip_prefix("name = \"")?.strip_suffix('"'));
            if let Some(name) = name.filter(|_| holds_queries(&entry.path().join("src"))) {
                packages.push(name.to_owned());
            }
        }
    }
    packages.sort();
    Ok(packages)
}

fn holds_queries(folder: &Path) -> bool {
    fs::read_dir(folder).into_iter().flatten().flatten().any(|entry| {
        let path = entry.path();
        let holds = |text: String| ["query!(", "query_as!(", "query_scalar!("].iter().any(|call| text.contains(call));
        path.is_dir() && holds_queries(&path) || fs::read_to_string(&path).is_ok_and(holds)
    })
}

fn migrations() -> Result<Vec<PathBuf>> {
    let folder = house::root().join("migrations");
    let entries = fs::read_dir(&folder).with_context(|| format!("cannot read {}", folder.display()))?;
    let mut files: Vec<PathBuf> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|end| end == "sql"))
        .collect();
    files.sort();
    Ok(files)
}

#[derive(Deserialize)]
struct Artifact {
    fresh: bool,
    filenames: Vec<PathBuf>,
    package_id: String,
}

/// Compiles the package with the macros connected to Postgres; they write what they learn to `folder`.
fn describe(package: &str, url: &str, folder: &Path) -> Result<()> {
    for _ in 0..2 {
        let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        // The cfg keeps the artifacts of this build apart from those of every other one.
        cargo.current_dir(house::root()).args([
            "rustc",
            "--profile",
            "check",
            "--lib",
            "--message-format=json-render-diagnostics",
            "-p",
            package,
        ]);
        cargo.args(["--", "--cfg", "sqlx_prepare"]);
        cargo.env("DATABASE_URL", url).env("SQLX_OFFLINE", "false").env("SQLX_OFFLINE_DIR", folder);
        let mut artifact = None;
        let status = run::relayed(&mut cargo, "cargo rustc", |line| {
            let found = serde_json::from_str::<Artifact>(line).ok();
            artifact = found
                .filter(|found| {
                    found.package_id.contains(&format!("#{package}@"))
                        || found.package_id.contains(&format!("/{package}#"))
                })
                .or(artifact.take());
        })?;
        if !status.success() {
            bail!("{package} does not compile against the migrated database; the committed data were not touched");
        }
        let artifact = artifact.with_context(|| format!("cargo does not tell what it made of {package}"))?;
        forget(&artifact)?;
        if !artifact.fresh {
            return Ok(());
        }
        // Cargo found the artifact of an interrupted run, so the macros did not run: it is forgotten now.
    }
    bail!("cargo does not compile {package} anew; remove the target folder's .fingerprint and try again")
}

/// Removes the build's fingerprint, so that the macros run again next time: cargo does not see that a database changed.
fn forget(artifact: &Artifact) -> Result<()> {
    for file in &artifact.filenames {
        let hash = file
            .file_stem()
            .and_then(|stem| stem.to_str())
            .and_then(|stem| stem.rsplit_once('-'))
            .map(|(_, hash)| hash.to_owned());
        let prints = file.parent().and_then(Path::parent).map(|profile| profile.join(".fingerprint"));
        let (Some(hash), Some(prints)) = (hash, prints) else { continue };
        for entry in fs::read_dir(&prints).with_context(|| format!("cannot read {}", prints.display()))?.flatten() {
            if entry.file_name().to_string_lossy().ends_with(&hash) {
                fs::remove_dir_all(entry.path())
                    .with_context(|| format!("cannot remove {}", entry.path().display()))?;
            }
        }
    }
    Ok(())
}

fn read(folder: &Path) -> Result<Data> {
    let mut data = Data::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with("query-") {
            data.insert(
                name,
                fs::read(entry.path()).with_context(|| format!("cannot read {}", entry.path().display()))?,
            );
        }
    }
    Ok(data)
}

#[derive(Deserialize)]
struct Query {
    query: String,
}

/// One line per query that was added, changed or removed.
fn differences(committed: &Data, described: &Data) -> Result<Vec<String>> {
    let mut lines = Vec::new();
    let first_line = |bytes: &[u8]| -> Result<String> {
        let query: Query = serde_json::from_slice(bytes).context("a file of the query data is damaged")?;
        Ok(query.query.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(100).collect())
    };
    for (name, bytes) in described {
        match committed.get(name) {
            None => lines.push(format!("+ {}", first_line(bytes)?)),
            Some(old)
                if serde_json::from_slice::<serde_json::Value>(old).ok() != serde_json::from_slice(bytes).ok() =>
            {
                lines.push(format!("~ {}", first_line(bytes)?));
            }
            Some(_) => {}
        }
    }
    for (name, bytes) in committed.iter().filter(|(name, _)| !described.contains_key(*name)) {
        lines.push(first_line(bytes).map_or_else(|_| format!("- {name}"), |query| format!("- {query}")));
    }
    Ok(lines)
}
