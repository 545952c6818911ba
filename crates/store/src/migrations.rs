//! Bringing a database to the schema that this code was compiled with.

use sqlx::{
    ConnectOptions, Connection,
    migrate::{MigrateError, Migrator},
    postgres::PgConnectOptions,
};

static MIGRATIONS: Migrator = sqlx::migrate!("../../migrations");

/// Any number that nothing else locks: the letters `rostrum` read as a number.
const LOCK: i64 = 0x0072_6f73_7472_756d;

/// Applies what is missing and answers how many migrations the database then has. Safe to run twice and at once: the
/// second waits for the first and finds nothing to do. Needs the owner of the schema.
///
/// # Errors
/// If the database cannot be reached, a migration fails (its transaction is rolled back, earlier ones stay), or the
/// database has migrations that this code does not know.
pub async fn apply(options: &PgConnectOptions) -> Result<usize, MigrateError> {
    // A lock of a transaction, not of a session: it holds behind a transaction pooler too, and ends with its process.
    let mut lock_connection = options.connect().await?;
    let mut lock = lock_connection.begin().await?;
    sqlx::query("SELECT pg_advisory_xact_lock($1)").bind(LOCK).execute(&mut *lock).await?;

    let mut connection = options.connect().await?;
    let mut migrations = Migrator::with_migrations(MIGRATIONS.iter().cloned().collect());
    migrations.set_locking(false).run(&mut connection).await?;
    // Its own table is in the exposed schema too.
    sqlx::query("ALTER TABLE _sqlx_migrations ENABLE ROW LEVEL SECURITY").execute(&mut connection).await?;
    connection.close().await?;
    lock.commit().await?;
    Ok(MIGRATIONS.iter().count())
}
