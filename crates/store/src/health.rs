//! Whether Postgres answers.

use sqlx::PgExecutor;

use crate::Error;

/// Asks Postgres for a number.
///
/// # Errors
/// If it does not answer.
pub async fn ping(executor: impl PgExecutor<'_>) -> Result<(), Error> {
    sqlx::query_scalar!("SELECT 1 AS \"one!\"").fetch_one(executor).await?;
    Ok(())
}
