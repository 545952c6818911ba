//! What a user is told about a workspace file.

#![expect(clippy::unwrap_used, reason = "a test stops at its first surprise")]

use std::{
    fs,
    path::{Path, PathBuf},
    sync::atomic::{AtomicUsize, Ordering},
};

use chrono::DateTime;
use rostrum_importer::{
    problem::Problem,
    workspace::{self, Checked},
};

mod files;
mod meaning;
mod structure;
mod syntax;

/// A small workspace in which nothing is wrong.
const VALID: &str = "\
workspace: { slug: acme, name: Acme }
admin: { name: Ann, email: ann@example.com }
employees:
  - display_name: Bea
    email: bea@example.com
    samples:
      - content: one
      - content: two
      - content: three
campaigns:
  - name: Spring
    platform: x
    brief: Say it.
    employees: [bea@example.com]
";

/// Checks [`VALID`] with `from` replaced by `to`.
fn check_change(from: &str, to: &str, expected: &[&str]) {
    assert_eq!(VALID.matches(from).count(), 1, "{from:?} must stand once in the valid file");
    check(&VALID.replace(from, to), expected);
}

/// Checks a file of this text and compares everything that a user is told about it.
fn check(yaml: &str, expected: &[&str]) {
    check_bytes(yaml.as_bytes(), expected);
}

fn check_bytes(yaml: &[u8], expected: &[&str]) {
    let folder = folder();
    fs::write(folder.join("workspace.yaml"), yaml).unwrap();
    let beginning = &yaml[..yaml.len().min(1_000)];
    assert_eq!(told(&folder), expected, "{}", String::from_utf8_lossy(beginning));
}

/// What a user is told about `workspace.yaml` in `folder`, without the path of the folder, which is removed.
fn told(folder: &Path) -> Vec<String> {
    let problems = match load(&folder.join("workspace.yaml")) {
        Ok(checked) => checked.warnings,
        Err(problems) => problems,
    };
    fs::remove_dir_all(folder).unwrap();
    let prefix = format!("{}/", folder.display());
    problems.iter().map(|problem| problem.to_string().replace(&prefix, "")).collect()
}

fn load(path: &Path) -> Result<Checked, Vec<Problem>> {
    workspace::check(path, DateTime::from_timestamp(1_795_000_000, 0).unwrap())
}

/// An empty folder that no other test uses.
fn folder() -> PathBuf {
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    let number = COUNT.fetch_add(1, Ordering::Relaxed);
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("check-{}-{number}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    folder
}

#[test]
fn a_valid_file_is_read_as_written() {
    let folder = folder();
    fs::write(folder.join("workspace.yaml"), VALID).unwrap();
    let checked = load(&folder.join("workspace.yaml")).unwrap();
    fs::remove_dir_all(&folder).unwrap();
    assert_eq!(checked.warnings, []);
    let workspace = checked.workspace;
    assert_eq!((workspace.slug.as_str(), workspace.name.as_str()), ("acme", "Acme"));
    assert_eq!((workspace.admin.name.as_str(), workspace.admin.email.as_str()), ("Ann", "ann@example.com"));
    let [bea] = workspace.employees.as_slice() else { panic!("one employee") };
    assert_eq!((bea.profile.display_name.as_str(), bea.email.as_str()), ("Bea", "bea@example.com"));
    let samples: Vec<&str> = bea.samples.iter().map(|sample| sample.content.as_str()).collect();
    assert_eq!(samples, ["one", "two", "three"]);
    let [spring] = workspace.campaigns.as_slice() else { panic!("one campaign") };
    assert_eq!(spring.employees, std::slice::from_ref(&bea.email));
    assert_eq!(spring.fields.schedule_cron, None);
    assert_eq!(spring.fields.posts_per_employee, 3);
}
