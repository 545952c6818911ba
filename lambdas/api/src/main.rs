//! The HTTP API on Lambda.

use std::{path::Path, sync::Arc, time::Duration};

use api::{App, Backend, Document, Gate, KeyRing, Keys, Lazy, Limits, Origins, ProviderName, Providers, cors};
use futures::{FutureExt, future::ready};
use rostrum_cloud::{DynamoCounters, Objects, S3Objects, SdkConfig, Secrets};
use rostrum_core::limits::Tier;
use rostrum_core::mail::Web;
use rostrum_lambda_kit::{
    Ambient, Effects, Vault,
    config::{self, ConfigError, variable},
    logging,
};
use rostrum_oidc::{Foreign, Provider};
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
    lambda_http::run(api::router(App::new(backend, keys, gate, document()?, ambient, effects))).await
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
    let providers = Providers {
        google: provider(ProviderName::Google, &secrets),
        linkedin: provider(ProviderName::Linkedin, &secrets),
    };
    Ok(Backend { database, relay, vault, web, providers, media })
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
    Ok(Gate { limits, origins, foreign: foreign()? })
}

/// The file lies where Lambda unpacks the function's zip. Without the file everything else is served.
fn document() -> Result<Document, ConfigError> {
    Ok(Document::in_folder(Path::new(&variable("LAMBDA_TASK_ROOT")?).join("openapi")))
}

/// How long each answer of an identity provider may take. A sign-in needs three of them, within the function's 30 seconds.
const PATIENCE: Duration = Duration::from_secs(5);

/// Supabase Auth, whose tokens are taken where `SUPABASE_ISSUER` names a project. What is not said is as Supabase has it.
fn foreign() -> Result<Option<Foreign>, ConfigError> {
    let Ok(issuer) = variable("SUPABASE_ISSUER") else { return Ok(None) };
    let audience = variable("SUPABASE_AUDIENCE").unwrap_or_else(|_| "authenticated".to_owned());
    let keys = variable("SUPABASE_JWKS_URL").unwrap_or_else(|_| format!("{issuer}/.well-known/jwks.json"));
    let client = rostrum_oidc::client().map_err(|error| ConfigError::Https(error.to_string()))?;
    Ok(Some(Foreign::new(client, &issuer, &audience, &keys).with_timeout(PATIENCE)))
}

/// An identity provider, if we are registered there: then the first of these variables is our id, the second names the secret,
/// and the third, for local runs, another place for the provider.
fn provider(name: ProviderName, secrets: &Arc<Secrets>) -> Option<Lazy<Provider>> {
    let [id, secret, issuer] = match name {
        ProviderName::Google => ["GOOGLE_CLIENT_ID", "GOOGLE_CLIENT_SECRET_ARN", "GOOGLE_ISSUER"],
        ProviderName::Linkedin => ["LINKEDIN_CLIENT_ID", "LINKEDIN_CLIENT_SECRET_ARN", "LINKEDIN_ISSUER"],
    };
    let (id, issuer, secrets) = (variable(id).ok()?, variable(issuer).ok(), Arc::clone(secrets));
    Some(Lazy::new(move || registered(name, id.clone(), secret, issuer.clone(), Arc::clone(&secrets)).boxed()))
}

async fn registered(
    name: ProviderName,
    id: String,
    secret: &'static str,
    issuer: Option<String>,
    secrets: Arc<Secrets>,
) -> Result<Provider, ConfigError> {
    let secret = secrets.get(&variable(secret)?).await?;
    let client = rostrum_oidc::client().map_err(|error| ConfigError::Https(error.to_string()))?;
    let provider = match name {
        ProviderName::Google => Provider::google(client, &id, secret),
        ProviderName::Linkedin => Provider::linkedin(client, &id, secret),
    };
    let provider = provider.with_timeout(PATIENCE);
    Ok(match issuer {
        Some(issuer) => provider.with_issuer(&issuer),
        None => provider,
    })
}

async fn keys(secrets: Arc<Secrets>) -> Result<Keys, ConfigError> {
    let pem = secrets.get_anew(&variable("SIGNING_KEY_SECRET_ARN")?).await?;
    Ok(Keys::from_pem(&pem)?)
}
