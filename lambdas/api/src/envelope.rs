//! What surrounds every request: its id, its line in the log, the headers of its answer, and the words of a refusal.

use std::{error::Error, time::Instant};

use axum::{
    body::Body,
    extract::{MatchedPath, Request, State},
    middleware::Next,
    response::Response,
};
use http::{
    HeaderName, HeaderValue, Method,
    header::{
        CACHE_CONTROL, CONTENT_LENGTH, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY,
        STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
    },
};
use rostrum_core::{field::FieldError, ids::new_uuid};
use tracing::Instrument;

use crate::{
    App,
    error::{ApiError, Refusal},
    problem,
};

/// Names the request; it is also in the logs and in every problem.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// What every answer tells browsers: to come by HTTPS alone for two years, to show it in no frame, to load it into no page of
/// another site, to run nothing in it, to take its media type as it is, and to tell no other site where they were. Source:
/// OWASP, "HTTP Security Response Headers".
const SECURITY: [(HeaderName, HeaderValue); 6] = [
    (STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=63072000; includeSubDomains")),
    (X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
    (HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("same-site")),
    (CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'")),
    (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
];

/// Carries the request to its route and its answer out.
pub async fn wrap(State(app): State<App>, request: Request, next: Next) -> Response {
    let id = new_uuid(app.ambient().now(), &mut app.ambient().random()).to_string();
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned());
    let span = tracing::info_span!("request", request_id = id, %method, route);
    let started = Instant::now();
    let mut response = next.run(request).instrument(span.clone()).await;
    if let Some(Refusal(error)) = response.extensions_mut().remove::<Refusal>() {
        span.in_scope(|| log(&error));
        write(&mut response, &error, &id, &method);
    }
    let headers = response.headers_mut();
    if let Ok(value) = HeaderValue::from_str(&id) {
        headers.insert(REQUEST_ID, value);
    }
    for (name, value) in SECURITY {
        headers.insert(name, value);
    }
    headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    let latency_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    span.in_scope(|| tracing::info!(status = response.status().as_u16(), latency_ms, "answered"));
    response
}

/// What is ours is logged with its causes; what is the client's, in one line.
fn log(error: &ApiError) {
    match error {
        ApiError::Internal(cause) | ApiError::Unavailable(cause) | ApiError::ProviderUnavailable(cause) => {
            tracing::error!(cause = chain(cause.as_ref()), "{error}");
        }
        ApiError::Invalid(errors) => {
            // What we do not know is called as the client likes, perhaps like a secret in the wrong place.
            let name = |error: &FieldError| if error.is_unknown { "?".to_owned() } else { error.field.clone() };
            let fields: Vec<String> = errors.iter().map(name).collect();
            tracing::info!(fields = fields.join(","), "{error}");
        }
        error => tracing::info!("{error}"),
    }
}

fn chain(error: &(dyn Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}

fn write(response: &mut Response, error: &ApiError, id: &str, method: &Method) {
    let mut problem = error.problem();
    problem.instance = Some(format!("urn:uuid:{id}"));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(problem::MEDIA_TYPE));
    headers.remove(CONTENT_LENGTH);
    let body = serde_json::to_vec(&problem).unwrap_or_default();
    if *method != Method::HEAD {
        *response.body_mut() = Body::from(body);
    }
}
