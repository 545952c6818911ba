//! The Lambda function `outbox-relay`; see the library for what it does.

use std::sync::Arc;

use lambda_runtime::{Error, LambdaEvent, service_fn};
use outbox_relay::Sweeper;
use rostrum_cloud::{S3Objects, SdkConfig, Secrets};
use rostrum_lambda_kit::{
    Ambient, Effects, Vault,
    config::{self, ConfigError},
    logging,
};
use rostrum_relay::{Postman, Relay};
use serde_json::Value;
use tokio::sync::OnceCell;

#[tokio::main]
async fn main() -> Result<(), Error> {
    logging::start();
    let aws = rostrum_cloud::shared_config().await;
    let sweeper = OnceCell::new();
    let (aws, sweeper) = (&aws, &sweeper);
    lambda_runtime::run(service_fn(move |_: LambdaEvent<Value>| async move {
        let sweeper: &Sweeper = sweeper.get_or_try_init(|| build(aws)).await?;
        Ok::<_, Error>(sweeper.sweep().await?)
    }))
    .await
}

async fn build(aws: &SdkConfig) -> Result<Sweeper, ConfigError> {
    // One for the sweep, one for the vault, which opens what the sweep sends.
    let database = config::database(&Secrets::new(aws), "DATABASE_SECRET_ARN", 3).await?;
    let (ambient, effects) = (Ambient::system(), Effects::live());
    let relay = Relay::from_environment(aws, database.clone(), ambient.clone(), effects.clone())?;
    let vault = Vault::from_environment(aws, database.clone(), ambient.clone())?;
    let media = Arc::new(S3Objects::new(aws, config::variable("MEDIA_BUCKET")?));
    let relay = relay.with_postman(Postman::from_environment(aws, vault)?).with_media(media);
    Ok(Sweeper { database, relay, ambient, effects })
}
