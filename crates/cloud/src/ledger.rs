//! DynamoDB: hot counters of how often somebody asked. Losing them loses no work.

use std::{collections::HashMap, fmt::Write as _};

use async_trait::async_trait;
use aws_sdk_dynamodb::{
    Client,
    config::retry::RetryConfig,
    types::{AttributeValue, ReturnValue},
};
use chrono::{DateTime, Utc};
use rostrum_core::limits::Counts;
use sha2::{Digest, Sha256};

use crate::Error;

/// Counters by key and window.
#[async_trait]
pub trait Counters: Send + Sync + std::fmt::Debug {
    /// Counts one more request of `key` in the window with this number, and tells what was counted in it, this request
    /// included, and in the window before. Nobody needs the counter after `expires_at`.
    ///
    /// # Errors
    /// If DynamoDB cannot be reached or refuses it; the request may have been counted all the same.
    async fn add(&self, key: &str, window_number: i64, expires_at: DateTime<Utc>) -> Result<Counts, Error>;
}

/// A table of the real DynamoDB: its partition key is the text `pk`, its time to live is in `expires_at`.
#[derive(Debug, Clone)]
pub struct DynamoCounters {
    client: Client,
    table: String,
}

impl DynamoCounters {
    /// A client of the process's shared configuration for one table.
    ///
    /// It asks once: a count that is late is worth nothing, and one that is sent again may count twice.
    pub fn new(config: &aws_config::SdkConfig, table: impl Into<String>) -> Self {
        let settings = aws_sdk_dynamodb::config::Builder::from(config).retry_config(RetryConfig::disabled()).build();
        Self { client: Client::from_conf(settings), table: table.into() }
    }
}

#[async_trait]
impl Counters for DynamoCounters {
    async fn add(&self, key: &str, window_number: i64, expires_at: DateTime<Utc>) -> Result<Counts, Error> {
        let name = digest(key);
        let counted = self
            .client
            .update_item()
            .table_name(&self.table)
            .key("pk", partition(&name, window_number))
            .update_expression("ADD hits :one SET expires_at = :expires_at")
            .expression_attribute_values(":one", AttributeValue::N("1".to_owned()))
            .expression_attribute_values(":expires_at", AttributeValue::N(expires_at.timestamp().to_string()))
            .return_values(ReturnValue::UpdatedNew)
            .send();
        // The window before has ended, so that a copy that lags a little shows it as well as the newest one.
        let before = self
            .client
            .get_item()
            .table_name(&self.table)
            .key("pk", partition(&name, window_number.saturating_sub(1)))
            .projection_expression("hits")
            .send();
        let (counted, before) = tokio::join!(counted, before);
        let counted = counted.map_err(|error| Error::new("dynamodb", "UpdateItem", &error))?;
        let before = before.map_err(|error| Error::new("dynamodb", "GetItem", &error))?;
        let current = hits(counted.attributes()).ok_or_else(|| Error {
            service: "dynamodb",
            operation: "UpdateItem",
            message: "the answer has no number `hits`".to_owned(),
        })?;
        Ok(Counts { current, previous: hits(before.item()).unwrap_or(0) })
    }
}

/// The first half of the key's SHA-256 in hexadecimal digits: accounts and addresses do not stand in the table in clear
/// text, and keys are evenly spread and of one length. Who knows the few billion IPv4 addresses can still find one.
fn digest(key: &str) -> String {
    Sha256::digest(key.as_bytes()).iter().take(16).fold(String::with_capacity(32), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn partition(name: &str, window_number: i64) -> AttributeValue {
    AttributeValue::S(format!("{name}#{window_number}"))
}

fn hits(item: Option<&HashMap<String, AttributeValue>>) -> Option<u32> {
    let number: u64 = item?.get("hits")?.as_n().ok()?.parse().ok()?;
    Some(u32::try_from(number).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_key_stands_in_clear_text() {
        // printf 'address:203.0.113.7' | sha256sum
        assert_eq!(digest("address:203.0.113.7"), "67cdcc3e953d22c5a589fd24443f8eb3");
        assert_eq!(partition("ab", 7), AttributeValue::S("ab#7".to_owned()));
    }

    #[test]
    fn a_count_is_read_where_there_is_one() {
        let item = |value| HashMap::from([("hits".to_owned(), value)]);
        assert_eq!(hits(Some(&item(AttributeValue::N("17".to_owned())))), Some(17));
        assert_eq!(hits(Some(&item(AttributeValue::N("99999999999".to_owned())))), Some(u32::MAX));
        assert_eq!(hits(Some(&item(AttributeValue::S("17".to_owned())))), None);
        assert_eq!(hits(None), None);
    }
}
