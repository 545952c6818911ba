//! One function per rule.

use super::{Finding, SourceFile};

const LONGEST_FILE: usize = 500;

/// Applies every rule to all files.
pub(super) fn check(files: &[SourceFile]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in files {
        findings.extend(length(file));
        findings.extend(unfinished(file));
        findings.extend(machine_paths(file));
        findings.extend(module_name(file));
        findings.extend(workspace_lints(file));
    }
    findings.extend(row_level_security(files));
    findings.extend(code_map(files));
    findings
}

fn finding(file: &SourceFile, line: usize, what: impl Into<String>) -> Finding {
    Finding { path: file.path.clone(), line, what: what.into() }
}

fn extension(file: &SourceFile) -> &str {
    file.path.rsplit_once('.').map_or("", |(_, extension)| extension)
}

fn is_code(file: &SourceFile) -> bool {
    matches!(extension(file), "rs" | "py" | "sql" | "ts" | "tsx")
}

/// This folder names what it looks for.
fn is_tidy_itself(file: &SourceFile) -> bool {
    file.path.starts_with("xtask/src/tidy/")
}

fn length(file: &SourceFile) -> Option<Finding> {
    let lines = file.text.lines().count();
    (is_code(file) && lines > LONGEST_FILE)
        .then(|| finding(file, lines, format!("{lines} lines: split the file by {LONGEST_FILE}")))
}

fn unfinished(file: &SourceFile) -> Vec<Finding> {
    if !is_code(file) || is_tidy_itself(file) {
        return Vec::new();
    }
    let marks = ["TODO", "FIXME", "XXX", "todo!"];
    let found = |line: &str| marks.into_iter().find(|mark| has_word(line, mark));
    lines(file)
        .filter_map(|(number, line)| {
            found(line).map(|mark| finding(file, number, format!("{mark}: finish it, or open an issue")))
        })
        .collect()
}

fn machine_paths(file: &SourceFile) -> Vec<Finding> {
    if is_tidy_itself(file) || extension(file) == "lock" {
        return Vec::new();
    }
    let folders = ["/home/", "/root/", "/Users/", "/work/", "C:\\Users\\"];
    let found = |line: &str| {
        folders.into_iter().find(|folder| {
            line.match_indices(folder).any(|(at, _)| {
                let before = line[..at].chars().next_back();
                let after = line[at + folder.len()..].chars().next();
                let starts_a_path = !before
                    .is_some_and(|letter| letter.is_alphanumeric() || matches!(letter, '.' | '_' | '-' | '}' | '>'));
                starts_a_path && after.is_some_and(char::is_alphanumeric)
            })
        })
    };
    lines(file)
        .filter_map(|(number, line)| {
            found(line).map(|folder| finding(file, number, format!("{folder}… is a path of one machine")))
        })
        .collect()
}

fn module_name(file: &SourceFile) -> Option<Finding> {
    if extension(file) != "rs" {
        return None;
    }
    let vague = file.path.split(['/', '.']).find(|part| {
        matches!(*part, "utils" | "util" | "common" | "helpers" | "helper" | "misc") || part.ends_with("_v2")
    })?;
    Some(finding(file, 1, format!("{vague:?} says nothing about what is inside: name the module by what it does")))
}

fn workspace_lints(file: &SourceFile) -> Option<Finding> {
    let is_package = file.path.ends_with("/Cargo.toml") && file.text.contains("[package]");
    let lints = file.text.split("[lints]").nth(1).is_some_and(|rest| rest.trim_start().starts_with("workspace = true"));
    (is_package && !lints).then(|| {
        finding(file, 1, "the package does not take the workspace's lints: add `[lints]` and `workspace = true`")
    })
}

/// Every table is named where row level security is switched on.
fn row_level_security(files: &[SourceFile]) -> Vec<Finding> {
    let migrations: Vec<&SourceFile> = files.iter().filter(|file| file.path.starts_with("migrations/")).collect();
    let secured = |table: &str| {
        migrations.iter().filter(|file| file.text.contains("ENABLE ROW LEVEL SECURITY")).any(|file| {
            file.text.contains(&format!("'{table}'"))
                || file.text.contains(&format!("ALTER TABLE {table} ENABLE ROW LEVEL SECURITY"))
        })
    };
    let mut findings = Vec::new();
    for file in &migrations {
        for (number, line) in lines(file) {
            let Some(table) = created_table(line) else { continue };
            if !secured(table) {
                findings.push(finding(
                    file,
                    number,
                    format!("the table {table} has no row level security: name it in a migration of the access rules"),
                ));
            }
        }
    }
    findings
}

fn created_table(line: &str) -> Option<&str> {
    let rest = line.trim_start().strip_prefix("CREATE ")?;
    let rest = rest.strip_prefix("UNLOGGED ").unwrap_or(rest).strip_prefix("TABLE ")?;
    let rest = rest.strip_prefix("IF NOT EXISTS ").unwrap_or(rest);
    rest.split(|letter: char| !(letter.is_alphanumeric() || letter == '_')).find(|word| !word.is_empty())
}

/// The map of the code names every package.
fn code_map(files: &[SourceFile]) -> Vec<Finding> {
    let map = files.iter().find(|file| file.path == "docs/ARCHITECTURE.md").map_or("", |file| file.text.as_str());
    let missing = |file: &&SourceFile| {
        let Some(folder) = file.path.strip_suffix("/Cargo.toml") else { return false };
        let name = folder.rsplit('/').next().unwrap_or(folder);
        !map.contains(folder) && !map.contains(&format!("`{name}`"))
    };
    files
        .iter()
        .filter(missing)
        .map(|file| finding(file, 1, "the code map of docs/ARCHITECTURE.md does not name this package"))
        .collect()
}

fn lines(file: &SourceFile) -> impl Iterator<Item = (usize, &str)> {
    file.text.lines().enumerate().map(|(index, line)| (index + 1, line))
}

fn has_word(line: &str, word: &str) -> bool {
    let part = |letter: Option<char>| letter.is_some_and(|letter| letter.is_alphanumeric() || letter == '_');
    line.match_indices(word)
        .any(|(at, _)| !part(line[..at].chars().next_back()) && !part(line[at + word.len()..].chars().next()))
}

#[cfg(test)]
mod tests {
    use super::{SourceFile, check};

    fn found(path: &str, text: &str) -> Vec<String> {
        let map = SourceFile { path: "docs/ARCHITECTURE.md".to_owned(), text: "`crates/one` and `two`".to_owned() };
        let file = SourceFile { path: path.to_owned(), text: text.to_owned() };
        check(&[map, file]).into_iter().map(|finding| format!("{}: {}", finding.line, finding.what)).collect()
    }

    fn clean(path: &str, text: &str) {
        assert_eq!(found(path, text), Vec::<String>::new(), "{path}: {text}");
    }

    fn dirty(path: &str, text: &str, what: &str) {
        let all = found(path, text);
        assert!(all.len() == 1 && all[0].contains(what), "{path}: {text}: {all:?}");
    }

    #[test]
    fn files_stay_short() {
        clean("a.rs", &"x\n".repeat(500));
        clean("a.md", &"x\n".repeat(501));
        dirty("a.sql", &"x\n".repeat(501), "501: 501 lines");
    }

    #[test]
    fn nothing_is_left_unfinished() {
        clean("a.rs", "let status = \"TODOS\"; // the word is another one");
        dirty("a.rs", "one\n// TODO: more", "2: TODO");
        dirty("a.rs", "    todo!()", "todo!");
    }

    #[test]
    fn no_path_of_one_machine() {
        clean("a.md", "https://example.com/home/page and ./work/item and `<root>/root/x`");
        dirty("a.md", "see /home/jane/rostrum", "/home/");
        dirty("a.py", "open('/root/x')", "/root/");
    }

    #[test]
    fn modules_are_named_by_what_they_do() {
        clean("crates/one/src/commons.rs", "");
        dirty("crates/one/src/utils.rs", "", "utils");
        dirty("crates/one/src/common/mod.rs", "", "common");
        dirty("crates/one/src/publish_v2.rs", "", "publish_v2");
    }

    #[test]
    fn packages_take_the_lints_and_stand_in_the_map() {
        clean("crates/one/Cargo.toml", "[package]\n\n[lints]\nworkspace = true\n");
        clean("crates/two/Cargo.toml", "[package]\n\n[lints]\nworkspace = true\n");
        dirty("crates/one/Cargo.toml", "[package]\n", "lints");
        dirty("crates/three/Cargo.toml", "[package]\n\n[lints]\nworkspace = true\n", "code map");
    }

    #[test]
    fn every_table_is_secured() {
        clean("migrations/1.sql", "CREATE TABLE posts (\n);\nALTER TABLE posts ENABLE ROW LEVEL SECURITY;");
        clean("migrations/1.sql", "CREATE TABLE IF NOT EXISTS posts (x INT);\nDO 'posts' ENABLE ROW LEVEL SECURITY");
        dirty("migrations/1.sql", "\nCREATE TABLE posts (\n);", "2: the table posts");
        dirty(
            "migrations/1.sql",
            "CREATE UNLOGGED TABLE posts (\n);\nALTER TABLE postscript ENABLE ROW LEVEL SECURITY;",
            "the table posts",
        );
    }
}
