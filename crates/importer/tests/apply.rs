//! Imports into a real database: once, twice, at once, and interrupted.

#![expect(clippy::unwrap_used, reason = "a test stops at its first surprise")]

use std::{fs, path::Path};

use rostrum_importer::{
    apply::{self, ApplyError, Deed, Report},
    workspace::{self, Workspace},
};
use rostrum_lambda_kit::{Ambient, Effects};
use rostrum_store::{
    Database,
    connection::{Settings, Statements},
};
use rostrum_test_kit::{
    database::TestDatabase,
    delivery::{Delivered, Scenario, kill_at_each_effect, run_twice},
    sample::now,
};
use secrecy::SecretString;
use sqlx::PgPool;

const PASSWORD: &str = "correct horse battery";

fn example() -> Workspace {
    load(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/workspace.yaml"))
}

fn load(path: &Path) -> Workspace {
    workspace::check(path, now()).unwrap().workspace
}

/// The test's database as the importer reaches it: as the owner, and behind whatever pooler.
fn owner(test: &TestDatabase) -> Database {
    let url = SecretString::from(test.admin_url());
    Database::new(&Settings { url, statements: Statements::Unnamed, max_connections: 2 }).unwrap()
}

async fn import(test: &TestDatabase, workspace: &Workspace, password: &str) -> Result<Report, ApplyError> {
    let ambient = Ambient::fixed(now(), 1);
    apply::apply(&owner(test), workspace, &SecretString::from(password), &ambient, &Effects::live()).await
}

fn lines(report: &Report) -> Vec<String> {
    report.lines.iter().map(ToString::to_string).collect()
}

/// Everything that an import writes, without ids, times and salts.
async fn contents(admin: &PgPool) -> Vec<String> {
    sqlx::query_scalar(
        "SELECT line FROM (
           SELECT 'workspace ' || slug || ' ' || name || prohibited_words::text AS line FROM workspaces
           UNION ALL SELECT 'user ' || email || ' ' || name || ' ' || (password_hash IS NOT NULL) FROM users
           UNION ALL SELECT 'member ' || email || ' ' || role FROM memberships JOIN users ON users.id = user_id
           UNION ALL SELECT 'employee ' || display_name || job_title || bio || voice FROM employee_profiles
           UNION ALL SELECT 'sample ' || email || coalesce(platform::text, '') || content
             FROM writing_samples JOIN users ON users.id = user_id
           UNION ALL SELECT 'campaign ' || name || platform || schedule_cron || workflow_config FROM campaigns
           UNION ALL SELECT 'assigned ' || campaigns.name || email
             FROM campaign_employees JOIN users ON users.id = user_id JOIN campaigns ON campaigns.id = campaign_id
           UNION ALL SELECT 'outbox ' || kind || ' ' || name
             FROM outbox JOIN campaigns ON campaigns.id = (payload ->> 'campaign_id')::uuid
           UNION ALL SELECT 'audit ' || action || ' ' || actor_kind || ' ' || subject_type || ' ' || count(*)
             FROM audit_log GROUP BY action, actor_kind, subject_type
         ) AS everything ORDER BY line",
    )
    .fetch_all(admin)
    .await
    .unwrap()
}

/// The lines of `contents` about `kind`.
fn about<'a>(contents: &'a [String], kind: &str) -> Vec<&'a str> {
    contents.iter().filter_map(|line| line.strip_prefix(kind)?.strip_prefix(' ')).collect()
}

#[tokio::test]
async fn the_example_arrives_complete() {
    let test = TestDatabase::new().await;
    let report = import(&test, &example(), PASSWORD).await.unwrap();
    assert!(report.has_changes());
    assert_eq!(
        lines(&report),
        [
            "created workspace Wendhalde (wendhalde)",
            "created admin Sofia Lindqvist <sofia.lindqvist@example.com>",
            "created employee Mira Keller <mira.keller@example.com>",
            "created 5 writing samples of Mira Keller",
            "created employee Jonas Brandt <jonas.brandt@example.com>",
            "created 5 writing samples of Jonas Brandt",
            "created employee Priya Raman <priya.raman@example.com>",
            "created 5 writing samples of Priya Raman",
            "created employee Luca Bernasconi <luca.bernasconi@example.com>",
            "created 5 writing samples of Luca Bernasconi",
            "created employee Noé Favre <noe.favre@example.com>",
            "created 5 writing samples of Noé Favre",
            "created campaign Warm by winter (linkedin), runs at 30 8 * * 1-5 in Europe/Zurich",
            "created campaign Notes from the boiler room (x), runs at 15 12 * * 2,4 in Europe/Zurich",
            "created campaign Said at the boiler (linkedin), runs at 0 10 * * 3 in Europe/Zurich",
            "created campaign Boiler room humour (x), runs at 0 16 * * 5 in Europe/Zurich",
        ]
    );

    let contents = contents(&test.admin).await;
    assert_eq!(
        about(&contents, "member"),
        [
            "jonas.brandt@example.com content_creator",
            "luca.bernasconi@example.com content_creator",
            "mira.keller@example.com content_creator",
            "noe.favre@example.com content_creator",
            "priya.raman@example.com content_creator",
            "sofia.lindqvist@example.com admin",
        ]
    );
    assert_eq!(about(&contents, "sample").len(), 25);
    assert_eq!(about(&contents, "assigned").len(), 12);
    assert_eq!(
        about(&contents, "outbox"),
        [
            "campaign_schedule Boiler room humour",
            "campaign_schedule Notes from the boiler room",
            "campaign_schedule Said at the boiler",
            "campaign_schedule Warm by winter",
        ]
    );
    assert_eq!(
        about(&contents, "audit"),
        [
            "campaign.created system campaign 4",
            "campaign.employee_assigned system campaign 12",
            "employee.created system employee 5",
            "membership.created system user 6",
            "sample.created system sample 25",
            "user.created system user 6",
            "workspace.created system workspace 1",
        ]
    );
}

#[tokio::test]
async fn only_the_admin_can_sign_in() {
    let test = TestDatabase::new().await;
    import(&test, &example(), PASSWORD).await.unwrap();
    let hashes: Vec<(String, String)> =
        sqlx::query_as("SELECT email, password_hash FROM users WHERE password_hash IS NOT NULL")
            .fetch_all(&test.admin)
            .await
            .unwrap();
    let [(email, hash)] = hashes.as_slice() else { panic!("{hashes:?}") };
    assert_eq!(email, "sofia.lindqvist@example.com");
    assert!(rostrum_core::password::verify(PASSWORD, Some(hash)));
}

#[tokio::test]
async fn a_second_import_changes_nothing_and_says_so() {
    let test = TestDatabase::new().await;
    import(&test, &example(), PASSWORD).await.unwrap();
    let before = contents(&test.admin).await;
    let report = import(&test, &example(), PASSWORD).await.unwrap();
    assert!(!report.has_changes(), "{:?}", lines(&report));
    assert_eq!(report.lines.len(), 16);
    assert_eq!(contents(&test.admin).await, before);
}

#[tokio::test]
async fn another_password_replaces_the_first_and_nothing_else() {
    let test = TestDatabase::new().await;
    import(&test, &example(), PASSWORD).await.unwrap();
    let report = import(&test, &example(), "another long password").await.unwrap();
    let changes: Vec<String> =
        report.lines.iter().filter(|line| line.deed != Deed::Kept).map(ToString::to_string).collect();
    assert_eq!(changes, ["changed password of admin Sofia Lindqvist <sofia.lindqvist@example.com>"]);
    let hash: String = sqlx::query_scalar("SELECT password_hash FROM users WHERE password_hash IS NOT NULL")
        .fetch_one(&test.admin)
        .await
        .unwrap();
    assert!(rostrum_core::password::verify("another long password", Some(&hash)));
}

#[tokio::test]
async fn a_short_password_is_refused_and_nothing_is_kept() {
    let test = TestDatabase::new().await;
    let error = import(&test, &example(), "short").await.unwrap_err();
    assert_eq!(error.to_string(), "the admin's password must have at least 12 characters");
    assert_eq!(contents(&test.admin).await, Vec::<String>::new());
}

#[tokio::test]
async fn what_people_changed_stays_as_they_left_it() {
    let test = TestDatabase::new().await;
    import(&test, &example(), PASSWORD).await.unwrap();
    sqlx::raw_sql(
        "UPDATE campaigns SET brief = 'Ours', schedule_cron = NULL WHERE platform = 'linkedin';
         UPDATE campaigns SET status = 'archived', schedule_cron = NULL WHERE platform = 'x';
         UPDATE employee_profiles SET voice = 'Loud' WHERE display_name = 'Mira Keller';
         UPDATE writing_samples SET archived_at = now() WHERE content LIKE 'Nineteen degrees%';
         DELETE FROM campaign_employees USING users WHERE users.id = user_id AND email LIKE 'noe%';",
    )
    .execute(&test.admin)
    .await
    .unwrap();
    let before: Vec<String> = samples_and_assignments(&test.admin).await;
    let report = import(&test, &example(), PASSWORD).await.unwrap();
    assert!(!report.has_changes(), "{:?}", lines(&report));
    let told = lines(&report);
    assert!(told.contains(
        &"kept employee Mira Keller <mira.keller@example.com>, which differs from the file in voice".to_owned()
    ));
    assert!(told.contains(
        &"kept campaign Warm by winter (linkedin), which differs from the file in brief, schedule_cron".to_owned()
    ));
    assert!(told.contains(&"kept campaign Notes from the boiler room (x), which is archived".to_owned()));
    assert_eq!(samples_and_assignments(&test.admin).await, before);
}

async fn samples_and_assignments(admin: &PgPool) -> Vec<String> {
    sqlx::query_scalar(
        "SELECT id || coalesce(archived_at::text, '') FROM writing_samples
         UNION ALL SELECT id || is_active::text FROM campaign_employees ORDER BY 1",
    )
    .fetch_all(admin)
    .await
    .unwrap()
}

#[tokio::test]
async fn what_is_new_in_the_file_is_added() {
    let test = TestDatabase::new().await;
    let complete = example();
    let mut smaller = complete.clone();
    smaller.employees.pop();
    smaller.employees[0].samples.pop();
    smaller.campaigns.pop();
    smaller.campaigns[0].employees.pop();
    import(&test, &smaller, PASSWORD).await.unwrap();

    let report = import(&test, &complete, PASSWORD).await.unwrap();
    let changes: Vec<String> =
        report.lines.iter().filter(|line| line.deed != Deed::Kept).map(ToString::to_string).collect();
    assert_eq!(
        changes,
        [
            "created 1 writing sample of Mira Keller",
            "created employee Noé Favre <noe.favre@example.com>",
            "created 5 writing samples of Noé Favre",
            "changed campaign Warm by winter (linkedin): new employees write for it, too",
            "changed campaign Notes from the boiler room (x): new employees write for it, too",
            "created campaign Boiler room humour (x), runs at 0 16 * * 5 in Europe/Zurich",
        ]
    );

    let in_one_go = TestDatabase::new().await;
    import(&in_one_go, &complete, PASSWORD).await.unwrap();
    assert_eq!(contents(&test.admin).await, contents(&in_one_go.admin).await);
}

#[tokio::test]
async fn the_admin_may_be_an_employee() {
    let test = TestDatabase::new().await;
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("apply-{}.yaml", std::process::id()));
    fs::write(
        &path,
        "workspace: { slug: solo, name: Solo }\nadmin: { name: Ann, email: ann@example.com }\n\
         employees: [{ display_name: Ann, email: ann@example.com }]\n",
    )
    .unwrap();
    let workspace = load(&path);
    fs::remove_file(&path).unwrap();
    import(&test, &workspace, PASSWORD).await.unwrap();
    let contents = contents(&test.admin).await;
    assert_eq!(about(&contents, "user"), ["ann@example.com Ann true"]);
    assert_eq!(about(&contents, "member"), ["ann@example.com admin"]);
    assert_eq!(about(&contents, "employee"), ["Ann"]);
}

#[tokio::test]
async fn prohibited_words_are_those_of_the_file_until_somebody_sets_others() {
    let test = TestDatabase::new().await;
    let workspace = Workspace { prohibited_words: vec!["risk free".to_owned(), "cheap".to_owned()], ..example() };
    import(&test, &workspace, PASSWORD).await.unwrap();
    assert_eq!(about(&contents(&test.admin).await, "workspace"), ["wendhalde Wendhalde{\"risk free\",cheap}"]);
    let again = import(&test, &workspace, PASSWORD).await.unwrap();
    assert_eq!(lines(&again)[0], "kept workspace Wendhalde (wendhalde)");
    sqlx::raw_sql("UPDATE workspaces SET prohibited_words = '{}'").execute(&test.admin).await.unwrap();
    let report = import(&test, &workspace, PASSWORD).await.unwrap();
    assert!(!report.has_changes());
    let told = "kept workspace Wendhalde (wendhalde), which differs from the file in prohibited_words";
    assert_eq!(lines(&report)[0], told);
    assert_eq!(about(&contents(&test.admin).await, "workspace"), ["wendhalde Wendhalde{}"]);
}

/// One import of the example as the message of a queue would be handled.
struct Example(Workspace);

impl Scenario for Example {
    type World = TestDatabase;
    type State = Vec<String>;

    async fn world(&self) -> TestDatabase {
        TestDatabase::new().await
    }

    async fn deliver(&self, world: &TestDatabase, effects: Effects) -> Delivered {
        let ambient = Ambient::system();
        let password = SecretString::from(PASSWORD);
        match apply::apply(&owner(world), &self.0, &password, &ambient, &effects).await {
            Ok(_) => Delivered::Done,
            Err(_) => Delivered::Again,
        }
    }

    async fn wait(&self, _: &TestDatabase) {}

    async fn state(&self, world: &TestDatabase) -> Vec<String> {
        contents(&world.admin).await
    }
}

#[tokio::test]
async fn an_import_may_run_twice_and_at_once() {
    run_twice(&Example(example())).await;
}

#[tokio::test]
async fn an_interrupted_import_is_made_up_for() {
    assert_eq!(kill_at_each_effect(&Example(example())).await, ["commit"]);
}
