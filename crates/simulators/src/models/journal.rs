use std::collections::{BTreeMap, VecDeque};

use serde::Serialize;
use serde_json::Value;

use crate::models::catalogue::Provider;
use crate::models::faults::Kind;

/// How many calls are kept whole.
const KEPT: usize = 200;

/// What was called and what came of it, for tests.
#[derive(Debug, Default)]
pub(crate) struct Journal {
    counts: Counts,
    in_flight: BTreeMap<String, u64>,
    last: VecDeque<Entry>,
}

#[derive(Debug, Default, Clone, Serialize)]
struct Counts {
    total: u64,
    by_provider: BTreeMap<String, u64>,
    by_model: BTreeMap<String, u64>,
    by_status: BTreeMap<String, u64>,
    by_fault: BTreeMap<String, u64>,
}

/// One call.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Entry {
    pub(crate) number: u64,
    pub(crate) provider: Provider,
    pub(crate) path: &'static str,
    pub(crate) model: Option<String>,
    /// The HTTP status; none when the caller went away first.
    pub(crate) status: Option<u16>,
    pub(crate) fault: Option<Kind>,
    pub(crate) latency_ms: u64,
    /// The request's headers without the key.
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: Value,
}

/// What `GET /_control/calls` answers.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    #[serde(flatten)]
    counts: Counts,
    /// How many calls of each model wait for their answer; of others there is no entry.
    in_flight: BTreeMap<String, u64>,
    last: Vec<Entry>,
}

impl Journal {
    /// A call of this model waits for its answer from now on, until it is added.
    pub(crate) fn begin(&mut self, model: &str) {
        count(&mut self.in_flight, model);
    }

    pub(crate) fn add(&mut self, entry: Entry) {
        let counts = &mut self.counts;
        counts.total += 1;
        count(&mut counts.by_provider, entry.provider.as_str());
        if let Some(model) = &entry.model {
            count(&mut counts.by_model, model);
            end(&mut self.in_flight, model);
        }
        let status = entry.status.map_or("gone".to_owned(), |status| status.to_string());
        count(&mut counts.by_status, &status);
        if let Some(Ok(Value::String(fault))) = entry.fault.map(serde_json::to_value) {
            count(&mut counts.by_fault, &fault);
        }
        self.last.push_back(entry);
        if self.last.len() > KEPT {
            self.last.pop_front();
        }
    }

    pub(crate) fn report(&self, last: usize) -> Report {
        let skipped = self.last.len().saturating_sub(last);
        Report {
            counts: self.counts.clone(),
            in_flight: self.in_flight.clone(),
            last: self.last.iter().skip(skipped).cloned().collect(),
        }
    }

    /// Forgets the calls that have ended.
    pub(crate) fn clear(&mut self) {
        self.counts = Counts::default();
        self.last.clear();
    }
}

fn count(counts: &mut BTreeMap<String, u64>, key: &str) {
    *counts.entry(key.to_owned()).or_default() += 1;
}

fn end(in_flight: &mut BTreeMap<String, u64>, model: &str) {
    if let Some(calls) = in_flight.get_mut(model) {
        *calls = calls.saturating_sub(1);
        if *calls == 0 {
            in_flight.remove(model);
        }
    }
}
