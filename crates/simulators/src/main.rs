//! The command line of the simulators; see the crate's README.
#![expect(clippy::print_stdout, reason = "one line on standard output tells a script the address")]

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use anyhow::{Context as _, bail};
use rostrum_simulators::server::Running;
use rostrum_simulators::{edge, models, oidc};
use tokio::signal::unix::{SignalKind, signal};

const USAGE: &str = "\
simulators models --port N [--upstream URL] [--upstream-slots N] [--canned-latency-ms N] [--port-file PATH]
simulators edge --port N --api URL [--port-file PATH]
simulators oidc --port N [--client-id ID] [--client-secret SECRET] [--port-file PATH]";

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    tracing_subscriber::fmt().with_writer(std::io::stderr).init();
    let mut arguments = std::env::args().skip(1);
    let command = arguments.next().unwrap_or_default();
    let mut options = Options::read(arguments)?;
    // Listening for the signals first leaves no moment in which they would end the process the hard way.
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let port = options.number("--port")?.with_context(|| USAGE)?;
    let port_file = options.take("--port-file").map(PathBuf::from);
    let running: Running = match command.as_str() {
        "models" => {
            let settings = models::Settings {
                upstream: options.take("--upstream"),
                upstream_slots: options.number("--upstream-slots")?.unwrap_or(2),
                canned_latency: options.number("--canned-latency-ms")?.map(Duration::from_millis),
            };
            options.finish()?;
            models::start(settings, port).await?
        }
        "edge" => {
            let api = options.take("--api").with_context(|| USAGE)?;
            options.finish()?;
            edge::start(&api, port).await?
        }
        "oidc" => {
            let mut settings = oidc::Settings::new(Arc::new(seconds));
            if let Some(id) = options.take("--client-id") {
                settings.client_id = id;
            }
            if let Some(secret) = options.take("--client-secret") {
                settings.client_secret = secret;
            }
            options.finish()?;
            oidc::start(settings, port).await?
        }
        _ => bail!(USAGE),
    };
    if let Some(path) = port_file {
        write_whole(&path, &running.port().to_string())?;
    }
    println!("listening {}", running.url());
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    running.stop().await;
    Ok(())
}

/// The time in seconds since 1970.
#[expect(clippy::disallowed_methods, reason = "the program is where the clock comes in")]
fn seconds() -> i64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}

/// Writes a file so that a reader that waits for it never sees half of it.
fn write_whole(path: &std::path::Path, text: &str) -> anyhow::Result<()> {
    let draft = path.with_extension("draft");
    std::fs::write(&draft, text)
        .and_then(|()| std::fs::rename(&draft, path))
        .with_context(|| format!("cannot write {}", path.display()))
}

/// `--name value` pairs that have not been taken yet.
struct Options(Vec<(String, String)>);

impl Options {
    fn read(mut arguments: impl Iterator<Item = String>) -> anyhow::Result<Self> {
        let mut pairs = Vec::new();
        while let Some(name) = arguments.next() {
            let value = arguments.next().with_context(|| USAGE)?;
            pairs.push((name, value));
        }
        Ok(Self(pairs))
    }

    fn take(&mut self, name: &str) -> Option<String> {
        let index = self.0.iter().position(|(known, _)| known == name)?;
        Some(self.0.remove(index).1)
    }

    fn number<T: std::str::FromStr>(&mut self, name: &str) -> anyhow::Result<Option<T>> {
        self.take(name)
            .map(|text| text.parse().ok().with_context(|| format!("{name} {text} is no number that fits\n{USAGE}")))
            .transpose()
    }

    fn finish(self) -> anyhow::Result<()> {
        match self.0.first() {
            Some((name, _)) => bail!("unknown option {name}\n{USAGE}"),
            None => Ok(()),
        }
    }
}
