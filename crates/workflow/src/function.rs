//! What the functions that ask models share when they start.

use std::sync::Arc;

use futures::FutureExt;
use lambda_runtime::{Error, LambdaEvent, service_fn};
use rostrum_cloud::{SdkConfig, Secrets};
use rostrum_core::model::Family;
use rostrum_lambda_kit::{Ambient, Effects, config, logging, task};
use serde_json::Value;
use tokio::sync::OnceCell;

use crate::{
    Steps,
    models::{self, ModelSettings},
    seat,
};

/// Steps that ask models of these families, by what the environment says. Reads the secrets, so it belongs to the first message
/// and not to the cold start.
///
/// # Errors
/// If the configuration is incomplete or a secret cannot be read.
pub async fn steps(aws: &SdkConfig, families: &[Family]) -> Result<Steps, Error> {
    let secrets = Secrets::new(aws);
    let database = config::database(&secrets, "DATABASE_SECRET_ARN", 2).await?;
    let keys = secrets.get(&config::variable("MODEL_KEYS_SECRET_ARN")?).await?;
    let http = rostrum_llm::http::client()?;
    let model = models::router(&http, &ModelSettings::from_environment()?, &keys, families)?;
    Ok(Steps { database, model: Arc::new(model), ambient: Ambient::system(), effects: Effects::live() })
}

/// The program of a function that answers the seats of one family of models.
///
/// # Errors
/// If the runtime cannot be reached.
pub async fn seat(family: Family) -> Result<(), Error> {
    logging::start();
    let aws = rostrum_cloud::shared_config().await;
    let cell = OnceCell::new();
    let (aws, cell) = (&aws, &cell);
    lambda_runtime::run(service_fn(move |event: LambdaEvent<Value>| {
        let answer = async move {
            let steps: &Steps = cell.get_or_try_init(async || steps(aws, &[family]).await).await?;
            task::call(event, async |input, deadline| Ok(seat::answer(steps, &input, deadline).await?)).await
        };
        // Boxed, because the compiler gives up on the type of a future that deep.
        answer.boxed()
    }))
    .await
}
