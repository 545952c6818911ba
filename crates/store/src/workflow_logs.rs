//! Every step of a workflow and every model call, as it was. A step that was answered is read back after a crash
//! instead of being paid for again.

use chrono::{DateTime, Utc};
use rostrum_core::ids::{CampaignId, WorkflowLogId};
use serde_json::Value;
use sqlx::PgExecutor;

use crate::{Error, Transaction, executions::slots::Key, people::erasure};

/// How a try ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// The step did what it is for.
    Success,
    /// It did not.
    Error,
    /// It took too long.
    Timeout,
}

impl Status {
    fn as_str(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Error => "error",
            Self::Timeout => "timeout",
        }
    }
}

/// One try of one step.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// The id of the row.
    pub id: WorkflowLogId,
    /// The slot that was worked on.
    pub key: Key,
    /// The campaign of the run.
    pub campaign_id: CampaignId,
    /// `simple` or `council`.
    pub workflow_type: String,
    /// The step, for example `generate` or `repair`.
    pub step_name: String,
    /// The model that answered, or was asked.
    pub model: Option<String>,
    /// The version of the prompt.
    pub prompt_version: Option<String>,
    /// Tokens read, cached ones included.
    pub input_tokens: Option<i32>,
    /// Tokens written, thinking included.
    pub output_tokens: Option<i32>,
    /// What it cost, in millionths of a US dollar, if its model's price is known.
    pub cost_microusd: Option<i64>,
    /// How long it took.
    pub latency_ms: Option<i32>,
    /// How it ended.
    pub status: Status,
    /// Why it did not succeed.
    pub error_message: Option<String>,
    /// What the model wrote, letter for letter.
    pub raw_output: Option<String>,
    /// Whatever else explains it. `"final": true` marks an answer that another try would not change,
    /// `"complete": true` one that was written to its end.
    pub metadata: Value,
}

/// Writes the next try of its step; of somebody who was erased meanwhile, no more than that it was and what it cost.
///
/// # Errors
/// [`Error::Duplicate`] if somebody wrote a try of the same step at this very moment; else if Postgres does not take it.
pub async fn record(transaction: &mut Transaction, entry: &Entry, now: DateTime<Utc>) -> Result<(), Error> {
    let is_known = erasure::hold_off(transaction, entry.key.employee_id).await?;
    sqlx::query!(
        "INSERT INTO workflow_logs (id, workspace_id, execution_id, campaign_id, employee_id, slot, workflow_type,
                                    step_name, attempt, model, prompt_version, input_tokens, output_tokens, cost_microusd,
                                    latency_ms, status, error_message, raw_output, metadata, created_at)
         SELECT $1, $2, $3, $4, $5, $6, $7, $8,
                1 + coalesce(max(attempt), 0), $9, $10, $11, $12, $13, $14, $15,
                CASE WHEN $20::bool OR $16::text IS NULL THEN $16::text ELSE 'Erased.' END,
                CASE WHEN $20::bool THEN $17::text END,
                CASE WHEN $20::bool THEN $18::jsonb ELSE without_texts($18::jsonb) END, $19
         FROM workflow_logs
         WHERE execution_id = $3 AND employee_id = $5 AND slot = $6 AND step_name = $8",
        entry.id.uuid(),
        entry.key.workspace_id.uuid(),
        entry.key.execution_id.uuid(),
        entry.campaign_id.uuid(),
        entry.key.employee_id.uuid(),
        entry.key.slot,
        entry.workflow_type,
        entry.step_name,
        entry.model,
        entry.prompt_version,
        entry.input_tokens,
        entry.output_tokens,
        entry.cost_microusd,
        entry.latency_ms,
        entry.status.as_str(),
        entry.error_message,
        entry.raw_output,
        entry.metadata,
        now,
        is_known,
    )
    .execute(transaction)
    .await?;
    Ok(())
}

/// An answer that was paid for already.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// Whether the model did what it was asked.
    pub succeeded: bool,
    /// Whether it wrote to its end, and not only until it ran out of tokens.
    pub complete: bool,
    /// What it wrote.
    pub raw_output: Option<String>,
    /// Why it did not do it.
    pub error_message: Option<String>,
    /// The model that answered.
    pub model: Option<String>,
}

/// The final answer of a step of a slot, if it has one.
///
/// # Errors
/// If Postgres cannot be read.
pub async fn answer(executor: impl PgExecutor<'_>, key: Key, step_name: &str) -> Result<Option<Answer>, Error> {
    let answer = sqlx::query_as!(
        Answer,
        "SELECT status = 'success' AS \"succeeded!\", metadata @> '{\"complete\": true}' AS \"complete!\",
                raw_output, error_message, model FROM workflow_logs
         WHERE workspace_id = $1 AND execution_id = $2 AND employee_id = $3 AND slot = $4 AND step_name = $5
           AND metadata @> '{\"final\": true}'
         ORDER BY attempt
         LIMIT 1",
        key.workspace_id.uuid(),
        key.execution_id.uuid(),
        key.employee_id.uuid(),
        key.slot,
        step_name,
    )
    .fetch_optional(executor)
    .await?;
    Ok(answer)
}
