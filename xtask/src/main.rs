//! The project's own commands: `cargo xtask help` lists them.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a program for the terminal")]

mod args;
mod bench;
mod fleet;
mod house;
mod progress;
mod run;
mod sqlx;
mod stop;
mod test;
mod tidy;
mod tools;

use std::process::ExitCode;

use args::Command;

fn main() -> ExitCode {
    stop::listen();
    let done = args::parse(std::env::args().skip(1)).and_then(|command| match command {
        Command::Help => {
            println!("{}", args::HELP);
            Ok(ExitCode::SUCCESS)
        }
        Command::Up(options) => fleet::up::up(&options),
        Command::Down { state } => fleet::down::down(&house::State::at(&state)?),
        Command::Logs { role, state } => fleet::logs::follow(&house::State::at(&state)?, role.as_deref()),
        Command::RotateKeys { state } => fleet::keys::rotate(&house::State::at(&state)?),
        Command::Test { part, purpose } => test::test(part, purpose),
        Command::Sqlx { check } => sqlx::prepare(check),
        Command::Tidy => tidy::tidy(),
        Command::Bench { name, json } => bench::bench(&name, json),
    });
    match done {
        Ok(code) => code,
        Err(_) if stop::requested() => {
            eprintln!("stopped");
            ExitCode::from(130)
        }
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
