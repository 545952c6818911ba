//! What the seats of a council wrote.

use chrono::{DateTime, Utc};
use serde_json::Value;
use sqlx::PgExecutor;

use crate::{
    Error, Transaction,
    executions::slots::{FailureKind, Key},
    people::erasure,
};

/// What a seat came to.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// It wrote this post.
    Answered(Value),
    /// It did not.
    Failed {
        /// Why, for a program.
        kind: FailureKind,
        /// Why, for a person.
        message: String,
    },
}

/// Keeps what a seat came to, unless that is known already or the employee was erased.
///
/// # Errors
/// If Postgres does not take it, or the council is not open.
pub async fn record(
    transaction: &mut Transaction,
    key: Key,
    seat: &str,
    model: &str,
    outcome: &Outcome,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    if !erasure::hold_off(transaction, key.employee_id).await? {
        return Ok(());
    }
    let (status, draft, kind, message) = match outcome {
        Outcome::Answered(draft) => ("answered", Some(draft), None, None),
        Outcome::Failed { kind, message } => ("failed", None, Some(kind.as_str()), Some(message.as_str())),
    };
    sqlx::query!(
        "INSERT INTO council_candidates (execution_id, employee_id, slot, seat, workspace_id, model, status, draft,
                                         failure_kind, failure_message, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
         ON CONFLICT DO NOTHING",
        key.execution_id.uuid(),
        key.employee_id.uuid(),
        key.slot,
        seat,
        key.workspace_id.uuid(),
        model,
        status,
        draft,
        kind,
        message,
        now,
    )
    .execute(transaction)
    .await?;
    Ok(())
}

/// A seat's candidate, or its failure.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    /// The seat.
    pub seat: String,
    /// The model that was asked.
    pub model: String,
    /// The post, if it wrote one.
    pub draft: Option<Value>,
    /// Why it did not, for a program.
    pub failure_kind: Option<String>,
    /// Why it did not, for a person.
    pub failure_message: Option<String>,
}

/// The candidates of a slot by their seats' names.
///
/// # Errors
/// If Postgres cannot be read.
pub async fn list(executor: impl PgExecutor<'_>, key: Key) -> Result<Vec<Candidate>, Error> {
    let candidates = sqlx::query_as!(
        Candidate,
        "SELECT seat, model, draft, failure_kind, failure_message FROM council_candidates
         WHERE workspace_id = $1 AND execution_id = $2 AND employee_id = $3 AND slot = $4
         ORDER BY seat",
        key.workspace_id.uuid(),
        key.execution_id.uuid(),
        key.employee_id.uuid(),
        key.slot,
    )
    .fetch_all(executor)
    .await?;
    Ok(candidates)
}

/// Marks the candidate of `seat` as the chosen one, and in the log the answer of `step_name` among those of all seats.
///
/// # Errors
/// If Postgres does not take it.
pub async fn select(transaction: &mut Transaction, key: Key, seat: &str, step_name: &str) -> Result<(), Error> {
    sqlx::query!(
        "UPDATE council_candidates SET was_selected = true
         WHERE workspace_id = $1 AND execution_id = $2 AND employee_id = $3 AND slot = $4 AND seat = $5",
        key.workspace_id.uuid(),
        key.execution_id.uuid(),
        key.employee_id.uuid(),
        key.slot,
        seat,
    )
    .execute(&mut *transaction)
    .await?;
    sqlx::query!(
        "UPDATE workflow_logs SET was_selected = (step_name = $5)
         WHERE workspace_id = $1 AND execution_id = $2 AND employee_id = $3 AND slot = $4 AND status = 'success'
           AND (step_name LIKE 'generate:%' OR step_name LIKE 'repair:%')",
        key.workspace_id.uuid(),
        key.execution_id.uuid(),
        key.employee_id.uuid(),
        key.slot,
        step_name,
    )
    .execute(transaction)
    .await?;
    Ok(())
}
