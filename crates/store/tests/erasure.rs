//! Who was erased is told of nowhere, but in what they published; and what is written late does not tell of them either.
#![expect(clippy::unwrap_used, reason = "a test stops at its first surprise")]

use chrono::DateTime;
use rostrum_core::{
    access::Role,
    ids::{UserId, WorkflowLogId},
};
use rostrum_store::{
    Scope,
    councils::{
        self, Decision, Opening,
        candidates::{self, Outcome},
        record,
    },
    executions::{
        context,
        slots::{self, Holder},
    },
    people::{erasure, members, profile},
    workflow_logs::{self, Entry, Status},
};
use rostrum_test_kit::{
    council::{Script, World},
    database::TestDatabase,
};
use serde_json::json;
use sqlx::AssertSqlSafe;

/// The decision about every column that holds texts or bytes, by table: those that may tell of a person, and those that never
/// do, because they hold fixed words, names of models, what a workspace says about its campaigns, or digests and ciphertext
/// that tell nobody anything. Whoever adds a column adds it here; one of the first kind also to `erasure/rows.sql`.
const TABLES: [(&str, &[&str], &[&str]); 31] = [
    ("_sqlx_migrations", &[], &["description", "checksum"]),
    // Service accounts are programs.
    ("api_keys", &[], &["name", "digest", "hint", "permissions"]),
    // Details are ids, names of fields, and names of teams and workspaces.
    ("audit_log", &[], &["actor_kind", "action", "subject_type", "detail"]),
    ("campaign_employees", &[], &[]),
    (
        "campaigns",
        &[],
        &[
            "name",
            "brief",
            "audience",
            "language",
            "call_to_action",
            "hashtags",
            "mentions",
            "status",
            "schedule_cron",
            "schedule_timezone",
            "workflow_type",
            "workflow_config",
        ],
    ),
    ("council_candidates", &["draft", "failure_message"], &["seat", "model", "status", "failure_kind"]),
    (
        "councils",
        &["context", "system_prompt", "user_prompt", "verdict", "judgings", "refinement", "draft", "image", "findings"],
        &["config", "prompt_version", "winner", "standing"],
    ),
    ("data_keys", &[], &["wrapped", "state"]),
    ("employee_profiles", &["display_name", "job_title", "bio", "voice"], &[]),
    ("execution_slots", &["failure_message"], &["status", "failure_kind"]),
    ("executions", &[], &["trigger", "status", "warning"]),
    ("foreign_identities", &["issuer", "subject"], &["provider"]),
    ("idempotency_keys", &["key", "request_digest", "location", "etag", "body"], &[]),
    ("invitations", &["email"], &["role", "digest"]),
    ("mail_proofs", &["digest"], &["purpose"]),
    ("memberships", &[], &["role"]),
    // Mails are sealed, and gone once they are sent. Other messages are ids and digests.
    ("outbox", &[], &["kind", "payload", "last_error"]),
    ("post_media", &["alt_text", "captions"], &["sha256", "content_type", "template"]),
    (
        "posts",
        &[
            "content",
            "thread",
            "hashtags",
            "mentions",
            "call_to_action",
            "original_content",
            "generation_metadata",
            "findings",
            "signature",
        ],
        &["status", "external_post_id"],
    ),
    ("prompt_versions", &[], &["version", "system_template", "prompt_template", "purpose"]),
    ("recovery_codes", &["digest"], &[]),
    ("refresh_tokens", &["digest"], &[]),
    ("sessions", &["device"], &["ended_because"]),
    ("sign_in_attempts", &["digest", "issuer", "subject", "email", "name"], &["provider"]),
    ("team_members", &[], &["role"]),
    ("teams", &[], &["name"]),
    ("users", &["email", "name", "password_hash", "totp_secret", "preferences"], &["status", "kind"]),
    (
        "workflow_logs",
        &["error_message", "raw_output", "metadata"],
        &["workflow_type", "step_name", "model", "prompt_version", "status"],
    ),
    ("workspace_readers", &[], &["login"]),
    ("workspaces", &[], &["slug", "name", "prohibited_words", "registration", "second_factor"]),
    ("writing_samples", &["content"], &[]),
];

/// Stands wherever something is told of who is erased, and in what they published.
const PRIVATE: &str = "canary";
const PUBLIC: &str = "parrot";
/// The same of somebody else.
const COLLEAGUE: [&str; 2] = ["bystander", "heron"];

/// A campaign for two people, about both of whom everything is told that can be.
async fn world() -> World {
    let world = World::of(2, json!({}), Script::default().model()).await;
    for (person, [private, public]) in world.workspace.employees.iter().zip([[PRIVATE, PUBLIC], COLLEAGUE]) {
        sqlx::query(include_str!("erasure/rows.sql"))
            .bind(world.workspace.id.uuid())
            .bind(world.workspace.campaign_id.uuid())
            .bind(person.uuid())
            .bind(private)
            .bind(public)
            .execute(&world.database.admin)
            .await
            .unwrap();
    }
    // What a colleague was answered about somebody.
    world
        .change(
            "INSERT INTO idempotency_keys (workspace_id, user_id, key, request_digest, status, body, created_at)
             SELECT workspace_id, user_id, 'about', sha256('about'), 201, '{\"email\": \"canary@example.com\"}', now()
             FROM employee_profiles WHERE display_name = 'bystander'",
        )
        .await;
    world
}

async fn erase(world: &World, person: UserId) {
    let mut transaction = world.database.database.begin().await.unwrap();
    erasure::erase(&mut transaction, person, world.ambient.now()).await.unwrap();
    transaction.commit().await.unwrap();
}

/// Every row that holds the word, also as bytes, with its table.
async fn rows(database: &TestDatabase, word: &str) -> Vec<String> {
    let bytes: Vec<String> = word.bytes().map(|byte| format!("{byte:02x}")).collect();
    let bytes = bytes.concat();
    let mut rows = Vec::new();
    for (table, ..) in TABLES {
        let sql = format!(
            "SELECT '{table} ' || row::text FROM \"{table}\" AS row WHERE row::text ~ '{word}|{bytes}' ORDER BY 1"
        );
        rows.extend(sqlx::query_scalar::<_, String>(AssertSqlSafe(sql)).fetch_all(&database.admin).await.unwrap());
    }
    rows
}

#[tokio::test]
async fn what_tells_of_a_person_is_decided_for_every_column() {
    let database = TestDatabase::new().await;
    let mut columns: Vec<String> = sqlx::query_scalar(
        "SELECT relname || coalesce('.' || attname, '')
         FROM pg_class LEFT JOIN pg_attribute
           ON attrelid = pg_class.oid AND attnum > 0 AND NOT attisdropped
           AND format_type(atttypid, NULL) IN ('text', 'text[]', 'jsonb', 'bytea', 'name', 'character varying')
         WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')",
    )
    .fetch_all(&database.admin)
    .await
    .unwrap();
    let mut decided = Vec::new();
    for (table, told, silent) in TABLES {
        decided.extend(told.iter().chain(silent).map(|column| format!("{table}.{column}")));
        if told.is_empty() && silent.is_empty() {
            decided.push(table.to_owned());
        }
    }
    columns.sort_unstable();
    decided.sort_unstable();
    assert_eq!(columns, decided);
}

#[tokio::test]
async fn nothing_tells_of_who_was_erased_but_what_they_published() {
    let world = world().await;
    let database = &world.database;
    for (table, told, _) in TABLES {
        for column in told {
            let sql = format!(
                "SELECT count(*) FROM \"{table}\"
                 WHERE \"{column}\"::text LIKE '%{PRIVATE}%' OR \"{column}\"::text LIKE '%63616e617279%'"
            );
            let count: i64 = sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(&database.admin).await.unwrap();
            assert!(count > 0, "{table}.{column} tells nothing that could be erased: add it to erasure/rows.sql");
        }
    }
    let published = "SELECT row(content, thread, hashtags, mentions, call_to_action, alt_text, captions)::text
                     FROM posts JOIN post_media ON post_id = id WHERE content = 'parrot'";
    let (before, theirs) =
        (world.look(published).await, [rows(database, COLLEAGUE[0]).await, rows(database, COLLEAGUE[1]).await]);
    assert_eq!(before.len(), 1);
    erase(&world, world.workspace.employees[0]).await;
    assert_eq!(rows(database, PRIVATE).await, [""; 0]);
    assert_eq!(world.look(published).await, before);
    assert_eq!(rows(database, PUBLIC).await.len(), 2, "the post and its picture");
    let author =
        world.look("SELECT name FROM users JOIN posts ON employee_id = users.id WHERE content = 'parrot'").await;
    assert_eq!(author, ["Somebody"]);
    assert_eq!([rows(database, COLLEAGUE[0]).await, rows(database, COLLEAGUE[1]).await], theirs);
}

#[tokio::test]
async fn the_pictures_that_are_lost_are_named_in_the_outbox_once() {
    let world = world().await;
    let named = "SELECT left(payload ->> 'sha256', 1) || ' ' || (payload ->> 'content_type') FROM outbox
                 WHERE kind = 'unused_picture' ORDER BY 1";
    for _ in 0..2 {
        erase(&world, world.workspace.employees[0]).await;
        assert_eq!(world.look(named).await, ["0 image/png", "2 image/jpeg"], "not what was published");
    }
}

#[tokio::test]
async fn states_scores_and_costs_stay() {
    let world = world().await;
    let (database, campaign) = (&world.database.database, world.workspace.campaign_id);
    let load = async || {
        record::load(database, world.workspace.id, campaign, Scope::Workspace, DateTime::UNIX_EPOCH).await.unwrap()
    };
    let counts = "SELECT concat_ws(' ', (SELECT sum(cost_microusd) FROM workflow_logs),
                                   (SELECT count(*) FROM council_candidates WHERE was_selected),
                                   (SELECT verdict #>> '{candidates,0,total}' FROM councils LIMIT 1),
                                   (SELECT string_agg(status, ' ' ORDER BY status) FROM execution_slots WHERE slot > 1))";
    let before = (load().await, world.look(counts).await);
    assert_eq!(before.0.seats.len(), 2);
    assert_eq!(before.1, ["6000 2 7.5 failed failed stored stored"]);
    erase(&world, world.workspace.employees[0]).await;
    assert_eq!((load().await, world.look(counts).await), before);
    let posts =
        "SELECT status || ' ' || content FROM posts WHERE employee_id = (SELECT id FROM users WHERE name = 'Somebody')";
    let mut posts = world.look(posts).await;
    posts.sort_unstable();
    assert_eq!(posts, ["published parrot", "rejected Erased."], "what was approved is published no more");
}

#[tokio::test]
async fn findings_about_posts_of_others_do_not_name_who_was_erased() {
    let world = world().await;
    for table in ["posts", "councils"] {
        let sql = format!(
            "UPDATE {table} SET findings = (
               SELECT jsonb_build_array(
                 jsonb_build_object('severity', 'note', 'code', 'only_tags', 'message', 'There are only tags.'),
                 jsonb_build_object('severity', 'warning', 'code', 'near_identical', 'message', 'As a post of canary.',
                                    'detail', jsonb_build_object('post_id', id, 'author', 'canary', 'likeness', 0.7)))
               FROM posts AS other WHERE other.content = 'parrot')
             WHERE {table}.employee_id = (SELECT id FROM users WHERE name = 'bystander') AND {table}.slot = 1"
        );
        world.change(&sql).await;
    }
    erase(&world, world.workspace.employees[0]).await;
    assert_eq!(rows(&world.database, PRIVATE).await, [""; 0]);
    for table in ["posts", "councils"] {
        let sql = format!(
            "SELECT concat_ws(' ', findings #>> '{{0,message}}', findings #>> '{{1,severity}}', findings #>> '{{1,detail,author}}',
                              findings #>> '{{1,detail,likeness}}', findings #>> '{{1,message}}')
             FROM {table} WHERE findings #>> '{{1,code}}' = 'near_identical'"
        );
        let told =
            "There are only tags. warning Somebody 0.7 Much of it is the same as in a post of somebody who was erased.";
        assert_eq!(world.look(&sql).await, [told], "{table}");
    }
}

#[tokio::test]
async fn what_is_being_written_is_given_up() {
    let world = World::of(2, json!({}), Script::default().model()).await;
    let given_up = "failed configuration Whoever this post was to be by was erased before it was written.";
    erase(&world, world.workspace.employees[0]).await;
    let ended = async || {
        let mut ended = world.ended().await;
        ended.sort_unstable();
        ended
    };
    assert_eq!(ended().await, [given_up, "running", "running"], "the colleague's slot is not touched");
    erase(&world, world.workspace.employees[1]).await;
    assert_eq!(ended().await, ["failed", given_up, given_up]);
    let mut transaction = world.database.database.begin().await.unwrap();
    let failed = slots::Outcome::Failed { kind: slots::FailureKind::Provider, message: PRIVATE.to_owned() };
    let now = world.ambient.now();
    assert!(!slots::finish(&mut transaction, world.key(), Holder::Council, &failed, now).await.unwrap());
    let (database, id) = (&world.database.database, world.workspace.id);
    let known = context::load(database, id, world.workspace.campaign_id, world.workspace.employees[0]).await.unwrap();
    assert_eq!(known, None, "nobody writes for them any more");
}

/// What a model answered for the slot of `world`.
fn answer(world: &World) -> Entry {
    Entry {
        id: WorkflowLogId::new(world.ambient.now(), &mut world.ambient.random()),
        key: world.key(),
        campaign_id: world.start.campaign_id,
        workflow_type: "council".to_owned(),
        step_name: "generate:gpt".to_owned(),
        model: Some("gpt-6.1-sol".to_owned()),
        prompt_version: None,
        input_tokens: Some(800),
        output_tokens: Some(60),
        cost_microusd: Some(1400),
        latency_ms: Some(900),
        status: Status::Success,
        error_message: Some(PRIVATE.to_owned()),
        raw_output: Some(PRIVATE.to_owned()),
        metadata: json!({ "final": true, "request_id": PRIVATE }),
    }
}

#[tokio::test]
async fn what_is_written_late_tells_nothing() {
    let world = World::new(json!({}), Script::default().model()).await;
    world.open(&world.start, 1).await;
    world.chosen("claude", "A canary sang.").await;
    erase(&world, world.start.employee_id).await;
    let (key, now) = (world.key(), world.ambient.now());
    let mut transaction = world.database.database.begin().await.unwrap();
    workflow_logs::record(&mut transaction, &answer(&world), now).await.unwrap();
    let outcome = Outcome::Answered(json!({ "text": PRIVATE }));
    candidates::record(&mut transaction, key, "gpt", "gpt-6.1-sol", &outcome, now).await.unwrap();
    let said = json!(PRIVATE);
    assert!(!councils::keep_refinement(&mut transaction, key, &json!({}), &said, now).await.unwrap());
    assert!(!councils::keep_image(&mut transaction, key, &said, now).await.unwrap());
    assert!(!councils::keep_findings(&mut transaction, key, &said, now).await.unwrap());
    transaction.commit().await.unwrap();

    world.change("DELETE FROM councils").await;
    let opening = Opening {
        key,
        campaign_id: world.start.campaign_id,
        config: json!({}),
        context: json!({ "employee": PRIVATE }),
        prompt_version: "simple-1".to_owned(),
        system_prompt: PRIVATE.to_owned(),
        user_prompt: PRIVATE.to_owned(),
        seed: 1,
    };
    let decision = Decision {
        winner: "gpt".to_owned(),
        standing: "full",
        verdict: said.clone(),
        judgings: said.clone(),
        draft: said,
    };
    let mut transaction = world.database.database.begin().await.unwrap();
    councils::open(&mut transaction, &opening, now).await.unwrap();
    assert!(!councils::decide(&mut transaction, key, &decision, now).await.unwrap());
    transaction.commit().await.unwrap();
    assert_eq!(rows(&world.database, PRIVATE).await, [""; 0]);
    let kept = "SELECT concat_ws(' ', cost_microusd, input_tokens, error_message, raw_output IS NULL, metadata) FROM workflow_logs";
    assert_eq!(world.look(kept).await, ["1400 800 Erased. t {\"final\": true, \"request_id\": \"Erased.\"}"]);
}

#[tokio::test]
async fn an_erasure_waits_for_what_is_being_written_and_erases_it() {
    let world = World::new(json!({}), Script::default().model()).await;
    let mut transaction = world.database.database.begin().await.unwrap();
    workflow_logs::record(&mut transaction, &answer(&world), world.ambient.now()).await.unwrap();
    let waiting = "SELECT state FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
    let commit = async {
        let mut waits = false;
        for _ in 0..10_000 {
            waits = !world.look(waiting).await.is_empty();
            if waits {
                break;
            }
        }
        assert!(waits, "the erasure does not wait");
        transaction.commit().await.unwrap();
    };
    futures::join!(erase(&world, world.start.employee_id), commit);
    assert_eq!(world.look("SELECT count(*)::text FROM workflow_logs").await, ["1"]);
    assert_eq!(rows(&world.database, PRIVATE).await, [""; 0]);
}

#[tokio::test]
async fn who_cannot_act_is_no_admin_that_is_left() {
    let world = World::of(3, json!({}), Script::default().model()).await;
    let [me, other, erased]: [UserId; 3] = world.workspace.employees.clone().try_into().unwrap();
    let check = async |expected: bool, admins: Vec<UserId>, place: &str| {
        let mut transaction = world.database.database.begin().await.unwrap();
        assert_eq!(profile::is_last_admin(&mut transaction, me).await.unwrap(), expected, "{place}");
        let locked = members::lock_admins(&mut transaction, world.workspace.id).await.unwrap();
        assert_eq!(locked, admins, "{place}");
    };
    check(false, vec![], "no admin").await;
    world.change("UPDATE memberships SET role = 'admin'").await;
    erase(&world, erased).await;
    let mut both = [me, other];
    both.sort_by_key(|person| person.uuid());
    check(false, both.to_vec(), "two").await;
    // However it came about: nobody who was erased counts.
    let mut transaction = world.database.database.begin().await.unwrap();
    members::set_role(&mut transaction, world.workspace.id, erased, Role::Admin).await.unwrap();
    transaction.commit().await.unwrap();
    for (sql, place) in [
        ("UPDATE users SET status = 'suspended' WHERE name = 'Person 1'", "the other is suspended"),
        ("UPDATE users SET status = 'active', kind = 'service' WHERE name = 'Person 1'", "the other is a program"),
    ] {
        world.change(sql).await;
        check(true, vec![me], place).await;
    }
}
