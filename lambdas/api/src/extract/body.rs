//! JSON bodies.

use axum::{
    body::{Body, Bytes, to_bytes},
    extract::{FromRequest, Request},
};
use http::{HeaderMap, header::CONTENT_TYPE};
use rostrum_core::field::FieldError;
use serde::de::{DeserializeOwned, Deserializer};
use serde_json::{Value, error::Category};

use super::Once;
use crate::error::ApiError;

/// The most bytes of a body.
pub const LONGEST_BODY: usize = 10 * 1024 * 1024;

/// A JSON body, with what makes sure that it is carried out once.
#[derive(Debug)]
pub struct Submitted<T> {
    /// What the body says.
    pub value: T,
    /// The idempotency key, if there is one.
    pub once: Once,
}

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Submitted<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, _: &S) -> Result<Self, ApiError> {
        let (parts, body) = request.into_parts();
        expect_media_type(&parts.headers, &["application/json"])?;
        let bytes = bytes(body).await?;
        let once = Once::of(&parts, &bytes)?;
        Ok(Self { value: read(&bytes)?, once })
    }
}

/// Refuses a body of another media type than these; the first one is what the refusal names.
pub(super) fn expect_media_type(headers: &HeaderMap, known: &[&'static str]) -> Result<(), ApiError> {
    let sent = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = sent.split(';').next().unwrap_or_default().trim();
    if known.iter().any(|known| known.eq_ignore_ascii_case(essence)) {
        return Ok(());
    }
    Err(ApiError::MediaType(known.first().copied().unwrap_or("application/json")))
}

/// All of the body, unless it is too long.
pub(super) async fn bytes(body: Body) -> Result<Bytes, ApiError> {
    to_bytes(body, LONGEST_BODY).await.map_err(|error| {
        let is_limit =
            std::iter::successors(Some(&error as &(dyn std::error::Error + 'static)), |error| error.source())
                .any(<dyn std::error::Error>::is::<http_body_util::LengthLimitError>);
        if is_limit { ApiError::TooLong } else { ApiError::Malformed("The body ended too early.".to_owned()) }
    })
}

/// The object that these bytes say. What is no JSON is malformed; JSON of another shape names the field.
pub(super) fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, ApiError> {
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    // serde would fill a struct from an array, too, which nobody who sends one means.
    let is_object = bytes.trim_ascii_start().starts_with(b"{");
    let value =
        if is_object { with_path(&mut deserializer) } else { Err(ApiError::field("body", "must be a JSON object")) };
    match value {
        // The first thing that does not fit ends the reading; whether the rest is JSON at all is still open.
        Err(error) => serde_json::from_slice::<Value>(bytes).map_err(|syntax| malformed(&syntax)).and(Err(error)),
        Ok(value) => deserializer.end().map(|()| value).map_err(|error| malformed(&error)),
    }
}

fn malformed(error: &serde_json::Error) -> ApiError {
    ApiError::Malformed(format!("The body is not JSON: {error}."))
}

/// What this JSON says.
pub(crate) fn read_value<T: DeserializeOwned>(value: Value) -> Result<T, ApiError> {
    with_path(value)
}

/// What this JSON says, which we wrote ourselves into `column`.
pub(crate) fn read_stored<T: DeserializeOwned>(column: &'static str, value: Value) -> Result<T, ApiError> {
    serde_path_to_error::deserialize(value)
        .map_err(|error| ApiError::internal(format!("{column} cannot be read: {error}")))
}

fn with_path<'de, T: DeserializeOwned>(
    deserializer: impl Deserializer<'de, Error = serde_json::Error>,
) -> Result<T, ApiError> {
    serde_path_to_error::deserialize(deserializer).map_err(|error| {
        let path = error.path().to_string();
        let error = error.into_inner();
        match error.classify() {
            Category::Data => ApiError::Invalid(vec![shape(&path, &error.to_string())]),
            Category::Syntax | Category::Eof | Category::Io => malformed(&error),
        }
    })
}

/// serde names a missing or unknown field in its message and the object around it in the path.
fn shape(path: &str, message: &str) -> FieldError {
    let path = if path == "." { "" } else { path };
    let message = message.rfind(" at line ").map_or(message, |position| &message[..position]);
    let named = |start: &str| message.strip_prefix(start).and_then(|rest| rest.split('`').next());
    let join = |name: &str| {
        if path.is_empty() || path == name || path.ends_with(&format!(".{name}")) {
            if path.is_empty() { name.to_owned() } else { path.to_owned() }
        } else {
            format!("{path}.{name}")
        }
    };
    if let Some(name) = named("missing field `") {
        return FieldError::new(join(name), "is missing");
    }
    if let Some(name) = named("unknown field `") {
        let expected = message.split_once(", ").map_or("there are no fields here", |(_, expected)| expected);
        let message = format!("is not known here; {expected}");
        return FieldError { is_unknown: true, ..FieldError::new(join(name), message) };
    }
    if let Some(name) = named("duplicate field `") {
        return FieldError::new(join(name), "is there twice");
    }
    let field = if path.is_empty() { "body" } else { path };
    // Not what was sent instead: it may be a secret in the wrong place.
    match message.rsplit_once(", expected ") {
        Some((_, expected)) => FieldError::new(field, format!("does not fit; expected {expected}")),
        None => FieldError::new(field, message),
    }
}
