//! What the clients share: one JSON request out, one bounded answer back.

use std::time::{Duration, Instant};

use bytes::Bytes;
use http::header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;

use crate::Error;

/// The largest answer that is read, in bytes. The longest text a model may write is well under 1 MiB.
pub const BODY_LIMIT: usize = 8 * 1024 * 1024;

/// The least length of a key that is looked for in answers, in bytes. The providers' keys are longer; a stand-in such
/// as `local` is no secret, and blotting it out would garble the text.
const SECRET_LENGTH: usize = 16;

/// The HTTP client for all providers; make one per process, since it holds the connections.
///
/// It follows no redirect, because the key would travel with it, and retries nothing by itself.
///
/// # Errors
///
/// [`Error::Transport`] if TLS cannot be set up.
pub fn client() -> Result<reqwest::Client, Error> {
    reqwest::Client::builder()
        .connect_timeout(Duration::from_secs(5))
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .build()
        .map_err(|error| transport(&error))
}

/// Where and how a provider is asked.
#[derive(Debug, Clone)]
pub struct Endpoint {
    client: reqwest::Client,
    url: String,
    headers: HeaderMap,
    authentication: Authentication,
    key: SecretString,
}

/// The header that carries the key.
#[derive(Debug, Clone, Copy)]
pub enum Authentication {
    /// `Authorization: Bearer KEY`.
    Bearer,
    /// `NAME: KEY`, with the name in lower case.
    Header(&'static str),
}

impl Endpoint {
    /// The endpoint at `base_url` (with or without a slash at its end) plus `path` (which begins with one).
    pub fn new(
        client: reqwest::Client,
        base_url: &str,
        path: &str,
        authentication: Authentication,
        key: SecretString,
    ) -> Self {
        Self {
            client,
            url: format!("{}{path}", base_url.trim_end_matches('/')),
            headers: HeaderMap::new(),
            authentication,
            key,
        }
    }

    /// Adds a header to every request.
    pub fn with_header(mut self, name: &'static str, value: &'static str) -> Self {
        self.headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
        self
    }

    /// Sends `body` as JSON and reads the whole answer, whatever its status.
    ///
    /// # Errors
    ///
    /// [`Error::Timeout`] if that takes longer than `timeout`, [`Error::Transport`] if the connection fails,
    /// [`Error::Protocol`] if the answer exceeds [`BODY_LIMIT`], [`Error::Unauthorized`] if the key cannot be
    /// a header's value (such as a line break at its end).
    pub async fn post(&self, body: &Value, timeout: Duration) -> Result<Answer, Error> {
        let failed = |error: reqwest::Error| {
            if error.is_timeout() { Error::Timeout { after: timeout } } else { transport(&error) }
        };
        let (name, value) = self.key_header()?;
        let started = Instant::now();
        let mut response = self
            .client
            .post(&self.url)
            .timeout(timeout)
            .headers(self.headers.clone())
            .header(name, value)
            .json(body)
            .send()
            .await
            .map_err(failed)?;
        let mut bytes = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(failed)? {
            bytes.extend_from_slice(&chunk);
            if bytes.len() > BODY_LIMIT {
                return Err(Error::protocol(format!("more than {BODY_LIMIT} bytes"), &bytes));
            }
        }
        Ok(Answer {
            status: response.status().as_u16(),
            headers: response.headers().clone(),
            body: self.without_key(bytes),
            latency: started.elapsed(),
        })
    }

    fn key_header(&self) -> Result<(HeaderName, HeaderValue), Error> {
        let key = self.key.expose_secret();
        let (name, text) = match self.authentication {
            Authentication::Bearer => (AUTHORIZATION, format!("Bearer {key}")),
            Authentication::Header(name) => (HeaderName::from_static(name), key.to_owned()),
        };
        let mut value = HeaderValue::try_from(text).map_err(|_| Error::Unauthorized)?;
        value.set_sensitive(true);
        Ok((name, value))
    }

    /// Some proxies echo a request's headers in their error pages, and error bodies reach the log.
    fn without_key(&self, body: Vec<u8>) -> Bytes {
        let key = self.key.expose_secret();
        match std::str::from_utf8(&body) {
            Ok(text) if key.len() >= SECRET_LENGTH && text.contains(key) => {
                text.replace(key, "[key]").into_bytes().into()
            }
            _ => body.into(),
        }
    }
}

/// A provider's answer, read but not yet understood.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body, at most [`BODY_LIMIT`] bytes, in which a key of 16 bytes or more is blotted out.
    pub body: Bytes,
    /// From sending to the last byte.
    pub latency: Duration,
}

impl Answer {
    /// A header's text, if it is there and is ASCII.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// How long the provider asks to wait: `retry-after-ms` (OpenAI), else `retry-after` in seconds.
    ///
    /// A date in `retry-after` counts as absent: no provider sends one, and reading it needs a clock.
    pub fn retry_after(&self) -> Option<Duration> {
        let number = |name: &str| self.header(name)?.trim().parse::<f64>().ok();
        let seconds = match number("retry-after-ms") {
            Some(milliseconds) => milliseconds / 1000.0,
            None => number("retry-after")?,
        };
        Duration::try_from_secs_f64(seconds).ok()
    }

    /// The body as JSON of a known shape.
    ///
    /// # Errors
    ///
    /// [`Error::Protocol`], which names the place that does not fit but not what stands there.
    pub fn json<T: serde::de::DeserializeOwned>(&self) -> Result<T, Error> {
        serde_json::from_slice(&self.body).map_err(|error| {
            let kind = match error.classify() {
                serde_json::error::Category::Data => "unexpected JSON",
                _ => "no JSON",
            };
            let place = format!("line {}, column {}", error.line(), error.column());
            Error::protocol(format!("{kind} at {place} (HTTP status {})", self.status), &self.body)
        })
    }
}

fn transport(error: &reqwest::Error) -> Error {
    // The error's own text would name the address; the reasons below it say what went wrong.
    let mut message =
        if error.is_connect() { "could not connect".to_owned() } else { "the exchange broke off".to_owned() };
    let mut source = std::error::Error::source(error);
    while let Some(reason) = source {
        message.push_str(": ");
        message.push_str(&reason.to_string());
        source = reason.source();
    }
    Error::Transport { message }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(headers: &[(&'static str, &str)], expected: Option<Duration>) {
        let answer = Answer {
            status: 429,
            headers: headers
                .iter()
                .map(|(name, value)| (HeaderName::from_static(name), value.parse().unwrap()))
                .collect(),
            body: Bytes::new(),
            latency: Duration::ZERO,
        };
        assert_eq!(answer.retry_after(), expected);
    }

    #[test]
    fn retry_after_is_read_in_both_units() {
        check(&[], None);
        check(&[("retry-after", "7")], Some(Duration::from_secs(7)));
        check(&[("retry-after", " 0.5 ")], Some(Duration::from_millis(500)));
        check(&[("retry-after", "7"), ("retry-after-ms", "6500")], Some(Duration::from_millis(6500)));
        check(&[("retry-after", "Sat, 21 Nov 2026 10:00:00 GMT")], None);
        check(&[("retry-after", "-1")], None);
        check(&[("retry-after", "NaN")], None);
        check(&[("retry-after", "1e300")], None);
    }

    #[test]
    fn a_stand_in_for_a_key_does_not_garble_the_answer() {
        let bearer = Authentication::Bearer;
        let endpoint = Endpoint::new(client().unwrap(), "http://127.0.0.1:1", "/", bearer, "local".into());
        assert_eq!(endpoint.without_key(b"a local shop".to_vec()), "a local shop");
    }

    #[test]
    fn an_endpoint_does_not_show_its_key() {
        let endpoint = Endpoint::new(
            client().unwrap(),
            "http://127.0.0.1:1/",
            "/v1/messages",
            Authentication::Header("x-api-key"),
            "top-secret-for-tests".into(),
        );
        assert_eq!(endpoint.url, "http://127.0.0.1:1/v1/messages");
        assert!(!format!("{endpoint:?}").contains("top-secret-for-tests"));
        let (_, value) = endpoint.key_header().unwrap();
        assert!(!format!("{value:?}").contains("top-secret-for-tests"));
        assert_eq!(endpoint.without_key(b"echo: top-secret-for-tests!".to_vec()), "echo: [key]!");
    }
}
