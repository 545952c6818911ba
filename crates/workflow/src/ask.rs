//! Asking one question, once.

use std::{
    fmt,
    sync::Arc,
    time::{Duration, Instant},
};

use chrono::{DateTime, TimeDelta, Utc};
use rand::RngExt;
use rostrum_core::ids::{CampaignId, WorkflowLogId};
use rostrum_lambda_kit::{Ambient, Effects};
use rostrum_llm::{Attempt, Error, Model, Reply, Request, Schema, Stop as ModelStop, Turn, retry};
use rostrum_store::{
    Database,
    executions::slots::{FailureKind, Key},
    prompts::{self, PromptVersion, Purpose},
    workflow_logs::{self, Entry},
};

use crate::{Stop, entry, storable};

/// A thinking model needs a minute for a post now and then.
const CALL_TIMEOUT: Duration = Duration::from_mins(1);

/// A call that has less time than this is not worth its price.
const LEAST_TIME: Duration = Duration::from_secs(2);

/// More invocations than ever ask the same at once: Step Functions calls a function again whose answer got lost.
const MOST_AT_ONCE: u32 = 3;

/// The slot that a step belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Subject {
    /// The slot.
    pub key: Key,
    /// The campaign of its run.
    pub campaign_id: CampaignId,
    /// `simple` or `council`.
    pub workflow_type: &'static str,
}

/// One question to a model.
#[derive(Debug, Clone)]
pub struct Step {
    /// What it belongs to.
    pub subject: Subject,
    /// Its name in the log, the same whenever the same question is asked again.
    pub name: String,
    /// The model that is asked.
    pub model: String,
    /// The version of the prompt.
    pub prompt_version: String,
    /// The system prompt.
    pub system: String,
    /// The turns after it.
    pub turns: Vec<Turn>,
    /// The form of the answer.
    pub schema: Schema,
    /// The most tokens that it may write.
    pub max_output_tokens: u32,
    /// When no call may run any more.
    pub deadline: DateTime<Utc>,
}

/// What a model said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// The text, letter for letter.
    pub raw: String,
    /// The model that wrote it.
    pub model: String,
    /// Whether it wrote to its end, and not only until it ran out of tokens.
    pub complete: bool,
}

/// What asking needs.
#[derive(Clone)]
pub struct Steps {
    /// Postgres.
    pub database: Database,
    /// Whatever answers for the models.
    pub model: Arc<dyn Model>,
    /// Time and randomness.
    pub ambient: Ambient,
    /// The way to the outside.
    pub effects: Effects,
}

impl fmt::Debug for Steps {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Steps").field("database", &self.database).finish_non_exhaustive()
    }
}

impl Steps {
    /// The answer to this step: the one that was logged, if there is one; else the model's, after at most
    /// [`retry::MAX_ATTEMPTS`] calls. Each call ends before the step's deadline and is logged when it ends.
    ///
    /// # Errors
    /// If the model did not answer, refused, or Postgres did not keep what it said.
    pub async fn ask(&self, step: &Step) -> Result<Said, Stop> {
        if let Some(answer) = workflow_logs::answer(&self.database, step.subject.key, &step.name).await? {
            tracing::info!(step = step.name, "this step was answered before; its answer is used");
            let model = answer.model.unwrap_or_else(|| step.model.clone());
            return match answer.raw_output {
                Some(raw) if answer.succeeded => Ok(Said { raw, model, complete: answer.complete }),
                _ => Err(refused(&answer.error_message.unwrap_or_default())),
            };
        }
        let mut attempt = 1;
        loop {
            let error = match self.call(step).await? {
                Ok(reply) => {
                    return Ok(Said { raw: reply.text, model: reply.model, complete: reply.stop == ModelStop::End });
                }
                Err(error) => error,
            };
            let pause = retry::pause(attempt, &error, self.ambient.random().random());
            let Some(pause) = pause.filter(|pause| self.time_left(step) >= *pause + LEAST_TIME) else {
                return Err(stop(&error));
            };
            tokio::time::sleep(pause).await;
            attempt += 1;
        }
    }

    /// As [`Steps::ask`], but a model that does not answer is no error: the reason is what came of it.
    ///
    /// # Errors
    /// If Postgres did not keep what the model said.
    pub async fn ask_or_reason(&self, step: &Step) -> Result<Result<Said, String>, Stop> {
        match self.ask(step).await {
            Ok(said) => Ok(Ok(said)),
            Err(Stop::Failed(_, reason) | Stop::Provider { reason, .. }) => Ok(Err(reason)),
            Err(Stop::Store(error)) => Err(Stop::Store(error)),
        }
    }

    /// The templates of a campaign for this purpose.
    ///
    /// # Errors
    /// If none is active, or they cannot be read.
    pub async fn templates(&self, subject: Subject, purpose: Purpose) -> Result<PromptVersion, Stop> {
        prompts::active(&self.database, subject.key.workspace_id, subject.campaign_id, purpose)
            .await?
            .ok_or_else(|| Stop::configuration(format!("No version of the prompt {:?} is active.", purpose.as_str())))
    }

    /// One call and its row.
    async fn call(&self, step: &Step) -> Result<Result<Reply, Error>, Stop> {
        let time = self.time_left(step);
        if time < LEAST_TIME {
            return Err(Stop::Provider { reason: "the time of this invocation ran out".to_owned(), after: None });
        }
        let request = Request {
            model: step.model.clone(),
            system: step.system.clone(),
            turns: step.turns.clone(),
            schema: Some(step.schema.clone()),
            max_output_tokens: step.max_output_tokens,
            timeout: CALL_TIMEOUT.min(time),
        };
        let started = Instant::now();
        let result = self.effects.perform("model call", self.model.complete(&request)).await;
        let attempt = Attempt::of(&request, &result, started.elapsed());
        let now = self.ambient.now();
        let id = WorkflowLogId::new(now, &mut self.ambient.random());
        self.log(&entry::of(step, &attempt, &result, id), now).await?;
        Ok(result)
    }

    /// Keeps the row. If another invocation writes one of the same step at this very moment, ours becomes the next: its
    /// call was paid for, too.
    async fn log(&self, entry: &Entry, now: DateTime<Utc>) -> Result<(), Stop> {
        let mut others = 0;
        loop {
            let mut transaction = self.database.begin().await?;
            match workflow_logs::record(&mut transaction, entry, now).await {
                Err(rostrum_store::Error::Duplicate(_)) if others < MOST_AT_ONCE => others += 1,
                recorded => {
                    recorded?;
                    return Ok(self.effects.perform("commit", transaction.commit()).await?);
                }
            }
        }
    }

    fn time_left(&self, step: &Step) -> Duration {
        (step.deadline - self.ambient.now()).max(TimeDelta::zero()).to_std().unwrap_or_default()
    }
}

fn refused(explanation: &str) -> Stop {
    Stop::Failed(FailureKind::Refused, explanation.to_owned())
}

fn stop(error: &Error) -> Stop {
    let after = match error.retry() {
        rostrum_llm::RetryAdvice::After(wait) => Some(wait),
        rostrum_llm::RetryAdvice::Backoff => None,
        rostrum_llm::RetryAdvice::Never => {
            let reason = storable::text(&error.to_string());
            return match error {
                Error::Refused { .. } => refused(&reason),
                Error::Unauthorized | Error::UnknownModel { .. } | Error::InvalidRequest { .. } | Error::TooLarge => {
                    Stop::Failed(FailureKind::Configuration, reason)
                }
                _ => Stop::Failed(FailureKind::Provider, reason),
            };
        }
    };
    Stop::Provider { reason: storable::text(&error.to_string()), after }
}
