//! Earlier posts are found by an index, whatever else is in the table.
#![expect(clippy::unwrap_used, reason = "a test stops at its first surprise")]

use chrono::DateTime;
use rostrum_core::ids::WorkspaceId;
use rostrum_store::{Transaction, posts::recent};
use rostrum_test_kit::council::{Script, World};
use serde_json::json;
use sqlx::AssertSqlSafe;
use uuid::Uuid;

/// A run of many posts, some of which were edited and approved, and as many of another campaign and another workspace.
async fn world() -> World {
    let world = World::new(json!({}), Script::default().model()).await;
    rostrum_test_kit::sample::workspace(&world.database.admin, &world.ambient, 1).await;
    world
        .change(
            "INSERT INTO campaigns (id, workspace_id, name, platform, brief, created_at, updated_at)
             SELECT gen_random_uuid(), workspace_id, 'Other', platform, brief, created_at, updated_at FROM campaigns;",
        )
        .await;
    world
        .change(
            "INSERT INTO executions (id, workspace_id, campaign_id, trigger, status, created_at)
             SELECT gen_random_uuid(), workspace_id, id, 'manual', 'running', created_at FROM campaigns",
        )
        .await;
    world
        .change(
            "INSERT INTO posts (id, workspace_id, campaign_id, employee_id, execution_id, slot, platform, status, content,
                                original_content, edit_distance, created_at, updated_at)
             SELECT gen_random_uuid(), run.workspace_id, run.campaign_id,
                    (SELECT user_id FROM employee_profiles AS person WHERE person.workspace_id = run.workspace_id),
                    run.id, slot, 'linkedin',
                    CASE WHEN slot % 10 = 0 THEN 'approved' WHEN slot % 10 = 1 THEN 'rejected' ELSE 'pending_review' END,
                    'Post ' || slot, 'Draft ' || slot, slot % 2, run.created_at, run.created_at
             FROM executions AS run CROSS JOIN generate_series(1, 2000) AS slot WHERE run.trigger = 'manual'",
        )
        .await;
    world.change("ANALYZE").await;
    world
}

/// The plan of the statement that this transaction ran last, for any workspace.
async fn plan(transaction: &mut Transaction, like: &str, arguments: &str) -> String {
    let name: String = sqlx::query_scalar(
        "SELECT name FROM pg_prepared_statements WHERE statement LIKE $1 AND statement LIKE '%LIMIT%'",
    )
    .bind(like)
    .fetch_one(&mut *transaction)
    .await
    .unwrap();
    sqlx::query("SET LOCAL plan_cache_mode = force_generic_plan").execute(&mut *transaction).await.unwrap();
    let explain = format!("EXPLAIN EXECUTE {name} ({arguments})");
    let lines: Vec<String> = sqlx::query_scalar(AssertSqlSafe(explain)).fetch_all(transaction).await.unwrap();
    lines.join("\n")
}

#[tokio::test]
async fn the_newest_posts_of_a_workspace_are_one_range_of_an_index() {
    let world = world().await;
    let mut transaction = world.database.database.begin().await.unwrap();
    let posts = recent::list(&mut transaction, world.workspace.id, DateTime::UNIX_EPOCH, 100).await.unwrap();
    assert_eq!(posts.len(), 100);
    assert!(posts.is_sorted_by(|left, right| left.id > right.id), "the newest first");
    assert!(posts.iter().all(|post| post.employee_id == world.workspace.employees[0] && post.author == "Person 0"));
    let arguments = format!("'{}', '{}', 1000", world.workspace.id, Uuid::nil());
    let plan = plan(&mut transaction, "%employee_profiles%", &arguments).await;
    assert!(plan.contains("Index Scan Backward using idx_posts_workspace on posts"), "{plan}");
    assert!(!plan.contains("Sort") && !plan.contains("Seq Scan on posts"), "{plan}");
}

#[tokio::test]
async fn edited_posts_are_found_within_their_campaign() {
    let world = world().await;
    // One in twenty of the campaign's is approved, and none of them edited but these.
    world.change("UPDATE posts SET edit_distance = 0 WHERE status = 'approved'").await;
    world.change("UPDATE posts SET edit_distance = 3 WHERE status = 'approved' AND slot <= 40").await;
    world.change("ANALYZE posts").await;
    let mut transaction = world.database.database.begin().await.unwrap();
    let campaign_id = world.look("SELECT campaign_id::text FROM executions WHERE trigger = 'schedule'").await.remove(0);
    let campaign = world.start.campaign_id;
    assert_eq!(campaign.to_string(), campaign_id);
    let edited = recent::edited(&mut transaction, world.workspace.id, campaign, 3).await.unwrap();
    let mut texts: Vec<&str> = edited.iter().map(|post| post.content.as_str()).collect();
    texts.sort_unstable();
    assert_eq!(texts.len(), 3);
    assert!(texts.iter().all(|text| ["Post 10", "Post 20", "Post 30", "Post 40"].contains(text)), "{texts:?}");
    let plan =
        plan(&mut transaction, "%edit_distance > 0%", &format!("'{}', '{campaign}', 3", world.workspace.id)).await;
    assert!(plan.contains("using idx_posts_edited"), "{plan}");
    assert!(!plan.contains("Seq Scan on posts"), "{plan}");
}

#[tokio::test]
async fn prohibited_words_are_those_of_the_workspace() {
    let world = World::new(json!({}), Script::default().model()).await;
    world.change("UPDATE workspaces SET prohibited_words = '{cheap,\"for free\"}'").await;
    let database = &world.database.database;
    let words = recent::prohibited_words(database, world.workspace.id).await.unwrap();
    assert_eq!(words, ["cheap", "for free"]);
    let unknown = WorkspaceId::new(world.ambient.now(), &mut world.ambient.random());
    assert!(recent::prohibited_words(database, unknown).await.unwrap().is_empty());
}
