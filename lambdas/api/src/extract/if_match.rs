//! `If-Match`: which version the client has seen (RFC 9110, section 13.1.1).

use axum::extract::FromRequestParts;
use http::{header::IF_MATCH, request::Parts};

use crate::error::ApiError;

/// The versions that the client would change, if it says so.
#[derive(Debug, Clone)]
pub struct IfMatch(Option<String>);

impl IfMatch {
    /// Refuses a change of another version than the client has seen.
    ///
    /// # Errors
    /// 412 with the current version.
    pub fn check(&self, current: i32) -> Result<(), ApiError> {
        let Some(tags) = &self.0 else { return Ok(()) };
        let expected = format!("\"{current}\"");
        // A weak tag (`W/"…"`) never matches here: the comparison is a strong one.
        if tags.split(',').map(str::trim).any(|tag| tag == "*" || tag == expected) {
            return Ok(());
        }
        Err(ApiError::VersionStale { current })
    }
}

impl<S: Send + Sync> FromRequestParts<S> for IfMatch {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        let tags: Vec<&str> =
            parts.headers.get_all(IF_MATCH).iter().map(|value| value.to_str().unwrap_or_default()).collect();
        Ok(Self(if tags.is_empty() { None } else { Some(tags.join(",")) }))
    }
}

/// The versions that the client would change; a client that does not say so is refused.
#[derive(Debug, Clone)]
pub struct RequiredIfMatch(IfMatch);

impl RequiredIfMatch {
    /// As [`IfMatch::check`].
    ///
    /// # Errors
    /// As there.
    pub fn check(&self, current: i32) -> Result<(), ApiError> {
        self.0.check(current)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for RequiredIfMatch {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let sent = IfMatch::from_request_parts(parts, state).await?;
        if sent.0.is_none() { Err(ApiError::VersionMissing) } else { Ok(Self(sent)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(header: Option<&str>, passes: bool) {
        let sent = IfMatch(header.map(str::to_owned));
        assert_eq!(sent.check(3).is_ok(), passes, "{header:?}");
    }

    #[test]
    fn only_the_current_version_passes() {
        check(None, true);
        check(Some("\"3\""), true);
        check(Some("\"2\", \"3\""), true);
        check(Some("*"), true);
        check(Some("\"2\""), false);
        check(Some("W/\"3\""), false);
        check(Some("3"), false);
        check(Some(""), false);
    }
}
