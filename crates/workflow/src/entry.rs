//! A step as a row of the log.

use std::time::Duration;

use rostrum_core::ids::WorkflowLogId;
use rostrum_llm::{Attempt, AttemptStatus, Error, Reply, Stop as ModelStop, price};
use rostrum_store::workflow_logs::{Entry, Status};
use serde_json::json;

use crate::{Step, Subject, note::Noted, storable};

/// What is kept of a call. An answer or a refusal is final: asking again would not change it.
pub(crate) fn of(step: &Step, attempt: &Attempt, result: &Result<Reply, Error>, id: WorkflowLogId) -> Entry {
    let (raw_output, complete, is_final) = match result {
        Ok(reply) => (Some(storable::text(&reply.text)), reply.stop == ModelStop::End, true),
        Err(Error::Refused { explanation, .. }) => (Some(storable::text(explanation)), true, true),
        Err(Error::Protocol { raw, .. }) => (Some(storable::text(raw)), false, false),
        Err(_) => (None, false, false),
    };
    Entry {
        id,
        key: step.subject.key,
        campaign_id: step.subject.campaign_id,
        workflow_type: step.subject.workflow_type.to_owned(),
        step_name: step.name.clone(),
        model: Some(attempt.model.clone()),
        prompt_version: Some(step.prompt_version.clone()),
        input_tokens: attempt.usage.map(|usage| whole(usage.input_tokens)),
        output_tokens: attempt.usage.map(|usage| whole(usage.output_tokens)),
        cost_microusd: cost(attempt),
        latency_ms: Some(milliseconds(attempt.latency)),
        status: match attempt.status {
            AttemptStatus::Success => Status::Success,
            AttemptStatus::Error => Status::Error,
            AttemptStatus::Timeout => Status::Timeout,
        },
        error_message: attempt.error.as_deref().map(storable::text),
        raw_output,
        metadata: json!({
            "final": is_final,
            "complete": complete,
            "request_id": attempt.request_id,
            "cached_input_tokens": attempt.usage.map(|usage| usage.cached_input_tokens),
        }),
    }
}

/// What is kept of a step that asks no model.
pub(crate) fn noted(subject: Subject, step: &Noted<'_>, id: WorkflowLogId) -> Entry {
    Entry {
        id,
        key: subject.key,
        campaign_id: subject.campaign_id,
        workflow_type: subject.workflow_type.to_owned(),
        step_name: step.name.to_owned(),
        model: None,
        prompt_version: None,
        input_tokens: None,
        output_tokens: None,
        cost_microusd: None,
        latency_ms: step.took.map(milliseconds),
        status: step.status,
        error_message: step.error.map(storable::text),
        raw_output: None,
        metadata: storable::json(step.detail.clone()),
    }
}

/// At the price of today. `None` if it is not known, or the provider told no usage.
fn cost(attempt: &Attempt) -> Option<i64> {
    let cost = price::cost(&attempt.model, attempt.usage?)?;
    i64::try_from(cost).ok()
}

fn milliseconds(time: Duration) -> i32 {
    i32::try_from(time.as_millis()).unwrap_or(i32::MAX)
}

fn whole(tokens: u64) -> i32 {
    i32::try_from(tokens).unwrap_or(i32::MAX)
}
