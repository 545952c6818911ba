//! Councils: what each was told, what its seats wrote, and what came of it. Each step writes its own columns once, so that
//! a step that runs again changes nothing.

pub mod candidates;
mod progress;
pub mod record;
pub mod view;

pub use progress::{Decision, decide, keep_findings, keep_image, keep_refinement};

use chrono::{DateTime, Utc};
use rostrum_core::ids::CampaignId;
use serde_json::Value;
use sqlx::PgExecutor;

use crate::{Error, Transaction, executions::slots::Key, people::erasure};

/// What a council is told when it begins.
#[derive(Debug, Clone, PartialEq)]
pub struct Opening {
    /// The slot.
    pub key: Key,
    /// The campaign of its run.
    pub campaign_id: CampaignId,
    /// The `workflow_config` of the campaign.
    pub config: Value,
    /// What the prompt was rendered from.
    pub context: Value,
    /// The version of the prompt.
    pub prompt_version: String,
    /// The system prompt of every seat.
    pub system_prompt: String,
    /// The first user turn of every seat.
    pub user_prompt: String,
    /// Decides in which order judges see the candidates.
    pub seed: i64,
}

/// Opens a council, unless it is open already; then it keeps what it was told first. None is opened for an employee who was
/// erased. Answers whether it did.
///
/// # Errors
/// If Postgres does not take it.
pub async fn open(transaction: &mut Transaction, opening: &Opening, now: DateTime<Utc>) -> Result<bool, Error> {
    let key = opening.key;
    if !erasure::hold_off(transaction, key.employee_id).await? {
        return Ok(false);
    }
    let opened = sqlx::query!(
        "INSERT INTO councils (execution_id, employee_id, slot, workspace_id, campaign_id, config, context, prompt_version,
                               system_prompt, user_prompt, seed, created_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $12)
         ON CONFLICT DO NOTHING",
        key.execution_id.uuid(),
        key.employee_id.uuid(),
        key.slot,
        key.workspace_id.uuid(),
        opening.campaign_id.uuid(),
        opening.config,
        opening.context,
        opening.prompt_version,
        opening.system_prompt,
        opening.user_prompt,
        opening.seed,
        now,
    )
    .execute(transaction)
    .await?;
    Ok(opened.rows_affected() == 1)
}

/// A council as far as it has come.
#[derive(Debug, Clone, PartialEq)]
pub struct Council {
    /// The campaign of its run.
    pub campaign_id: CampaignId,
    /// The `workflow_config` of the campaign when it began.
    pub config: Value,
    /// What the prompt was rendered from.
    pub context: Value,
    /// The version of the prompt.
    pub prompt_version: String,
    /// The system prompt of every seat.
    pub system_prompt: String,
    /// The first user turn of every seat.
    pub user_prompt: String,
    /// Decides in which order judges see the candidates.
    pub seed: i64,
    /// The seat whose candidate was chosen.
    pub winner: Option<String>,
    /// How it was chosen.
    pub verdict: Option<Value>,
    /// What came of the refinement.
    pub refinement: Option<Value>,
    /// The post as it stands.
    pub draft: Option<Value>,
    /// The picture, or why there is none.
    pub image: Option<Value>,
    /// What the checks found.
    pub findings: Option<Value>,
}

/// The council of a slot.
///
/// # Errors
/// If Postgres cannot be read.
pub async fn load(executor: impl PgExecutor<'_>, key: Key) -> Result<Option<Council>, Error> {
    let council = sqlx::query_as!(
        Council,
        "SELECT campaign_id, config, context, prompt_version, system_prompt, user_prompt, seed, winner, verdict,
                refinement, draft, image, findings
         FROM councils WHERE workspace_id = $1 AND execution_id = $2 AND employee_id = $3 AND slot = $4",
        key.workspace_id.uuid(),
        key.execution_id.uuid(),
        key.employee_id.uuid(),
        key.slot,
    )
    .fetch_optional(executor)
    .await?;
    Ok(council)
}
