//! Looking at runs, their slots and every step on the way.

use chrono::{DateTime, Utc};
use rostrum_core::ids::{CampaignId, ExecutionId, WorkspaceId};
use sqlx::PgExecutor;
use uuid::Uuid;

use crate::{Error, Scope, page::up_to};

/// A run of a campaign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Execution {
    /// The id.
    pub id: Uuid,
    /// What ran.
    pub campaign_id: Uuid,
    /// `schedule` or `manual`.
    pub trigger: String,
    /// Who asked for it, if a person did and is still there.
    pub triggered_by: Option<Uuid>,
    /// The minute that the schedule meant.
    pub scheduled_for: Option<DateTime<Utc>>,
    /// `queued`, `running`, `completed`, `completed_with_failures` or `failed`.
    pub status: String,
    /// What a person should know about it.
    pub warning: Option<String>,
    /// When it was asked for.
    pub created_at: DateTime<Utc>,
    /// When its slots were planned.
    pub started_at: Option<DateTime<Utc>>,
    /// When the last slot was done.
    pub finished_at: Option<DateTime<Utc>>,
}

/// One planned post of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slot {
    /// Who the post is by.
    pub employee_id: Uuid,
    /// Which of the employee's posts, from 1.
    pub slot: i32,
    /// `planned`, `running`, `stored` or `failed`.
    pub status: String,
    /// How often a worker took it on.
    pub attempts: i32,
    /// The post that came of it.
    pub post_id: Option<Uuid>,
    /// Why there is none, as a word.
    pub failure_kind: Option<String>,
    /// Why there is none, as a sentence.
    pub failure_message: Option<String>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
}

/// How many slots of a run are in which state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counts {
    /// Still to be written.
    pub planned: i64,
    /// Being written.
    pub running: i64,
    /// Written.
    pub stored: i64,
    /// Not to be had.
    pub failed: i64,
}

/// One try of one workflow step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Log {
    /// The id.
    pub id: Uuid,
    /// Whose slot it was for.
    pub employee_id: Uuid,
    /// Which of the employee's slots.
    pub slot: i32,
    /// The step.
    pub step_name: String,
    /// Which try of it, from 1.
    pub attempt: i32,
    /// The model that was asked.
    pub model: Option<String>,
    /// The version of the prompt.
    pub prompt_version: Option<String>,
    /// How many tokens the model read.
    pub input_tokens: Option<i32>,
    /// How many it wrote.
    pub output_tokens: Option<i32>,
    /// What it cost, in millionths of a US dollar, if its model's price was known.
    pub cost_microusd: Option<i64>,
    /// How long it took.
    pub latency_ms: Option<i32>,
    /// `success`, `error` or `timeout`.
    pub status: String,
    /// What went wrong.
    pub error_message: Option<String>,
    /// What the model wrote, cut after [`RAW_OUTPUT_SHOWN`] characters.
    pub raw_output: Option<String>,
    /// Whether it was cut.
    pub raw_output_cut: bool,
    /// Whether it became the post, where several models wrote; none where there was no choice.
    pub was_selected: Option<bool>,
    /// When.
    pub created_at: DateTime<Utc>,
}

/// How many characters of a raw output are shown: a page of logs must stay below the 6 MB that Lambda answers at most.
pub const RAW_OUTPUT_SHOWN: i32 = 20_000;

/// The run with this id, if its campaign is in the scope.
///
/// # Errors
/// If Postgres cannot be read.
pub async fn get(
    executor: impl PgExecutor<'_>,
    workspace_id: WorkspaceId,
    id: ExecutionId,
    scope: Scope,
) -> Result<Option<Execution>, Error> {
    let roles = scope.roles();
    let execution = sqlx::query_as!(
        Execution,
        "SELECT id, campaign_id, trigger, triggered_by, scheduled_for, status, warning, created_at, started_at,
                finished_at
         FROM executions
         WHERE workspace_id = $1 AND id = $2
           AND ($3::uuid IS NULL OR EXISTS (
             SELECT FROM campaigns AS campaign
             JOIN team_members AS part ON part.workspace_id = campaign.workspace_id AND part.team_id = campaign.team_id
             WHERE campaign.workspace_id = $1 AND campaign.id = executions.campaign_id AND part.user_id = $3
               AND part.role = ANY ($4)
           ))",
        workspace_id.uuid(),
        id.uuid(),
        scope.person(),
        &roles,
    )
    .fetch_optional(executor)
    .await?;
    Ok(execution)
}

/// Up to `limit` runs of the campaign with an id below `before`, the newest first.
///
/// # Errors
/// If Postgres cannot be read.
pub async fn list(
    executor: impl PgExecutor<'_>,
    workspace_id: WorkspaceId,
    campaign_id: CampaignId,
    before: Uuid,
    limit: i64,
) -> Result<Vec<Execution>, Error> {
    let executions = sqlx::query_as!(
        Execution,
        "SELECT id, campaign_id, trigger, triggered_by, scheduled_for, status, warning, created_at, started_at,
                finished_at
         FROM executions
         WHERE workspace_id = $1 AND campaign_id >= $2 AND (campaign_id, id) <= ($2, $3)
         ORDER BY campaign_id DESC, id DESC
         LIMIT $4",
        workspace_id.uuid(),
        campaign_id.uuid(),
        up_to(before),
        limit,
    )
    .fetch_all(executor)
    .await?;
    Ok(executions)
}

/// How many slots of the run are in which state.
///
/// # Errors
/// If Postgres cannot be read.
pub async fn counts(
    executor: impl PgExecutor<'_>,
    workspace_id: WorkspaceId,
    id: ExecutionId,
) -> Result<Counts, Error> {
    let counts = sqlx::query_as!(
        Counts,
        "SELECT count(*) FILTER (WHERE status = 'planned') AS \"planned!\",
                count(*) FILTER (WHERE status = 'running') AS \"running!\",
                count(*) FILTER (WHERE status = 'stored') AS \"stored!\",
                count(*) FILTER (WHERE status = 'failed') AS \"failed!\"
         FROM execution_slots WHERE workspace_id = $1 AND execution_id = $2",
        workspace_id.uuid(),
        id.uuid(),
    )
    .fetch_one(executor)
    .await?;
    Ok(counts)
}

/// Up to `limit` slots of the run, by employee and number.
///
/// # Errors
/// If Postgres cannot be read.
pub async fn slots(
    executor: impl PgExecutor<'_>,
    workspace_id: WorkspaceId,
    id: ExecutionId,
    limit: i64,
) -> Result<Vec<Slot>, Error> {
    let slots = sqlx::query_as!(
        Slot,
        "SELECT employee_id, slot, status, attempts, post_id, failure_kind, failure_message, updated_at
         FROM execution_slots WHERE workspace_id = $1 AND execution_id = $2
         ORDER BY employee_id, slot
         LIMIT $3",
        workspace_id.uuid(),
        id.uuid(),
        limit,
    )
    .fetch_all(executor)
    .await?;
    Ok(slots)
}

/// Up to `limit` steps of the run with an id above `after`, the oldest first.
///
/// # Errors
/// If Postgres cannot be read.
pub async fn logs(
    executor: impl PgExecutor<'_>,
    workspace_id: WorkspaceId,
    id: ExecutionId,
    after: Uuid,
    limit: i64,
) -> Result<Vec<Log>, Error> {
    let logs = sqlx::query_as!(
        Log,
        "SELECT id, employee_id, slot, step_name, attempt, model, prompt_version, input_tokens, output_tokens,
                cost_microusd, latency_ms, status, error_message, left(raw_output, $5) AS raw_output,
                coalesce(length(raw_output) > $5, false) AS \"raw_output_cut!\", was_selected, created_at
         FROM workflow_logs
         WHERE workspace_id = $1 AND execution_id = $2 AND id > $3
         ORDER BY id
         LIMIT $4",
        workspace_id.uuid(),
        id.uuid(),
        after,
        limit,
        RAW_OUTPUT_SHOWN,
    )
    .fetch_all(executor)
    .await?;
    Ok(logs)
}
