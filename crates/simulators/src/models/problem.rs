use axum::Json;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::{HeaderValue, RETRY_AFTER};
use serde_json::{Value, json};

use crate::models::catalogue::Provider;
use crate::models::limits::request_id;

/// Why a provider gives no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Problem {
    MissingKey,
    WrongKey,
    Spent,
    UnknownModel(String),
    Invalid {
        message: String,
        param: Option<&'static str>,
        code: Option<&'static str>,
    },
    TooLarge,
    /// With the seconds of `retry-after`.
    RateLimited(Option<u64>),
    Overloaded(Option<u64>),
    Broken,
}

impl Problem {
    pub(crate) fn invalid(message: impl Into<String>) -> Self {
        Self::Invalid { message: message.into(), param: None, code: None }
    }

    /// A fault in one parameter, which OpenAI names beside a code.
    pub(crate) fn parameter(param: &'static str, code: &'static str, message: String) -> Self {
        Self::Invalid { message, param: Some(param), code: Some(code) }
    }

    pub(crate) fn into_response(self, provider: Provider, number: u64) -> Response {
        let retry_after = match self {
            Self::RateLimited(seconds) | Self::Overloaded(seconds) => seconds,
            _ => None,
        };
        let (status, body) = match provider {
            Provider::Anthropic => self.anthropic(number),
            Provider::OpenAi => self.openai(),
            Provider::Xai => self.xai(),
        };
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = (status, Json(body)).into_response();
        if let Some(seconds) = retry_after {
            let headers = response.headers_mut();
            headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }

    fn anthropic(self, number: u64) -> (u16, Value) {
        let (status, kind, message) = match self {
            Self::MissingKey => (401, "authentication_error", "x-api-key header is required".to_owned()),
            Self::WrongKey => (401, "authentication_error", "invalid x-api-key".to_owned()),
            Self::Spent => {
                (402, "billing_error", "Your credit balance is too low to access the Anthropic API.".to_owned())
            }
            Self::UnknownModel(model) => (404, "not_found_error", format!("model: {model}")),
            Self::Invalid { message, .. } => (400, "invalid_request_error", message),
            Self::TooLarge => (413, "request_too_large", "Request exceeds the maximum size".to_owned()),
            Self::RateLimited(_) => {
                (429, "rate_limit_error", "This request would exceed your organization's rate limit.".to_owned())
            }
            Self::Overloaded(_) => (529, "overloaded_error", "Overloaded".to_owned()),
            Self::Broken => (500, "api_error", "Internal server error".to_owned()),
        };
        let body = json!({
            "type": "error",
            "error": {"type": kind, "message": message},
            "request_id": request_id(number),
        });
        (status, body)
    }

    fn openai(self) -> (u16, Value) {
        let (status, kind, code, message) = match &self {
            Self::MissingKey => (401, "invalid_request_error", None, "You didn't provide an API key.".to_owned()),
            Self::WrongKey => {
                (401, "invalid_request_error", Some("invalid_api_key"), "Incorrect API key provided.".to_owned())
            }
            Self::Spent => (
                429,
                "insufficient_quota",
                Some("credit_balance_exhausted"),
                "You exceeded your current quota, please check your plan and billing details.".to_owned(),
            ),
            Self::UnknownModel(model) => (
                404,
                "invalid_request_error",
                Some("model_not_found"),
                format!("The model `{model}` does not exist or you do not have access to it."),
            ),
            Self::Invalid { message, code, .. } => (400, "invalid_request_error", *code, message.clone()),
            Self::TooLarge => (413, "invalid_request_error", None, "The request is too large.".to_owned()),
            Self::RateLimited(_) => (429, "requests", Some("rate_limit_exceeded"), "Rate limit reached.".to_owned()),
            Self::Overloaded(_) => {
                (503, "server_error", Some("server_is_overloaded"), "The server is overloaded.".to_owned())
            }
            Self::Broken => (
                500,
                "server_error",
                Some("server_error"),
                "The server had an error while processing your request.".to_owned(),
            ),
        };
        let param = match self {
            Self::UnknownModel(_) => Some("model"),
            Self::Invalid { param, .. } => param,
            _ => None,
        };
        let error = json!({"message": message, "type": kind, "param": param, "code": code});
        (status, json!({"error": error}))
    }

    /// The shape and the odd statuses were seen in the issues that the README of `rostrum-llm-grok` names.
    fn xai(self) -> (u16, Value) {
        let (status, code, message) = match self {
            Self::MissingKey => (401, "unauthenticated", "No API key was provided.".to_owned()),
            Self::WrongKey => (
                400,
                "Client specified an invalid argument",
                "Incorrect API key provided: si***or. You can obtain an API key from https://console.x.ai.".to_owned(),
            ),
            Self::Spent => (
                403,
                "permission-denied",
                "Your team has either used all available credits or reached its monthly spending limit.".to_owned(),
            ),
            Self::UnknownModel(model) => {
                (404, "not-found", format!("The model {model} does not exist or your team does not have access to it."))
            }
            Self::Invalid { message, .. } => (400, "Client specified an invalid argument", message),
            Self::TooLarge => (413, "too-large", "The request is too large.".to_owned()),
            Self::RateLimited(_) => (429, "resource-exhausted", "Too many requests.".to_owned()),
            Self::Overloaded(_) => (503, "unavailable", "The service is currently unavailable.".to_owned()),
            Self::Broken => (500, "internal", "Internal error.".to_owned()),
        };
        (status, json!({"code": code, "error": message}))
    }
}
