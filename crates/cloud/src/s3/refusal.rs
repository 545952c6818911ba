//! What S3 says when it does not do it.

use std::fmt;

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

/// Sorts the answers. Of a good one nobody asks for the body; that of a refusal says why.
#[derive(Debug)]
pub(super) struct Answers;

impl DeserializeResponse for Answers {
    fn deserialize_nonstreaming_with_config(
        &self,
        response: &HttpResponse,
        _: &ConfigBag,
    ) -> Result<Output, OrchestratorError<context::Error>> {
        if response.status().is_success() {
            return Ok(Output::erase(()));
        }
        let refusal = Refusal::read(response);
        Err(OrchestratorError::operation(context::Error::erase(refusal)))
    }
}

/// An answer that is no good one.
#[derive(Debug, thiserror::Error)]
#[error(
    "status {status}, {}: {}{identification}",
    .metadata.code().unwrap_or("without a code"),
    .metadata.message().unwrap_or("without a message")
)]
pub(super) struct Refusal {
    status: u16,
    metadata: ErrorMetadata,
    identification: Identification,
}

/// By what AWS's support finds the request.
/// Source: "Getting Amazon S3 request IDs for AWS Support" in the S3 user guide.
#[derive(Debug)]
struct Identification {
    request_id: Option<String>,
    extended_request_id: Option<String>,
}

impl Refusal {
    /// Answers of proxies have none of S3's elements and headers.
    fn read(response: &HttpResponse) -> Self {
        let body = String::from_utf8_lossy(response.body().bytes().unwrap_or_default());
        let mut metadata = ErrorMetadata::builder();
        if let Some(code) = element(&body, "Code") {
            metadata = metadata.code(code);
        }
        if let Some(message) = element(&body, "Message") {
            metadata = metadata.message(message);
        }
        let header = |name| response.headers().get(name).map(str::to_owned);
        let identification =
            Identification { request_id: header("x-amz-request-id"), extended_request_id: header("x-amz-id-2") };
        Self { status: response.status().as_u16(), metadata: metadata.build(), identification }
    }
}

impl fmt::Display for Identification {
    fn fmt(&self, text: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(id) = &self.request_id {
            write!(text, ", request id {id}")?;
        }
        if let Some(id) = &self.extended_request_id {
            write!(text, ", extended request id {id}")?;
        }
        Ok(())
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
    error: Error,
}

impl Failure {
    pub(super) fn new(operation: &'static str, failure: &SdkError<context::Error, HttpResponse>) -> Self {
        let refusal = failure.as_service_error().and_then(|error| error.downcast_ref::<Refusal>());
        Self { status: refusal.map(|refusal| refusal.status), error: Error::new("s3", operation, failure) }
    }

    /// What the runtime never does.
    pub(super) fn of_ours(operation: &'static str, message: &str) -> Self {
        Self { status: None, error: Error { service: "s3", operation, message: message.to_owned() } }
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
    use aws_smithy_runtime_api::http::StatusCode;
    use aws_smithy_types::body::SdkBody;

    use super::*;

    fn refused(headers: &[(&'static str, &'static str)], body: &str) -> String {
        let mut response = HttpResponse::new(StatusCode::try_from(403).unwrap(), SdkBody::from(body));
        for (name, value) in headers {
            response.headers_mut().insert(*name, *value);
        }
        Refusal::read(&response).to_string()
    }

    #[test]
    fn a_refusal_tells_what_s3_said() {
        let check = |body: &str, expected: &str| assert_eq!(refused(&[], body), expected);
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

    #[test]
    fn a_refusal_tells_by_what_support_finds_it() {
        let check = |headers: &[(&'static str, &'static str)], expected: &str| {
            assert_eq!(refused(headers, "<Code>SlowDown</Code><Message>Please</Message>"), expected);
        };
        let (request, extended) =
            (("x-amz-request-id", "79104EXAMPLEB723"), ("x-amz-id-2", "IOWQ4fDEXAMPLEQM+ey7N9Wg="));
        check(&[], "status 403, SlowDown: Please");
        check(&[request], "status 403, SlowDown: Please, request id 79104EXAMPLEB723");
        check(&[extended], "status 403, SlowDown: Please, extended request id IOWQ4fDEXAMPLEQM+ey7N9Wg=");
        check(
            &[extended, request],
            "status 403, SlowDown: Please, request id 79104EXAMPLEB723, extended request id IOWQ4fDEXAMPLEQM+ey7N9Wg=",
        );
    }
}
