//! The Lambda function `generation-worker`; see the library for what it does.

use std::sync::Arc;

use aws_lambda_events::sqs::SqsEvent;
use chrono::DateTime;
use generation_worker::Worker;
use lambda_runtime::{Error, LambdaEvent, service_fn};
use rostrum_cloud::{SdkConfig, SqsQueues};
use rostrum_core::model::Family;
use rostrum_lambda_kit::{
    config, logging,
    sqs::{self, Source},
};
use rostrum_workflow::function;
use tokio::sync::OnceCell;

#[tokio::main]
async fn main() -> Result<(), Error> {
    logging::start();
    let aws = rostrum_cloud::shared_config().await;
    let source = Source {
        queues: Arc::new(SqsQueues::new(&aws)),
        queue_url: config::variable("GENERATION_QUEUE_URL")?,
        dead_letter_url: config::variable("GENERATION_DLQ_URL")?,
        max_receives: config::number("MAX_RECEIVES")?,
    };
    // Secrets are read with the first message, so that a cold start waits for nothing.
    let worker = OnceCell::new();
    let (aws, source, worker) = (&aws, &source, &worker);
    lambda_runtime::run(service_fn(move |event: LambdaEvent<SqsEvent>| async move {
        let worker: &Worker = worker.get_or_try_init(|| build(aws)).await?;
        let deadline = i64::try_from(event.context.deadline)?;
        let deadline = DateTime::from_timestamp_millis(deadline).ok_or("the deadline is no time")?;
        let response = sqs::batch(source, &worker.steps.effects, event.payload, |delivery| async move {
            worker.handle(&delivery, deadline).await
        });
        Ok::<_, Error>(response.await)
    }))
    .await
}

async fn build(aws: &SdkConfig) -> Result<Worker, Error> {
    Ok(Worker { steps: function::steps(aws, &Family::ALL).await? })
}
