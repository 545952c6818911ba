//! Structured logs: one JSON object a line on standard output, which Lambda carries to CloudWatch.

use tracing_subscriber::EnvFilter;

/// Starts logging. `RUST_LOG` chooses what is said; `info` where it is not set.
pub fn start() {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    let started = tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_current_span(true)
        .with_span_list(false)
        .with_env_filter(filter)
        .try_init();
    // A second start in one process is a test's; the first one keeps logging.
    drop(started);
}
