//! The ways in which writing a post stops short of a post.

use std::time::Duration;

use rostrum_store::executions::slots::FailureKind;

/// Why there is no post, or not yet.
#[derive(Debug)]
pub(crate) enum Stop {
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
