//! Structured logs: one JSON object a line on standard output, which Lambda carries to CloudWatch.

use std::io;

use tracing::Subscriber;
use tracing_subscriber::{
    filter::{LevelFilter, Targets},
    fmt::MakeWriter,
    layer::SubscriberExt,
    util::SubscriberInitExt,
};

/// Starts logging. `RUST_LOG` chooses what is said by levels and modules, as in `info,api=debug`; `info` where it is not set or
/// cannot be read. What is compiled for release says nothing at the level `trace`.
pub fn start() {
    let filter = std::env::var("RUST_LOG").unwrap_or_default();
    let started = lines(&filter, io::stdout).try_init();
    // A second start in one process is a test's; the first one keeps logging.
    drop(started);
}

/// What [`start`] would write with this `RUST_LOG`, for tests that read it.
pub fn written_to<W>(filter: &'static str, writer: W) -> impl Subscriber + Send + Sync
where
    W: for<'writer> MakeWriter<'writer> + Send + Sync + 'static,
{
    lines(filter, writer)
}

fn lines<W>(filter: &str, writer: W) -> impl Subscriber + Send + Sync + use<W>
where
    W: for<'writer> MakeWriter<'writer> + Send + Sync + 'static,
{
    // Not tracing's own filter by environment: it brings an engine for patterns into every function.
    let chosen = filter.parse::<Targets>().ok().filter(|_| !filter.is_empty());
    tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_current_span(true)
        .with_span_list(false)
        .with_max_level(LevelFilter::TRACE)
        .with_writer(writer)
        .finish()
        .with(chosen.unwrap_or_else(|| Targets::new().with_default(LevelFilter::INFO)))
}
