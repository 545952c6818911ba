//! Structured logs: one JSON object a line on standard output, which Lambda carries to CloudWatch.

use std::io;

use tracing::Subscriber;
use tracing_subscriber::{EnvFilter, fmt::MakeWriter, util::SubscriberInitExt};

/// Starts logging. `RUST_LOG` chooses what is said; `info` where it is not set.
pub fn start() {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    let started = lines(filter, io::stdout).try_init();
    // A second start in one process is a test's; the first one keeps logging.
    drop(started);
}

/// What [`start`] would write with this `RUST_LOG`, for tests that read it.
pub fn written_to<W>(filter: &'static str, writer: W) -> impl Subscriber + Send + Sync
where
    W: for<'writer> MakeWriter<'writer> + Send + Sync + 'static,
{
    lines(EnvFilter::new(filter), writer)
}

fn lines<W>(filter: EnvFilter, writer: W) -> impl Subscriber + Send + Sync
where
    W: for<'writer> MakeWriter<'writer> + Send + Sync + 'static,
{
    tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_current_span(true)
        .with_span_list(false)
        .with_env_filter(filter)
        .with_writer(writer)
        .finish()
}
