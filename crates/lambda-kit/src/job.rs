//! How a job fails: it is worth another try, or it is not. Never a string.

use std::{error::Error, time::Duration};

/// Why a job was not done.
#[derive(Debug, thiserror::Error)]
pub enum JobError {
    /// It may work later. The message is delivered again, after the queue's visibility time-out or `after`.
    #[error("to be tried again: {reason}")]
    Retry {
        /// What happened.
        reason: String,
        /// How long the other side asked us to wait.
        after: Option<Duration>,
    },
    /// It will never work. The message goes to the dead letters with this reason.
    #[error("{reason}")]
    Fail {
        /// What happened.
        reason: String,
    },
}

impl JobError {
    /// To be tried again because of `error`.
    pub fn retry(error: &(dyn Error + 'static)) -> Self {
        Self::Retry { reason: chain(error), after: None }
    }

    /// Not to be tried again because of `error`.
    pub fn fail(error: &(dyn Error + 'static)) -> Self {
        Self::Fail { reason: chain(error) }
    }
}

/// Databases come back: what fails there is worth another try.
impl From<rostrum_store::Error> for JobError {
    fn from(error: rostrum_store::Error) -> Self {
        Self::retry(&error)
    }
}

fn chain(error: &(dyn Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}
