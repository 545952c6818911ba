//! S3: objects that are written once and never change until they are deleted, and short-lived links to them.

use std::time::Duration;

use async_trait::async_trait;
use aws_config::{Region, SdkConfig};
use aws_smithy_types::byte_stream::ByteStream;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};

use crate::{
    Error,
    s3::{Call, Client},
};

/// What a write came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Written {
    /// The object is stored.
    Now,
    /// There was one under this key already, which stays as it is.
    Before,
}

/// Why an object was not read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// There is none under this key.
    #[error("there is no object {key}")]
    Missing {
        /// The key.
        key: String,
    },
    /// It is larger than the reader takes. Nothing of it was read if S3 told its size.
    #[error("the object {key} has {bytes} bytes, at most {limit} are read")]
    TooLarge {
        /// The key.
        key: String,
        /// Its size, or how much of it had come by then.
        bytes: u64,
        /// What the reader takes.
        limit: u64,
    },
    /// S3 did not do it. It may work later.
    #[error(transparent)]
    Service(#[from] Error),
}

/// A link that lets whoever has it read one object for a while.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link<'a> {
    /// The object's key; whether there is one is not looked up.
    pub key: &'a str,
    /// When the link begins to work.
    pub from: DateTime<Utc>,
    /// How long it works, at most seven days, and never longer than the credentials of the process that makes it, which
    /// are those of a role in a function.
    pub lifetime: Duration,
    /// Shows the object in place (`inline`) or offers it as a file (`attachment; filename="post.jpg"`): the header
    /// `Content-Disposition` of the answer.
    pub disposition: &'a str,
}

/// What we ask of S3, of one bucket.
#[async_trait]
pub trait Objects: Send + Sync {
    /// Writes the bytes unless there is an object under this key. S3 compares their SHA-256 on arrival. Browsers and
    /// caches are told to keep the object: the key must name this content for ever, as its digest does.
    ///
    /// # Errors
    /// If S3 cannot be reached, refuses it, or is just being sent the same key by somebody else. Writing it again is safe.
    async fn put(&self, key: &str, bytes: Vec<u8>, content_type: &str) -> Result<Written, Error>;

    /// Reads the whole object if it has at most `limit` bytes.
    ///
    /// # Errors
    /// If there is none, it is larger, or S3 cannot be reached.
    async fn get(&self, key: &str, limit: u64) -> Result<Vec<u8>, ReadError>;

    /// Whether there is an object under this key.
    ///
    /// # Errors
    /// If S3 cannot be reached or refuses to say.
    async fn exists(&self, key: &str) -> Result<bool, Error>;

    /// Deletes the object under this key, if there is one.
    ///
    /// # Errors
    /// If S3 cannot be reached or refuses it. Deleting it again is safe.
    async fn delete(&self, key: &str) -> Result<(), Error>;

    /// The address of a link. Nothing is sent: it is signed here.
    ///
    /// # Errors
    /// If the process has no credentials, or the lifetime is longer than seven days.
    async fn link(&self, link: &Link<'_>) -> Result<String, Error>;
}

/// A bucket of the real S3.
#[derive(Debug, Clone)]
pub struct S3Objects {
    client: Client,
}

/// A year: the longest time that caches keep to. Source: RFC 9111, section 5.2.2.1, and RFC 8246.
const UNCHANGING: &str = "private, max-age=31536000, immutable";

/// Seven days. Source: "Authenticating Requests: Using Query Parameters" in the S3 API reference.
const LONGEST_LINK: Duration = Duration::from_hours(7 * 24);

/// The header with the SHA-256 of an object, in Base64.
const CHECKSUM: &str = "x-amz-checksum-sha256";

impl S3Objects {
    /// A client of the process's shared configuration for one bucket.
    ///
    /// Where the configuration has an endpoint of its own, which an emulator needs, the bucket is named in the path: there
    /// is no host of the bucket's name. Links name the same endpoint, so it must be one that a browser reaches.
    pub fn new(config: &SdkConfig, bucket: impl Into<String>) -> Self {
        let bucket: String = bucket.into();
        Self { client: Client::new(config, address(config, &bucket)) }
    }
}

/// Where the bucket is. One with a dot in its name is named in the path as well: no certificate of S3 covers such a host.
fn address(config: &SdkConfig, bucket: &str) -> String {
    let region = config.region().map_or("", Region::as_ref);
    match config.endpoint_url() {
        Some(endpoint) => format!("{}/{bucket}", endpoint.trim_end_matches('/')),
        None if bucket.contains('.') => format!("https://s3.{region}.amazonaws.com/{bucket}"),
        None => format!("https://{bucket}.s3.{region}.amazonaws.com"),
    }
}

#[async_trait]
impl Objects for S3Objects {
    async fn put(&self, key: &str, bytes: Vec<u8>, content_type: &str) -> Result<Written, Error> {
        let call = Call::new("PutObject", "PUT", key)
            .header("cache-control", UNCHANGING)
            .header("content-length", bytes.len().to_string())
            .header("content-type", content_type)
            .header("if-none-match", "*")
            .header(CHECKSUM, checksum(&bytes))
            .body(bytes);
        match self.client.send(call).await {
            Ok(_) => Ok(Written::Now),
            Err(failure) if failure.is_unmet_condition() => Ok(Written::Before),
            Err(failure) => Err(failure.into()),
        }
    }

    async fn get(&self, key: &str, limit: u64) -> Result<Vec<u8>, ReadError> {
        let call = Call::new("GetObject", "GET", key).header("x-amz-checksum-mode", "ENABLED");
        let answer = match self.client.send(call).await {
            Ok(answer) => answer,
            Err(failure) if failure.is_missing() => return Err(ReadError::Missing { key: key.to_owned() }),
            Err(failure) => return Err(ReadError::Service(failure.into())),
        };
        let too_large = |bytes| ReadError::TooLarge { key: key.to_owned(), bytes, limit };
        let length: Option<u64> = answer.headers().get("content-length").and_then(|length| length.parse().ok());
        if let Some(bytes) = length.filter(|bytes| *bytes > limit) {
            return Err(too_large(bytes));
        }
        // An object that came in parts has a checksum of their checksums, with their number behind a hyphen.
        let promised = answer.headers().get(CHECKSUM).filter(|sum| !sum.contains('-')).map(str::to_owned);
        let mut body = ByteStream::new(answer.into_body());
        let mut content = Vec::new();
        while let Some(part) = body.try_next().await.map_err(|error| Error::new("s3", "GetObject", &error))? {
            content.extend_from_slice(&part);
            let bytes = u64::try_from(content.len()).unwrap_or(u64::MAX);
            if bytes > limit {
                return Err(too_large(bytes));
            }
        }
        if promised.is_some_and(|promised| promised != checksum(&content)) {
            return Err(ReadError::Service(failed("GetObject", "what came has another SHA-256 than the object")));
        }
        Ok(content)
    }

    async fn exists(&self, key: &str) -> Result<bool, Error> {
        match self.client.send(Call::new("HeadObject", "HEAD", key)).await {
            Ok(_) => Ok(true),
            Err(failure) if failure.is_missing() => Ok(false),
            Err(failure) => Err(failure.into()),
        }
    }

    async fn delete(&self, key: &str) -> Result<(), Error> {
        match self.client.send(Call::new("DeleteObject", "DELETE", key)).await {
            Ok(_) => Ok(()),
            Err(failure) if failure.is_missing() => Ok(()),
            Err(failure) => Err(failure.into()),
        }
    }

    async fn link(&self, link: &Link<'_>) -> Result<String, Error> {
        const OPERATION: &str = "presign GetObject";
        if link.lifetime > LONGEST_LINK {
            return Err(failed(OPERATION, "a link works for seven days at most"));
        }
        let call = Call::new(OPERATION, "GET", link.key).parameter("response-content-disposition", link.disposition);
        Ok(self.client.presign(call, link.from.into(), link.lifetime).await?)
    }
}

fn checksum(bytes: &[u8]) -> String {
    STANDARD.encode(Sha256::digest(bytes))
}

fn failed(operation: &'static str, message: &str) -> Error {
    Error { service: "s3", operation, message: message.to_owned() }
}
