//! The project's own commands: `cargo xtask help` lists them.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a program for the terminal")]

mod args;
mod bench;
mod fleet;
mod house;
mod lock;
mod progress;
mod run;
mod sqlx;
mod stop;
mod test;
mod tidy;
mod tools;

use std::process::ExitCode;

use anyhow::Error;
use args::Command;
use stop::Stopped;

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
        Err(error) => {
            let (text, code) = told(&error);
            eprintln!("{text}");
            ExitCode::from(code)
        }
    }
}

/// What is said of an error, and the code that the program ends with. Who asked the program to end is told as well what
/// could not be ended.
fn told(error: &Error) -> (String, u8) {
    if error.is::<Stopped>() { ("stopped".to_owned(), 130) } else { (format!("error: {error:#}"), 1) }
}

#[cfg(test)]
mod tests {
    use anyhow::anyhow;

    use super::{Stopped, told};

    #[test]
    fn only_what_was_asked_for_is_no_error() {
        let stopped = ("stopped".to_owned(), 130);
        assert_eq!(told(&Stopped.into()), stopped);
        assert_eq!(told(&anyhow!(Stopped).context("Python cannot make environments").context("no Postgres")), stopped);
        let error = anyhow!("the file is damaged").context("the fleet could not be ended");
        assert_eq!(told(&error), ("error: the fleet could not be ended: the file is damaged".to_owned(), 1));
        assert_eq!(told(&anyhow!("stopped")), ("error: stopped".to_owned(), 1));
    }
}
