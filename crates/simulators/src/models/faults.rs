use serde::{Deserialize, Serialize};

use crate::dice::Dice;
use crate::models::catalogue::Provider;

/// The rules by which calls go wrong.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    seed: u64,
    rules: Vec<(Rule, Counts)>,
}

/// One rule, as a test writes it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Rule {
    kind: Kind,
    provider: Option<Provider>,
    model: Option<String>,
    contains: Option<String>,
    times: Option<u64>,
    probability: Option<f64>,
    retry_after_seconds: Option<u64>,
}

#[derive(Debug, Default)]
struct Counts {
    fits: u64,
    fired: u64,
}

/// What goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Kind {
    Refusal,
    CutJson,
    ProseAroundJson,
    Empty,
    TooLong,
    NotJson,
    RateLimited,
    Overloaded,
    ServerError,
    Timeout,
    Unauthorized,
    Quota,
    Disconnect,
}

/// A fault that was decided on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) kind: Kind,
    pub(crate) retry_after_seconds: Option<u64>,
}

impl Faults {
    pub(crate) fn new(seed: u64, rules: Vec<Rule>) -> Self {
        let rules = rules.into_iter().map(|rule| (rule, Counts::default())).collect();
        Self { seed, rules }
    }

    /// Decides about one call: the first rule that fits, is not used up and whose dice fall.
    pub(crate) fn decide(&mut self, provider: Provider, model: &str, prompt: &str) -> Option<Fault> {
        let seed = self.seed;
        for (index, (rule, counts)) in self.rules.iter_mut().enumerate() {
            if !rule.fits(provider, model, prompt) || rule.is_used_up(counts) {
                continue;
            }
            counts.fits += 1;
            let roll = Dice::of(&format!("{seed}/{index}/{}", counts.fits)).fraction();
            if roll < rule.probability.unwrap_or(1.0) {
                counts.fired += 1;
                return Some(Fault { kind: rule.kind, retry_after_seconds: rule.retry_after_seconds });
            }
        }
        None
    }
}

impl Rule {
    fn fits(&self, provider: Provider, model: &str, prompt: &str) -> bool {
        self.provider.is_none_or(|wanted| wanted == provider)
            && self.model.as_ref().is_none_or(|wanted| wanted == model)
            && self.contains.as_ref().is_none_or(|part| prompt.contains(part))
    }

    fn is_used_up(&self, counts: &Counts) -> bool {
        self.times.is_some_and(|times| counts.fired >= times)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn faults(seed: u64, rules: serde_json::Value) -> Faults {
        Faults::new(seed, serde_json::from_value(rules).unwrap())
    }

    fn fired(faults: &mut Faults, calls: usize) -> Vec<bool> {
        (0..calls).map(|_| faults.decide(Provider::Xai, "grok-4.7", "about rain").is_some()).collect()
    }

    #[test]
    fn the_first_rule_that_fits_decides() {
        let mut faults = faults(
            0,
            json!([
                {"kind": "refusal", "provider": "openai"},
                {"kind": "quota", "model": "grok-4.3"},
                {"kind": "empty", "contains": "snow"},
                {"kind": "rate_limited", "contains": "rain", "times": 1, "retry_after_seconds": 4},
                {"kind": "timeout"},
            ]),
        );
        let mut decide = || faults.decide(Provider::Xai, "grok-4.7", "about rain");
        assert_eq!(decide(), Some(Fault { kind: Kind::RateLimited, retry_after_seconds: Some(4) }));
        assert_eq!(decide().unwrap().kind, Kind::Timeout);
    }

    #[test]
    fn the_seed_alone_decides_about_chance() {
        let rules = json!([{"kind": "server_error", "probability": 0.3}]);
        let first = fired(&mut faults(1, rules.clone()), 1000);
        assert_eq!(first, fired(&mut faults(1, rules.clone()), 1000));
        assert_ne!(first, fired(&mut faults(2, rules), 1000));
        let share = first.iter().filter(|fired| **fired).count();
        assert!((250..350).contains(&share), "{share}");
    }

    #[test]
    fn a_rule_of_chance_is_used_up_by_what_it_did() {
        let rules = json!([{"kind": "server_error", "probability": 0.5, "times": 3}]);
        let fired = fired(&mut faults(1, rules), 100);
        assert_eq!(fired.iter().filter(|fired| **fired).count(), 3);
    }
}
