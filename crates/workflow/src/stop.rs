//! The ways in which a step stops short of an answer.

use std::time::Duration;

use rostrum_lambda_kit::TaskError;
use rostrum_store::executions::slots::FailureKind;

/// Why there is no answer, or not yet.
#[derive(Debug)]
pub enum Stop {
    /// There will be none; the slot says why.
    Failed(FailureKind, String),
    /// There may be one later: the provider did not answer now.
    Provider {
        /// What the provider said.
        reason: String,
        /// How long it asked us to wait.
        after: Option<Duration>,
    },
    /// Postgres did not answer.
    Store(rostrum_store::Error),
}

impl Stop {
    /// Campaign, prompt or model are not set up as they must be.
    pub fn configuration(message: impl Into<String>) -> Self {
        Self::Failed(FailureKind::Configuration, message.into())
    }

    /// A part of the fleet failed.
    pub fn internal(message: impl Into<String>) -> Self {
        Self::Failed(FailureKind::Internal, message.into())
    }
}

impl From<rostrum_store::Error> for Stop {
    fn from(error: rostrum_store::Error) -> Self {
        Self::Store(error)
    }
}

impl From<sqlx::Error> for Stop {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}

/// As a state machine sees it: the failure's kind is the error's name.
impl From<Stop> for TaskError {
    fn from(stop: Stop) -> Self {
        match stop {
            Stop::Failed(kind, message) => Self::new(kind.as_str(), message),
            Stop::Provider { reason, .. } => Self::new(FailureKind::Provider.as_str(), reason),
            Stop::Store(error) => {
                // Its message says no more than that Postgres failed; the cause is for the log, not for a slot.
                tracing::error!(?error, "Postgres did not do it");
                Self::new(FailureKind::Internal.as_str(), error.to_string())
            }
        }
    }
}
