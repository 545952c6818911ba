//! What a benchmark answers.

use serde_json::{Value, json};

/// One figure and what was promised of it.
#[derive(Debug, Clone)]
struct Figure {
    name: String,
    value: f64,
    unit: &'static str,
    promise: Promise,
}

/// What was promised.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Promise {
    /// No more than this.
    AtMost(f64),
    /// No less than this.
    AtLeast(f64),
    /// Nothing; the figure explains the others.
    None,
}

/// The figures of one benchmark.
#[derive(Debug, Clone)]
pub(crate) struct Report {
    name: &'static str,
    figures: Vec<Figure>,
}

impl Report {
    /// A report without figures.
    pub(crate) fn new(name: &'static str) -> Self {
        Self { name, figures: Vec::new() }
    }

    /// Adds a figure.
    pub(crate) fn add(&mut self, name: impl Into<String>, value: f64, unit: &'static str, promise: Promise) {
        self.figures.push(Figure { name: name.into(), value, unit, promise });
    }

    /// Whether every promise was kept.
    pub(crate) fn holds(&self) -> bool {
        self.figures.iter().all(Figure::holds)
    }

    /// For a program.
    pub(crate) fn json(&self) -> Value {
        let figures: Vec<Value> = self
            .figures
            .iter()
            .map(|figure| {
                let (kind, bound) = match figure.promise {
                    Promise::AtMost(bound) => ("at_most", Some(bound)),
                    Promise::AtLeast(bound) => ("at_least", Some(bound)),
                    Promise::None => ("none", None),
                };
                json!({
                    "name": figure.name, "value": figure.value, "unit": figure.unit,
                    "promise": { "kind": kind, "bound": bound }, "holds": figure.holds(),
                })
            })
            .collect();
        json!({ "benchmark": self.name, "holds": self.holds(), "figures": figures })
    }

    /// For a person.
    pub(crate) fn text(&self) -> String {
        let mut text = format!("bench {}\n", self.name);
        for figure in &self.figures {
            let promise = match figure.promise {
                Promise::AtMost(bound) => format!("promised at most {bound}"),
                Promise::AtLeast(bound) => format!("promised at least {bound}"),
                Promise::None => String::new(),
            };
            let verdict = if figure.holds() { "" } else { "  BROKEN" };
            let line = format!("  {:<44} {:>12.2} {:<6} {promise}{verdict}\n", figure.name, figure.value, figure.unit);
            text.push_str(&line);
        }
        text
    }
}

impl Figure {
    fn holds(&self) -> bool {
        match self.promise {
            Promise::AtMost(bound) => self.value <= bound,
            Promise::AtLeast(bound) => self.value >= bound,
            Promise::None => true,
        }
    }
}

/// The value below which `share` (0 to 1) of the values lie; they are sorted in place.
pub(crate) fn quantile(values: &mut [f64], share: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    let position = ((values.len().saturating_sub(1)) as f64 * share).round() as usize;
    values.get(position).copied().unwrap_or(f64::NAN)
}
