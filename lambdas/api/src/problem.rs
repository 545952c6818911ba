//! RFC 9457: what every error looks like.

use http::StatusCode;
use rostrum_core::field::FieldError;
use serde::Serialize;
use utoipa::ToSchema;

/// The media type of every error.
pub const MEDIA_TYPE: &str = "application/problem+json";

/// An error, for programs (`type`, `errors`) and for people (`title`, `detail`).
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Problem {
    /// `urn:rostrum:problem:` and a word that stays the same: what a program branches on.
    #[serde(rename = "type")]
    #[schema(example = "urn:rostrum:problem:invalid")]
    pub kind: String,
    /// What kind of error it is.
    pub title: &'static str,
    /// The HTTP status.
    pub status: u16,
    /// What is wrong this time and what to do about it.
    pub detail: String,
    /// The id of the request, as in the logs: `urn:uuid:` and a UUID.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instance: Option<String>,
    /// The fields that cannot be accepted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub errors: Option<Vec<FieldProblem>>,
    /// The version that is current, where another was meant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub current_version: Option<i32>,
}

/// One field that cannot be accepted.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct FieldProblem {
    /// Its path, for example `schedule_cron` or `user_ids[2]`.
    pub field: String,
    /// What is wrong and what would be right.
    pub message: String,
}

impl From<&FieldError> for FieldProblem {
    fn from(error: &FieldError) -> Self {
        Self { field: error.field.clone(), message: error.message.clone() }
    }
}

impl Problem {
    pub(crate) fn new(status: StatusCode, kind: &str, title: &'static str, detail: &str) -> Self {
        Self {
            kind: format!("urn:rostrum:problem:{kind}"),
            title,
            status: status.as_u16(),
            detail: detail.to_owned(),
            instance: None,
            errors: None,
            current_version: None,
        }
    }

    pub(crate) fn status_code(&self) -> StatusCode {
        StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }
}
