//! The Lambda function `result-store`; see the library for what it does.

use futures::FutureExt;
use lambda_runtime::{Error, LambdaEvent, service_fn};
use result_store::ResultStore;
use rostrum_cloud::{SdkConfig, Secrets};
use rostrum_lambda_kit::{Ambient, Effects, config, logging, task};
use serde_json::Value;
use tokio::sync::OnceCell;

#[tokio::main]
async fn main() -> Result<(), Error> {
    logging::start();
    let aws = rostrum_cloud::shared_config().await;
    let store = OnceCell::new();
    let (aws, store) = (&aws, &store);
    lambda_runtime::run(service_fn(move |event: LambdaEvent<Value>| {
        let answer = async move {
            let store: &ResultStore = store.get_or_try_init(|| build(aws)).await?;
            task::call(event, |job, _| async move { store.handle(&job).await }).await
        };
        answer.boxed()
    }))
    .await
}

async fn build(aws: &SdkConfig) -> Result<ResultStore, Error> {
    let database = config::database(&Secrets::new(aws), "DATABASE_SECRET_ARN", 2).await?;
    Ok(ResultStore { database, ambient: Ambient::system(), effects: Effects::live() })
}
