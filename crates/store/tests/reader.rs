//! Who reads one workspace with SQL: its rows and no others, no secret, and nothing to change.
#![expect(clippy::unwrap_used, reason = "a test stops at its first surprise")]

use rostrum_lambda_kit::Ambient;
use rostrum_test_kit::{
    database::TestDatabase,
    sample::{self, Workspace},
};
use sqlx::{AssertSqlSafe, Connection, PgConnection};

/// What a reader sees of a table.
#[derive(Clone, Copy)]
enum Sight {
    /// The rows for which this holds, `$1` being the workspace, without these columns.
    Rows(&'static str, &'static [&'static str]),
    /// Nothing of it.
    Nothing,
}

const OWN: &str = "workspace_id = $1";

/// The decision about every table. Whoever adds a table or a column adds it here, or grants it to the reader.
const TABLES: [(&str, Sight); 30] = [
    ("_sqlx_migrations", Sight::Nothing),
    ("api_keys", Sight::Rows(OWN, &["digest"])),
    ("audit_log", Sight::Rows(OWN, &[])),
    ("campaign_employees", Sight::Rows(OWN, &[])),
    ("campaigns", Sight::Rows(OWN, &[])),
    ("council_candidates", Sight::Rows(OWN, &[])),
    ("councils", Sight::Rows(OWN, &[])),
    ("data_keys", Sight::Nothing),
    ("employee_profiles", Sight::Rows(OWN, &[])),
    ("execution_slots", Sight::Rows(OWN, &[])),
    ("executions", Sight::Rows(OWN, &[])),
    ("foreign_identities", Sight::Nothing),
    ("idempotency_keys", Sight::Nothing),
    ("invitations", Sight::Rows(OWN, &["digest"])),
    ("mail_proofs", Sight::Nothing),
    ("memberships", Sight::Rows(OWN, &[])),
    ("outbox", Sight::Rows(OWN, &["payload"])),
    ("post_media", Sight::Rows(OWN, &[])),
    ("posts", Sight::Rows(OWN, &[])),
    ("prompt_versions", Sight::Rows(OWN, &[])),
    ("recovery_codes", Sight::Nothing),
    ("refresh_tokens", Sight::Nothing),
    ("sessions", Sight::Rows(OWN, &[])),
    ("sign_in_attempts", Sight::Nothing),
    ("team_members", Sight::Rows(OWN, &[])),
    ("teams", Sight::Rows(OWN, &[])),
    (
        "users",
        Sight::Rows(
            "id IN (SELECT user_id FROM memberships WHERE workspace_id = $1)",
            &[
                "password_hash",
                "email_verified_at",
                "failed_sign_ins",
                "locked_until",
                "totp_secret",
                "totp_confirmed_at",
                "totp_last_step",
                "is_super_admin",
                "preferences",
            ],
        ),
    ),
    ("workflow_logs", Sight::Rows(OWN, &[])),
    ("workspaces", Sight::Rows("id = $1", &[])),
    ("writing_samples", Sight::Rows(OWN, &[])),
];

/// Names what a login may read; it sees its own rows of it, whichever workspace it has chosen.
const ALLOWED: &str = "workspace_readers";

const BECOME_READER: &str = "DO $$ BEGIN
       CREATE ROLE test_reader NOLOGIN; GRANT rostrum_reader TO test_reader;
     EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$;
     SET SESSION AUTHORIZATION test_reader";

const BECOME_BROWSER: &str = "DO $$ BEGIN
       CREATE ROLE test_browser NOLOGIN;
     EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$;
     GRANT USAGE ON SCHEMA public TO test_browser; GRANT SELECT ON ALL TABLES IN SCHEMA public TO test_browser;
     SET SESSION AUTHORIZATION test_browser";

/// Two workspaces with rows in every table and a person who is in both. `test_reader` may read the first.
async fn worlds(database: &TestDatabase) -> (Workspace, Workspace) {
    let ambient = Ambient::fixed(sample::now(), 1);
    let ours = filled(database, &ambient).await;
    let theirs = filled(database, &ambient).await;
    sqlx::query("INSERT INTO memberships (workspace_id, user_id, role, created_at) VALUES ($1, $2, 'reviewer', now())")
        .bind(theirs.id.uuid())
        .bind(ours.employees[0].uuid())
        .execute(&database.admin)
        .await
        .unwrap();
    sqlx::query("INSERT INTO workspace_readers (login, workspace_id) VALUES ('test_reader', $1), ('test_other', $2)")
        .bind(ours.id.uuid())
        .bind(theirs.id.uuid())
        .execute(&database.admin)
        .await
        .unwrap();
    (ours, theirs)
}

async fn filled(database: &TestDatabase, ambient: &Ambient) -> Workspace {
    let workspace = sample::workspace(&database.admin, ambient, 2).await;
    sqlx::query(include_str!("reader/rows.sql"))
        .bind(workspace.id.uuid())
        .bind(workspace.campaign_id.uuid())
        .bind(workspace.employees[0].uuid())
        .execute(&database.admin)
        .await
        .unwrap();
    workspace
}

/// A connection of somebody who is no superuser.
async fn somebody(database: &TestDatabase, become_them: &'static str) -> PgConnection {
    let mut connection = PgConnection::connect(&database.admin_url()).await.unwrap();
    sqlx::raw_sql(become_them).execute(&mut connection).await.unwrap();
    connection
}

async fn choose(reader: &mut PgConnection, workspace: &str) {
    sqlx::query("SELECT set_config('rostrum.workspace_id', $1, false)").bind(workspace).execute(reader).await.unwrap();
}

/// The columns that a reader may read, or those that they may not.
async fn columns(database: &TestDatabase, table: &str, readable: bool) -> Vec<String> {
    sqlx::query_scalar(
        "SELECT attname::text FROM pg_attribute
         WHERE attrelid = $1::text::regclass AND attnum > 0 AND NOT attisdropped
           AND has_column_privilege('rostrum_reader', attrelid, attnum, 'SELECT') = $2
         ORDER BY attnum",
    )
    .bind(table)
    .bind(readable)
    .fetch_all(&database.admin)
    .await
    .unwrap()
}

fn quoted(columns: &[String]) -> String {
    columns.iter().map(|column| format!("\"{column}\"")).collect::<Vec<_>>().join(", ")
}

async fn count(connection: &mut PgConnection, table: &str) -> Result<i64, sqlx::Error> {
    let sql = format!("SELECT count(*) FROM \"{table}\"");
    sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(connection).await
}

#[track_caller]
fn denied(outcome: Result<impl Sized, sqlx::Error>, what: &str) {
    let error = outcome.err();
    let code = match &error {
        Some(sqlx::Error::Database(error)) => error.code(),
        _ => None,
    };
    assert_eq!(code.as_deref(), Some("42501"), "{what}: {error:?}");
}

#[tokio::test]
async fn what_a_reader_sees_is_decided_for_every_table_and_column() {
    let database = TestDatabase::new().await;
    // Views are tables here: they would show what their owner sees.
    let tables: Vec<String> = sqlx::query_scalar(
        "SELECT relname::text FROM pg_class
         WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'm', 'f') AND relname <> $1
         ORDER BY relname COLLATE \"C\"",
    )
    .bind(ALLOWED)
    .fetch_all(&database.admin)
    .await
    .unwrap();
    assert_eq!(tables, TABLES.map(|(table, _)| table));
    for (table, sight) in TABLES {
        let policies: Vec<String> = sqlx::query_scalar(
            "SELECT polcmd::text FROM pg_policy
             WHERE polrelid = $1::text::regclass AND (polroles = '{0}' OR 'rostrum_reader'::regrole = ANY (polroles))",
        )
        .bind(table)
        .fetch_all(&database.admin)
        .await
        .unwrap();
        match sight {
            Sight::Rows(_, hidden) => {
                assert_eq!(columns(&database, table, false).await, hidden, "hidden columns of {table}");
                assert_eq!(policies, ["r"], "policies of {table}");
            }
            Sight::Nothing => {
                assert_eq!(columns(&database, table, true).await, Vec::<String>::new(), "columns of {table}");
                assert_eq!(policies, Vec::<String>::new(), "policies of {table}");
            }
        }
    }
    let powerful: bool = sqlx::query_scalar(
        "SELECT rolcanlogin OR rolsuper OR rolbypassrls OR rolcreaterole FROM pg_roles WHERE rolname = 'rostrum_reader'",
    )
    .fetch_one(&database.admin)
    .await
    .unwrap();
    assert!(!powerful);
}

#[tokio::test]
async fn a_reader_sees_exactly_the_rows_of_their_workspace() {
    let database = TestDatabase::new().await;
    let (ours, theirs) = worlds(&database).await;
    let mut reader = somebody(&database, BECOME_READER).await;
    choose(&mut reader, &ours.id.uuid().to_string()).await;
    for (table, sight) in TABLES {
        let Sight::Rows(condition, _) = sight else { continue };
        let columns = quoted(&columns(&database, table, true).await);
        let all = format!("SELECT ROW({columns})::text FROM \"{table}\" WHERE {condition} ORDER BY 1");
        let mut expected = Vec::new();
        for workspace in [&theirs, &ours] {
            expected = sqlx::query_scalar::<_, String>(AssertSqlSafe(all.clone()))
                .bind(workspace.id.uuid())
                .fetch_all(&database.admin)
                .await
                .unwrap();
            assert!(!expected.is_empty(), "{table} has no rows to hide: add some to reader/rows.sql");
        }
        let seen: Vec<String> =
            sqlx::query_scalar(AssertSqlSafe(format!("SELECT ROW({columns})::text FROM \"{table}\" ORDER BY 1")))
                .fetch_all(&mut reader)
                .await
                .unwrap();
        assert_eq!(seen, expected, "{table}");
    }
    let allowed: Vec<String> =
        sqlx::query_scalar("SELECT login::text FROM workspace_readers").fetch_all(&mut reader).await.unwrap();
    assert_eq!(allowed, ["test_reader"]);
}

#[tokio::test]
async fn without_a_workspace_that_they_may_read_nobody_sees_a_row() {
    let database = TestDatabase::new().await;
    let (_, theirs) = worlds(&database).await;
    let mut reader = somebody(&database, BECOME_READER).await;
    let nowhere = "00000000-0000-7000-8000-000000000000".to_owned();
    for chosen in [None, Some(String::new()), Some(nowhere), Some(theirs.id.uuid().to_string())] {
        if let Some(workspace) = &chosen {
            choose(&mut reader, workspace).await;
        }
        for (table, sight) in TABLES {
            if matches!(sight, Sight::Rows(..)) {
                assert_eq!(count(&mut reader, table).await.unwrap(), 0, "{table} with {chosen:?}");
            }
        }
    }
    choose(&mut reader, "' OR true --").await;
    for (table, sight) in TABLES {
        if matches!(sight, Sight::Rows(..)) {
            let seen = count(&mut reader, table).await;
            assert!(matches!(seen, Err(_) | Ok(0)), "{table}: {seen:?}");
        }
    }
}

#[tokio::test]
async fn a_reader_changes_nothing_and_reads_no_secret() {
    let database = TestDatabase::new().await;
    let (ours, _) = worlds(&database).await;
    let mut reader = somebody(&database, BECOME_READER).await;
    choose(&mut reader, &ours.id.uuid().to_string()).await;
    for table in TABLES.map(|(table, _)| table).into_iter().chain([ALLOWED]) {
        let (readable, hidden) = (columns(&database, table, true).await, columns(&database, table, false).await);
        let mut refused = vec![
            format!("INSERT INTO \"{table}\" DEFAULT VALUES"),
            format!("DELETE FROM \"{table}\""),
            format!("TRUNCATE \"{table}\""),
        ];
        refused.extend(readable.iter().map(|column| format!("UPDATE \"{table}\" SET \"{column}\" = NULL")));
        refused.extend(hidden.iter().map(|column| format!("SELECT \"{column}\" FROM \"{table}\"")));
        refused.extend(hidden.first().map(|_| format!("SELECT * FROM \"{table}\"")));
        for sql in refused {
            let outcome = sqlx::query(AssertSqlSafe(sql.clone())).execute(&mut reader).await;
            denied(outcome, &sql);
        }
    }
    denied(sqlx::query("SET ROLE rostrum_fleet").execute(&mut reader).await, "to become the fleet");
}

/// As Supabase does with `anon` and `authenticated`.
#[tokio::test]
async fn whoever_has_every_grant_and_no_policy_sees_no_row_of_any_table() {
    let database = TestDatabase::new().await;
    worlds(&database).await;
    let mut owner = PgConnection::connect(&database.admin_url()).await.unwrap();
    let mut browser = somebody(&database, BECOME_BROWSER).await;
    for table in TABLES.map(|(table, _)| table).into_iter().chain([ALLOWED]) {
        assert!(
            count(&mut owner, table).await.unwrap() > 0,
            "{table} has no rows to hide: add some to reader/rows.sql"
        );
        assert_eq!(count(&mut browser, table).await.unwrap(), 0, "{table}");
    }
}
