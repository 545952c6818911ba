//! One request out, one bounded answer back.

use std::error::Error as _;
use std::time::Duration;

use reqwest::{Client, RequestBuilder, StatusCode};
use serde::de::DeserializeOwned;

use crate::Error;

/// The longest wait for a provider's whole answer.
const TIMEOUT: Duration = Duration::from_secs(10);

/// The largest answer that is read, in bytes.
const BODY_LIMIT: usize = 64 * 1024;

/// The HTTP client for all providers; make one per process, since it holds the connections.
///
/// It follows no redirect, because the secret would travel with it, and retries nothing by itself.
///
/// # Errors
///
/// [`Error::Unavailable`] if TLS cannot be set up.
pub fn client() -> Result<Client, Error> {
    Client::builder()
        .connect_timeout(Duration::from_secs(5))
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .build()
        .map_err(|error| unavailable(&error))
}

/// A client with the limits of this crate.
#[derive(Debug, Clone)]
pub(crate) struct Http {
    client: Client,
    timeout: Duration,
}

/// A provider's answer, read but not yet understood.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    body: Vec<u8>,
}

impl Http {
    pub(crate) fn new(client: Client) -> Self {
        Self { client, timeout: TIMEOUT }
    }

    pub(crate) fn with_timeout(self, timeout: Duration) -> Self {
        Self { timeout, ..self }
    }

    /// The JSON document at `url`.
    pub(crate) async fn get<T: DeserializeOwned>(&self, url: &str) -> Result<T, Error> {
        let answer = self.send(self.client.get(url)).await?;
        match answer.status {
            StatusCode::OK => answer.json(),
            status => Err(Error::Malformed(format!("HTTP status {}", status.as_u16()))),
        }
    }

    /// The request that takes `form` to `url`.
    pub(crate) fn post(&self, url: &str, form: String) -> RequestBuilder {
        self.client.post(url).header("content-type", "application/x-www-form-urlencoded").body(form)
    }

    /// Sends `request` and reads the answer, unless its status says that the provider does not work just now.
    pub(crate) async fn send(&self, request: RequestBuilder) -> Result<Answer, Error> {
        let request = request.timeout(self.timeout).header("accept", "application/json");
        let mut response = request.send().await.map_err(|error| unavailable(&error))?;
        let status = response.status();
        if status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS {
            return Err(Error::Unavailable(format!("HTTP status {}", status.as_u16())));
        }
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| unavailable(&error))? {
            if body.len() + chunk.len() > BODY_LIMIT {
                return Err(Error::Malformed(format!("more than {BODY_LIMIT} bytes")));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Answer { status, body })
    }
}

impl Answer {
    /// The body as JSON of a known shape. The error names the place that does not fit but not what stands there.
    pub(crate) fn json<T: DeserializeOwned>(&self) -> Result<T, Error> {
        serde_json::from_slice(&self.body).map_err(|error| {
            let place = format!("line {}, column {}", error.line(), error.column());
            Error::Malformed(format!("unexpected JSON at {place} (HTTP status {})", self.status.as_u16()))
        })
    }
}

fn unavailable(error: &reqwest::Error) -> Error {
    if error.is_timeout() {
        return Error::Unavailable("no answer in time".to_owned());
    }
    let mut message =
        if error.is_connect() { "could not connect".to_owned() } else { "the exchange broke off".to_owned() };
    let mut source = error.source();
    while let Some(reason) = source {
        message.push_str(": ");
        message.push_str(&reason.to_string());
        source = reason.source();
    }
    Error::Unavailable(message)
}
