//! The Lambda function `key-rotator`; see the library for what it does.

use std::sync::Arc;

use chrono::DateTime;
use key_rotator::{Input, KeyRotator};
use lambda_runtime::{Error, LambdaEvent, service_fn};
use rostrum_cloud::{KmsDataKeys, SdkConfig, Secrets};
use rostrum_lambda_kit::{
    Ambient, Effects, Vault,
    config::{self, ConfigError},
    logging,
};
use tokio::sync::OnceCell;

#[tokio::main]
async fn main() -> Result<(), Error> {
    logging::start();
    let aws = rostrum_cloud::shared_config().await;
    let rotator = OnceCell::new();
    let (aws, rotator) = (&aws, &rotator);
    lambda_runtime::run(service_fn(move |event: LambdaEvent<Input>| async move {
        let rotator: &KeyRotator = rotator.get_or_try_init(|| build(aws)).await?;
        let deadline = i64::try_from(event.context.deadline).ok().and_then(DateTime::from_timestamp_millis);
        let deadline = deadline.ok_or("the deadline is no time")?;
        Ok::<_, Error>(rotator.rotate(event.payload, deadline).await?)
    }))
    .await
}

/// Two connections: a batch holds one while the vault asks for its keys on the other.
async fn build(aws: &SdkConfig) -> Result<KeyRotator, ConfigError> {
    let database = config::database(&Secrets::new(aws), "DATABASE_SECRET_ARN", 2).await?;
    let (ambient, effects) = (Ambient::system(), Effects::live());
    let keys = Arc::new(KmsDataKeys::new(aws, config::variable("DATA_KEY_ARN")?));
    let vault = Vault::new(keys.clone(), database.clone(), ambient.clone());
    Ok(KeyRotator { keys, vault, database, sources: key_rotator::every_source(), ambient, effects })
}
