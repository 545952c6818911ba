//! Employees in files of their own.

use std::fs;

use crate::{VALID, folder, told};

const BEA: &str = "\
display_name: Bea
email: bea@example.com
samples:
  - content: one
  - content: two
  - content: three
";

/// [`VALID`] with Bea in the file that `reference` names.
fn referring(reference: &str) -> String {
    let (head, rest) = VALID.split_once("  - display_name").unwrap();
    let (_, tail) = rest.split_once("campaigns:").unwrap();
    format!("{head}  - {reference}\ncampaigns:{tail}")
}

/// Checks a workspace that names `reference`, with `employee` as the text of `employees/bea.yaml`.
fn check(reference: &str, employee: &str, expected: &[&str]) {
    let folder = folder();
    fs::create_dir(folder.join("employees")).unwrap();
    fs::write(folder.join("employees/bea.yaml"), employee).unwrap();
    fs::write(folder.join("workspace.yaml"), referring(reference)).unwrap();
    assert_eq!(told(&folder), expected, "{reference}");
}

#[test]
fn problems_are_told_in_the_file_that_has_them() {
    check("employees/bea.yaml", BEA, &[]);
    check("./employees/bea.yaml", BEA, &[]);
    check(
        "employees/bea.yaml",
        &BEA.replace("content: two", "content: one"),
        &[
            "employees/bea.yaml:5:14: error: samples[1].content: is the same text as at employees/bea.yaml:4:14; remove one of \
         them, a second teaches nothing",
        ],
    );
    check(
        "employees/bea.yaml",
        &BEA.replace("display_name", "name"),
        &[
            "employees/bea.yaml:1:1: error: display_name: is missing",
            "employees/bea.yaml:1:1: error: name: is not a field; the fields here are display_name, email, job_title, bio, voice, \
         samples",
        ],
    );
}

#[test]
fn a_broken_file_is_told_besides_the_rest() {
    check(
        "employees/bea.yaml",
        "a: 'b",
        &[
            "employees/bea.yaml:1:4: error: is not valid YAML: unclosed quote",
            "workspace.yaml:9:17: error: campaigns[0].employees[0]: `bea@example.com` is nobody's e-mail address under employees; \
         add the person there or correct this",
        ],
    );
}

#[test]
fn a_file_that_cannot_be_read_is_told_where_it_is_named() {
    let unknown = "workspace.yaml:9:17: error: campaigns[0].employees[0]: `bea@example.com` is nobody's e-mail address under \
                   employees; add the person there or correct this";
    let cases = [
        ("employees/cem.yaml", "the file `employees/cem.yaml` does not exist"),
        ("employees", "the file `employees` is not a file; give the path of a YAML file"),
        ("../bea.yaml", "`../bea.yaml` must be a path below the folder of this file, such as employees/anna.yaml"),
        ("/dev/zero", "`/dev/zero` must be a path below the folder of this file, such as employees/anna.yaml"),
    ];
    for (reference, message) in cases {
        check(reference, BEA, &[&format!("workspace.yaml:4:5: error: employees[0]: {message}"), unknown]);
    }
}

#[test]
fn a_file_is_named_once() {
    check(
        "employees/bea.yaml\n  - ./employees//bea.yaml",
        BEA,
        &[
            "workspace.yaml:5:5: error: employees[1]: `./employees//bea.yaml` is in the list already, at workspace.yaml:4:5",
        ],
    );
}

#[test]
fn the_workspace_file_itself_must_be_there() {
    assert_eq!(told(&folder()), ["workspace.yaml:1:1: error: does not exist"]);
}
