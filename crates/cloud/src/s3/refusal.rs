//! What S3 says when it does not do it.

use aws_smithy_runtime_api::client::{
    interceptors::context::{self, Output},
    orchestrator::{HttpResponse, OrchestratorError},
    result::SdkError,
    ser_de::DeserializeResponse,
};
use aws_smithy_types::{
    config_bag::ConfigBag,
    error::{ErrorMetadata, metadata::ProvideErrorMetadata},
};

use crate::Error;

/// Sorts the answers. The body of a good one is left for whoever asked; that of a refusal is read.
#[derive(Debug)]
pub(super) struct Answers;

impl DeserializeResponse for Answers {
    fn deserialize_streaming_with_config(
        &self,
        response: &mut HttpResponse,
        _: &ConfigBag,
    ) -> Option<Result<Output, OrchestratorError<context::Error>>> {
        response.status().is_success().then(|| Ok(Output::erase(())))
    }

    fn deserialize_nonstreaming_with_config(
        &self,
        response: &HttpResponse,
        _: &ConfigBag,
    ) -> Result<Output, OrchestratorError<context::Error>> {
        let body = String::from_utf8_lossy(response.body().bytes().unwrap_or_default());
        let refusal = Refusal::read(response.status().as_u16(), &body);
        Err(OrchestratorError::operation(context::Error::erase(refusal)))
    }
}

/// An answer that is no good one.
#[derive(Debug, thiserror::Error)]
#[error(
    "status {status}, {}: {}",
    .metadata.code().unwrap_or("without a code"),
    .metadata.message().unwrap_or("without a message")
)]
pub(super) struct Refusal {
    status: u16,
    metadata: ErrorMetadata,
}

impl Refusal {
    /// Answers to `HEAD` and those of proxies have none of S3's elements.
    fn read(status: u16, body: &str) -> Self {
        let mut metadata = ErrorMetadata::builder();
        if let Some(code) = element(body, "Code") {
            metadata = metadata.code(code);
        }
        if let Some(message) = element(body, "Message") {
            metadata = metadata.message(message);
        }
        Self { status, metadata: metadata.build() }
    }
}

impl ProvideErrorMetadata for Refusal {
    fn meta(&self) -> &ErrorMetadata {
        &self.metadata
    }
}

/// What the first element of this name has in it, or the beginning of that.
fn element(body: &str, name: &str) -> Option<String> {
    /// Characters. S3's own texts are shorter.
    const LONGEST: usize = 300;
    let (_, rest) = body.split_once(&format!("<{name}>"))?;
    let (content, _) = rest.split_once(&format!("</{name}>"))?;
    Some(content.trim().chars().take(LONGEST).collect())
}

/// A request that came to nothing.
#[derive(Debug)]
pub(crate) struct Failure {
    /// Of S3's answer, if there was one.
    status: Option<u16>,
    code: Option<String>,
    error: Error,
}

impl Failure {
    pub(super) fn new(operation: &'static str, failure: &SdkError<context::Error, HttpResponse>) -> Self {
        let refusal = failure.as_service_error().and_then(|error| error.downcast_ref::<Refusal>());
        Self {
            status: refusal.map(|refusal| refusal.status),
            code: refusal.and_then(|refusal| refusal.metadata.code()).map(str::to_owned),
            error: Error::new("s3", operation, failure),
        }
    }

    /// What the runtime never does.
    pub(super) fn of_ours(operation: &'static str, message: &str) -> Self {
        Self { status: None, code: None, error: Error { service: "s3", operation, message: message.to_owned() } }
    }

    /// There is no such object. A bucket that is missing is another matter, where S3 says so.
    pub(crate) fn is_missing(&self) -> bool {
        self.status == Some(404) && self.code.as_deref() != Some("NoSuchBucket")
    }

    /// The request's condition does not hold.
    pub(crate) fn is_unmet_condition(&self) -> bool {
        self.status == Some(412)
    }
}

impl From<Failure> for Error {
    fn from(failure: Failure) -> Self {
        failure.error
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_tells_what_s3_said() {
        let check = |body: &str, expected: &str| assert_eq!(Refusal::read(403, body).to_string(), expected);
        check(
            "<?xml version=\"1.0\"?>\n<Error><Code>AccessDenied</Code><Message> Access Denied </Message></Error>",
            "status 403, AccessDenied: Access Denied",
        );
        check("<Error><Code>AccessDenied</Code></Error>", "status 403, AccessDenied: without a message");
        check("<Error><Message>cut of", "status 403, without a code: without a message");
        check("", "status 403, without a code: without a message");
        let long = format!("<Message>{}</Message>", "é".repeat(1000));
        check(&long, &format!("status 403, without a code: {}", "é".repeat(300)));
    }
}
