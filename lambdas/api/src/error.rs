//! Everything that can go wrong with a request, and the one place that turns it into an answer.

use std::{error::Error, sync::Arc};

use axum::response::{IntoResponse, Response};
use http::{
    HeaderValue, StatusCode,
    header::{RETRY_AFTER, WWW_AUTHENTICATE},
};
use rostrum_core::{access::Permission, field::FieldError};
use rostrum_lambda_kit::{config::ConfigError, vault::VaultError};

use crate::problem::Problem;

/// Why a request is not answered as it was meant to be.
#[derive(Debug, thiserror::Error)]
pub enum ApiError {
    /// No token came with it.
    #[error("no bearer token")]
    TokenMissing,
    /// Its token is not one of ours, has expired, or stands for nobody any more.
    #[error("bearer token refused: {0}")]
    TokenRefused(&'static str),
    /// E-mail address and password do not belong together.
    #[error("sign-in refused")]
    SignInRefused,
    /// Who it is is known, and a code of the second factor is needed besides, in this field.
    #[error("a second factor is needed")]
    SecondFactorNeeded(&'static str),
    /// An identity provider vouches for somebody who is nobody here.
    #[error("nobody here has this identity")]
    NotInvited,
    /// The identity provider does not answer, or not as it should.
    #[error("the identity provider is unavailable")]
    ProviderUnavailable(#[source] Box<dyn Error + Send + Sync>),
    /// The password is right, but the address was not shown to be theirs.
    #[error("the e-mail address is not verified")]
    EmailUnverified,
    /// The workspace does not exist, or takes only those who are invited.
    #[error("registration is not open")]
    RegistrationClosed,
    /// The refresh token is none of ours, was used before, or its session has ended.
    #[error("the session has ended")]
    SessionEnded,
    /// Who sent it may not do this.
    #[error("{0} is needed")]
    Forbidden(Permission),
    /// The workspace requires a second factor of who sent it, and they have none.
    #[error("a second factor is required")]
    SecondFactorMissing,
    /// There is nothing here, or nothing of this workspace.
    #[error("not found")]
    NotFound,
    /// There is something here, but not for this method.
    #[error("method not allowed")]
    MethodNotAllowed,
    /// It cannot be read at all.
    #[error("malformed: {0}")]
    Malformed(String),
    /// Its body is not of the media type that the route reads.
    #[error("the body is not {0}")]
    MediaType(&'static str),
    /// Its body is longer than [`crate::extract::LONGEST_BODY`].
    #[error("the body is too long")]
    TooLong,
    /// It can be read, but says something that cannot be accepted.
    #[error("{} field(s) cannot be accepted", .0.len())]
    Invalid(Vec<FieldError>),
    /// It asks for what the state of things does not allow.
    #[error("conflict: {0}")]
    Conflict(&'static str),
    /// It would change something without saying which version it has seen.
    #[error("If-Match is missing")]
    VersionMissing,
    /// It would change a version that is not the current one.
    #[error("version {current} is current, another was meant")]
    VersionStale {
        /// The version that is current.
        current: i32,
    },
    /// Its idempotency key was used for another request.
    #[error("the idempotency key was used for another request")]
    KeyReused,
    /// Its account or its network address asked too often.
    #[error("too many requests, the next in {retry_after_seconds} s")]
    TooManyRequests {
        /// After how many seconds it may ask again.
        retry_after_seconds: u32,
    },
    /// What we need cannot be reached.
    #[error("unavailable")]
    Unavailable(#[source] Box<dyn Error + Send + Sync>),
    /// We did something wrong.
    #[error("internal error")]
    Internal(#[source] Box<dyn Error + Send + Sync>),
}

impl ApiError {
    /// One field that cannot be accepted.
    pub fn field(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self::Invalid(vec![FieldError::new(field, message)])
    }

    /// We did something wrong.
    pub fn internal(error: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::Internal(error.into())
    }

    /// Status, type, title and what the client is told.
    pub(crate) fn problem(&self) -> Problem {
        let problem = |status, kind, title, detail: &str| Problem::new(status, kind, title, detail);
        match self {
            Self::TokenMissing => problem(
                StatusCode::UNAUTHORIZED,
                "unauthenticated",
                "Sign in first",
                "Send the access token of POST /api/v1/auth/login as `Authorization: Bearer …`.",
            ),
            Self::TokenRefused(reason) => problem(
                StatusCode::UNAUTHORIZED,
                "unauthenticated",
                "The access token is not valid",
                &format!("The access token {reason}. Sign in again."),
            ),
            Self::SignInRefused => problem(
                StatusCode::UNAUTHORIZED,
                "sign-in-refused",
                "Sign-in refused",
                "The e-mail address, the password or the code is wrong, the account may not sign in here, or too many \
                 attempts failed lately. After a while attempts are looked at again.",
            ),
            Self::SecondFactorNeeded(field) => problem(
                StatusCode::UNAUTHORIZED,
                "second-factor-needed",
                "A code is needed",
                &format!("Send the six digits that your authenticator app shows, or a recovery code, as `{field}`."),
            ),
            Self::NotInvited => problem(
                StatusCode::FORBIDDEN,
                "not-invited",
                "Nobody here is known by this sign-in",
                "Ask somebody here for an invitation to the address that you have at the provider, and send it as \
                 `invitation`. An address counts only once the provider has verified it.",
            ),
            Self::ProviderUnavailable(_) => problem(
                StatusCode::SERVICE_UNAVAILABLE,
                "provider-unavailable",
                "The identity provider does not answer",
                "Nothing was lost: send the same again shortly. If the provider does not take its code twice, begin anew.",
            ),
            Self::EmailUnverified => problem(
                StatusCode::FORBIDDEN,
                "email-unverified",
                "The e-mail address is not verified",
                "Follow the link in the mail that was sent to you, or have another one sent.",
            ),
            Self::RegistrationClosed => problem(
                StatusCode::FORBIDDEN,
                "registration-closed",
                "Registration is not open",
                "There is no such workspace, or it takes only those who are invited. Ask somebody there for an invitation.",
            ),
            Self::SessionEnded => problem(
                StatusCode::UNAUTHORIZED,
                "session-ended",
                "The session has ended",
                "The refresh token is not valid any more. Sign in again.",
            ),
            Self::Forbidden(permission) => problem(
                StatusCode::FORBIDDEN,
                "forbidden",
                "Your role does not allow this",
                &format!("This needs the permission {permission}."),
            ),
            Self::SecondFactorMissing => problem(
                StatusCode::FORBIDDEN,
                "second-factor-missing",
                "A second factor is required",
                "This workspace requires a second factor of its admins, and you have none. Nothing was done. Set one up \
                 with POST /api/v1/auth/second-factor; until then only your own account is open to you.",
            ),
            Self::NotFound => problem(
                StatusCode::NOT_FOUND,
                "not-found",
                "Not found",
                "There is nothing at this address in your workspace.",
            ),
            Self::MethodNotAllowed => problem(
                StatusCode::METHOD_NOT_ALLOWED,
                "method-not-allowed",
                "Method not allowed",
                "This address does not know the method; the Allow header lists those that it knows.",
            ),
            Self::Malformed(detail) => {
                problem(StatusCode::BAD_REQUEST, "malformed", "The request cannot be read", detail)
            }
            Self::MediaType(expected) => problem(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "media-type",
                "The media type is not supported",
                &format!("Send the body as `Content-Type: {expected}`."),
            ),
            Self::TooLong => problem(
                StatusCode::PAYLOAD_TOO_LARGE,
                "too-long",
                "The body is too long",
                "A body may have at most 10 MB.",
            ),
            Self::Invalid(errors) => {
                let detail = errors.first().map(ToString::to_string).unwrap_or_default();
                let mut answer =
                    problem(StatusCode::UNPROCESSABLE_ENTITY, "invalid", "A field cannot be accepted", &detail);
                answer.errors = Some(errors.iter().map(Into::into).collect());
                answer
            }
            Self::Conflict(detail) => {
                problem(StatusCode::CONFLICT, "conflict", "The current state does not allow this", detail)
            }
            Self::VersionMissing => problem(
                StatusCode::PRECONDITION_REQUIRED,
                "version-missing",
                "If-Match is required",
                "Send the ETag of the version that you have seen as `If-Match`.",
            ),
            Self::VersionStale { current } => {
                let mut answer = problem(
                    StatusCode::PRECONDITION_FAILED,
                    "version-stale",
                    "It was changed meanwhile",
                    "Read it again, and send the ETag of what you have read then.",
                );
                answer.current_version = Some(*current);
                answer
            }
            Self::KeyReused => problem(
                StatusCode::UNPROCESSABLE_ENTITY,
                "idempotency-key-reused",
                "The idempotency key belongs to another request",
                "The same Idempotency-Key was sent with another method, path or body. Use a new key for a new request.",
            ),
            Self::TooManyRequests { retry_after_seconds } => problem(
                StatusCode::TOO_MANY_REQUESTS,
                "too-many-requests",
                "Too many requests",
                &format!("Wait {retry_after_seconds} seconds; the RateLimit header names the limit that was reached."),
            ),
            Self::Unavailable(_) => problem(
                StatusCode::SERVICE_UNAVAILABLE,
                "unavailable",
                "Not available right now",
                "Something that we need does not answer. Try again shortly; with the same Idempotency-Key nothing is done twice.",
            ),
            Self::Internal(_) => problem(
                StatusCode::INTERNAL_SERVER_ERROR,
                "internal",
                "Something went wrong on our side",
                "The request was not carried out. Its id is in `instance`.",
            ),
        }
    }
}

/// A refusal on its way out. The envelope writes it, because only the envelope knows the id of the request.
#[derive(Debug, Clone)]
pub(crate) struct Refusal(pub(crate) Arc<ApiError>);

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let mut response = self.problem().status_code().into_response();
        let headers = response.headers_mut();
        match &self {
            Self::TokenMissing | Self::SignInRefused | Self::SecondFactorNeeded(_) | Self::SessionEnded => {
                headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
            }
            Self::TokenRefused(_) => {
                headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer error=\"invalid_token\""));
            }
            Self::TooManyRequests { retry_after_seconds } => {
                headers.insert(RETRY_AFTER, HeaderValue::from(*retry_after_seconds));
            }
            Self::Unavailable(_) | Self::ProviderUnavailable(_) => {
                headers.insert(RETRY_AFTER, HeaderValue::from_static("2"));
            }
            _ => {}
        }
        response.extensions_mut().insert(Refusal(Arc::new(self)));
        response
    }
}

impl From<Vec<FieldError>> for ApiError {
    fn from(errors: Vec<FieldError>) -> Self {
        Self::Invalid(errors)
    }
}

/// What a handler does not know better is ours: a client cannot cause it with what was checked before.
impl From<rostrum_store::Error> for ApiError {
    fn from(error: rostrum_store::Error) -> Self {
        match error {
            rostrum_store::Error::Database(error) => error.into(),
            error => Self::internal(error),
        }
    }
}

impl From<sqlx::Error> for ApiError {
    fn from(error: sqlx::Error) -> Self {
        match &error {
            // Class 53: out of resources; 57P: shutting down; 40: serialization failure or deadlock. All pass.
            sqlx::Error::Database(refusal)
                if !refusal
                    .code()
                    .is_some_and(|code| ["53", "57P", "40"].iter().any(|class| code.starts_with(class))) =>
            {
                Self::internal(error)
            }
            sqlx::Error::Database(_)
            | sqlx::Error::Io(_)
            | sqlx::Error::Tls(_)
            | sqlx::Error::PoolTimedOut
            | sqlx::Error::PoolClosed => Self::Unavailable(error.into()),
            _ => Self::internal(error),
        }
    }
}

/// A key that cannot be had now may be had later; what was sealed and does not open never will.
impl From<VaultError> for ApiError {
    fn from(error: VaultError) -> Self {
        match error {
            VaultError::Seal(_) | VaultError::UnknownKey(_) | VaultError::Retired(_) => Self::internal(error),
            error => Self::Unavailable(error.into()),
        }
    }
}

impl From<ConfigError> for ApiError {
    fn from(error: ConfigError) -> Self {
        Self::Unavailable(error.into())
    }
}
