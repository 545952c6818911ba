use http::header::{HeaderMap, HeaderName, HeaderValue};

use crate::models::catalogue::Provider;

/// The figures stand still: they show a client where to look, not how much is left.
const ANTHROPIC: [(&str, &str); 13] = [
    ("anthropic-organization-id", "00000000-0000-0000-0000-000000000000"),
    ("anthropic-ratelimit-requests-limit", "1000"),
    ("anthropic-ratelimit-requests-remaining", "999"),
    ("anthropic-ratelimit-requests-reset", "2026-11-21T00:01:00Z"),
    ("anthropic-ratelimit-tokens-limit", "600000"),
    ("anthropic-ratelimit-tokens-remaining", "599000"),
    ("anthropic-ratelimit-tokens-reset", "2026-11-21T00:01:00Z"),
    ("anthropic-ratelimit-input-tokens-limit", "500000"),
    ("anthropic-ratelimit-input-tokens-remaining", "499000"),
    ("anthropic-ratelimit-input-tokens-reset", "2026-11-21T00:01:00Z"),
    ("anthropic-ratelimit-output-tokens-limit", "100000"),
    ("anthropic-ratelimit-output-tokens-remaining", "99000"),
    ("anthropic-ratelimit-output-tokens-reset", "2026-11-21T00:01:00Z"),
];

const OPENAI: [(&str, &str); 6] = [
    ("x-ratelimit-limit-requests", "1000"),
    ("x-ratelimit-limit-tokens", "500000"),
    ("x-ratelimit-remaining-requests", "999"),
    ("x-ratelimit-remaining-tokens", "499000"),
    ("x-ratelimit-reset-requests", "1s"),
    ("x-ratelimit-reset-tokens", "6m0s"),
];

/// Adds the id of the call and the headers of the rate limits.
pub(crate) fn add_headers(provider: Provider, number: u64, headers: &mut HeaderMap) {
    let (id, limits): (_, &[(&'static str, &'static str)]) = match provider {
        Provider::Anthropic => ("request-id", &ANTHROPIC),
        Provider::OpenAi | Provider::Xai => ("x-request-id", &OPENAI),
    };
    if let Ok(value) = HeaderValue::try_from(request_id(number)) {
        headers.insert(id, value);
    }
    for (name, value) in limits {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
}

/// The id of a call, which error bodies repeat.
pub(crate) fn request_id(number: u64) -> String {
    format!("req_{number:012}")
}
