//! The HTTP API on Lambda.

use std::sync::Arc;

use api::{App, Backend, Keys, Lazy};
use futures::{FutureExt, future::ready};
use rostrum_cloud::{Objects, S3Objects, SdkConfig, Secrets};
use rostrum_lambda_kit::{
    Ambient, Effects,
    config::{self, ConfigError, variable},
    logging,
};
use rostrum_relay::Relay;

#[tokio::main]
async fn main() -> Result<(), lambda_http::Error> {
    logging::start();
    let aws = rostrum_cloud::shared_config().await;
    let secrets = Arc::new(Secrets::new(&aws));
    let (ambient, effects) = (Ambient::system(), Effects::live());
    let keys = {
        let secrets = Arc::clone(&secrets);
        Lazy::new(move || keys(Arc::clone(&secrets)).boxed())
    };
    let backend = {
        let (ambient, effects) = (ambient.clone(), effects.clone());
        Lazy::new(move || backend(aws.clone(), Arc::clone(&secrets), ambient.clone(), effects.clone()).boxed())
    };
    lambda_http::run(api::router(App::new(backend, keys, ambient, effects))).await
}

/// One environment works on one request at a time; the second connection is the relay's, which sends while it reads.
const CONNECTIONS: u32 = 2;

async fn backend(
    aws: SdkConfig,
    secrets: Arc<Secrets>,
    ambient: Ambient,
    effects: Effects,
) -> Result<Backend, ConfigError> {
    let database = config::database(&secrets, "DATABASE_SECRET_ARN", CONNECTIONS).await?;
    let relay = Relay::from_environment(&aws, database.clone(), ambient, effects)?;
    let media = Lazy::new(move || ready(media(&aws)).boxed());
    Ok(Backend { database, relay, media })
}

fn media(aws: &SdkConfig) -> Result<Arc<dyn Objects>, ConfigError> {
    Ok(Arc::new(S3Objects::new(aws, variable("MEDIA_BUCKET")?)))
}

async fn keys(secrets: Arc<Secrets>) -> Result<Keys, ConfigError> {
    let pem = secrets.get(&variable("SIGNING_KEY_SECRET_ARN")?).await?;
    Ok(Keys::from_pem(&pem)?)
}
