//! SQS: messages out, and what a consumer says about a message that came in.

use std::{collections::BTreeMap, time::Duration};

use async_trait::async_trait;
use aws_sdk_sqs::{
    Client,
    types::{MessageAttributeValue, SendMessageBatchRequestEntry},
};

use crate::Error;

/// A message to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outgoing {
    /// The body: JSON text, at most 1 MiB (SQS's limit).
    pub body: String,
    /// Whose message it is. On a standard queue this turns on fair delivery: a tenant with many messages does not
    /// starve the others.
    pub group: String,
    /// At most ten text attributes.
    pub attributes: BTreeMap<&'static str, String>,
}

/// What we ask of SQS.
#[async_trait]
pub trait Queues: Send + Sync {
    /// Sends any number of messages, ten at a time. Answers with the positions of those that SQS did not take.
    ///
    /// # Errors
    /// If SQS cannot be reached or refuses a whole batch; some of the earlier batches may have left then.
    async fn send(&self, queue_url: &str, messages: &[Outgoing]) -> Result<Vec<usize>, Error>;

    /// Hides a received message for `delay` from now (at most 12 hours), after which it is delivered again.
    ///
    /// # Errors
    /// If SQS cannot be reached or the receipt is no longer valid; then the message returns at its queue's own time.
    async fn delay(&self, queue_url: &str, receipt_handle: &str, delay: Duration) -> Result<(), Error>;
}

/// The real SQS.
#[derive(Debug, Clone)]
pub struct SqsQueues {
    client: Client,
}

impl SqsQueues {
    /// A client of the process's shared configuration.
    pub fn new(config: &aws_config::SdkConfig) -> Self {
        Self { client: Client::new(config) }
    }
}

/// SQS takes at most ten messages a call.
const BATCH: usize = 10;

#[async_trait]
impl Queues for SqsQueues {
    async fn send(&self, queue_url: &str, messages: &[Outgoing]) -> Result<Vec<usize>, Error> {
        let mut refused = Vec::new();
        for (batch, chunk) in messages.chunks(BATCH).enumerate() {
            let entries = chunk
                .iter()
                .enumerate()
                .map(|(position, message)| entry(position, message))
                .collect::<Result<Vec<_>, _>>()
                .map_err(|error| Error::new("sqs", "SendMessageBatch", &error))?;
            let answer = self
                .client
                .send_message_batch()
                .queue_url(queue_url)
                .set_entries(Some(entries))
                .send()
                .await
                .map_err(|error| Error::new("sqs", "SendMessageBatch", &error))?;
            for failure in answer.failed() {
                tracing::warn!(code = failure.code(), message = failure.message(), "SQS did not take a message");
                let position: usize = failure.id().parse().unwrap_or(0);
                refused.push(batch * BATCH + position);
            }
        }
        Ok(refused)
    }

    async fn delay(&self, queue_url: &str, receipt_handle: &str, delay: Duration) -> Result<(), Error> {
        const LONGEST: u64 = 43_200;
        let seconds = i32::try_from(delay.as_secs().min(LONGEST)).unwrap_or(i32::MAX);
        self.client
            .change_message_visibility()
            .queue_url(queue_url)
            .receipt_handle(receipt_handle)
            .visibility_timeout(seconds)
            .send()
            .await
            .map_err(|error| Error::new("sqs", "ChangeMessageVisibility", &error))?;
        Ok(())
    }
}

fn entry(position: usize, message: &Outgoing) -> Result<SendMessageBatchRequestEntry, aws_sdk_sqs::error::BuildError> {
    let mut entry = SendMessageBatchRequestEntry::builder()
        .id(position.to_string())
        .message_body(&message.body)
        .message_group_id(&message.group);
    for (name, value) in &message.attributes {
        let value = MessageAttributeValue::builder().data_type("String").string_value(value).build()?;
        entry = entry.message_attributes(*name, value);
    }
    entry.build()
}
