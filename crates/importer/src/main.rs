//! `importer check PATH`, `importer apply PATH`, `importer admin-email PATH`.

use std::{
    env,
    io::{self, Write as _},
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::bail;
use rostrum_importer::{
    apply,
    workspace::{self, Checked},
};
use rostrum_lambda_kit::{Ambient, Effects};
use rostrum_store::{
    Database,
    connection::{Settings, Statements},
};
use secrecy::SecretString;

const USAGE: &str = "\
Imports a workspace from YAML; examples/workspace.yaml shows the format.

  importer check PATH        tells everything that is wrong with the file and the files that it names
  importer apply PATH        adds what is missing to the database and leaves alone what is there
  importer admin-email PATH  prints the address that the admin signs in with

`apply` reads DATABASE_URL, a postgres:// URL of the owner of the schema, and ROSTRUM_ADMIN_PASSWORD, the password of
the admin, at least 12 characters. It ends with 0 if all is well, 1 if the workspace cannot be imported, 2 if it was
called wrongly.
";

/// More problems than this at once help nobody.
const MOST_PROBLEMS: usize = 100;

enum Command {
    Check(PathBuf),
    Apply(PathBuf),
    AdminEmail(PathBuf),
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let Some(command) = command(env::args_os().skip(1).collect::<Vec<_>>().as_slice()) else {
        let _ = io::stderr().write_all(USAGE.as_bytes());
        return ExitCode::from(2);
    };
    match run(&command).await {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            let _ = writeln!(io::stderr(), "error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn command(arguments: &[std::ffi::OsString]) -> Option<Command> {
    let [name, path] = arguments else { return None };
    let path = PathBuf::from(path);
    match name.to_str()? {
        "check" => Some(Command::Check(path)),
        "apply" => Some(Command::Apply(path)),
        "admin-email" => Some(Command::AdminEmail(path)),
        _ => None,
    }
}

/// Answers whether the file is in order.
async fn run(command: &Command) -> anyhow::Result<bool> {
    let ambient = Ambient::system();
    let (Command::Check(path) | Command::Apply(path) | Command::AdminEmail(path)) = command;
    let Some(checked) = check(path, &ambient)? else { return Ok(false) };
    let mut out = io::stdout().lock();
    match command {
        Command::AdminEmail(_) => writeln!(out, "{}", checked.workspace.admin.email.as_str())?,
        Command::Check(_) => {
            let workspace = &checked.workspace;
            let samples: usize = workspace.employees.iter().map(|employee| employee.samples.len()).sum();
            writeln!(
                out,
                "{}: {} can be imported: employees {}, writing samples {samples}, campaigns {}",
                path.display(),
                workspace.name,
                workspace.employees.len(),
                workspace.campaigns.len(),
            )?;
        }
        Command::Apply(_) => {
            let password = SecretString::from(variable("ROSTRUM_ADMIN_PASSWORD")?);
            let report = apply::apply(&database()?, &checked.workspace, &password, &ambient, &Effects::live()).await?;
            for line in &report.lines {
                writeln!(out, "{line}")?;
            }
            if !report.has_changes() {
                writeln!(out, "nothing changed: all of it was there")?;
            }
        }
    }
    Ok(true)
}

/// Tells what is wrong with the files; `None` if they cannot be imported.
fn check(path: &Path, ambient: &Ambient) -> io::Result<Option<Checked>> {
    let (checked, problems) = match workspace::check(path, ambient.now()) {
        Ok(checked) => (Some(checked.clone()), checked.warnings),
        Err(problems) => (None, problems),
    };
    let mut errors = io::stderr().lock();
    for problem in problems.iter().take(MOST_PROBLEMS) {
        writeln!(errors, "{problem}")?;
    }
    if let Some(more) = problems.len().checked_sub(MOST_PROBLEMS).filter(|more| *more > 0) {
        writeln!(errors, "and {more} more")?;
    }
    Ok(checked)
}

/// The database of `DATABASE_URL`. Statements stay unnamed, so that any pooler may be in between.
fn database() -> anyhow::Result<Database> {
    let url = SecretString::from(variable("DATABASE_URL")?);
    Ok(Database::new(&Settings { url, statements: Statements::Unnamed, max_connections: 1 })?)
}

fn variable(name: &str) -> anyhow::Result<String> {
    match env::var(name) {
        Ok(value) if !value.is_empty() => Ok(value),
        Ok(_) | Err(env::VarError::NotPresent) => {
            bail!("the environment variable {name} is not set; `importer` tells what it is for")
        }
        Err(env::VarError::NotUnicode(_)) => bail!("the environment variable {name} is not UTF-8"),
    }
}
