//! The SQS batch loop: every message is answered for itself. Done is deleted, Retry comes back, Fail goes to the dead
//! letters with its reason. A message is never dropped.

use std::{collections::BTreeMap, fmt::Debug, future::Future, sync::Arc, time::Duration};

use aws_lambda_events::sqs::{BatchItemFailure, SqsBatchResponse, SqsEvent, SqsMessage};
use futures::future::join_all;
use rostrum_cloud::{Outgoing, Queues};

use crate::{Effects, JobError};

/// The queue that a function reads, and what happens to messages that it cannot handle.
#[derive(Clone)]
pub struct Source {
    /// The way to SQS.
    pub queues: Arc<dyn Queues>,
    /// The queue that the messages come from.
    pub queue_url: String,
    /// Where messages go that will never work.
    pub dead_letter_url: String,
    /// How often a message is received before SQS gives up on it (`maxReceiveCount`).
    pub max_receives: u32,
}

impl Debug for Source {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Source").field("queue_url", &self.queue_url).finish_non_exhaustive()
    }
}

/// One received message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// SQS's id of the message.
    pub message_id: String,
    /// Its body.
    pub body: String,
    /// How often it has been received, this time included.
    pub receives: u32,
    /// Whether this is the last time that it is received.
    pub last: bool,
}

/// Hands every message of the event to `handle`, at once, and answers SQS for each.
pub async fn batch<F, Fut>(source: &Source, effects: &Effects, event: SqsEvent, handle: F) -> SqsBatchResponse
where
    F: Fn(Delivery) -> Fut,
    Fut: Future<Output = Result<(), JobError>>,
{
    let answers = event.records.into_iter().map(|message| answer(source, effects, message, &handle));
    let mut response = SqsBatchResponse::default();
    response.batch_item_failures = join_all(answers).await.into_iter().flatten().collect();
    response
}

async fn answer<F, Fut>(source: &Source, effects: &Effects, message: SqsMessage, handle: &F) -> Option<BatchItemFailure>
where
    F: Fn(Delivery) -> Fut,
    Fut: Future<Output = Result<(), JobError>>,
{
    let receives: u32 =
        message.attributes.get("ApproximateReceiveCount").and_then(|count| count.parse().ok()).unwrap_or(1);
    let delivery = Delivery {
        message_id: message.message_id.unwrap_or_default(),
        body: message.body.unwrap_or_default(),
        receives,
        last: receives >= source.max_receives,
    };
    let again = || {
        let mut failure = BatchItemFailure::default();
        failure.item_identifier.clone_from(&delivery.message_id);
        Some(failure)
    };
    let (reason, after) = match handle(delivery.clone()).await {
        Ok(()) => return None,
        Err(JobError::Retry { reason, after }) if !delivery.last => (reason, after),
        Err(error) => {
            let reason = error.to_string();
            tracing::error!(message_id = delivery.message_id, receives, reason, "message goes to the dead letters");
            let letter = dead_letter(&delivery, &reason);
            let sent = effects.perform("dead letter", source.queues.send(&source.dead_letter_url, &[letter])).await;
            return match sent {
                Ok(refused) if refused.is_empty() => None,
                Ok(_) => again(),
                Err(error) => {
                    tracing::error!(%error, "the dead letters cannot be reached; the message comes back");
                    again()
                }
            };
        }
    };
    tracing::warn!(message_id = delivery.message_id, receives, reason, "message comes back");
    if let Some(handle) = &message.receipt_handle {
        let delay = after.unwrap_or_else(|| back_off(receives));
        if let Err(error) = effects.perform("delay", source.queues.delay(&source.queue_url, handle, delay)).await {
            tracing::warn!(%error, "the delay cannot be set; the message comes back at the queue's own time");
        }
    }
    again()
}

/// 15 s, 60 s, 240 s, …, at most 15 minutes: long enough for a provider to recover, short enough for a person to wait.
fn back_off(receives: u32) -> Duration {
    Duration::from_secs(15_u64.saturating_mul(4_u64.saturating_pow(receives.saturating_sub(1))).min(900))
}

fn dead_letter(delivery: &Delivery, reason: &str) -> Outgoing {
    // An attribute may be as long as a message; a reader needs no more than this of it.
    let reason = reason.chars().take(1000).collect();
    Outgoing {
        body: if delivery.body.is_empty() { "(empty)".to_owned() } else { delivery.body.clone() },
        group: "dead-letters".to_owned(),
        attributes: BTreeMap::from([
            ("reason", reason),
            ("message_id", delivery.message_id.clone()),
            ("receives", delivery.receives.to_string()),
        ]),
    }
}
