//! S3: objects that are written once and never change until they are deleted, and short-lived links to them.

use std::time::Duration;

use async_trait::async_trait;
use aws_config::{Region, SdkConfig};
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
/// Source of the suffix in China: the partition `aws-cn` in the endpoint rules of the SDK.
fn address(config: &SdkConfig, bucket: &str) -> String {
    let region = config.region().map_or("", Region::as_ref);
    let suffix = if region.starts_with("cn-") { "amazonaws.com.cn" } else { "amazonaws.com" };
    match config.endpoint_url() {
        Some(endpoint) => format!("{}/{bucket}", endpoint.trim_end_matches('/')),
        None if bucket.contains('.') => format!("https://s3.{region}.{suffix}/{bucket}"),
        None => format!("https://{bucket}.s3.{region}.{suffix}"),
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
            .header("x-amz-checksum-sha256", STANDARD.encode(Sha256::digest(&bytes)))
            .body(bytes);
        match self.client.send(call).await {
            Ok(()) => Ok(Written::Now),
            Err(failure) if failure.is_unmet_condition() => Ok(Written::Before),
            Err(failure) => Err(failure.into()),
        }
    }

    async fn delete(&self, key: &str) -> Result<(), Error> {
        // Without a condition S3 answers 204 where there is no object, too: a 404 is from where our bucket is not.
        Ok(self.client.send(Call::new("DeleteObject", "DELETE", key)).await?)
    }

    async fn link(&self, link: &Link<'_>) -> Result<String, Error> {
        const OPERATION: &str = "presign GetObject";
        if link.lifetime > LONGEST_LINK {
            let message = "a link works for seven days at most".to_owned();
            return Err(Error { service: "s3", operation: OPERATION, message });
        }
        let call = Call::new(OPERATION, "GET", link.key).parameter("response-content-disposition", link.disposition);
        Ok(self.client.presign(call, link.from.into(), link.lifetime).await?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_has_an_address() {
        let check = |endpoint: Option<&str>, region: &'static str, bucket: &str, expected: &str| {
            let mut config = SdkConfig::builder().region(Region::new(region));
            config.set_endpoint_url(endpoint.map(str::to_owned));
            assert_eq!(address(&config.build(), bucket), expected);
        };
        check(None, "eu-central-1", "pictures", "https://pictures.s3.eu-central-1.amazonaws.com");
        check(None, "us-gov-west-1", "pictures", "https://pictures.s3.us-gov-west-1.amazonaws.com");
        check(None, "cn-north-1", "pictures", "https://pictures.s3.cn-north-1.amazonaws.com.cn");
        check(None, "eu-central-1", "a.dot", "https://s3.eu-central-1.amazonaws.com/a.dot");
        check(None, "cn-north-1", "a.dot", "https://s3.cn-north-1.amazonaws.com.cn/a.dot");
        check(Some("http://127.0.0.1:4566"), "eu-central-1", "pictures", "http://127.0.0.1:4566/pictures");
        check(Some("http://127.0.0.1:4566/"), "cn-north-1", "a.dot", "http://127.0.0.1:4566/a.dot");
    }
}
