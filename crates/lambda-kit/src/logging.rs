//! Structured logs: one JSON object a line on standard output, which Lambda carries to CloudWatch.

use std::io;

use tracing::Subscriber;
use tracing_subscriber::{
    filter::{LevelFilter, Targets},
    fmt::{self, MakeWriter},
    layer::SubscriberExt,
    registry,
    util::SubscriberInitExt,
};

/// Starts logging. `RUST_LOG` chooses what is said by levels and modules, as in `info,api=debug`; a word alone that is no level
/// is taken for a module, of which all is said. It is `info` where it names nothing, or where a part of it cannot be read, as
/// one with no level behind its `=`. What is compiled for release says nothing at the level `trace`.
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
    let lines = fmt::layer()
        .json()
        .flatten_event(true)
        .with_current_span(true)
        .with_span_list(false)
        .log_internal_errors(true)
        .with_writer(writer);
    registry().with(lines).with(targets(filter))
}

/// Not tracing's own filter by environment: it brings an engine for patterns into every function.
fn targets(filter: &str) -> Targets {
    // An empty part would be read as `error`, and one with a blank as the name of a module.
    let parts: Vec<&str> = filter.split(',').map(str::trim).filter(|part| !part.is_empty()).collect();
    let chosen = parts.join(",").parse().ok().filter(|_| !parts.is_empty());
    chosen.unwrap_or_else(|| Targets::new().with_default(LevelFilter::INFO))
}

#[cfg(test)]
mod tests {
    use std::{
        io::{BufRead as _, BufReader},
        sync::Arc,
    };

    use tracing::Level;

    use super::*;

    #[test]
    fn a_filter_is_read_as_it_is_meant() {
        let check = |filter: &str, target: &str, level: Level, expected: bool| {
            assert_eq!(targets(filter).would_enable(target, &level), expected, "{filter:?}: {target} {level}");
        };
        for nothing in ["", " ", ",", " , ,"] {
            check(nothing, "api", Level::INFO, true);
            check(nothing, "api", Level::DEBUG, false);
        }
        for info in ["info", "info,", ",info", " info ", "INFO", "api=debug,,info", "api=debug , info ,"] {
            check(info, "relay", Level::INFO, true);
            check(info, "relay", Level::DEBUG, false);
        }
        check("info, api=debug", "api::routes", Level::DEBUG, true);
        check("info, api=debug", "api::routes", Level::TRACE, false);
        check("warn,", "api", Level::INFO, false);
        check("off", "api", Level::ERROR, false);
        // Whoever names modules alone hears of nothing else.
        check("api=debug", "relay", Level::ERROR, false);
        check("api", "api", Level::TRACE, true);
        check("api", "relay", Level::ERROR, false);
        for unreadable in ["debug,api=loud", "debug,api=debug=warn", "debug,api = warn"] {
            check(unreadable, "api", Level::INFO, true);
            check(unreadable, "api", Level::DEBUG, false);
        }
    }

    /// Otherwise what nobody hears is made ready to be said all the same.
    #[test]
    fn the_greatest_level_is_that_of_the_filter() {
        let check = |filter: &'static str, expected: LevelFilter| {
            assert_eq!(written_to(filter, io::sink).max_level_hint(), Some(expected), "{filter}");
        };
        check("", LevelFilter::INFO);
        check("warn", LevelFilter::WARN);
        check("info,api=debug", LevelFilter::DEBUG);
        check("off", LevelFilter::OFF);
    }

    #[test]
    fn a_line_is_one_flat_object() {
        let (reader, writer) = io::pipe().unwrap();
        tracing::subscriber::with_default(written_to("info", Arc::new(writer)), || {
            let _work = tracing::info_span!("work", id = 7).entered();
            let _step = tracing::info_span!("step", number = 1).entered();
            tracing::debug!("it is not said");
            tracing::warn!(count = 2, reason = %"late", "it \"is\" done");
        });
        let lines: Vec<String> = BufReader::new(reader).lines().map(Result::unwrap).collect();
        let [line] = lines.as_slice() else { panic!("{lines:?}") };
        let (time, rest) = line.split_once(',').unwrap();
        assert!(time.starts_with("{\"timestamp\":\"20"), "{time}");
        let expected = "\"level\":\"WARN\",\"message\":\"it \\\"is\\\" done\",\"count\":2,\"reason\":\"late\",\
            \"target\":\"rostrum_lambda_kit::logging::tests\",\"span\":{\"number\":1,\"name\":\"step\"}}";
        assert_eq!(rest, expected);
    }
}
