//! What the command line says.

use anyhow::{Result, bail};

use crate::fleet::functions::Purpose;

/// Printed by `cargo xtask help`.
pub(crate) const HELP: &str = "\
cargo xtask up [--detach] [--quiet] [--fresh] [--state DIR] [--stage local|test|bench] [--deployed]
                                         start the local fleet, or what of it is missing
cargo xtask down [--state DIR]           end it; its data stay
cargo xtask logs [ROLE] [--state DIR]    follow the logs of the functions
cargo xtask rotate-keys [--state DIR]    replace the key under which the fleet's secrets are sealed
cargo xtask test [flows|schema] [--deployed]
                                         everything that CI runs, or what of it needs a fleet
cargo xtask test unit|store|machines     another part of it
cargo xtask sqlx [--check]               write (or compare) the query data in .sqlx
cargo xtask tidy                         the house rules that no compiler sees
cargo xtask bench NAME [--json]          one benchmark, in release

--deployed compiles the fleet's functions as they are deployed to AWS, which takes longer.";

/// One command with its options.
pub(crate) enum Command {
    /// Print [`HELP`].
    Help,
    /// Start the fleet.
    Up(UpOptions),
    /// End the fleet.
    Down {
        /// Where its state lies.
        state: String,
    },
    /// Follow the logs.
    Logs {
        /// One role only.
        role: Option<String>,
        /// Where the fleet's state lies.
        state: String,
    },
    /// Replace the key of the secrets.
    RotateKeys {
        /// Where the fleet's state lies.
        state: String,
    },
    /// Run the tests.
    Test {
        /// One part only.
        part: Option<Part>,
        /// How the functions of the flows are compiled.
        purpose: Purpose,
    },
    /// Write or compare the query data.
    Sqlx {
        /// Compare only.
        check: bool,
    },
    /// Check the house rules.
    Tidy,
    /// Run a benchmark.
    Bench {
        /// Which one.
        name: String,
        /// Whether it answers in JSON.
        json: bool,
    },
}

/// The options of `up`.
pub(crate) struct UpOptions {
    /// Return once the fleet is ready instead of staying in the foreground.
    pub(crate) detach: bool,
    /// Print the closing line only.
    pub(crate) quiet: bool,
    /// Throw the fleet's data away first.
    pub(crate) fresh: bool,
    /// Where the fleet's state lies.
    pub(crate) state: String,
    /// The template's stage: `local` for people, `test` for flows, `bench` for benchmarks.
    pub(crate) stage: String,
    /// How its functions are compiled.
    pub(crate) purpose: Purpose,
}

/// A part of the tests.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    /// What needs no service.
    Unit,
    /// What needs Postgres.
    Store,
    /// The state machines, on an emulator with stand-ins for their functions.
    Machines,
    /// What needs the whole fleet.
    Flows,
    /// Of that, whether the API does what its document says.
    Schema,
}

/// The state folder of the fleet that a person works with.
const STATE: &str = ".rostrum";

/// Reads the command line.
///
/// # Errors
/// Names what it does not understand.
pub(crate) fn parse(mut words: impl Iterator<Item = String>) -> Result<Command> {
    let Some(verb) = words.next() else { return Ok(Command::Help) };
    let mut rest = Rest { plain: Vec::new(), flags: Vec::new(), state: None, stage: None };
    while let Some(word) = words.next() {
        match word.as_str() {
            "--state" => match words.next() {
                Some(folder) => rest.state = Some(folder),
                None => bail!("--state needs a folder"),
            },
            "--stage" => match words.next() {
                Some(stage) => rest.stage = Some(stage),
                None => bail!("--stage needs a name: local, test or bench"),
            },
            _ if word.starts_with('-') => rest.flags.push(word),
            _ => rest.plain.push(word),
        }
    }
    let command = match verb.as_str() {
        "help" | "--help" | "-h" => Command::Help,
        "up" => {
            let stage = rest.stage()?;
            let usual = match stage.as_str() {
                "test" => Purpose::Tests,
                "bench" => Purpose::Deployment,
                _ => Purpose::Fleet,
            };
            Command::Up(UpOptions {
                detach: rest.flag("--detach"),
                quiet: rest.flag("--quiet"),
                fresh: rest.flag("--fresh"),
                state: rest.state(),
                stage,
                purpose: rest.purpose(usual),
            })
        }
        "down" => Command::Down { state: rest.state() },
        "logs" => Command::Logs { role: rest.word(), state: rest.state() },
        "rotate-keys" => Command::RotateKeys { state: rest.state() },
        "test" => {
            let part = match rest.word().as_deref() {
                None => None,
                Some("unit") => Some(Part::Unit),
                Some("store") => Some(Part::Store),
                Some("machines") => Some(Part::Machines),
                Some("flows") => Some(Part::Flows),
                Some("schema") => Some(Part::Schema),
                Some(other) => {
                    bail!("there is no part {other:?} of the tests; there are unit, store, machines, flows and schema")
                }
            };
            let purpose = match part {
                None | Some(Part::Flows | Part::Schema) => rest.purpose(Purpose::Tests),
                // No fleet, so there is nothing to deploy: the flag is refused below.
                Some(Part::Unit | Part::Store | Part::Machines) => Purpose::Tests,
            };
            Command::Test { part, purpose }
        }
        "sqlx" => Command::Sqlx { check: rest.flag("--check") },
        "tidy" => Command::Tidy,
        "bench" => match rest.word() {
            Some(name) => Command::Bench { name, json: rest.flag("--json") },
            None => bail!("bench needs a name, for example `cargo xtask bench cold-start`"),
        },
        other => bail!("there is no command {other:?}\n{HELP}"),
    };
    match rest.plain.into_iter().chain(rest.flags).chain(rest.state).chain(rest.stage).next() {
        Some(word) => bail!("`cargo xtask {verb}` does not take {word:?}\n{HELP}"),
        None => Ok(command),
    }
}

struct Rest {
    plain: Vec<String>,
    flags: Vec<String>,
    state: Option<String>,
    stage: Option<String>,
}

impl Rest {
    fn flag(&mut self, name: &str) -> bool {
        let before = self.flags.len();
        self.flags.retain(|flag| flag != name);
        self.flags.len() < before
    }

    fn purpose(&mut self, usual: Purpose) -> Purpose {
        if self.flag("--deployed") { Purpose::Deployment } else { usual }
    }

    fn word(&mut self) -> Option<String> {
        (!self.plain.is_empty()).then(|| self.plain.remove(0))
    }

    fn stage(&mut self) -> Result<String> {
        let stage = self.stage.take().unwrap_or_else(|| "local".to_owned());
        if !matches!(stage.as_str(), "local" | "test" | "bench") {
            bail!("there is no stage {stage:?} here; there are local, test and bench");
        }
        Ok(stage)
    }

    fn state(&mut self) -> String {
        self.state.take().unwrap_or_else(|| STATE.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::{Command, Part, parse};
    use crate::fleet::functions::Purpose;

    fn read(line: &str) -> Result<Command, String> {
        parse(line.split_whitespace().map(str::to_owned)).map_err(|error| error.to_string())
    }

    fn takes(line: &str, expected: Option<Part>, compiled: Purpose) {
        match read(line) {
            Ok(Command::Test { part, purpose }) => assert!(part == expected && purpose == compiled, "{line}"),
            Ok(_) => panic!("{line} is another command"),
            Err(error) => panic!("{line}: {error}"),
        }
    }

    fn refuses(line: &str, word: &str) {
        let error = read(line).err().unwrap_or_else(|| panic!("{line} is taken"));
        assert!(error.contains(&format!("does not take {word:?}")), "{line}: {error}");
    }

    #[test]
    fn functions_are_compiled_as_deployed_only_where_a_fleet_runs_them() {
        for (line, part) in [
            ("test", None),
            ("test unit", Some(Part::Unit)),
            ("test store", Some(Part::Store)),
            ("test machines", Some(Part::Machines)),
            ("test flows", Some(Part::Flows)),
            ("test schema", Some(Part::Schema)),
        ] {
            takes(line, part, Purpose::Tests);
        }
        takes("test --deployed", None, Purpose::Deployment);
        takes("test flows --deployed", Some(Part::Flows), Purpose::Deployment);
        takes("test --deployed schema", Some(Part::Schema), Purpose::Deployment);
        for part in ["unit", "store", "machines"] {
            refuses(&format!("test {part} --deployed"), "--deployed");
        }
    }
}
