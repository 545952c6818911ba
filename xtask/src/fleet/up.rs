//! Starts the fleet, or what of it is missing.

use std::io::{self, Write as _};
use std::process::ExitCode;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow, bail};
use serde_json::{Value, json};

use super::functions::{Built, Purpose};
use super::postgres::Durability;
use super::processes::{Process, Processes};
use super::secrets::Secrets;
use super::{deploy, down, emulator, first_run, functions, http, identity, models, ports, postgres, sample};
use crate::args::UpOptions;
use crate::house::State;
use crate::progress::{self, Progress};
use crate::{stop, tools};

const EDGE_PORT: u16 = 8080;
const DATABASE: &str = "rostrum";

/// Starts the fleet; without `--detach` stays until Ctrl-C and ends it then.
///
/// # Errors
/// With the step that failed and the end of its log; what this command started is ended.
pub(crate) fn up(options: &UpOptions) -> Result<ExitCode> {
    let state = State::at(&options.state)?;
    let progress = Progress::new(options.quiet);
    let lock = down::lock(&state)?;
    tools::require_python()?;
    let processes = Processes::of(&state)?;
    if options.fresh {
        processes.end_all()?;
        processes.forget()?;
        postgres::wipe_elsewhere(&state)?;
        state.wipe()?;
        progress.say("the old data are gone");
    }
    let fleet =
        Fleet { stage: &options.stage, purpose: options.purpose, state: &state, processes: &processes, progress };
    let ran_before = fleet.runs();
    if let Err(error) = fleet.start() {
        // A fleet that ran before this command stays; what is half started does not.
        if !ran_before {
            stop::resume();
            processes.end_all().context("and what was started could not be ended")?;
        }
        return Err(error);
    }
    drop(lock);
    if options.detach || ran_before {
        if !options.detach {
            progress.say(format!("it ran already and stays; end it with `cargo xtask down{}`", state.option()));
        }
        return Ok(ExitCode::SUCCESS);
    }
    progress.say("Ctrl-C ends it");
    fleet.watch()
}

struct Fleet<'a> {
    stage: &'a str,
    purpose: Purpose,
    state: &'a State,
    processes: &'a Processes,
    progress: Progress,
}

/// What the parts that start side by side leave.
struct Ground {
    admin_url: String,
    fleet_url: String,
    endpoint: String,
    model: Option<Process>,
    built: Built,
}

impl Fleet<'_> {
    /// Whether every part runs.
    fn runs(&self) -> bool {
        self.processes.running("edge").is_some() && self.processes.dead().is_empty()
    }

    fn start(&self) -> Result<()> {
        let Self { stage, state, processes, progress, .. } = *self;
        let ground = self.lay_ground()?;
        let secrets = Secrets::of(state)?;
        let simulators =
            ground.built.program("simulators").context("the package rostrum-simulators has no program `simulators`")?;
        let model_url = match &ground.model {
            Some(model) => Some(models::start_simulators(state, processes, simulators, model, progress)?),
            None => None,
        };
        let mut parameters = models::parameters(model_url.as_deref(), progress);
        let oidc = identity::start(state, processes, simulators, progress)?;
        parameters.extend(identity::parameters(&oidc));
        let port = self.edge_port()?;
        let web = format!("http://127.0.0.1:{port}");
        for (name, value) in [
            ("Stage", stage),
            ("Architecture", if cfg!(target_arch = "aarch64") { "arm64" } else { "x86_64" }),
            ("DatabaseUrl", &ground.fleet_url),
            ("DatabaseAdminUrl", &ground.admin_url),
            ("DatabaseStatementCache", "on"),
            ("WebBaseUrl", &web),
            ("SigningKeyPem", &secrets.signing_key),
        ] {
            parameters.insert(name.to_owned(), value.into());
        }
        let stack = format!("rostrum-{stage}");
        let outputs = deploy::deploy(&stack, state, processes, &ground.endpoint, &parameters, progress)?;
        let output = |name: &str| {
            outputs.get(name).and_then(Value::as_str).with_context(|| format!("the stack has no output {name}"))
        };
        deploy::migrate(state, processes, &ground.endpoint, output("MigratorFunctionName")?, progress)?;
        let email = sample::import(
            state,
            processes,
            ground.built.program("importer"),
            &ground.admin_url,
            &secrets.admin_password,
            progress,
        )?;
        let deployed = format!("{}/_aws/execute-api/{}/$default", ground.endpoint, output("ApiId")?);
        let chosen = models::start_simulator(state, processes, simulators, "edge", port, &["--api", &deployed])?;
        if chosen != port {
            bail!("somebody took port {port} meanwhile; end the fleet with `cargo xtask down` and try again");
        }
        // Nothing of the build is read any more: another fleet may build.
        drop(ground.built);
        let api = format!("{web}/api");
        self.await_health(&api)?;
        let login = json!({ "email": email, "password": secrets.admin_password });
        let description = json!({
            "web": web,
            "api": api,
            "aws_endpoint": ground.endpoint,
            "database_url": ground.admin_url,
            "model_url": model_url,
            "oidc": oidc,
            "login": login,
            "stack": stack,
            "stage": stage,
            "region": emulator::REGION,
            "access_key_id": emulator::CREDENTIALS[0].1,
            "secret_access_key": emulator::CREDENTIALS[1].1,
        });
        super::secrets::write_private(&state.path("fleet.json"), &format!("{description:#}\n"))?;
        // A benchmark brings a campaign and a model of its own.
        if let Some(email) = email.as_ref().filter(|_| stage != "bench") {
            first_run::run(&api, email, &secrets.admin_password, &state.log("emulator"), progress)?;
        }
        progress::announce(format!("ready {web}"));
        if let Some(email) = email {
            progress::announce(format!("login {email} {}", secrets.admin_password));
        }
        progress.say(format!("up took {:.1} s", progress.elapsed().as_secs_f32()));
        Ok(())
    }

    /// Starts what needs nothing of each other side by side.
    fn lay_ground(&self) -> Result<Ground> {
        let Self { purpose, state, processes, progress, .. } = *self;
        let (database, endpoint, model, built) = thread::scope(|scope| {
            let database = scope.spawn(|| cancelling(self.database()));
            let endpoint = scope.spawn(|| {
                cancelling((|| {
                    tools::EMULATOR.install(&state.log("install-emulator"), progress)?;
                    emulator::start(state, processes, progress)
                })())
            });
            let model = scope.spawn(|| cancelling(self.model()));
            let built = cancelling(functions::build(state, processes, purpose, progress));
            (database.join(), endpoint.join(), model.join(), built)
        });
        // The step that failed tells why; those that were stopped because of it do not.
        let database = joined(database);
        let endpoint = joined(endpoint);
        let model = joined(model);
        let errors = [database.as_ref().err(), endpoint.as_ref().err(), model.as_ref().err(), built.as_ref().err()];
        if let Some(cause) = errors.into_iter().flatten().find(|error| error.downcast_ref::<stop::Stopped>().is_none())
        {
            bail!("{cause:#}");
        }
        let (admin_url, fleet_url) = database?;
        Ok(Ground { admin_url, fleet_url, endpoint: endpoint?, model: model?, built: built? })
    }

    /// The addresses of the database: as its owner and as the functions' role.
    fn database(&self) -> Result<(String, String)> {
        if let Some(url) = std::env::var("DATABASE_URL").ok().filter(|url| !url.is_empty()) {
            self.progress.say("DATABASE_URL is set: using that database");
            let fleet = std::env::var("ROSTRUM_FLEET_DATABASE_URL").unwrap_or_else(|_| url.clone());
            return Ok((url, fleet));
        }
        let cluster = postgres::start(self.state, self.processes, Durability::Kept, self.progress)?;
        cluster.create_database(DATABASE)?;
        Ok((cluster.admin_url(DATABASE), cluster.fleet_url(DATABASE)))
    }

    fn model(&self) -> Result<Option<Process>> {
        if !models::simulated() {
            return Ok(None);
        }
        tools::MODEL.install(&self.state.log("install-model"), self.progress)?;
        models::start_model(self.state, self.processes, self.progress).map(Some)
    }

    /// Where people reach the fleet. It is chosen before anybody listens there, because mails and providers lead back to it.
    fn edge_port(&self) -> Result<u16> {
        match self.processes.running("edge") {
            Some(edge) => Ok(edge.port),
            None => ports::choose(EDGE_PORT, self.processes.last_port("edge")),
        }
    }

    fn await_health(&self, api: &str) -> Result<()> {
        let begin = Instant::now();
        let address = format!("{api}/health");
        while !http::answers(&address) {
            stop::check()?;
            if begin.elapsed() > Duration::from_secs(45) {
                http::json(&address, http::agent().get(&address).call())?;
                bail!("{address} does not answer 200 within 45 s; see {}", self.state.log("emulator").display());
            }
            thread::sleep(Duration::from_millis(100));
        }
        Ok(())
    }

    /// Stays until somebody ends the fleet, here or with `down`.
    fn watch(&self) -> Result<ExitCode> {
        while !stop::requested() {
            thread::sleep(Duration::from_millis(200));
            let processes = Processes::of(self.state)?;
            if processes.ended() {
                self.progress.say("the fleet was ended");
                return Ok(ExitCode::SUCCESS);
            }
            // Whoever holds the lock is replacing a part.
            let Ok(_lock) = down::lock(self.state) else { continue };
            let dead = Processes::of(self.state)?.dead();
            if let Some(first) = dead.first() {
                processes.end_all()?;
                bail!(
                    "{} ended by itself, so the fleet was ended; see {}. The data stay.",
                    dead.join(", "),
                    self.state.log(first).display()
                );
            }
        }
        stop::heed();
        let count = down::end_in_turn(self.state, || {
            // A terminal that was closed asks for the end as well, and takes no line.
            let _ = writeln!(
                io::stdout(),
                "another `cargo xtask` is starting or ending this fleet; it is ended after that (Ctrl-C: it stays)"
            );
        })?;
        println!("ended {count} processes; the data stay");
        Ok(ExitCode::SUCCESS)
    }
}

/// Makes the steps beside it stop when a step fails.
fn cancelling<T>(done: Result<T>) -> Result<T> {
    if done.is_err() {
        stop::cancel();
    }
    done
}

fn joined<T>(done: thread::Result<Result<T>>) -> Result<T> {
    done.unwrap_or_else(|_| Err(anyhow!("a step ended by a bug in xtask; please report it")))
}
