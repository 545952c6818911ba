//! A function that a state machine calls: one payload in, one out, and errors by a name that the machine can match.

use chrono::{DateTime, Utc};
use lambda_runtime::{Diagnostic, LambdaEvent};
use rostrum_contracts::{Contract, encode, read};
use serde_json::Value;

/// Why a task was not done.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{name}: {message}")]
pub struct TaskError {
    /// What the machine sees as the error's name.
    pub name: &'static str,
    /// What happened, for a person.
    pub message: String,
}

impl TaskError {
    /// An error of this name.
    pub fn new(name: &'static str, message: impl Into<String>) -> Self {
        Self { name, message: message.into() }
    }
}

impl From<TaskError> for Diagnostic {
    fn from(error: TaskError) -> Self {
        Self { error_type: error.name.to_owned(), error_message: error.message }
    }
}

/// The name of an error that is our own fault or passes by itself.
pub const INTERNAL: &str = "internal";

/// Reads the payload, lets `handle` answer it before the deadline that it is given, and writes the answer.
///
/// # Errors
/// What `handle` ended with; [`INTERNAL`] if the payload is not one.
pub async fn call<Input: Contract, Output: Contract>(
    event: LambdaEvent<Value>,
    handle: impl AsyncFnOnce(Input, DateTime<Utc>) -> Result<Output, TaskError>,
) -> Result<Value, Diagnostic> {
    let deadline = i64::try_from(event.context.deadline).ok().and_then(DateTime::from_timestamp_millis);
    let internal = |message: String| TaskError::new(INTERNAL, message);
    let outcome = async {
        let deadline = deadline.ok_or_else(|| internal("the deadline is no time".to_owned()))?;
        let input = read(event.payload).map_err(|error| internal(error.to_string()))?;
        let output = handle(input, deadline).await?;
        encode(&output).map_err(|error| internal(error.to_string()))
    };
    outcome.await.map_err(|error: TaskError| {
        tracing::warn!(name = error.name, message = error.message, "the task was not done");
        error.into()
    })
}
