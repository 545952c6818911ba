//! What a client is told about its limits.

use axum::response::Response;
use http::{HeaderName, HeaderValue};
use rostrum_core::limits::{Decision, Limit};

use crate::error::ApiError;

/// The limits that the request counts against: `"account";q=600;w=60` for 600 in 60 seconds. Source:
/// draft-ietf-httpapi-ratelimit-headers, a list of structured fields (RFC 9651).
const POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");

/// How they stand: `"account";r=599;t=42` for 599 that are left, and 42 seconds after which there may be more. Same source.
const RATE: HeaderName = HeaderName::from_static("ratelimit");

/// How those stand who are counted for a request: the name of each limit, the limit, and what was decided.
#[derive(Debug, Default)]
pub(crate) struct Standing(pub(super) Vec<(&'static str, Limit, Decision)>);

impl Standing {
    /// The refusal, if any of them may not ask now. It names the longest of the waits.
    pub(crate) fn refusal(&self) -> Option<ApiError> {
        let refused = self.0.iter().filter(|(_, _, decision)| !decision.allowed);
        let retry_after_seconds = refused.map(|(_, _, decision)| decision.retry_after_seconds).max()?;
        Some(ApiError::TooManyRequests { retry_after_seconds })
    }

    /// The answer with the headers that tell it.
    pub(crate) fn tell(&self, mut answer: Response) -> Response {
        for (name, value) in [(POLICY, self.policies()), (RATE, self.rates())] {
            if let Some(value) = HeaderValue::try_from(value).ok().filter(|value| !value.is_empty()) {
                answer.headers_mut().insert(name, value);
            }
        }
        answer
    }

    fn policies(&self) -> String {
        let policy = |(name, limit, _): &(&str, Limit, Decision)| {
            format!("\"{name}\";q={};w={}", limit.most, limit.window.num_seconds())
        };
        self.0.iter().map(policy).collect::<Vec<_>>().join(", ")
    }

    fn rates(&self) -> String {
        let rate = |(name, _, decision): &(&str, Limit, Decision)| {
            let Decision { remaining, reset_after_seconds, retry_after_seconds, .. } = decision;
            // Whoever is refused gets nothing out of a window that ends before they may ask again.
            let seconds = reset_after_seconds.max(retry_after_seconds);
            format!("\"{name}\";r={remaining};t={seconds}")
        };
        self.0.iter().map(rate).collect::<Vec<_>>().join(", ")
    }
}

#[cfg(test)]
mod tests {
    use axum::body::Body;

    use super::*;

    #[test]
    fn every_limit_is_told_and_the_longest_wait_counts() {
        let decision = |allowed, remaining, retry_after_seconds| Decision {
            allowed,
            remaining,
            reset_after_seconds: 42,
            retry_after_seconds,
        };
        let standing = Standing(vec![
            ("account", Limit::per_minute(600), decision(true, 599, 0)),
            ("address", Limit::per_minute(1_200), decision(false, 0, 7)),
            ("guarded", Limit::per_minute(30), decision(false, 0, 43)),
        ]);
        let answer = standing.tell(Response::new(Body::empty()));
        let header = |name: HeaderName| answer.headers()[name].to_str().unwrap().to_owned();
        assert_eq!(header(POLICY), r#""account";q=600;w=60, "address";q=1200;w=60, "guarded";q=30;w=60"#);
        assert_eq!(header(RATE), r#""account";r=599;t=42, "address";r=0;t=42, "guarded";r=0;t=43"#);
        assert!(matches!(standing.refusal(), Some(ApiError::TooManyRequests { retry_after_seconds: 43 })));
    }

    #[test]
    fn who_is_not_counted_is_told_nothing() {
        let standing = Standing::default();
        assert!(standing.refusal().is_none());
        assert!(standing.tell(Response::new(Body::empty())).headers().is_empty());
    }
}
