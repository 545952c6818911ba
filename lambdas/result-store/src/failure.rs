//! What ended a council, in the words of a slot.

use rostrum_contracts::council::Failure;
use rostrum_store::{executions::slots::FailureKind, workflow_logs::Status};
use serde::Deserialize;

/// What a function says that ended with an error.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Cause {
    error_message: String,
}

/// The kind and the message of the slot's failure. Our functions name the kind as the error; whatever else ends a machine
/// is an error of the fleet.
pub(crate) fn told(failure: &Failure) -> (FailureKind, String) {
    let said = serde_json::from_str::<Cause>(&failure.cause).map(|cause| cause.error_message);
    let cause = said.unwrap_or_else(|_| failure.cause.clone());
    let known = FailureKind::ALL.into_iter().find(|kind| kind.as_str() == failure.error);
    known.map_or_else(
        || {
            let message = format!("The council's step {} failed with {}: {cause}", failure.state, failure.error);
            (FailureKind::Internal, message)
        },
        |kind| (kind, cause.clone()),
    )
}

/// The log's name of the step in which the machine failed. A state that the log does not know is named as the machine does.
pub(crate) fn step(failure: &Failure) -> &str {
    match failure.state.as_str() {
        "FetchContext" => "fetch_context",
        "Seats" => "seats",
        "Aggregate" => "aggregate",
        "Check" => "check",
        "Store" => "store",
        state => state,
    }
}

/// How a step ended that failed with this error; what else was said may follow its name.
pub(crate) fn status(error: &str) -> Status {
    if error.starts_with("States.Timeout") { Status::Timeout } else { Status::Error }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(error: &str, cause: &str, kind: FailureKind, message: &str) {
        let failure = Failure { state: "Aggregate".to_owned(), error: error.to_owned(), cause: cause.to_owned() };
        assert_eq!(told(&failure), (kind, message.to_owned()));
    }

    #[test]
    fn a_failure_of_ours_keeps_its_kind_and_its_words() {
        check(
            "no_quorum",
            r#"{"errorType": "no_quorum", "errorMessage": "Nobody wrote."}"#,
            FailureKind::NoQuorum,
            "Nobody wrote.",
        );
    }

    #[test]
    fn whatever_else_ends_a_machine_is_an_error_of_the_fleet() {
        let message = "The council's step Aggregate failed with States.Timeout: ";
        check("States.Timeout", "", FailureKind::Internal, message);
        let cut = r#"{"errorType": "Runtime.ExitError", "errorMes"#;
        let message = format!("The council's step Aggregate failed with Runtime.ExitError: {cut}");
        check("Runtime.ExitError", cut, FailureKind::Internal, &message);
    }
}
