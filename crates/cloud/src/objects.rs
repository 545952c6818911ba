//! S3: objects that are written once and never change until they are deleted, and short-lived links to them.

use std::time::Duration;

use async_trait::async_trait;
use aws_sdk_s3::{
    Client,
    error::{ProvideErrorMetadata, SdkError},
    presigning::PresigningConfig,
    primitives::ByteStream,
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};

use crate::Error;

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
    /// It is larger than the reader takes; nothing of it was read.
    #[error("the object {key} has {bytes} bytes, at most {limit} are read")]
    TooLarge {
        /// The key.
        key: String,
        /// Its size.
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
    bucket: String,
}

/// A year: the longest time that caches keep to. Source: RFC 9111, section 5.2.2.1, and RFC 8246.
const UNCHANGING: &str = "private, max-age=31536000, immutable";

impl S3Objects {
    /// A client of the process's shared configuration for one bucket.
    ///
    /// Where the configuration has an endpoint of its own, which an emulator needs, the bucket is named in the path: there
    /// is no host of the bucket's name. Links name the same endpoint, so it must be one that a browser reaches.
    pub fn new(config: &aws_config::SdkConfig, bucket: impl Into<String>) -> Self {
        let settings =
            aws_sdk_s3::config::Builder::from(config).force_path_style(config.endpoint_url().is_some()).build();
        Self { client: Client::from_conf(settings), bucket: bucket.into() }
    }
}

#[async_trait]
impl Objects for S3Objects {
    async fn put(&self, key: &str, bytes: Vec<u8>, content_type: &str) -> Result<Written, Error> {
        let digest = STANDARD.encode(Sha256::digest(&bytes));
        let put = self
            .client
            .put_object()
            .bucket(&self.bucket)
            .key(key)
            .body(ByteStream::from(bytes))
            .content_type(content_type)
            .cache_control(UNCHANGING)
            .checksum_sha256(digest)
            .if_none_match("*")
            .send()
            .await;
        match put {
            Ok(_) => Ok(Written::Now),
            Err(error) if error.code() == Some("PreconditionFailed") => Ok(Written::Before),
            Err(error) => Err(Error::new("s3", "PutObject", &error)),
        }
    }

    async fn get(&self, key: &str, limit: u64) -> Result<Vec<u8>, ReadError> {
        let answer = match self.client.get_object().bucket(&self.bucket).key(key).send().await {
            Ok(answer) => answer,
            Err(SdkError::ServiceError(refusal)) if refusal.err().is_no_such_key() => {
                return Err(ReadError::Missing { key: key.to_owned() });
            }
            Err(error) => return Err(Error::new("s3", "GetObject", &error).into()),
        };
        let bytes = answer.content_length().and_then(|length| u64::try_from(length).ok()).unwrap_or(u64::MAX);
        if bytes > limit {
            return Err(ReadError::TooLarge { key: key.to_owned(), bytes, limit });
        }
        let body = answer.body.collect().await.map_err(|error| Error::new("s3", "GetObject", &error))?;
        Ok(body.into_bytes().to_vec())
    }

    async fn exists(&self, key: &str) -> Result<bool, Error> {
        match self.client.head_object().bucket(&self.bucket).key(key).send().await {
            Ok(_) => Ok(true),
            Err(SdkError::ServiceError(refusal)) if refusal.err().is_not_found() => Ok(false),
            Err(error) => Err(Error::new("s3", "HeadObject", &error)),
        }
    }

    async fn delete(&self, key: &str) -> Result<(), Error> {
        let deleted = self.client.delete_object().bucket(&self.bucket).key(key).send().await;
        deleted.map(drop).map_err(|error| Error::new("s3", "DeleteObject", &error))
    }

    async fn link(&self, link: &Link<'_>) -> Result<String, Error> {
        let settings = PresigningConfig::builder()
            .start_time(link.from.into())
            .expires_in(link.lifetime)
            .build()
            .map_err(|error| Error::new("s3", "presign GetObject", &error))?;
        let request = self
            .client
            .get_object()
            .bucket(&self.bucket)
            .key(link.key)
            .response_content_disposition(link.disposition)
            .presigned(settings)
            .await
            .map_err(|error| Error::new("s3", "presign GetObject", &error))?;
        Ok(request.uri().to_owned())
    }
}
