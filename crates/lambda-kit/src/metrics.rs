//! Metrics in CloudWatch's embedded metric format: a line of the log that CloudWatch turns into numbers.
//! Source: CloudWatch user guide, "Embedded metric format specification".

use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};

/// The unit of a metric, in CloudWatch's spelling.
#[derive(Debug, Clone, Copy)]
pub enum Unit {
    /// How many.
    Count,
    /// How long.
    Milliseconds,
}

impl Unit {
    fn as_str(self) -> &'static str {
        match self {
            Self::Count => "Count",
            Self::Milliseconds => "Milliseconds",
        }
    }
}

/// Records `metrics` of the namespace `Rostrum` under `dimensions`.
#[expect(clippy::print_stdout, reason = "CloudWatch reads metrics from standard output")]
pub fn record(now: DateTime<Utc>, dimensions: &[(&str, &str)], metrics: &[(&str, f64, Unit)]) {
    println!("{}", line(now, dimensions, metrics));
}

fn line(now: DateTime<Utc>, dimensions: &[(&str, &str)], metrics: &[(&str, f64, Unit)]) -> Value {
    let names: Vec<&str> = dimensions.iter().map(|(name, _)| *name).collect();
    let definitions: Vec<Value> =
        metrics.iter().map(|(name, _, unit)| json!({ "Name": name, "Unit": unit.as_str() })).collect();
    let mut fields = Map::new();
    fields.insert(
        "_aws".to_owned(),
        json!({
            "Timestamp": now.timestamp_millis(),
            "CloudWatchMetrics": [{ "Namespace": "Rostrum", "Dimensions": [names], "Metrics": definitions }],
        }),
    );
    fields.extend(dimensions.iter().map(|(name, value)| ((*name).to_owned(), json!(value))));
    fields.extend(metrics.iter().map(|(name, value, _)| ((*name).to_owned(), json!(value))));
    Value::Object(fields)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_the_embedded_metric_format() {
        let now = DateTime::from_timestamp_millis(1_795_000_000_123).unwrap();
        let line = line(now, &[("function", "generation-worker")], &[("slots_stored", 1.0, Unit::Count)]);
        assert_eq!(
            line,
            json!({
                "_aws": {
                    "Timestamp": 1_795_000_000_123_i64,
                    "CloudWatchMetrics": [{
                        "Namespace": "Rostrum",
                        "Dimensions": [["function"]],
                        "Metrics": [{ "Name": "slots_stored", "Unit": "Count" }],
                    }],
                },
                "function": "generation-worker",
                "slots_stored": 1.0,
            })
        );
    }
}
