//! `migrator`: brings the database to the schema that the fleet was compiled with. Invoked by the deployment once
//! the stack is updated: migrations expand before they contract, so that either version of the code works with either
//! schema in between.

use rostrum_store::migrations;
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;

/// What the deployment is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Migrated {
    /// How many migrations the database has.
    pub migrations: usize,
}

/// The migrations could not be applied; what was applied before the one that failed stays.
#[derive(Debug, thiserror::Error)]
pub enum MigratorError {
    /// The secret is no database URL.
    #[error("the database URL of the owner cannot be read")]
    Url,
    /// Postgres refused or could not be reached.
    #[error(
        "the migrations could not be applied; what was applied before stays, and a second run goes on from there: {0}"
    )]
    Migrate(#[from] sqlx::migrate::MigrateError),
}

/// Applies what is missing. A second invocation, also at the same time, finds nothing to do.
///
/// # Errors
/// If the database cannot be reached or a migration fails.
pub async fn migrate(url: &SecretString) -> Result<Migrated, MigratorError> {
    let options = url.expose_secret().parse().map_err(|_| MigratorError::Url)?;
    let migrations = migrations::apply(&options).await?;
    tracing::info!(migrations, "the database has the current schema");
    Ok(Migrated { migrations })
}
