//! Configuration: read once from the environment that the template sets.

use rostrum_cloud::Secrets;
use rostrum_store::{
    Database,
    connection::{Settings, Statements},
};

/// A function cannot start, or cannot reach what it needs.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// A variable that the template should set is missing or empty.
    #[error("the environment variable {0} is not set; infra/template.yaml sets it for every function that needs it")]
    Missing(&'static str),
    /// A variable has a value that is none of those allowed.
    #[error("the environment variable {name} is {value:?}, expected {expected}")]
    Invalid {
        /// The variable.
        name: &'static str,
        /// Its value.
        value: String,
        /// What it should be.
        expected: &'static str,
    },
    /// A secret cannot be read.
    #[error(transparent)]
    Secret(#[from] rostrum_cloud::Error),
    /// What speaks HTTPS cannot be set up.
    #[error("HTTPS cannot be set up: {0}")]
    Https(String),
    /// The database secret is no database URL.
    #[error(transparent)]
    DatabaseUrl(#[from] rostrum_store::connection::UrlError),
}

/// The environment variable `name`.
///
/// # Errors
/// If it is not set or empty.
pub fn variable(name: &'static str) -> Result<String, ConfigError> {
    match std::env::var(name) {
        Ok(value) if !value.is_empty() => Ok(value),
        _ => Err(ConfigError::Missing(name)),
    }
}

/// The environment variable `name` as a number.
///
/// # Errors
/// If it is not set or no number.
pub fn number<T: std::str::FromStr>(name: &'static str) -> Result<T, ConfigError> {
    let value = variable(name)?;
    value.parse().map_err(|_| ConfigError::Invalid { name, value, expected: "a number" })
}

/// The database whose URL is in the secret that the variable `secret` names. `DATABASE_STATEMENT_CACHE` says `on` for a
/// direct connection or a session pooler, `off` behind a transaction pooler.
///
/// # Errors
/// If the configuration is incomplete or the secret cannot be read. No connection is made yet.
pub async fn database(secrets: &Secrets, secret: &'static str, max_connections: u32) -> Result<Database, ConfigError> {
    let cache = variable("DATABASE_STATEMENT_CACHE")?;
    let statements = match cache.as_str() {
        "on" => Statements::Named,
        "off" => Statements::Unnamed,
        _ => {
            return Err(ConfigError::Invalid { name: "DATABASE_STATEMENT_CACHE", value: cache, expected: "on or off" });
        }
    };
    let url = secrets.get(&variable(secret)?).await?;
    Ok(Database::new(&Settings { url, statements, max_connections })?)
}
