//! What can go wrong between us and Postgres.

/// A failed statement.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A row like this exists already. Names the unique constraint, for example `idx_writing_samples_distinct`.
    #[error("a row like this exists already ({0})")]
    Duplicate(String),
    /// A row that this one refers to does not exist. Names the foreign key.
    #[error("a row that this one refers to does not exist ({0})")]
    Missing(String),
    /// Postgres cannot be reached, or refused the statement. Nothing of the transaction is kept.
    #[error("the database did not do it")]
    Database(#[source] sqlx::Error),
    /// A row holds what its type does not allow: the schema and the code have drifted apart.
    #[error("the database holds what the code does not know: {0}")]
    Unreadable(String),
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        if let sqlx::Error::Database(refusal) = &error {
            let constraint = refusal.constraint().unwrap_or("unnamed").to_owned();
            if refusal.is_unique_violation() {
                return Self::Duplicate(constraint);
            }
            if refusal.is_foreign_key_violation() {
                return Self::Missing(constraint);
            }
        }
        Self::Database(error)
    }
}

/// A column that holds a value of `core` as text, read back.
pub(crate) fn read<T: std::str::FromStr>(column: &str, text: &str) -> Result<T, Error> {
    text.parse().map_err(|_| Error::Unreadable(format!("{column} = {text:?}")))
}
