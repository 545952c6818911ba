//! The one place that decides whether a model call is tried again.

use std::time::Duration;

use crate::{Error, Reply, Request, RetryAdvice, Usage};

/// The most calls that one request may cause (architecture, invariant 6).
pub const MAX_ATTEMPTS: u32 = 3;

/// The longest back-off before the second attempt; it doubles from there.
pub const BASE: Duration = Duration::from_millis(500);

/// The longest pause between two attempts.
pub const CAP: Duration = Duration::from_secs(10);

/// The pause before another attempt after the failed one with this number (from 1), or `None` if there must not be one:
/// [`MAX_ATTEMPTS`] are used, the error will not pass, or the provider asks for a pause longer than [`CAP`]. That one is
/// not waited for, because the job's queue tries again later.
///
/// `random` is in `0.0..1.0`.
pub fn pause(attempt: u32, error: &Error, random: f64) -> Option<Duration> {
    if attempt >= MAX_ATTEMPTS {
        return None;
    }
    match error.retry() {
        RetryAdvice::Backoff => Some(backoff(attempt, random)),
        RetryAdvice::After(wait) if wait <= CAP => Some(wait),
        RetryAdvice::After(_) | RetryAdvice::Never => None,
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
    /// What a call of `request` came to after `elapsed`.
    pub fn of(request: &Request, result: &Result<Reply, Error>, elapsed: Duration) -> Self {
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
