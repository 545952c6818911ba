//! A database of its own for every test, with the schema, on the Postgres of `ROSTRUM_TEST_DATABASE_URL`.

use std::{env, str::FromStr, thread};

use rostrum_core::ids::new_uuid;
use rostrum_lambda_kit::Ambient;
use rostrum_store::{
    Database,
    connection::{Settings, Statements},
    migrations,
};
use sqlx::{
    ConnectOptions, Connection, PgPool,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use tokio::sync::OnceCell;

/// A database that lives as long as this value.
#[derive(Debug)]
pub struct TestDatabase {
    /// The database as the functions see it: as the role `rostrum_fleet`.
    pub database: Database,
    /// The database as its owner sees it, to arrange and to look.
    pub admin: PgPool,
    server: PgConnectOptions,
    name: String,
}

/// The migrated database that the others are copies of; one for all tests of a process.
static TEMPLATE: OnceCell<String> = OnceCell::const_new();

impl TestDatabase {
    /// A fresh database.
    ///
    /// # Panics
    /// If `ROSTRUM_TEST_DATABASE_URL` is not set to a superuser's URL; `cargo xtask test` sets it.
    pub async fn new() -> Self {
        Self::with(Statements::Named).await
    }

    /// A fresh database whose statements are prepared as given.
    ///
    /// # Panics
    /// As [`TestDatabase::new`].
    pub async fn with(statements: Statements) -> Self {
        let url = env::var("ROSTRUM_TEST_DATABASE_URL")
            .expect("ROSTRUM_TEST_DATABASE_URL is not set: run the tests with `cargo xtask test store`");
        let server = PgConnectOptions::from_str(&url).expect("ROSTRUM_TEST_DATABASE_URL is a database URL");
        let template = TEMPLATE.get_or_init(|| template(server.clone())).await;
        let name = format!("test_{}", fresh());
        command(&server, &format!("CREATE DATABASE {name} TEMPLATE {template}")).await;
        let admin = PgPoolOptions::new()
            .max_connections(4)
            .connect_with(server.clone().database(&name))
            .await
            .expect("the fresh database answers");
        let fleet = server.clone().username("rostrum_fleet").database(&name);
        let database =
            Database::new(&Settings { url: fleet.to_url_lossy().to_string().into(), statements, max_connections: 8 })
                .expect("the URL was just made");
        Self { database, admin, server, name }
    }

    /// Waits until no dead handler holds a row any more: Postgres lets go when it notices the death.
    ///
    /// # Panics
    /// If one never ends.
    pub async fn let_go(&self) {
        for _ in 0..1000 {
            let held: i64 = sqlx::query_scalar(
                "SELECT count(*) FROM pg_stat_activity
                 WHERE datname = current_database() AND state = 'idle in transaction'",
            )
            .fetch_one(&self.admin)
            .await
            .expect("the database answers");
            if held == 0 {
                return;
            }
        }
        panic!("a dead transaction does not end");
    }

    /// The URL as the functions use it.
    pub fn url(&self) -> String {
        self.server.clone().username("rostrum_fleet").database(&self.name).to_url_lossy().to_string()
    }

    /// The URL as its owner uses it.
    pub fn admin_url(&self) -> String {
        self.server.clone().database(&self.name).to_url_lossy().to_string()
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        let (server, name) = (self.server.clone(), self.name.clone());
        // A destructor cannot wait for a future, and the test's own runtime is about to end.
        let dropped = thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(command(&server, &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")));
        });
        drop(dropped.join());
    }
}

/// One per process rather than one per server, so that a schema that changes between two runs is never mixed up.
async fn template(server: PgConnectOptions) -> String {
    let name = format!("template_{}", fresh());
    command(&server, &format!("CREATE DATABASE {name}")).await;
    migrations::apply(&server.clone().database(&name)).await.expect("the migrations apply");
    name
}

fn fresh() -> String {
    let ambient = Ambient::system();
    new_uuid(ambient.now(), &mut ambient.random()).simple().to_string()
}

async fn command(server: &PgConnectOptions, sql: &str) {
    let mut connection = server.connect().await.expect("Postgres answers at ROSTRUM_TEST_DATABASE_URL");
    sqlx::raw_sql(sqlx::AssertSqlSafe(sql.to_owned())).execute(&mut connection).await.expect("Postgres does it");
    connection.close().await.expect("Postgres says goodbye");
}
