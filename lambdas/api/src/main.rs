//! The HTTP API on Lambda.

use std::sync::Arc;

use api::{App, Backend, Gate, KeyRing, Keys, Lazy, Limits, Origins, cors};
use futures::{FutureExt, future::ready};
use rostrum_cloud::{DynamoCounters, Objects, S3Objects, SdkConfig, Secrets};
use rostrum_core::limits::Tier;
use rostrum_core::mail::Web;
use rostrum_lambda_kit::{
    Ambient, Effects, Vault,
    config::{self, ConfigError, variable},
    logging,
};
use rostrum_relay::{Postman, Relay};

#[tokio::main]
async fn main() -> Result<(), lambda_http::Error> {
    logging::start();
    let aws = rostrum_cloud::shared_config().await;
    let secrets = Arc::new(Secrets::new(&aws));
    let (ambient, effects) = (Ambient::system(), Effects::live());
    let gate = gate(&aws)?;
    let keys = {
        let secrets = Arc::clone(&secrets);
        KeyRing::new(move || keys(Arc::clone(&secrets)).boxed())
    };
    let backend = {
        let (ambient, effects) = (ambient.clone(), effects.clone());
        Lazy::new(move || backend(aws.clone(), Arc::clone(&secrets), ambient.clone(), effects.clone()).boxed())
    };
    lambda_http::run(api::router(App::new(backend, keys, gate, ambient, effects))).await
}

/// One environment works on one request at a time; the second connection is the relay's, which sends while it reads, the
/// third the vault's, which opens what the relay sends.
const CONNECTIONS: u32 = 3;

async fn backend(
    aws: SdkConfig,
    secrets: Arc<Secrets>,
    ambient: Ambient,
    effects: Effects,
) -> Result<Backend, ConfigError> {
    let database = config::database(&secrets, "DATABASE_SECRET_ARN", CONNECTIONS).await?;
    let vault = Vault::from_environment(&aws, database.clone(), ambient.clone())?;
    let relay = Relay::from_environment(&aws, database.clone(), ambient, effects)?
        .with_postman(Postman::from_environment(&aws, vault.clone())?);
    let web = Web(variable("WEB_BASE_URL")?);
    let media = Lazy::new(move || ready(media(&aws)).boxed());
    Ok(Backend { database, relay, vault, web, media })
}

fn media(aws: &SdkConfig) -> Result<Arc<dyn Objects>, ConfigError> {
    Ok(Arc::new(S3Objects::new(aws, variable("MEDIA_BUCKET")?)))
}

/// Without the variable `RATE_TABLE` there are no limits. The client of the counters is made at once: every request needs it.
fn gate(aws: &SdkConfig) -> Result<Gate, ConfigError> {
    let limits = match variable("RATE_TABLE") {
        Ok(table) => Limits::new(Arc::new(DynamoCounters::new(aws, table)), Tier::of),
        Err(_) => Limits::off(),
    };
    let origins = Origins::parse(&variable(cors::VARIABLE).unwrap_or_default())?;
    Ok(Gate { limits, origins })
}

async fn keys(secrets: Arc<Secrets>) -> Result<Keys, ConfigError> {
    let pem = secrets.get_anew(&variable("SIGNING_KEY_SECRET_ARN")?).await?;
    Ok(Keys::from_pem(&pem)?)
}
