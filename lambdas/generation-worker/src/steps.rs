//! Asking the model, and what is kept of it.

use std::time::Duration;

use rand::RngExt;
use rostrum_core::{
    generation::answer::{self, Unusable},
    ids::WorkflowLogId,
    platform::Fitted,
};
use rostrum_llm::{
    Attempt, AttemptStatus, Completion, Error, Request, RetryAdvice, Schema, Stop as ModelStop, Turn,
    complete_with_retries, retry::MAX_ATTEMPTS,
};
use rostrum_store::{
    executions::slots::FailureKind,
    workflow_logs::{self, Entry, Status},
};
use serde_json::{Value, json};

use crate::{Worker, context::Ready, outcome::Stop};

const GENERATE: &str = "generate";
const REPAIR: &str = "repair";

/// A thinking model needs a minute for a post now and then; three calls and their pauses still fit the function's time.
const CALL_TIMEOUT: Duration = Duration::from_mins(1);

/// A post that fits, and which step wrote it.
#[derive(Debug)]
pub(crate) struct Written {
    pub(crate) fitted: Fitted,
    pub(crate) model: String,
    pub(crate) repaired: bool,
}

/// What a step of the model came to.
#[derive(Debug)]
struct Said {
    raw: String,
    model: String,
    complete: bool,
}

impl Worker {
    /// Asks for the post, and once more if the answer cannot be used.
    pub(crate) async fn write(&self, ready: &Ready) -> Result<Written, Stop> {
        let first = self.step(ready, GENERATE, vec![Turn::user(&ready.prompt.user)]).await?;
        let problem = match answer::read(&first.raw, first.complete, &ready.wishes, &ready.rules) {
            Ok(fitted) => return Ok(Written { fitted, model: first.model, repaired: false }),
            Err(problem) => problem,
        };
        tracing::warn!(%problem, "the answer cannot be used; asking for a repair");
        let second = self.step(ready, REPAIR, repair(ready, &first.raw, &problem)).await?;
        match answer::read(&second.raw, second.complete, &ready.wishes, &ready.rules) {
            Ok(fitted) => Ok(Written { fitted, model: second.model, repaired: true }),
            Err(problem) => Err(Stop::Failed(
                FailureKind::InvalidOutput,
                format!("The model's answer could not be used, nor could its repair: {problem}"),
            )),
        }
    }

    /// One answer of the model: the one that was logged, if this step was answered before a crash.
    async fn step(&self, ready: &Ready, name: &'static str, turns: Vec<Turn>) -> Result<Said, Stop> {
        if let Some(answer) = workflow_logs::answer(&self.database, ready.key, name).await? {
            tracing::info!(step = name, "this step was answered before; its answer is used");
            let model = answer.model.unwrap_or_else(|| ready.config.model.clone());
            return match answer.raw_output {
                Some(raw) if answer.succeeded => Ok(Said { raw, model, complete: answer.complete }),
                _ => Err(refused(&answer.error_message.unwrap_or_default())),
            };
        }
        let request = Request {
            model: ready.config.model.clone(),
            system: ready.prompt.system.clone(),
            turns,
            schema: Some(Schema { name: "post".to_owned(), json: answer::schema() }),
            max_output_tokens: ready.config.max_output_tokens,
            timeout: CALL_TIMEOUT,
        };
        let mut random = self.ambient.random();
        let mut draw = move || random.random::<f64>();
        let call = complete_with_retries(&*self.model, &request, MAX_ATTEMPTS, &mut draw);
        let completion = self.effects.perform("model call", call).await;
        self.log(ready, name, &completion).await?;
        match completion.result {
            Ok(reply) => Ok(Said { raw: reply.text, model: reply.model, complete: reply.stop == ModelStop::End }),
            Err(error) => Err(stop(&error)),
        }
    }

    /// One row per call; only the last can be the final word.
    async fn log(&self, ready: &Ready, name: &'static str, completion: &Completion) -> Result<(), Stop> {
        let now = self.ambient.now();
        let mut random = self.ambient.random();
        let mut transaction = self.database.begin().await?;
        let last = completion.attempts.len().saturating_sub(1);
        for (position, attempt) in completion.attempts.iter().enumerate() {
            let result = (position == last).then_some(&completion.result);
            let entry = entry(ready, name, attempt, result, WorkflowLogId::new(now, &mut random));
            workflow_logs::record(&mut transaction, &entry, now).await?;
        }
        self.effects.perform("commit", transaction.commit()).await?;
        Ok(())
    }
}

fn entry(
    ready: &Ready,
    step_name: &'static str,
    attempt: &Attempt,
    result: Option<&Result<rostrum_llm::Reply, Error>>,
    id: WorkflowLogId,
) -> Entry {
    let (raw_output, complete, is_final) = match result {
        Some(Ok(reply)) => (Some(storable(&reply.text)), reply.stop == ModelStop::End, true),
        Some(Err(Error::Refused { explanation, .. })) => (Some(storable(explanation)), true, true),
        Some(Err(Error::Protocol { raw, .. })) => (Some(storable(raw)), false, false),
        Some(Err(_)) | None => (None, false, false),
    };
    Entry {
        id,
        key: ready.key,
        campaign_id: ready.message.campaign_id,
        workflow_type: ready.workflow_type.clone(),
        step_name,
        model: Some(attempt.model.clone()),
        prompt_version: Some(ready.prompt_version.clone()),
        input_tokens: attempt.usage.map(|usage| whole(usage.input_tokens)),
        output_tokens: attempt.usage.map(|usage| whole(usage.output_tokens)),
        latency_ms: Some(i32::try_from(attempt.latency.as_millis()).unwrap_or(i32::MAX)),
        status: match attempt.status {
            AttemptStatus::Success => Status::Success,
            AttemptStatus::Error => Status::Error,
            AttemptStatus::Timeout => Status::Timeout,
        },
        error_message: attempt.error.as_deref().map(storable),
        raw_output,
        metadata: metadata(attempt, complete, is_final),
    }
}

fn metadata(attempt: &Attempt, complete: bool, is_final: bool) -> Value {
    json!({
        "final": is_final,
        "complete": complete,
        "request_id": attempt.request_id,
        "cached_input_tokens": attempt.usage.map(|usage| usage.cached_input_tokens),
    })
}

/// Postgres takes every text but one with a NUL in it.
fn storable(text: &str) -> String {
    text.replace('\0', "\u{fffd}")
}

fn whole(tokens: u64) -> i32 {
    i32::try_from(tokens).unwrap_or(i32::MAX)
}

/// The first answer and what was wrong with it. The answer is quoted in a turn of the user, because current models refuse
/// a conversation that they did not lead.
fn repair(ready: &Ready, raw: &str, problem: &Unusable) -> Vec<Turn> {
    /// Enough to see what went wrong, not enough to fill the model's context.
    const QUOTED: usize = 4000;
    let quoted: String = raw.chars().take(QUOTED).collect();
    vec![Turn::user(format!(
        "{}\n\nYour first answer was:\n<answer>\n{quoted}\n</answer>\n\nIt cannot be used. {problem}\nAnswer again.",
        ready.prompt.user,
    ))]
}

fn refused(explanation: &str) -> Stop {
    Stop::Failed(FailureKind::Refused, explanation.to_owned())
}

fn stop(error: &Error) -> Stop {
    let after = match error.retry() {
        RetryAdvice::After(wait) => Some(wait),
        RetryAdvice::Backoff => None,
        RetryAdvice::Never => {
            let reason = error.to_string();
            return match error {
                Error::Refused { .. } => refused(&reason),
                Error::Unauthorized | Error::UnknownModel { .. } | Error::InvalidRequest { .. } | Error::TooLarge => {
                    Stop::Failed(FailureKind::Configuration, reason)
                }
                _ => Stop::Failed(FailureKind::Provider, reason),
            };
        }
    };
    Stop::Provider { reason: error.to_string(), after }
}
