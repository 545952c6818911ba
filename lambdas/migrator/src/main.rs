//! The Lambda function `migrator`; see the library for what it does.

use lambda_runtime::{Error, LambdaEvent, service_fn};
use rostrum_cloud::Secrets;
use rostrum_lambda_kit::{config, logging};
use serde_json::Value;

#[tokio::main]
async fn main() -> Result<(), Error> {
    logging::start();
    let secrets = Secrets::new(&rostrum_cloud::shared_config().await);
    let arn = config::variable("DATABASE_ADMIN_SECRET_ARN")?;
    let (secrets, arn) = (&secrets, arn.as_str());
    lambda_runtime::run(service_fn(move |_: LambdaEvent<Value>| async move {
        Ok::<_, Error>(migrator::migrate(&secrets.get(arn).await?).await?)
    }))
    .await
}
