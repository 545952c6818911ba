//! Brings the database of the URL given as argument to the current schema: `apply_migrations postgres://…`.

use std::{env, process::ExitCode};

use rostrum_store::migrations;

#[tokio::main]
async fn main() -> ExitCode {
    let Some(url) = env::args().nth(1) else {
        return fail("usage: apply_migrations postgres://user:password@host:port/database");
    };
    let Ok(options) = url.parse() else {
        return fail("the database URL cannot be read");
    };
    match migrations::apply(&options).await {
        Ok(_) => ExitCode::SUCCESS,
        Err(error) => fail(&error.to_string()),
    }
}

#[expect(clippy::print_stderr, reason = "a program of the terminal")]
fn fail(message: &str) -> ExitCode {
    eprintln!("{message}");
    ExitCode::FAILURE
}
