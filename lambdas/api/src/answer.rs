//! What a handler answers with: JSON, and the headers that go with it.

use axum::{
    body::Body,
    response::{IntoResponse, Response},
};
use http::{
    HeaderName, HeaderValue, StatusCode,
    header::{CONTENT_TYPE, ETAG, LOCATION},
};
use rostrum_store::idempotency;
use serde::Serialize;

use crate::error::ApiError;

/// Says that an earlier request with the same key was answered so.
pub const REPLAYED: HeaderName = HeaderName::from_static("idempotent-replayed");

/// An answer, in the parts that can be kept for a request that comes again.
#[derive(Debug, Clone)]
pub struct Answer {
    status: StatusCode,
    location: Option<String>,
    etag: Option<String>,
    body: String,
    is_replayed: bool,
}

impl Answer {
    /// This, as JSON.
    ///
    /// # Errors
    /// If it cannot be written as JSON.
    pub fn new(status: StatusCode, body: &impl Serialize) -> Result<Self, ApiError> {
        let body = to_json(body)?;
        Ok(Self { status, location: None, etag: None, body, is_replayed: false })
    }

    /// Nothing (204).
    pub fn empty() -> Self {
        Self { status: StatusCode::NO_CONTENT, location: None, etag: None, body: String::new(), is_replayed: false }
    }

    /// It will be done (202).
    pub fn accepted() -> Self {
        Self { status: StatusCode::ACCEPTED, ..Self::empty() }
    }

    /// With the address of what it is about.
    pub fn at(self, location: String) -> Self {
        Self { location: Some(location), ..self }
    }

    /// With the version of what it shows.
    pub fn version(self, version: i32) -> Self {
        Self { etag: Some(format!("\"{version}\"")), ..self }
    }

    /// To be kept.
    pub(crate) fn kept(&self) -> idempotency::Answer {
        idempotency::Answer {
            status: self.status.as_u16().into(),
            location: self.location.clone(),
            etag: self.etag.clone(),
            body: self.body.clone(),
        }
    }

    /// As it was kept.
    pub(crate) fn replayed(kept: idempotency::Answer) -> Result<Self, ApiError> {
        let status = u16::try_from(kept.status).ok().and_then(|status| StatusCode::from_u16(status).ok());
        let status = status.ok_or_else(|| ApiError::internal("a kept answer has no HTTP status"))?;
        Ok(Self { status, location: kept.location, etag: kept.etag, body: kept.body, is_replayed: true })
    }
}

/// Room for most answers from the start: a page of posts that grows from nothing is copied ten times.
const USUAL_SIZE: usize = 32 * 1024;

fn to_json(body: &impl Serialize) -> Result<String, ApiError> {
    let mut json = Vec::with_capacity(USUAL_SIZE);
    serde_json::to_writer(&mut json, body).map_err(ApiError::internal)?;
    String::from_utf8(json).map_err(ApiError::internal)
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        for (name, value) in [(LOCATION, self.location), (ETAG, self.etag)] {
            if let Some(value) = value.and_then(|value| HeaderValue::from_maybe_shared(value).ok()) {
                headers.insert(name, value);
            }
        }
        if self.is_replayed {
            headers.insert(REPLAYED, HeaderValue::from_static("true"));
        }
        if !self.body.is_empty() {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
            *response.body_mut() = Body::from(self.body);
        }
        response
    }
}
