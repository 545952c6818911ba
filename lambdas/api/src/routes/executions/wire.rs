//! Runs as JSON.

use chrono::{DateTime, Utc};
use rostrum_store::executions::view;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::council::CouncilSummary;
use crate::routes::names::{ExecutionStatus, ExecutionTrigger, SlotStatus, StepStatus};

/// A run of a campaign.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::routes) struct Execution {
    /// The id.
    id: Uuid,
    /// What ran.
    campaign_id: Uuid,
    /// Where it stands.
    #[schema(value_type = ExecutionStatus)]
    status: String,
    /// What made it run.
    #[schema(value_type = ExecutionTrigger)]
    trigger: String,
    /// Who asked for it, if a person did.
    triggered_by: Option<Uuid>,
    /// The minute that the schedule meant, if that made it run.
    scheduled_for: Option<DateTime<Utc>>,
    /// What a person should know about it, for example that nobody is assigned.
    warning: Option<String>,
    /// When it was asked for.
    created_at: DateTime<Utc>,
    /// When its slots were planned.
    started_at: Option<DateTime<Utc>>,
    /// When the last slot was done.
    finished_at: Option<DateTime<Utc>>,
}

/// A run with its slots and a page of its log.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ExecutionDetails {
    #[serde(flatten)]
    pub(super) execution: Execution,
    /// How many slots are in which state.
    pub(super) counts: Counts,
    /// The slots by employee and number, at most 2,000; `counts` counts all.
    pub(super) slots: Vec<Slot>,
    /// Every try of every step, oldest first, a page at a time.
    pub(super) logs: Vec<Log>,
    /// What to send as `logs_cursor` for the next page of the log; null if this is the last one.
    pub(super) next_logs_cursor: Option<String>,
}

/// How many slots are in which state.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Counts {
    /// Still to be written.
    planned: i64,
    /// Being written.
    running: i64,
    /// Written.
    stored: i64,
    /// Not to be had.
    failed: i64,
}

/// One planned post of a run.
#[expect(clippy::struct_field_names, reason = "the number of a slot is called slot everywhere")]
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Slot {
    /// Who the post is by.
    employee_id: Uuid,
    /// Which of the employee's posts of this run, from 1.
    slot: i32,
    /// Where it stands.
    #[schema(value_type = SlotStatus)]
    status: String,
    /// How often a worker took it on.
    attempts: i32,
    /// Why there is no post; null unless it failed.
    failure: Option<Failure>,
    /// The post; null unless it is stored.
    post_id: Option<Uuid>,
    /// How its council came to the post; null for a slot of the workflow `simple`, or whose council has not begun.
    council: Option<CouncilSummary>,
    /// When it was last changed.
    updated_at: DateTime<Utc>,
}

/// Why a slot has no post, or a seat no candidate.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Failure {
    /// `refused`, `invalid_output`, `provider`, `configuration`, `abandoned`, `no_quorum` or `internal`.
    kind: String,
    /// In words for a person.
    message: String,
}

/// One try of one step.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Log {
    /// The id.
    id: Uuid,
    /// Whose slot it was for.
    employee_id: Uuid,
    /// Which of the employee's slots.
    slot: i32,
    /// The step.
    step_name: String,
    /// Which try of it, from 1.
    attempt: i32,
    /// The model that was asked; null for a step without one.
    model: Option<String>,
    /// The version of the prompt.
    prompt_version: Option<String>,
    /// How many tokens the model read.
    input_tokens: Option<i32>,
    /// How many it wrote.
    output_tokens: Option<i32>,
    /// What it cost, in millionths of a US dollar; null if the price of its model was not known.
    cost_microusd: Option<i64>,
    /// How long it took, in milliseconds.
    latency_ms: Option<i32>,
    /// How it ended.
    #[schema(value_type = StepStatus)]
    status: String,
    /// What went wrong.
    error_message: Option<String>,
    /// What the model wrote, the first 20,000 characters.
    raw_output: Option<String>,
    /// Whether it wrote more than that.
    raw_output_truncated: bool,
    /// Whether it became the post, where several models wrote; null where there was no choice.
    was_selected: Option<bool>,
    /// When.
    created_at: DateTime<Utc>,
}

impl From<view::Execution> for Execution {
    fn from(stored: view::Execution) -> Self {
        Self {
            id: stored.id,
            campaign_id: stored.campaign_id,
            status: stored.status,
            trigger: stored.trigger,
            triggered_by: stored.triggered_by,
            scheduled_for: stored.scheduled_for,
            warning: stored.warning,
            created_at: stored.created_at,
            started_at: stored.started_at,
            finished_at: stored.finished_at,
        }
    }
}

impl From<view::Counts> for Counts {
    fn from(stored: view::Counts) -> Self {
        let view::Counts { planned, running, stored, failed } = stored;
        Self { planned, running, stored, failed }
    }
}

impl Failure {
    pub(super) fn of(kind: Option<String>, message: Option<String>) -> Option<Self> {
        kind.map(|kind| Self { kind, message: message.unwrap_or_default() })
    }
}

impl Slot {
    /// A slot with its council.
    pub(super) fn new(stored: view::Slot, council: Option<CouncilSummary>) -> Self {
        Self {
            employee_id: stored.employee_id,
            slot: stored.slot,
            status: stored.status,
            attempts: stored.attempts,
            failure: Failure::of(stored.failure_kind, stored.failure_message),
            post_id: stored.post_id,
            council,
            updated_at: stored.updated_at,
        }
    }
}

impl From<view::Log> for Log {
    fn from(stored: view::Log) -> Self {
        Self {
            id: stored.id,
            employee_id: stored.employee_id,
            slot: stored.slot,
            step_name: stored.step_name,
            attempt: stored.attempt,
            model: stored.model,
            prompt_version: stored.prompt_version,
            input_tokens: stored.input_tokens,
            output_tokens: stored.output_tokens,
            cost_microusd: stored.cost_microusd,
            latency_ms: stored.latency_ms,
            status: stored.status,
            error_message: stored.error_message,
            raw_output: stored.raw_output,
            raw_output_truncated: stored.raw_output_cut,
            was_selected: stored.was_selected,
            created_at: stored.created_at,
        }
    }
}
