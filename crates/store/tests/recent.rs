//! Earlier posts are found by an index, whatever else is in the table.
#![expect(clippy::unwrap_used, reason = "a test stops at its first surprise")]

use chrono::DateTime;
use rostrum_core::ids::WorkspaceId;
use rostrum_store::{
    Transaction,
    posts::recent::{self, Newest},
};
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
async fn the_signatures_of_a_workspace_are_one_range_of_an_index() {
    let world = world().await;
    // Those of other workspaces, without a signature or rejected are not among them.
    world.change("UPDATE posts SET signature = decode(lpad(to_hex(slot), 4, '0'), 'hex') WHERE slot > 100").await;
    world.change("ANALYZE posts").await;
    let mut transaction = world.database.database.begin().await.unwrap();
    let newest =
        recent::signatures_since(&mut transaction, world.workspace.id, DateTime::UNIX_EPOCH, 100).await.unwrap();
    assert_eq!(newest.len(), 100);
    assert!(newest.is_sorted_by(|left, right| left.0 > right.0), "the newest first");
    for (id, signature) in &newest {
        let slot: i32 = sqlx::query_scalar("SELECT slot FROM posts WHERE id = $1 AND status <> 'rejected'")
            .bind(id.uuid())
            .fetch_one(&mut transaction)
            .await
            .unwrap();
        assert_eq!(i32::from(u16::from_be_bytes(signature.as_slice().try_into().unwrap())), slot);
    }
    let all = recent::signatures_since(&mut transaction, world.workspace.id, DateTime::UNIX_EPOCH, 5000).await.unwrap();
    assert_eq!(all.len(), 3420, "nine in ten of 1900 of each of two campaigns");
    let arguments = format!("'{}', '{}', 1000", world.workspace.id, Uuid::nil());
    let plan = plan(&mut transaction, "%array_agg%", &arguments).await;
    assert!(plan.contains("Index Scan Backward using idx_posts_workspace on posts"), "{plan}");
    assert!(!plan.contains("Sort") && !plan.contains("Seq Scan on posts"), "{plan}");
}

#[tokio::test]
async fn posts_of_the_campaign_and_of_the_employee_are_found_behind_newer_ones_of_others() {
    let world = world().await;
    let other = "(SELECT id FROM campaigns WHERE workspace_id = posts.workspace_id AND name = 'Other')";
    // Ids rise with time; those of the other campaign are the newer ones, by a colleague but for some.
    world
        .change(
            "INSERT INTO users (id, email, name, created_at, updated_at)
             SELECT gen_random_uuid(), 'colleague@example.com', 'Colleague', created_at, updated_at FROM users LIMIT 1",
        )
        .await;
    world
        .change(&format!(
            "UPDATE posts SET signature = decode(lpad(to_hex(slot), 4, '0'), 'hex'), status = 'pending_review',
                    id = overlay(id::text PLACING CASE WHEN campaign_id = {other} THEN 'ffff' ELSE '0000' END FROM 1)::uuid,
                    employee_id = CASE WHEN campaign_id = {other} AND slot > 10
                                       THEN (SELECT id FROM users WHERE email = 'colleague@example.com')
                                       ELSE employee_id END"
        ))
        .await;
    world.change("ANALYZE posts").await;
    let (workspace_id, campaign_id) = (world.workspace.id, world.start.campaign_id);
    let employee_id = world.workspace.employees[0];
    let mut transaction = world.database.database.begin().await.unwrap();
    for (of_workspace, of_campaign, of_employee, expected) in [
        (30, 0, 0, [30, 0]),
        (30, 20, 0, [30, 20]),
        (4000, 20, 20, [2000, 2000]),
        (0, 20, 0, [0, 20]),
        (0, 0, 15, [10, 5]),
    ] {
        let newest = Newest { of_workspace, of_campaign, of_employee };
        let found = recent::signatures(&mut transaction, workspace_id, campaign_id, employee_id, newest).await.unwrap();
        let of = |newer: bool| found.iter().filter(|(id, _)| id.to_string().starts_with("ffff") == newer).count();
        assert_eq!([of(true), of(false)], expected, "{newest:?}");
    }
    let arguments = format!("'{workspace_id}', '{campaign_id}', '{employee_id}', 1000, 500, 500");
    let plan = plan(&mut transaction, "%array_agg%UNION%", &arguments).await;
    for index in ["idx_posts_workspace", "idx_posts_campaign", "idx_posts_employee"] {
        assert!(plan.contains(&format!("Index Scan Backward using {index} on posts")), "{plan}");
    }
    assert!(!plan.contains("Seq Scan on posts"), "{plan}");
}

#[tokio::test]
async fn posts_come_in_the_order_in_which_they_are_asked_for() {
    let world = world().await;
    world.change("UPDATE posts SET signature = 'any' WHERE slot <= 5").await;
    let database = &world.database.database;
    let signed = recent::signatures_since(database, world.workspace.id, DateTime::UNIX_EPOCH, 5).await.unwrap();
    let ids = [signed[3].0, signed[0].0, signed[4].0];
    let posts = recent::list(database, world.workspace.id, &ids).await.unwrap();
    assert_eq!(posts.iter().map(|post| post.id).collect::<Vec<_>>(), ids);
    assert!(posts.iter().all(|post| post.employee_id == world.workspace.employees[0] && post.author == "Person 0"));
    assert!(recent::list(database, Uuid::nil().into(), &ids).await.unwrap().is_empty(), "of another workspace");
    assert!(recent::list(database, world.workspace.id, &[]).await.unwrap().is_empty());
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
