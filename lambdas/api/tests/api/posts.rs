use std::time::{Duration, Instant};

use rostrum_core::ids::new_uuid;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::harness::Api;

/// Writes a post of the other tests' workspace.
async fn post(api: &Api, slot: i32, status: &str) -> Uuid {
    let (now, mut random) = (api.ambient.now(), api.ambient.random());
    let [id, execution] = [new_uuid(now, &mut random), new_uuid(now, &mut random)];
    sqlx::query(
        "WITH run AS (
           INSERT INTO executions (id, workspace_id, campaign_id, trigger, status, created_at)
           VALUES ($1, $2, $3, 'manual', 'running', $4) RETURNING id
         )
         INSERT INTO posts (id, workspace_id, campaign_id, employee_id, execution_id, slot, platform, status, content,
                            original_content, hashtags, generation_metadata, created_at, updated_at)
         SELECT $5, $2, $3, $6, id, $7, 'linkedin', $8, 'Post ' || $7, 'Post ' || $7, '{Bridges}', '{\"model\": \"m\"}', $4, $4
         FROM run",
    )
    .bind(execution)
    .bind(api.workspace.id.uuid())
    .bind(api.workspace.campaign_id.uuid())
    .bind(now)
    .bind(id)
    .bind(api.workspace.employees[0].uuid())
    .bind(slot)
    .bind(status)
    .execute(&api.database.admin)
    .await
    .unwrap();
    id
}

#[tokio::test]
async fn posts_are_filtered_and_read() {
    let api = Api::new().await;
    let waiting = post(&api, 1, "pending_review").await;
    let approved = post(&api, 2, "approved").await;
    let employee = api.workspace.employees[0];
    let campaign = api.workspace.campaign_id;
    let seen = async |query: String| {
        let page = api.get(&format!("/api/posts?{query}")).await.expect(200);
        let items = page.json["items"].as_array().unwrap();
        let mut ids: Vec<Uuid> = items.iter().map(|item| item["id"].as_str().unwrap().parse().unwrap()).collect();
        ids.sort_unstable();
        ids
    };
    let mut both = vec![waiting, approved];
    both.sort_unstable();
    assert_eq!(seen("status=pending_review".to_owned()).await, [waiting]);
    assert_eq!(seen("status=rejected".to_owned()).await, Vec::<Uuid>::new());
    assert_eq!(seen(String::new()).await, both);
    assert_eq!(seen(format!("campaign_id={campaign}")).await, both);
    assert_eq!(seen(format!("campaign_id={}", api.other.campaign_id)).await, Vec::<Uuid>::new());
    assert_eq!(seen(format!("employee_id={employee}&status=approved")).await, [approved]);
    assert_eq!(seen("platform=linkedin".to_owned()).await, both);
    assert_eq!(seen("platform=x&status=approved".to_owned()).await, Vec::<Uuid>::new());
    let everything = format!("platform=linkedin&status=approved&employee_id={employee}&campaign_id={campaign}");
    assert_eq!(seen(everything).await, [approved]);

    let read = api.get(&format!("/api/posts/{waiting}")).await.expect(200);
    assert_eq!(read.header("etag"), Some("\"1\""));
    let redacted = [".id", ".campaign_id", ".employee_id", ".execution_id"];
    let mut shown = read.json;
    for field in redacted {
        shown[&field[1..]] = json!("[id]");
    }
    insta::assert_json_snapshot!(shown);
    let page = api.get("/api/posts?status=pending_review").await;
    let fields: Vec<&String> = page.json["items"][0].as_object().unwrap().keys().collect();
    assert_eq!(
        fields,
        ["campaign_id", "content", "created_at", "employee_id", "execution_id", "id", "platform", "status", "version"]
    );
}

#[tokio::test]
async fn the_list_refuses_what_it_does_not_know() {
    let api = Api::new().await;
    for (query, fields) in [
        ("status=lost", vec!["status"]),
        ("campaign_id=1", vec!["campaign_id"]),
        ("employee_id=me", vec!["employee_id"]),
        ("platform=LinkedIn", vec!["platform"]),
        ("limit=1000", vec!["limit"]),
        ("cursor=AAAA", vec!["cursor"]),
        ("page=2", vec!["page"]),
    ] {
        api.get(&format!("/api/posts?{query}")).await.invalid(&fields);
    }
}

#[tokio::test]
async fn pages_follow_each_other_without_gap_or_double() {
    let api = Api::new().await;
    let mut expected = Vec::new();
    for slot in 1..=7 {
        expected.push(post(&api, slot, "pending_review").await);
        post(&api, slot, "approved").await;
    }
    expected.sort_unstable();
    expected.reverse();
    let mut seen: Vec<Uuid> = Vec::new();
    let mut cursor = Value::Null;
    loop {
        let next = cursor.as_str().map(|cursor| format!("&cursor={cursor}")).unwrap_or_default();
        let page = api.get(&format!("/api/v1/posts?status=pending_review&limit=3{next}")).await.expect(200);
        let items = page.json["items"].as_array().unwrap();
        seen.extend(items.iter().map(|item| item["id"].as_str().unwrap().parse::<Uuid>().unwrap()));
        cursor = page.json["next_cursor"].clone();
        if cursor.is_null() {
            break;
        }
    }
    assert_eq!(seen, expected);
}

/// What a page costs must not depend on how many posts there are. Nothing but a page's worth of index entries is read,
/// also for what is not there and also with the plan that Postgres keeps for a prepared statement.
#[tokio::test]
async fn a_page_reads_no_more_than_a_page() {
    const PAGE: i64 = 10;
    const TIMES: i64 = 8;
    let api = Api::new().await;
    for slot in 1..=2 {
        post(&api, slot, "approved").await;
    }
    sqlx::query(
        "INSERT INTO posts (id, workspace_id, campaign_id, employee_id, execution_id, slot, platform, status, content,
                            original_content, created_at, updated_at)
         SELECT ('01930000-0000-7000-800' || slot || '-' || lpad(number::text, 12, '0'))::uuid, workspace_id, campaign_id,
                ($1::uuid[])[1 + number % 2], execution_id, number, platform, 'published', 'Text', 'Text', created_at, updated_at
         FROM posts, generate_series(3, 10000) AS number",
    )
    .bind(api.workspace.employees.iter().map(|employee| employee.uuid()).collect::<Vec<_>>())
    .execute(&api.database.admin)
    .await
    .unwrap();
    for sql in ["VACUUM ANALYZE posts", "SELECT pg_stat_reset()"] {
        sqlx::raw_sql(sql).execute(&api.database.admin).await.unwrap();
    }
    let [employee, stranger] = [api.workspace.employees[0], api.other.employees[0]];
    let [campaign, elsewhere] = [api.workspace.campaign_id, api.other.campaign_id];
    let lists = [
        String::new(),
        "status=published".to_owned(),
        "status=pending_review".to_owned(),
        format!("campaign_id={campaign}"),
        format!("campaign_id={campaign}&status=published"),
        format!("campaign_id={campaign}&status=draft"),
        format!("campaign_id={elsewhere}"),
        format!("employee_id={employee}"),
        format!("employee_id={employee}&status=draft"),
        format!("employee_id={stranger}&status=published"),
        "platform=linkedin".to_owned(),
        "platform=instagram".to_owned(),
        "platform=linkedin&status=draft".to_owned(),
        "platform=instagram&status=published".to_owned(),
    ];
    // Postgres decides for a kept plan from the sixth time on.
    for _ in 0..TIMES {
        for query in &lists {
            api.get(&format!("/api/posts?{query}&limit={PAGE}")).await.expect(200);
        }
    }
    // A server process tells what it counted when it ends.
    api.database.database.close().await;
    let end = Instant::now() + Duration::from_secs(20);
    let pages = TIMES * i64::try_from(lists.len()).unwrap();
    loop {
        let counts: Vec<(String, i64, i64)> = sqlx::query_as(
            "SELECT indexrelname::text, idx_scan, idx_tup_read FROM pg_stat_user_indexes
             WHERE relname = 'posts' AND idx_scan > 0 ORDER BY 1",
        )
        .fetch_all(&api.database.admin)
        .await
        .unwrap();
        if counts.iter().map(|(_, scans, _)| scans).sum::<i64>() >= pages {
            let read: i64 = counts.iter().map(|(_, _, read)| read).sum();
            assert!(read <= pages * (PAGE + 1), "{counts:?}");
            break;
        }
        assert!(Instant::now() < end, "{counts:?}");
        tokio::task::yield_now().await;
    }
    // Filling the table scanned the two posts that were there, and may be counted after the reset. A list that scanned the
    // table would have read all of it.
    let scanned = api.count("SELECT seq_tup_read FROM pg_stat_user_tables WHERE relname = 'posts'").await;
    assert!(scanned <= 2, "{scanned} rows were read by scanning the table");
}
