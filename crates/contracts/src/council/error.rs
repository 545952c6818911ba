//! The errors that the state machine knows by name. A function ends with such a name as its `errorType`; every other
//! error of a function fails its step.

/// An error of a function that `statemachines/council.asl.json` matches by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum MatchedError {
    /// The slot has ended already, or nobody wants it any more: the execution succeeds and nothing else is called.
    SlotFinished,
}

impl MatchedError {
    /// Every one of them.
    pub const ALL: [Self; 1] = [Self::SlotFinished];

    /// The `errorType`.
    pub fn name(self) -> &'static str {
        match self {
            Self::SlotFinished => "SlotFinished",
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::Value;

    use super::*;
    use rostrum_core::model::Family;

    const MACHINE: &str = include_str!("../../../../statemachines/council.asl.json");

    /// Every value of the key, at any depth.
    fn values<'a>(node: &'a Value, key: &str, found: &mut Vec<&'a Value>) {
        match node {
            Value::Object(fields) => {
                for (name, value) in fields {
                    if name == key {
                        found.push(value);
                    }
                    values(value, key, found);
                }
            }
            Value::Array(items) => items.iter().for_each(|item| values(item, key, found)),
            _ => {}
        }
    }

    fn in_machine(key: &str) -> Vec<String> {
        let machine: Value = serde_json::from_str(MACHINE).unwrap();
        let mut found = Vec::new();
        values(&machine, key, &mut found);
        let texts = found.into_iter().flat_map(|value| match value {
            Value::Array(items) => items.clone(),
            one => vec![one.clone()],
        });
        texts.map(|text| text.as_str().unwrap().to_owned()).collect()
    }

    /// Names of Step Functions, of the Lambda service and of its runtime, which tells that a process died.
    fn is_of_aws(name: &str) -> bool {
        ["States.", "Lambda.", "Runtime."].iter().any(|whose| name.starts_with(whose))
    }

    #[test]
    fn the_machine_matches_these_errors_and_no_others() {
        let matched: BTreeSet<String> = in_machine("ErrorEquals").into_iter().filter(|name| !is_of_aws(name)).collect();
        assert_eq!(matched, MatchedError::ALL.map(|error| error.name().to_owned()).into());
    }

    #[test]
    fn the_machine_tries_nothing_again_that_a_function_says() {
        let machine: Value = serde_json::from_str(MACHINE).unwrap();
        let (mut rules, mut names) = (Vec::new(), Vec::new());
        values(&machine, "Retry", &mut rules);
        for rules in rules {
            values(rules, "ErrorEquals", &mut names);
        }
        let names: Vec<&str> =
            names.iter().flat_map(|names| names.as_array().unwrap()).filter_map(Value::as_str).collect();
        assert!(names.contains(&"Runtime.ExitError"), "{names:?}");
        assert!(names.iter().all(|name| is_of_aws(name) && !name.starts_with("States.")), "{names:?}");
        assert!(MatchedError::ALL.iter().all(|error| !is_of_aws(error.name())));
    }

    #[test]
    fn the_machine_has_a_function_for_every_provider_and_no_other() {
        let names = in_machine("FunctionName");
        let choice = names.iter().find_map(|name| name.split_once("$lookup({")).unwrap().1;
        assert_eq!(choice.split("': '${").count() - 1, Family::ALL.len(), "{choice}");
        for provider in Family::ALL {
            assert!(choice.contains(&format!("'{}': '${{Llm", provider.as_str())), "{choice}");
        }
    }
}
