//! What the database itself refuses, whoever asks.

use rostrum_lambda_kit::Ambient;
use rostrum_store::{connection::Statements, outbox};
use rostrum_test_kit::{database::TestDatabase, sample};
use sqlx::{Connection, PgConnection};
use uuid::Uuid;

#[tokio::test]
async fn every_table_has_row_level_security_and_no_grant_to_everyone() {
    let database = TestDatabase::new().await;
    let open: Vec<String> = sqlx::query_scalar(
        "SELECT relname::text FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relrowsecurity",
    )
    .fetch_all(&database.admin)
    .await
    .unwrap();
    assert!(open.is_empty(), "without row level security: {open:?}");
    let granted: Vec<String> = sqlx::query_scalar(
        "SELECT table_name::text FROM information_schema.role_table_grants WHERE table_schema = 'public' AND grantee = 'PUBLIC'",
    )
    .fetch_all(&database.admin)
    .await
    .unwrap();
    assert!(granted.is_empty(), "granted to everyone: {granted:?}");
}

#[tokio::test]
async fn a_role_without_policy_sees_nothing_even_if_somebody_grants_it() {
    let database = TestDatabase::new().await;
    sample::workspace(&database.admin, &Ambient::fixed(sample::now(), 1), 1).await;
    let mut connection = database.admin.acquire().await.unwrap();
    sqlx::raw_sql(
        "DO $$ BEGIN CREATE ROLE test_stranger NOLOGIN; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$;
         GRANT SELECT ON campaigns TO test_stranger; SET ROLE test_stranger",
    )
    .execute(&mut *connection)
    .await
    .unwrap();
    let seen: i64 = sqlx::query_scalar("SELECT count(*) FROM campaigns").fetch_one(&mut *connection).await.unwrap();
    assert_eq!(seen, 0);
    let refused = sqlx::query("SELECT 1 FROM users").execute(&mut *connection).await.unwrap_err();
    assert!(refused.to_string().contains("permission denied"), "{refused}");
    sqlx::raw_sql("RESET ROLE").execute(&mut *connection).await.unwrap();
}

#[tokio::test]
async fn history_cannot_be_changed_by_the_fleet() {
    let database = TestDatabase::new().await;
    let mut fleet = PgConnection::connect(&database.url()).await.unwrap();
    for change in [
        "UPDATE audit_log SET action = 'nothing'",
        "DELETE FROM audit_log",
        "UPDATE workflow_logs SET raw_output = ''",
        "UPDATE workflow_logs SET cost_microusd = 0",
        "DELETE FROM workflow_logs",
        "DELETE FROM posts",
        "DELETE FROM councils",
        "DELETE FROM council_candidates",
        "UPDATE post_media SET sha256 = ''",
        "DELETE FROM post_media",
        "UPDATE workspaces SET slug = ''",
        "TRUNCATE audit_log",
        "UPDATE workflow_logs SET metadata = '{}'",
    ] {
        let refused = sqlx::query(change).execute(&mut fleet).await.unwrap_err();
        assert!(refused.to_string().contains("permission denied"), "{change}: {refused}");
    }
    // Only who was erased loses what was written for them.
    let refused = sqlx::query("SELECT erase_history(gen_random_uuid())").execute(&mut fleet).await.unwrap_err();
    assert!(refused.to_string().contains("nobody was erased"), "{refused}");
    // Which answer was chosen is known only after it was logged.
    sqlx::query("UPDATE workflow_logs SET was_selected = true").execute(&mut fleet).await.unwrap();
}

#[tokio::test]
async fn no_grant_and_no_cascade_reaches_history() {
    let database = TestDatabase::new().await;
    for (table, expected) in [("audit_log", vec![]), ("workflow_logs", vec!["was_selected".to_owned()])] {
        let changeable: Vec<String> = sqlx::query_scalar(
            "SELECT attname::text FROM pg_attribute
             WHERE attrelid = $1::text::regclass AND attnum > 0 AND has_column_privilege('rostrum_fleet', attrelid, attnum, 'UPDATE')",
        )
        .bind(table)
        .fetch_all(&database.admin)
        .await
        .unwrap();
        assert_eq!(changeable, expected, "{table}");
    }
    // Foreign keys act as the owner of the table. What goes when a row goes that the fleet may delete:
    let reached: Vec<String> = sqlx::query_scalar(
        "WITH RECURSIVE reached (id) AS (
           SELECT oid FROM pg_class
           WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND has_table_privilege('rostrum_fleet', oid, 'DELETE')
           UNION
           SELECT conrelid FROM pg_constraint JOIN reached ON confrelid = reached.id
           WHERE contype = 'f' AND confdeltype IN ('c', 'n', 'd')
         )
         SELECT relname::text FROM reached JOIN pg_class ON oid = reached.id",
    )
    .fetch_all(&database.admin)
    .await
    .unwrap();
    assert!(reached.iter().any(|table| table == "sessions"), "{reached:?}");
    for table in ["audit_log", "workflow_logs"] {
        assert!(!reached.iter().any(|other| other == table), "{table} loses rows with others: {reached:?}");
    }
}

#[tokio::test]
async fn a_stranger_sees_no_council() {
    let database = TestDatabase::new().await;
    let mut connection = database.admin.acquire().await.unwrap();
    sqlx::raw_sql(
        "DO $$ BEGIN CREATE ROLE test_stranger NOLOGIN; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$;
         SET ROLE test_stranger",
    )
    .execute(&mut *connection)
    .await
    .unwrap();
    for look in ["SELECT 1 FROM councils", "SELECT 1 FROM council_candidates", "SELECT 1 FROM post_media"] {
        let refused = sqlx::query(look).execute(&mut *connection).await.unwrap_err();
        assert!(refused.to_string().contains("permission denied"), "{look}: {refused}");
    }
    sqlx::raw_sql("RESET ROLE").execute(&mut *connection).await.unwrap();
}

#[tokio::test]
async fn another_workspaces_rows_cannot_be_referred_to() {
    let database = TestDatabase::new().await;
    let ambient = Ambient::fixed(sample::now(), 1);
    let ours = sample::workspace(&database.admin, &ambient, 1).await;
    let theirs = sample::workspace(&database.admin, &ambient, 1).await;
    let refused = sqlx::query(
        "INSERT INTO campaign_employees (id, workspace_id, campaign_id, user_id, created_at)
         VALUES (gen_random_uuid(), $1, $2, $3, now())",
    )
    .bind(ours.id.uuid())
    .bind(ours.campaign_id.uuid())
    .bind(theirs.employees[0].uuid())
    .execute(&database.admin)
    .await
    .unwrap_err();
    assert!(refused.to_string().contains("foreign key"), "{refused}");
}

#[tokio::test]
async fn a_team_looks_after_campaigns_and_has_members_of_its_own_workspace_alone() {
    let database = TestDatabase::new().await;
    let ambient = Ambient::fixed(sample::now(), 1);
    let ours = sample::workspace(&database.admin, &ambient, 1).await;
    let theirs = sample::workspace(&database.admin, &ambient, 1).await;
    let team: Uuid = sqlx::query_scalar(
        "INSERT INTO teams (id, workspace_id, name, created_at, updated_at)
         VALUES (gen_random_uuid(), $1, 'Theirs', now(), now()) RETURNING id",
    )
    .bind(theirs.id.uuid())
    .fetch_one(&database.admin)
    .await
    .unwrap();
    let refused = sqlx::query("UPDATE campaigns SET team_id = $1 WHERE workspace_id = $2")
        .bind(team)
        .bind(ours.id.uuid())
        .execute(&database.admin)
        .await
        .unwrap_err();
    assert!(refused.to_string().contains("foreign key"), "{refused}");
    for workspace in [ours.id, theirs.id] {
        let refused = sqlx::query(
            "INSERT INTO team_members (team_id, workspace_id, user_id, role, created_at)
             VALUES ($1, $2, $3, 'reviewer', now())",
        )
        .bind(team)
        .bind(workspace.uuid())
        .bind(ours.employees[0].uuid())
        .execute(&database.admin)
        .await
        .unwrap_err();
        assert!(refused.to_string().contains("foreign key"), "{workspace}: {refused}");
    }
}

#[tokio::test]
async fn statements_leave_no_name_behind_for_a_transaction_pooler() {
    for (statements, expected) in [(Statements::Named, true), (Statements::Unnamed, false)] {
        let database = TestDatabase::with(statements).await;
        let mut transaction = database.database.begin().await.unwrap();
        outbox::take(&mut transaction, None, 1, sample::now()).await.unwrap();
        let named: bool =
            sqlx::query_scalar("SELECT count(*) > 0 FROM pg_prepared_statements WHERE statement LIKE '%outbox%'")
                .fetch_one(&mut transaction)
                .await
                .unwrap();
        assert_eq!(named, expected, "{statements:?}");
        transaction.commit().await.unwrap();
        let one: i32 = sqlx::query_scalar("SELECT 1").fetch_one(&database.database).await.unwrap();
        assert_eq!(one, 1);
    }
}
