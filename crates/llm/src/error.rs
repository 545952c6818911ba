use std::time::Duration;

use crate::Usage;

/// Why there is no [`Reply`](crate::Reply).
///
/// The displayed message is fit for an operator: it holds neither the key nor the prompt.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The model declined to answer. The tokens are billed all the same.
    #[error("the model declined: {explanation}")]
    Refused {
        /// The model's own words, or the provider's name for the reason.
        explanation: String,
        /// What the refusal cost.
        usage: Usage,
        /// The provider's id of the call.
        request_id: Option<String>,
    },
    /// Too many requests or tokens in the current window (429).
    #[error("rate limited by the provider{}", wait(*retry_after))]
    RateLimited {
        /// How long the provider asks to wait. Anthropic leaves it out when the tier's monthly spend is reached.
        retry_after: Option<Duration>,
    },
    /// The provider is at fault or overloaded (500 to 599, Anthropic's 529 included).
    #[error("the provider failed with HTTP status {status}{}", wait(*retry_after))]
    Overloaded {
        /// The HTTP status; 200 if the provider put its failure into an answer.
        status: u16,
        /// How long the provider asks to wait.
        retry_after: Option<Duration>,
    },
    /// No whole answer came within the request's time. The call may be billed.
    #[error("no answer within {} ms", after.as_millis())]
    Timeout {
        /// The time that was allowed.
        after: Duration,
    },
    /// The connection could not be made or broke.
    #[error("the connection failed: {message}")]
    Transport {
        /// The reasons, outermost first.
        message: String,
    },
    /// The key is missing, wrong or may not do this (401, 403).
    #[error("the provider did not accept the key")]
    Unauthorized,
    /// The account has no credit left or has reached a limit of spend that its owner set.
    #[error("the account is out of credit or has reached its spend limit")]
    OutOfCredit,
    /// The provider found the request faulty (400, 409, 422): a defect on our side.
    #[error("the provider refused the request: {message}")]
    InvalidRequest {
        /// The provider's message, cut to 500 characters.
        message: String,
    },
    /// No configured provider knows this model.
    #[error("no provider knows the model {model:?}")]
    UnknownModel {
        /// The model that was asked for.
        model: String,
    },
    /// The prompt is longer than the model or the provider takes.
    #[error("the request is too large for the model")]
    TooLarge,
    /// The answer is not of the documented shape.
    #[error("the answer is not what the provider documents: {message}")]
    Protocol {
        /// What is wrong with it.
        message: String,
        /// The answer's body, cut to 64 KiB. It may hold generated text.
        raw: String,
    },
}

/// The most bytes of a faulty answer that are kept in [`Error::Protocol`].
pub(crate) const RAW_LIMIT: usize = 64 * 1024;

/// What to do about an [`Error`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RetryAdvice {
    /// Try again after [`retry::backoff`](crate::retry::backoff).
    Backoff,
    /// Try again after this long, which the provider asked for.
    After(Duration),
    /// The same request will fail again until somebody changes something.
    Never,
}

impl Error {
    /// Whether, and when, the same request may be sent again.
    pub fn retry(&self) -> RetryAdvice {
        match self {
            Self::RateLimited { retry_after } | Self::Overloaded { retry_after, .. } => {
                retry_after.map_or(RetryAdvice::Backoff, RetryAdvice::After)
            }
            Self::Timeout { .. } | Self::Transport { .. } | Self::Protocol { .. } => RetryAdvice::Backoff,
            Self::Refused { .. }
            | Self::Unauthorized
            | Self::OutOfCredit
            | Self::InvalidRequest { .. }
            | Self::UnknownModel { .. }
            | Self::TooLarge => RetryAdvice::Never,
        }
    }

    /// [`Error::Protocol`] that keeps the beginning of the faulty answer.
    pub fn protocol(message: impl Into<String>, raw: &[u8]) -> Self {
        let kept = raw.get(..RAW_LIMIT).unwrap_or(raw);
        let mut raw = String::from_utf8_lossy(kept).into_owned();
        // A replaced byte grows to three, and the limit is a promise about the size in the log.
        raw.truncate(raw.floor_char_boundary(RAW_LIMIT));
        Self::Protocol { message: message.into(), raw }
    }

    /// [`Error::InvalidRequest`] with the provider's message cut to a length that suits a log line.
    pub fn invalid_request(message: &str) -> Self {
        Self::InvalidRequest { message: message.chars().take(500).collect() }
    }
}

fn wait(retry_after: Option<Duration>) -> String {
    retry_after.map_or_else(String::new, |wait| format!(", which asks to wait {} ms", wait.as_millis()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_faulty_answer_is_kept_up_to_the_limit() {
        let Error::Protocol { raw, .. } = Error::protocol("x", &vec![0xff; RAW_LIMIT * 2]) else {
            panic!("not a protocol error");
        };
        assert!(raw.len() <= RAW_LIMIT && raw.len() > RAW_LIMIT - 4);
        let Error::Protocol { raw, .. } = Error::protocol("x", b"<html>") else {
            panic!("not a protocol error");
        };
        assert_eq!(raw, "<html>");
    }

    #[test]
    fn the_message_does_not_show_the_answer() {
        let error = Error::protocol("no JSON", b"the secret plan");
        assert!(!error.to_string().contains("secret plan"));
    }

    #[test]
    fn the_wait_is_told() {
        let error = Error::RateLimited { retry_after: Some(Duration::from_secs(3)) };
        assert_eq!(error.to_string(), "rate limited by the provider, which asks to wait 3000 ms");
        assert_eq!(error.retry(), RetryAdvice::After(Duration::from_secs(3)));
    }
}
