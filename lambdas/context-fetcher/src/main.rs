//! The Lambda function `context-fetcher`; see the library for what it does.

use context_fetcher::ContextFetcher;
use futures::FutureExt;
use lambda_runtime::{Error, LambdaEvent, service_fn};
use rostrum_cloud::{SdkConfig, Secrets};
use rostrum_lambda_kit::{Ambient, Effects, config, logging, task};
use serde_json::Value;
use tokio::sync::OnceCell;

#[tokio::main]
async fn main() -> Result<(), Error> {
    logging::start();
    let aws = rostrum_cloud::shared_config().await;
    let fetcher = OnceCell::new();
    let (aws, fetcher) = (&aws, &fetcher);
    lambda_runtime::run(service_fn(move |event: LambdaEvent<Value>| {
        let answer = async move {
            let fetcher: &ContextFetcher = fetcher.get_or_try_init(|| build(aws)).await?;
            task::call(event, async |start, _| fetcher.handle(&start).await).await
        };
        answer.boxed()
    }))
    .await
}

async fn build(aws: &SdkConfig) -> Result<ContextFetcher, Error> {
    let database = config::database(&Secrets::new(aws), "DATABASE_SECRET_ARN", 2).await?;
    Ok(ContextFetcher { database, ambient: Ambient::system(), effects: Effects::live() })
}
