//! The one place where a model call is tried again.

use std::time::{Duration, Instant};

use crate::{Error, Model, Reply, Request, RetryAdvice, Usage};

/// The most calls that one request may cause (architecture, invariant 6).
pub const MAX_ATTEMPTS: u32 = 3;

/// The longest back-off before the second attempt; it doubles from there.
pub const BASE: Duration = Duration::from_millis(500);

/// The longest pause between two attempts.
pub const CAP: Duration = Duration::from_secs(10);

/// Asks until there is an answer, an error that will not pass, or `max_attempts` (1 to [`MAX_ATTEMPTS`]) are used.
///
/// `random` gives numbers in `0.0..1.0`. A provider that asks for a pause longer than [`CAP`] is not waited
/// for: its error comes back at once, and the job's queue retries later. The result never lies in
/// `attempts` alone, and `attempts` holds every call that was made, the last one included.
pub async fn complete_with_retries(
    model: &dyn Model,
    request: &Request,
    max_attempts: u32,
    random: &mut (dyn FnMut() -> f64 + Send),
) -> Completion {
    let max_attempts = max_attempts.clamp(1, MAX_ATTEMPTS);
    let mut attempts = Vec::new();
    loop {
        let started = Instant::now();
        let result = model.complete(request).await;
        attempts.push(Attempt::of(request, &result, started.elapsed()));
        let number = u32::try_from(attempts.len()).unwrap_or(u32::MAX);
        let pause = match &result {
            Err(error) if number < max_attempts => match error.retry() {
                RetryAdvice::Backoff => Some(backoff(number, random())),
                RetryAdvice::After(wait) if wait <= CAP => Some(wait),
                RetryAdvice::After(_) | RetryAdvice::Never => None,
            },
            _ => None,
        };
        let Some(pause) = pause else {
            return Completion { result, attempts };
        };
        tokio::time::sleep(pause).await;
    }
}

/// The pause after the failed attempt with this number (from 1): `random` × min([`CAP`], [`BASE`] × 2^(attempt − 1)).
///
/// This is "full jitter" as in the AWS Architecture Blog, "Exponential Backoff And Jitter" (2015): it spreads
/// the callers of a recovering service best.
pub fn backoff(attempt: u32, random: f64) -> Duration {
    let doublings = attempt.saturating_sub(1).min(16);
    let ceiling = BASE.saturating_mul(1 << doublings).min(CAP);
    ceiling.mul_f64(random.clamp(0.0, 1.0))
}

/// What came of a request and of each call that it took.
#[derive(Debug)]
pub struct Completion {
    /// The answer, or the last attempt's error.
    pub result: Result<Reply, Error>,
    /// Every call in order, at least one.
    pub attempts: Vec<Attempt>,
}

/// One call to a model, as a row of `workflow_logs` wants it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// The model that answered, or the one that was asked if none did.
    pub model: String,
    /// How it ended.
    pub status: AttemptStatus,
    /// From sending to the end of the answer or the failure.
    pub latency: Duration,
    /// The tokens, when the provider told them: on success and on refusal.
    pub usage: Option<Usage>,
    /// The provider's id of the call, when it told one.
    pub request_id: Option<String>,
    /// The error's message, fit for an operator.
    pub error: Option<String>,
}

/// How an [`Attempt`] ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AttemptStatus {
    /// With an answer.
    Success,
    /// With any error but a time-out.
    Error,
    /// Without a whole answer in time.
    Timeout,
}

impl AttemptStatus {
    /// The word for the log: `success`, `error` or `timeout`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Error => "error",
            Self::Timeout => "timeout",
        }
    }
}

impl Attempt {
    fn of(request: &Request, result: &Result<Reply, Error>, elapsed: Duration) -> Self {
        match result {
            Ok(reply) => Self {
                model: reply.model.clone(),
                status: AttemptStatus::Success,
                latency: reply.latency,
                usage: Some(reply.usage),
                request_id: reply.request_id.clone(),
                error: None,
            },
            Err(error) => {
                let (usage, request_id) = match error {
                    Error::Refused { usage, request_id, .. } => (Some(*usage), request_id.clone()),
                    _ => (None, None),
                };
                Self {
                    model: request.model.clone(),
                    status: match error {
                        Error::Timeout { .. } => AttemptStatus::Timeout,
                        _ => AttemptStatus::Error,
                    },
                    latency: elapsed,
                    usage,
                    request_id,
                    error: Some(error.to_string()),
                }
            }
        }
    }
}
