//! What a state machine's definition must look like; see `statemachines/`.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

/// The errors of Lambda itself. They and [`DIED`] alone are tried again by a machine: what a function says is retried by
/// whoever owns it. Source: Step Functions developer guide, "Handle transient Lambda service exceptions".
const REFUSED: [&str; 4] = [
    "Lambda.AWSLambdaException",
    "Lambda.SdkClientException",
    "Lambda.ServiceException",
    "Lambda.TooManyRequestsException",
];

/// What Lambda says of a function whose process died. Every function can run twice, so the machine, which alone knows of the
/// death, invokes it again. Source: the same, and the error types of Lambda's runtime API.
const DIED: [&str; 4] = ["Lambda.Unknown", "Runtime.ExitError", "Runtime.OutOfMemory", "Runtime.Unknown"];

/// Everything that is wrong with a definition, one sentence each.
pub(super) fn findings(text: &str) -> Vec<String> {
    let definition: Value = match serde_json::from_str(text) {
        Ok(definition) => definition,
        Err(error) => return vec![format!("it is no JSON: {error}")],
    };
    let mut found = Vec::new();
    let Some(bound) = definition["TimeoutSeconds"].as_u64() else {
        return vec!["the machine has no TimeoutSeconds".to_owned()];
    };
    let longest = machine(&definition, &mut found);
    if longest > bound {
        found.push(format!(
            "the machine ends after {bound} s, and no state can catch that; its tasks may take {longest} s"
        ));
    }
    found
}

/// Checks one level, the whole machine or the states inside of a Map or a Parallel, and those inside of it. Answers how
/// long its tasks take together at most, in seconds.
fn machine(level: &Value, found: &mut Vec<String>) -> u64 {
    let empty = Map::new();
    let states = level["States"].as_object().unwrap_or(&empty);
    let start = level["StartAt"].as_str().unwrap_or_default();
    let mut seen = BTreeSet::new();
    let mut ahead = vec![("StartAt", start)];
    while let Some((from, name)) = ahead.pop() {
        let Some(state) = states.get(name) else {
            found.push(format!("{from} leads to {name:?}, which does not exist"));
            continue;
        };
        if seen.insert(name) {
            ahead.extend(followers(state).into_iter().map(|next| (name, next)));
        }
    }
    let mut longest = 0;
    for (name, state) in states {
        if !seen.contains(name.as_str()) {
            found.push(format!("{name} is never reached"));
        }
        longest += self::state(name, state, found);
    }
    if !states.values().any(ends) {
        found.push(format!("nothing ends what starts at {start:?}"));
    }
    longest
}

/// The states that may come after this one.
fn followers(state: &Value) -> Vec<&str> {
    let rules = ["Catch", "Choices"].into_iter().flat_map(|key| state[key].as_array().into_iter().flatten());
    let own = [&state["Next"], &state["Default"]];
    rules.map(|rule| &rule["Next"]).chain(own).filter_map(Value::as_str).collect()
}

fn ends(state: &Value) -> bool {
    state["End"] == true || matches!(state["Type"].as_str(), Some("Succeed" | "Fail"))
}

fn state(name: &str, state: &Value, found: &mut Vec<String>) -> u64 {
    let kind = state["Type"].as_str().unwrap_or_default();
    if usize::from(ends(state)) + usize::from(state["Next"].is_string()) != usize::from(kind != "Choice") {
        found.push(format!("{name} needs one of Next and End, or none if it is a Choice"));
    }
    match kind {
        "Task" => task(name, state, found),
        "Choice" if !state["Default"].is_string() => {
            found.push(format!("{name} has no Default: what no rule matches would fail the execution"));
            0
        }
        "Map" => machine(&state["ItemProcessor"], found),
        "Parallel" => state["Branches"].as_array().into_iter().flatten().map(|branch| machine(branch, found)).sum(),
        "Choice" | "Pass" | "Succeed" | "Fail" => 0,
        _ => {
            found.push(format!("{name} is of the type {kind:?}, which these checks do not know"));
            0
        }
    }
}

fn task(name: &str, state: &Value, found: &mut Vec<String>) -> u64 {
    let seconds = state["TimeoutSeconds"].as_u64();
    if seconds.is_none() {
        found.push(format!("{name} has no TimeoutSeconds: it would wait for ever"));
    }
    let rules = state["Retry"].as_array().map(Vec::as_slice).unwrap_or_default();
    let errors = |rule: &Value| rule["ErrorEquals"].as_array().cloned().unwrap_or_default();
    let names = |rule: &Value| -> BTreeSet<String> {
        errors(rule).iter().map(|error| error.as_str().unwrap_or_default().to_owned()).collect()
    };
    let retried: Vec<BTreeSet<String>> = rules.iter().map(names).collect();
    let expected = [REFUSED, DIED].map(|errors| BTreeSet::from(errors.map(str::to_owned)));
    if retried != expected {
        found.push(format!("{name} tries again at {retried:?}; it must be at {expected:?}"));
    }
    let bounded = |rule: &Value| rule["MaxAttempts"].is_u64() && rule["MaxDelaySeconds"].is_u64();
    if rules.iter().any(|rule| !bounded(rule) || rule["JitterStrategy"] != "FULL") {
        found.push(format!("{name} tries again without MaxAttempts, MaxDelaySeconds or full jitter"));
    }
    let catches_all = |rule: &Value| errors(rule) == ["States.ALL"];
    if !state["Catch"].as_array().and_then(|rules| rules.last()).is_some_and(catches_all) {
        found.push(format!("{name} does not end its Catch with States.ALL: a failure would be recorded nowhere"));
    }
    // A process may die in its last second each time; an error of Lambda itself comes at once.
    let deaths = rules.get(1).and_then(|rule| rule["MaxAttempts"].as_u64()).unwrap_or(0);
    seconds.unwrap_or(0) * (1 + deaths)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{DIED, REFUSED, findings};

    fn sound() -> Value {
        json!({
            "StartAt": "Ask", "TimeoutSeconds": 60,
            "States": {
                "Ask": {
                    "Type": "Task", "TimeoutSeconds": 30, "Next": "Which",
                    "Retry": [
                        {"ErrorEquals": REFUSED, "MaxAttempts": 3, "MaxDelaySeconds": 10, "JitterStrategy": "FULL"},
                        {"ErrorEquals": DIED, "MaxAttempts": 1, "MaxDelaySeconds": 10, "JitterStrategy": "FULL"},
                    ],
                    "Catch": [{"ErrorEquals": ["Known"], "Next": "Done"}, {"ErrorEquals": ["States.ALL"], "Next": "Failed"}],
                },
                "Which": {"Type": "Choice", "Choices": [{"Condition": "{% true %}", "Next": "Each"}], "Default": "Done"},
                "Each": {
                    "Type": "Map", "Next": "Done",
                    "ItemProcessor": {"StartAt": "Item", "States": {"Item": {"Type": "Pass", "End": true}}},
                },
                "Done": {"Type": "Succeed"},
                "Failed": {"Type": "Fail"},
            },
        })
    }

    /// `at` is a JSON pointer; without a value what it points to is removed.
    fn check(at: &str, value: Option<Value>, expected: &[&str]) {
        let mut definition = sound();
        let (parent, key) = at.rsplit_once('/').unwrap();
        let fields = definition.pointer_mut(parent).unwrap().as_object_mut().unwrap();
        match value {
            Some(value) => fields.insert(key.to_owned(), value),
            None => fields.remove(key),
        };
        let found = findings(&definition.to_string());
        assert_eq!(found.len(), expected.len(), "{found:?}");
        for (found, expected) in found.iter().zip(expected) {
            assert!(found.contains(expected), "{found}");
        }
    }

    #[test]
    fn says_what_is_wrong() {
        check("/Comment", Some(json!("sound")), &[]);
        check("/TimeoutSeconds", None, &["the machine has no TimeoutSeconds"]);
        check("/TimeoutSeconds", Some(json!(59)), &["after 59 s"]);
        check("/StartAt", Some(json!("Which")), &["Ask is never reached", "Failed is never reached"]);
        check("/States/Ask/Next", Some(json!("Nowhere")), &["Ask leads to \"Nowhere\"", "Each is", "Which is"]);
        check("/States/Ask/TimeoutSeconds", None, &["Ask has no TimeoutSeconds"]);
        check("/States/Ask/End", Some(json!(true)), &["one of Next and End"]);
        check(
            "/States/Ask/Retry/0/ErrorEquals",
            Some(json!(["States.ALL"])),
            &["Ask tries again at [{\"States.ALL\"}"],
        );
        check("/States/Ask/Retry/1/ErrorEquals", Some(json!(["States.Timeout"])), &["Ask tries again at [{\"Lambda."]);
        check("/States/Ask/Retry/1/MaxAttempts", Some(json!(2)), &["its tasks may take 90 s"]);
        check("/States/Ask/Retry/0/JitterStrategy", None, &["full jitter"]);
        check("/States/Ask/Retry", None, &["Ask tries again at []"]);
        check("/States/Ask/Catch/1/ErrorEquals", Some(json!(["Other"])), &["States.ALL"]);
        check("/States/Which/Default", None, &["Which has no Default"]);
        check(
            "/States/Each/ItemProcessor/StartAt",
            Some(json!("x")),
            &["StartAt leads to \"x\"", "Item is never reached"],
        );
        check(
            "/States/Each/ItemProcessor/States/Item/End",
            None,
            &["one of Next and End", "nothing ends what starts at \"Item\""],
        );
        check("/States/Done/Type", Some(json!("Wait")), &["one of Next and End", "the type \"Wait\""]);
        assert!(findings("{")[0].contains("no JSON"));
    }
}
