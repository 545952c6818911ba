//! The fleet's queues, as an operator reaches them.

use std::{collections::BTreeMap, time::Duration};

use anyhow::{Context, Result};
use aws_sdk_sqs::{Client, types::QueueAttributeName};

use crate::{Fleet, fleet::until};

/// A client of the emulator's SQS. It connects when it is used.
pub fn client(fleet: &Fleet) -> Client {
    Client::new(&fleet.aws())
}

/// The address of the queue whose name ends like this.
///
/// # Errors
/// If there is none.
pub async fn url(client: &Client, suffix: &str) -> Result<String> {
    let queues = client.list_queues().send().await?;
    let found = queues.queue_urls().iter().find(|url| url.ends_with(suffix)).cloned();
    found.with_context(|| format!("no queue ends with {suffix}: {:?}", queues.queue_urls()))
}

/// Lets messages that were received and not answered come back after this long.
///
/// # Errors
/// If the queue does not take it.
pub async fn set_visibility(client: &Client, url: &str, timeout: Duration) -> Result<()> {
    client
        .set_queue_attributes()
        .queue_url(url)
        .attributes(QueueAttributeName::VisibilityTimeout, timeout.as_secs().to_string())
        .send()
        .await?;
    Ok(())
}

/// About how many messages are in the queue, those included that somebody works on.
///
/// # Errors
/// If the queue does not tell.
pub async fn length(client: &Client, url: &str) -> Result<u64> {
    let names =
        [QueueAttributeName::ApproximateNumberOfMessages, QueueAttributeName::ApproximateNumberOfMessagesNotVisible];
    let answer = client.get_queue_attributes().queue_url(url).set_attribute_names(Some(names.to_vec())).send().await?;
    let numbers = answer.attributes().into_iter().flatten();
    Ok(numbers.filter_map(|(_, number)| number.parse::<u64>().ok()).sum())
}

/// Waits for a message whose body is `body`, takes it off the queue and answers its attributes.
///
/// # Errors
/// If it does not come within `bound`.
pub async fn expect(client: &Client, url: &str, body: &str, bound: Duration) -> Result<BTreeMap<String, String>> {
    until(&format!("the arrival of {body:?} in {url}"), bound, || async {
        let received = client
            .receive_message()
            .queue_url(url)
            .max_number_of_messages(10)
            .message_attribute_names("All")
            .visibility_timeout(1)
            .send()
            .await?;
        for message in received.messages() {
            if message.body() != Some(body) {
                continue;
            }
            if let Some(receipt) = message.receipt_handle() {
                client.delete_message().queue_url(url).receipt_handle(receipt).send().await?;
            }
            let attributes = message.message_attributes().into_iter().flatten();
            return Ok(Some(
                attributes.filter_map(|(name, value)| Some((name.clone(), value.string_value()?.to_owned()))).collect(),
            ));
        }
        Ok(None)
    })
    .await
}
