//! A database gets the schema once, however often and by how many it is asked for.
#![expect(clippy::unwrap_used, reason = "a test stops at its first surprise")]

use rostrum_store::migrations;
use rostrum_test_kit::database::TestDatabase;
use sqlx::{AssertSqlSafe, ConnectOptions, PgConnection, postgres::PgConnectOptions};

/// An empty database beside one of the usual ones.
struct Empty {
    beside: TestDatabase,
    options: PgConnectOptions,
    name: String,
}

impl Empty {
    async fn new() -> Self {
        let beside = TestDatabase::new().await;
        let own: String = sqlx::query_scalar("SELECT current_database()").fetch_one(&beside.admin).await.unwrap();
        let name = format!("{own}_empty");
        sqlx::query(AssertSqlSafe(format!("CREATE DATABASE {name}"))).execute(&beside.admin).await.unwrap();
        let options: PgConnectOptions = beside.admin_url().parse().unwrap();
        Self { options: options.database(&name), beside, name }
    }

    async fn connect(&self) -> PgConnection {
        self.options.connect().await.unwrap()
    }

    /// How many migrations it has.
    async fn applied(&self) -> usize {
        let count = sqlx::query_scalar("SELECT count(*) FROM _sqlx_migrations WHERE success");
        let count: i64 = count.fetch_one(&mut self.connect().await).await.unwrap();
        usize::try_from(count).unwrap()
    }

    async fn drop(self) {
        let drop = format!("DROP DATABASE {} WITH (FORCE)", self.name);
        sqlx::query(AssertSqlSafe(drop)).execute(&self.beside.admin).await.unwrap();
    }
}

#[tokio::test]
async fn migrations_run_at_once_and_twice() {
    let database = Empty::new().await;
    let (first, second) = futures::join!(migrations::apply(&database.options), migrations::apply(&database.options));
    let all = first.unwrap();
    assert_eq!(second.unwrap(), all);
    assert_eq!(migrations::apply(&database.options).await.unwrap(), all);
    assert_eq!(database.applied().await, all);
    database.drop().await;
}

#[tokio::test]
async fn migrations_that_died_go_on_where_they_were() {
    let database = Empty::new().await;
    // Whoever makes this table dies in the middle of its migration.
    let trap = "CREATE FUNCTION die() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN
                    IF EXISTS (SELECT FROM pg_event_trigger_ddl_commands() WHERE object_identity = 'public.councils') THEN
                        PERFORM pg_terminate_backend(pg_backend_pid());
                    END IF;
                END $$;
                CREATE EVENT TRIGGER trap ON ddl_command_end WHEN TAG IN ('CREATE TABLE') EXECUTE FUNCTION die()";
    sqlx::raw_sql(trap).execute(&mut database.connect().await).await.unwrap();
    migrations::apply(&database.options).await.unwrap_err();
    let before = database.applied().await;
    assert!(before > 0, "it died before anything was applied");

    sqlx::raw_sql("DROP EVENT TRIGGER trap").execute(&mut database.connect().await).await.unwrap();
    let all = migrations::apply(&database.options).await.unwrap();
    assert!(before < all);
    assert_eq!(database.applied().await, all);
    database.drop().await;
}
