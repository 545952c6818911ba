//! Steps that ask no model, in the log.

use std::time::Duration;

use rostrum_core::ids::WorkflowLogId;
use rostrum_lambda_kit::Ambient;
use rostrum_store::{
    Error, Transaction,
    workflow_logs::{self, Status},
};
use serde_json::{Value, json};

use crate::{Subject, entry};

/// A step that asked no model, and what came of it.
#[derive(Debug, Clone)]
pub struct Noted<'a> {
    pub(crate) name: &'a str,
    pub(crate) status: Status,
    pub(crate) took: Option<Duration>,
    pub(crate) error: Option<&'a str>,
    pub(crate) detail: Value,
}

impl<'a> Noted<'a> {
    /// A step that did what it is for. `detail` tells what came of it.
    pub fn done(name: &'a str, took: Duration, detail: Value) -> Self {
        Self { name, status: Status::Success, took: Some(took), error: None, detail }
    }

    /// A step that did not, as the state machine tells of it.
    pub fn failed(name: &'a str, status: Status, error: &'a str) -> Self {
        Self { name, status, took: None, error: Some(error), detail: json!({}) }
    }
}

/// Writes the row.
///
/// # Errors
/// If Postgres does not take it.
pub async fn note(
    transaction: &mut Transaction,
    ambient: &Ambient,
    subject: Subject,
    step: &Noted<'_>,
) -> Result<(), Error> {
    let now = ambient.now();
    let id = WorkflowLogId::new(now, &mut ambient.random());
    workflow_logs::record(transaction, &entry::noted(subject, step, id), now).await
}
