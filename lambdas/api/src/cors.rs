//! Which pages of other origins may use the API from a browser (Fetch standard, "CORS protocol"): those of a list.

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use http::{
    HeaderMap, HeaderValue, Method, StatusCode, Uri,
    header::{
        ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS,
        ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE,
        ACCESS_CONTROL_REQUEST_METHOD, ORIGIN, VARY,
    },
};
use rostrum_lambda_kit::config::ConfigError;

use crate::App;

/// The environment variable that lists the origins.
pub const VARIABLE: &str = "CORS_ALLOWED_ORIGINS";

const METHODS: HeaderValue = HeaderValue::from_static("GET, POST, PUT, PATCH, DELETE");
const HEADERS: HeaderValue =
    HeaderValue::from_static("authorization, content-type, idempotency-key, if-match, rostrum-workspace");
/// What a page may read of an answer beyond what it always may.
const EXPOSED: HeaderValue = HeaderValue::from_static(
    "etag, idempotent-replayed, location, ratelimit, ratelimit-policy, retry-after, x-request-id",
);
/// For how many seconds a browser may keep the answer to a preflight.
const MAX_AGE: HeaderValue = HeaderValue::from_static("600");

/// The origins that are let in; none at first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Origins(Vec<HeaderValue>);

impl Origins {
    /// Reads a list with commas between its entries, each an origin as browsers write it: scheme, host, and port where it
    /// is not the scheme's own. The empty text is the empty list.
    ///
    /// # Errors
    /// If an entry is no such origin; `*` and `null`, which stand for everybody, are none.
    pub fn parse(text: &str) -> Result<Self, ConfigError> {
        let entries = text.split(',').map(str::trim).filter(|entry| !entry.is_empty());
        entries.map(origin).collect::<Result<Vec<_>, _>>().map(Self)
    }

    fn lists(&self, origin: &HeaderValue) -> bool {
        self.0.contains(origin)
    }
}

fn origin(entry: &str) -> Result<HeaderValue, ConfigError> {
    let invalid = || ConfigError::Invalid {
        name: VARIABLE,
        value: entry.to_owned(),
        expected: "origins such as https://app.example.com, with commas between them",
    };
    let uri: Uri = entry.parse().map_err(|_| invalid())?;
    let scheme = uri.scheme_str().filter(|scheme| matches!(*scheme, "http" | "https")).ok_or_else(invalid)?;
    let authority = uri.authority().ok_or_else(invalid)?;
    // Browsers send neither a path nor capitals, and an entry that never matches would be a riddle.
    if entry != format!("{scheme}://{authority}") || entry.contains('@') || entry != entry.to_lowercase() {
        return Err(invalid());
    }
    HeaderValue::from_str(entry).map_err(|_| invalid())
}

/// Answers preflights, and tells browsers which answers a page may read. A preflight reaches no route and is not counted.
pub(crate) async fn answer(State(app): State<App>, request: Request, next: Next) -> Response {
    let origin = request.headers().get(ORIGIN).cloned();
    let is_preflight = request.method() == Method::OPTIONS
        && origin.is_some()
        && request.headers().contains_key(ACCESS_CONTROL_REQUEST_METHOD);
    let allowed = origin.filter(|origin| app.origins().lists(origin));
    let mut response = if is_preflight { StatusCode::NO_CONTENT.into_response() } else { next.run(request).await };
    let headers = response.headers_mut();
    // A cache must not show one origin what was answered to another.
    headers.append(VARY, HeaderValue::from_static("Origin"));
    if let Some(origin) = allowed {
        allow(headers, origin, is_preflight);
    }
    response
}

fn allow(headers: &mut HeaderMap, origin: HeaderValue, is_preflight: bool) {
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    headers.insert(ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
    if is_preflight {
        headers.insert(ACCESS_CONTROL_ALLOW_METHODS, METHODS);
        headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, HEADERS);
        headers.insert(ACCESS_CONTROL_MAX_AGE, MAX_AGE);
    } else {
        headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_of_origins_is_read() {
        assert_eq!(Origins::parse("").unwrap(), Origins::default());
        let origins = Origins::parse(" https://app.example.com, http://127.0.0.1:5173,").unwrap();
        let lists = |origin| origins.lists(&HeaderValue::from_static(origin));
        assert!(lists("https://app.example.com") && lists("http://127.0.0.1:5173"));
        for other in ["http://app.example.com", "https://app.example.com:8443", "https://example.com", "null", "*"] {
            assert!(!lists(other), "{other}");
        }
    }

    #[test]
    fn what_is_no_origin_is_refused() {
        for entry in [
            "*",
            "null",
            "app.example.com",
            "https://app.example.com/",
            "https://app.example.com/app",
            "https://App.example.com",
            "https://somebody@app.example.com",
            "ftp://app.example.com",
        ] {
            assert!(Origins::parse(entry).is_err(), "{entry}");
        }
    }
}
