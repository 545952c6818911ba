//! Files that are no YAML, or more of it than a workspace needs.

use crate::{VALID, check, check_bytes, check_change};

#[test]
fn broken_yaml_is_told_by_line_and_column() {
    check("a: [1\nb: 2", &["workspace.yaml:2:2: error: is not valid YAML: illegal placement of ':' indicator"]);
    check("a: 'x", &["workspace.yaml:1:4: error: is not valid YAML: unclosed quote"]);
    check_change(
        "brief: Say it.",
        "brief: Say it: now",
        &[
            "workspace.yaml:13:18: error: is not valid YAML: a text that contains `: ` must be in quotes or in a block that \
           begins with `>` or `|`",
        ],
    );
    check(
        "a:\n\t- b",
        &["workspace.yaml:2:2: error: is not valid YAML: tabs disallowed within this context (block indentation)"],
    );
}

#[test]
fn an_alias_bomb_is_refused() {
    let level = |level: usize| {
        let items = match level {
            0 => vec!["x".to_owned(); 9],
            _ => vec![format!("*a{}", level - 1); 9],
        };
        format!("a{level}: &a{level} [{}]\n", items.join(", "))
    };
    let bomb: String = (0..9).map(level).collect();
    check(&bomb, &["workspace.yaml:5:15: error: repeats too much through aliases (`*name`); write the values out"]);
}

#[test]
fn an_alias_that_repeats_little_is_fine() {
    check(&VALID.replace("- content: one", "- content: &text one").replace("brief: Say it.", "brief: *text"), &[]);
}

#[test]
fn more_than_a_workspace_needs_is_refused() {
    let too_large = "#".repeat(1 << 20) + "\n";
    check(&too_large, &["workspace.yaml:1:1: error: is larger than 1 MiB; give every employee a file of their own"]);
    check(
        &("[".repeat(100) + &"]".repeat(100)),
        &["workspace.yaml:1:17: error: is nested deeper than 16 levels, which no workspace needs"],
    );
    check(
        &format!("a: [{}]", "1,".repeat(150_000)),
        &[
            "workspace.yaml:1:199999: error: holds more values than a workspace can have; give every employee a file of their own",
        ],
    );
    check(
        &format!("{VALID}---\n{VALID}"),
        &["workspace.yaml:15:1: error: starts a second YAML document; a file holds one, so remove this `---`"],
    );
}

#[test]
fn what_is_not_supported_says_what_to_write_instead() {
    check(
        "a: { <<: { b: 1 } }",
        &["workspace.yaml:1:6: error: merge keys (`<<`) are not supported; write the fields out"],
    );
    check(
        "a: *b",
        &[
            "workspace.yaml:1:4: error: there is no anchor of this name; put the text in quotes if it is meant to begin with `*`",
        ],
    );
    check(
        "a: &a [*a]",
        &["workspace.yaml:1:8: error: the alias stands inside of what it repeats; write the value out"],
    );
    check("? [a]\n: 1", &["workspace.yaml:1:3: error: the name of a field must be a text"]);
}

#[test]
fn text_that_is_not_utf_8_is_refused() {
    check_bytes(
        b"workspace:\n  name: Z\xfcrich\n",
        &["workspace.yaml:1:1: error: is not UTF-8 text (line 2); save it as UTF-8"],
    );
}

#[test]
fn a_problem_cannot_steer_the_terminal() {
    check_change(
        "platform: x",
        "platform: \"\\e[2J\"",
        &[
            "workspace.yaml:12:15: error: campaigns[0].platform: `\u{fffd}[2J` is not a platform; it must be linkedin, x or \
         instagram",
        ],
    );
}
