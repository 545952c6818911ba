//! The program as a person calls it.

#![expect(clippy::unwrap_used, reason = "a test stops at its first surprise")]

use std::process::{Command, Output};

use rostrum_test_kit::database::TestDatabase;

const EXAMPLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/workspace.yaml");
const PASSWORD: &str = "correct horse battery";

/// Runs the program with nothing in its environment but `variables`.
fn importer(arguments: &[&str], variables: &[(&str, &str)]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_importer"))
        .args(arguments)
        .env_clear()
        .envs(variables.iter().copied())
        .output()
        .unwrap()
}

/// Compares what the program says and how it ends.
fn check(output: &Output, code: i32, stdout: &str, stderr: &str) {
    let (said, complained) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert_eq!((output.status.code(), said.as_ref(), complained.as_ref()), (Some(code), stdout, stderr));
}

#[test]
fn check_tells_that_all_is_well() {
    let said = format!("{EXAMPLE}: Wendhalde can be imported: employees 5, writing samples 25, campaigns 4\n");
    check(&importer(&["check", EXAMPLE], &[]), 0, &said, "");
}

#[test]
fn check_tells_what_is_wrong() {
    let complaint = "nowhere.yaml:1:1: error: does not exist\n";
    check(&importer(&["check", "nowhere.yaml"], &[]), 1, "", complaint);
    check(&importer(&["admin-email", "nowhere.yaml"], &[]), 1, "", complaint);
}

#[test]
fn admin_email_prints_the_address_alone() {
    check(&importer(&["admin-email", EXAMPLE], &[]), 0, "sofia.lindqvist@example.com\n", "");
}

#[test]
fn a_wrong_call_explains_the_right_one() {
    for arguments in [&[][..], &["check"], &["import", EXAMPLE], &["check", EXAMPLE, "more"]] {
        let output = importer(arguments, &[]);
        assert_eq!(output.status.code(), Some(2));
        assert!(String::from_utf8_lossy(&output.stderr).contains("importer apply PATH"));
    }
}

#[test]
fn apply_names_the_variable_that_is_missing() {
    check(
        &importer(&["apply", EXAMPLE], &[]),
        1,
        "",
        "error: the environment variable ROSTRUM_ADMIN_PASSWORD is not set; `importer` tells what it is for\n",
    );
    check(
        &importer(&["apply", EXAMPLE], &[("ROSTRUM_ADMIN_PASSWORD", PASSWORD)]),
        1,
        "",
        "error: the environment variable DATABASE_URL is not set; `importer` tells what it is for\n",
    );
    check(
        &importer(&["apply", EXAMPLE], &[("ROSTRUM_ADMIN_PASSWORD", PASSWORD), ("DATABASE_URL", "secret stuff")]),
        1,
        "",
        "error: the database URL cannot be read; expected postgres://user:password@host:port/database\n",
    );
}

#[tokio::test]
async fn apply_tells_what_it_did_but_never_the_password() {
    let test = TestDatabase::new().await;
    let url = test.admin_url();
    let variables = [("ROSTRUM_ADMIN_PASSWORD", PASSWORD), ("DATABASE_URL", url.as_str())];
    let first = importer(&["apply", EXAMPLE], &variables);
    let second = importer(&["apply", EXAMPLE], &variables);
    for output in [&first, &second] {
        let everything = [output.stdout.as_slice(), output.stderr.as_slice()].concat();
        let everything = String::from_utf8_lossy(&everything);
        assert_eq!(output.status.code(), Some(0), "{everything}");
        assert!(!everything.contains(PASSWORD));
    }
    let said = String::from_utf8_lossy(&first.stdout);
    assert_eq!(said.lines().next(), Some("created workspace Wendhalde (wendhalde)"));
    assert!(said.lines().all(|line| line.starts_with("created ")), "{said}");
    let said = String::from_utf8_lossy(&second.stdout);
    assert_eq!(said.lines().last(), Some("nothing changed: all of it was there"));
}
