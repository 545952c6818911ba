//! The Lambda function `campaign-orchestrator`; see the library for what it does.

use std::sync::Arc;

use aws_lambda_events::sqs::SqsEvent;
use campaign_orchestrator::Orchestrator;
use lambda_runtime::{Error, LambdaEvent, service_fn};
use rostrum_cloud::{SdkConfig, Secrets, SqsQueues};
use rostrum_lambda_kit::{
    Ambient, Effects,
    config::{self, ConfigError},
    logging,
    sqs::{self, Source},
};
use rostrum_relay::Relay;
use tokio::sync::OnceCell;

#[tokio::main]
async fn main() -> Result<(), Error> {
    logging::start();
    let aws = rostrum_cloud::shared_config().await;
    let source = Source {
        queues: Arc::new(SqsQueues::new(&aws)),
        queue_url: config::variable("ORCHESTRATION_QUEUE_URL")?,
        dead_letter_url: config::variable("ORCHESTRATION_DLQ_URL")?,
        max_receives: config::number("MAX_RECEIVES")?,
    };
    // The secret of the database is read with the first message, so that a cold start waits for nothing.
    let orchestrator = OnceCell::new();
    let (aws, source, orchestrator) = (&aws, &source, &orchestrator);
    lambda_runtime::run(service_fn(move |event: LambdaEvent<SqsEvent>| async move {
        let orchestrator: &Orchestrator = orchestrator.get_or_try_init(|| build(aws)).await?;
        let response = sqs::batch(source, &orchestrator.effects, event.payload, |delivery| async move {
            orchestrator.handle(&delivery).await
        });
        Ok::<_, Error>(response.await)
    }))
    .await
}

async fn build(aws: &SdkConfig) -> Result<Orchestrator, ConfigError> {
    let database = config::database(&Secrets::new(aws), "DATABASE_SECRET_ARN", 2).await?;
    let (ambient, effects) = (Ambient::system(), Effects::live());
    let relay = Relay::from_environment(aws, database.clone(), ambient.clone(), effects.clone())?;
    Ok(Orchestrator { database, relay, ambient, effects })
}
