//! Looking at councils: those of a run in short, and one with everything that led to its post.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use rostrum_core::ids::{ExecutionId, WorkspaceId};
use serde_json::Value;
use sqlx::PgExecutor;
use uuid::Uuid;

use crate::{Database, Error, Scope, executions::slots::Key};

/// A council without its texts.
#[derive(Debug, Clone, PartialEq)]
pub struct Summary {
    /// Who the post is by.
    pub employee_id: Uuid,
    /// Which of the employee's posts.
    pub slot: i32,
    /// The seat whose candidate was chosen.
    pub winner: Option<String>,
    /// `full` or `below_quorum`.
    pub standing: Option<String>,
    /// `judge`, `vote`, `rules` or `only_candidate`.
    pub decided_by: Option<String>,
    /// By how many points of 10 the winner is ahead of the second.
    pub margin: Option<f64>,
    /// What came of the refinement: `draft` or `refinement` is the post.
    pub kept: Option<String>,
    /// Whether there is a picture.
    pub has_picture: bool,
    /// Whether the post was checked.
    pub is_checked: bool,
    /// How bad each finding is, of the post if it is stored.
    pub severities: Vec<String>,
    /// What all calls with a known price cost, in millionths of a US dollar.
    pub cost_microusd: Option<i64>,
    /// The seats in the order of the campaign's settings.
    pub seats: Vec<Seat>,
}

/// A seat without its text.
#[derive(Debug, Clone, PartialEq)]
pub struct Seat {
    /// Its name.
    pub seat: String,
    /// The model that was asked.
    pub model: String,
    /// `answered` or `failed`; none as long as neither is known.
    pub status: Option<String>,
    /// The points that decided, of 10.
    pub total: Option<f64>,
    /// Why it failed, as a word.
    pub failure_kind: Option<String>,
    /// Why it failed, the first 500 characters.
    pub failure_message: Option<String>,
    /// What its calls with a known price cost, in millionths of a US dollar.
    pub cost_microusd: Option<i64>,
    /// How long its calls took together.
    pub latency_ms: Option<i64>,
}

/// The calls of a slot that belong to one seat, or to none.
#[derive(Debug, Clone, Copy, Default)]
struct Spent {
    cost_microusd: Option<i64>,
    latency_ms: Option<i64>,
}

/// The councils of the run's first `limit` slots by employee and number. Two statements, whatever their number.
///
/// # Errors
/// If Postgres cannot be read.
pub async fn summaries(
    database: &Database,
    workspace_id: WorkspaceId,
    execution_id: ExecutionId,
    limit: i64,
) -> Result<Vec<Summary>, Error> {
    // The inner part is there so that a verdict, which is long, is unpacked once and not for every seat. The run is named
    // again for the candidates, of which all in the table would be read otherwise.
    let rows = sqlx::query!(
        "SELECT council.employee_id, council.slot, council.winner, council.standing, council.decided_by, council.margin,
                council.kept, council.has_picture AS \"has_picture!\", council.is_checked AS \"is_checked!\",
                council.severities AS \"severities!\", seat.value ->> 'name' AS \"seat!\",
                coalesce(candidate.model, seat.value ->> 'model') AS \"model!\", candidate.status AS \"status?\",
                (council.totals ->> (seat.value ->> 'name'))::float8 AS total,
                candidate.failure_kind, left(candidate.failure_message, 500) AS failure_message
         FROM (
           SELECT council.execution_id, council.employee_id, council.slot, council.winner, council.standing,
                  council.verdict ->> 'decided_by' AS decided_by, (council.verdict ->> 'margin')::float8 AS margin,
                  (SELECT jsonb_object_agg(placed ->> 'seat', placed -> 'total')
                   FROM jsonb_array_elements(council.verdict -> 'candidates') AS placed) AS totals,
                  council.refinement ->> 'kept' AS kept, council.image IS NOT NULL AS has_picture,
                  council.findings IS NOT NULL AS is_checked,
                  ARRAY(SELECT finding ->> 'severity'
                        FROM jsonb_array_elements(coalesce(post.findings, council.findings)) AS finding) AS severities,
                  council.config -> 'seats' AS seats
           FROM councils AS council
           LEFT JOIN posts AS post
             ON post.execution_id = council.execution_id AND post.employee_id = council.employee_id
             AND post.slot = council.slot
           WHERE council.workspace_id = $1 AND council.execution_id = $2
           ORDER BY council.employee_id, council.slot
           LIMIT $3
         ) AS council
         CROSS JOIN jsonb_array_elements(council.seats) WITH ORDINALITY AS seat (value, place)
         LEFT JOIN council_candidates AS candidate
           ON candidate.execution_id = $2 AND candidate.employee_id = council.employee_id
           AND candidate.slot = council.slot AND candidate.seat = seat.value ->> 'name'
         ORDER BY council.employee_id, council.slot, seat.place",
        workspace_id.uuid(),
        execution_id.uuid(),
        limit,
    )
    .fetch_all(database)
    .await?;
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let spent = spent(database, workspace_id, execution_id).await?;
    let mut summaries: Vec<Summary> = Vec::new();
    for row in rows {
        let (employee_id, slot) = (row.employee_id, row.slot);
        let calls = spent.get(&(employee_id, slot));
        let own = calls.and_then(|calls| calls.get(&Some(row.seat.clone()))).copied().unwrap_or_default();
        let seat = Seat {
            seat: row.seat,
            model: row.model,
            status: row.status,
            total: row.total,
            failure_kind: row.failure_kind,
            failure_message: row.failure_message,
            cost_microusd: own.cost_microusd,
            latency_ms: own.latency_ms,
        };
        match summaries.last_mut() {
            Some(last) if (last.employee_id, last.slot) == (employee_id, slot) => last.seats.push(seat),
            _ => summaries.push(Summary {
                employee_id,
                slot,
                winner: row.winner,
                standing: row.standing,
                decided_by: row.decided_by,
                margin: row.margin,
                kept: row.kept,
                has_picture: row.has_picture,
                is_checked: row.is_checked,
                severities: row.severities,
                cost_microusd: calls
                    .and_then(|calls| calls.values().filter_map(|call| call.cost_microusd).reduce(|a, b| a + b)),
                seats: vec![seat],
            }),
        }
    }
    Ok(summaries)
}

/// By slot and by seat what the calls of the run's councils came to.
async fn spent(
    database: &Database,
    workspace_id: WorkspaceId,
    execution_id: ExecutionId,
) -> Result<HashMap<(Uuid, i32), HashMap<Option<String>, Spent>>, Error> {
    let rows = sqlx::query!(
        "SELECT employee_id, slot,
                CASE WHEN step_name LIKE 'generate:%' OR step_name LIKE 'repair:%'
                     THEN split_part(step_name, ':', 2) END AS seat,
                sum(cost_microusd)::bigint AS cost_microusd, sum(latency_ms) AS latency_ms
         FROM workflow_logs
         WHERE workspace_id = $1 AND execution_id = $2
         GROUP BY 1, 2, 3",
        workspace_id.uuid(),
        execution_id.uuid(),
    )
    .fetch_all(database)
    .await?;
    let mut spent: HashMap<_, HashMap<_, _>> = HashMap::new();
    for row in rows {
        let calls = Spent { cost_microusd: row.cost_microusd, latency_ms: row.latency_ms };
        spent.entry((row.employee_id, row.slot)).or_default().insert(row.seat, calls);
    }
    Ok(spent)
}

/// A council with everything that led to its post.
#[derive(Debug, Clone, PartialEq)]
pub struct Council {
    /// The campaign of its run.
    pub campaign_id: Uuid,
    /// The `workflow_config` of the campaign when it began.
    pub config: Value,
    /// The version of the prompt.
    pub prompt_version: String,
    /// Decides in which order judges see the candidates.
    pub seed: i64,
    /// How it was decided.
    pub verdict: Option<Value>,
    /// Every question to a judge with its whole answer.
    pub judgings: Option<Value>,
    /// What came of the refinement.
    pub refinement: Option<Value>,
    /// The picture.
    pub image: Option<Value>,
    /// What the checks found, of the post if it is stored.
    pub findings: Option<Value>,
    /// The post.
    pub post_id: Option<Uuid>,
    /// When it began.
    pub created_at: DateTime<Utc>,
    /// When it last came further.
    pub updated_at: DateTime<Utc>,
}

/// The council of a slot, if its campaign is in the scope.
///
/// # Errors
/// If Postgres cannot be read.
pub async fn council(executor: impl PgExecutor<'_>, key: Key, scope: Scope) -> Result<Option<Council>, Error> {
    let roles = scope.roles();
    let council = sqlx::query_as!(
        Council,
        "SELECT council.campaign_id, council.config, council.prompt_version, council.seed, council.verdict,
                council.judgings, council.refinement, council.image,
                coalesce(post.findings, council.findings) AS findings, post.id AS \"post_id?\", council.created_at,
                council.updated_at
         FROM councils AS council
         LEFT JOIN posts AS post
           ON post.execution_id = council.execution_id AND post.employee_id = council.employee_id
           AND post.slot = council.slot
         WHERE council.workspace_id = $1 AND council.execution_id = $2 AND council.employee_id = $3 AND council.slot = $4
           AND ($5::uuid IS NULL OR EXISTS (
             SELECT FROM campaigns AS campaign
             JOIN team_members AS part ON part.workspace_id = campaign.workspace_id AND part.team_id = campaign.team_id
             WHERE campaign.workspace_id = $1 AND campaign.id = council.campaign_id AND part.user_id = $5
               AND part.role = ANY ($6)
           ))",
        key.workspace_id.uuid(),
        key.execution_id.uuid(),
        key.employee_id.uuid(),
        key.slot,
        scope.person(),
        &roles,
    )
    .fetch_optional(executor)
    .await?;
    Ok(council)
}

/// What a seat came to.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    /// The seat.
    pub seat: String,
    /// The model that was asked.
    pub model: String,
    /// `answered` or `failed`.
    pub status: String,
    /// The post and who wrote it.
    pub draft: Option<Value>,
    /// Why there is none, as a word.
    pub failure_kind: Option<String>,
    /// Why there is none, as a sentence.
    pub failure_message: Option<String>,
    /// Whether it was chosen.
    pub was_selected: bool,
    /// When it was kept.
    pub created_at: DateTime<Utc>,
}

/// What the seats of a slot's council came to, by their names.
///
/// # Errors
/// If Postgres cannot be read.
pub async fn candidates(executor: impl PgExecutor<'_>, key: Key) -> Result<Vec<Candidate>, Error> {
    let candidates = sqlx::query_as!(
        Candidate,
        "SELECT seat, model, status, draft, failure_kind, failure_message, was_selected, created_at
         FROM council_candidates
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

/// One try of one step, without what the model wrote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The id of its row.
    pub id: Uuid,
    /// The step.
    pub step_name: String,
    /// Which try of it, from 1.
    pub attempt: i32,
    /// The model that answered, or was asked; none for a step without one.
    pub model: Option<String>,
    /// The version of the prompt.
    pub prompt_version: Option<String>,
    /// How many tokens the model read.
    pub input_tokens: Option<i32>,
    /// How many it wrote.
    pub output_tokens: Option<i32>,
    /// What it cost, in millionths of a US dollar.
    pub cost_microusd: Option<i64>,
    /// How long it took.
    pub latency_ms: Option<i32>,
    /// `success`, `error` or `timeout`.
    pub status: String,
    /// What went wrong.
    pub error_message: Option<String>,
    /// Whether it is the answer that was chosen among those of all seats.
    pub was_selected: Option<bool>,
    /// When it ended.
    pub created_at: DateTime<Utc>,
}

/// The first `limit` tries of all steps of a slot, the oldest first.
///
/// # Errors
/// If Postgres cannot be read.
pub async fn steps(executor: impl PgExecutor<'_>, key: Key, limit: i64) -> Result<Vec<Step>, Error> {
    let steps = sqlx::query_as!(
        Step,
        "SELECT id, step_name, attempt, model, prompt_version, input_tokens, output_tokens, cost_microusd, latency_ms,
                status, error_message, was_selected, created_at
         FROM workflow_logs
         WHERE workspace_id = $1 AND execution_id = $2 AND employee_id = $3 AND slot = $4
         ORDER BY id
         LIMIT $5",
        key.workspace_id.uuid(),
        key.execution_id.uuid(),
        key.employee_id.uuid(),
        key.slot,
        limit,
    )
    .fetch_all(executor)
    .await?;
    Ok(steps)
}
