use http::Method;
use serde_json::{Value, json};

use crate::harness::Api;

/// A run with a stored, a failed and a planned slot and five log rows.
async fn execution(api: &Api) -> String {
    let path = format!("/api/campaigns/{}/run", api.workspace.campaign_id);
    let run = api.admin(Method::POST, &path).send().await.expect(202);
    let id = run.json["execution_id"].as_str().unwrap().to_owned();
    sqlx::raw_sql(sqlx::AssertSqlSafe(format!(
        "UPDATE executions SET status = 'running', started_at = created_at WHERE id = '{id}';
         INSERT INTO execution_slots (execution_id, employee_id, slot, workspace_id, status, attempts, failure_kind, failure_message, created_at, updated_at)
         SELECT id, '{employee}', slot, workspace_id, state, slot - 1, kind, message, created_at, created_at
         FROM executions, (VALUES (1, 'planned', NULL, NULL), (2, 'stored', NULL, NULL), (3, 'failed', 'refused', 'The model refused.')) AS planned (slot, state, kind, message)
         WHERE id = '{id}';
         INSERT INTO workflow_logs (id, workspace_id, execution_id, campaign_id, employee_id, slot, workflow_type, step_name, attempt, model,
                                    prompt_version, input_tokens, output_tokens, latency_ms, status, error_message, raw_output, created_at)
         SELECT ('01930000-0000-7000-8000-00000000000' || attempt)::uuid, workspace_id, id, campaign_id, '{employee}', 3, 'simple', 'generate',
                attempt, 'claude-sonnet-5-5', 'simple-1', 100, 20, 1234, 'error', 'refused', repeat('x', 20000 + attempt - 1), created_at
         FROM executions, generate_series(1, 5) AS attempt WHERE id = '{id}';",
        employee = api.workspace.employees[0],
    )))
    .execute(&api.database.admin)
    .await
    .unwrap();
    id
}

#[tokio::test]
async fn a_run_shows_its_slots_and_its_log() {
    let api = Api::new().await;
    let id = execution(&api).await;
    let mut read = api.get(&format!("/api/executions/{id}")).await.expect(200).json;
    assert_eq!(read["counts"], json!({ "planned": 1, "running": 0, "stored": 1, "failed": 1 }));
    assert_eq!(read["slots"].as_array().unwrap().len(), 3);
    assert_eq!(read["slots"][2]["failure"], json!({ "kind": "refused", "message": "The model refused." }));
    assert_eq!(read["slots"][0]["failure"], Value::Null);
    assert_eq!(read["logs"].as_array().unwrap().len(), 5);
    assert_eq!(read["next_logs_cursor"], Value::Null);
    let log = &mut read["logs"][1];
    assert_eq!(log["raw_output"].as_str().unwrap().len(), 20_000);
    assert_eq!(log["raw_output_truncated"], true);
    log["raw_output"] = json!("[…]");
    log["employee_id"] = json!("[id]");
    insta::assert_json_snapshot!(log);
    assert_eq!(read["logs"][0]["raw_output_truncated"], false);
}

#[tokio::test]
async fn the_log_is_walked_page_by_page() {
    let api = Api::new().await;
    let path = format!("/api/executions/{}", execution(&api).await);
    let mut attempts = Vec::new();
    let mut query = "logs_limit=2".to_owned();
    loop {
        let page = api.get(&format!("{path}?{query}")).await.expect(200);
        let logs = page.json["logs"].as_array().unwrap();
        attempts.extend(logs.iter().map(|log| log["attempt"].as_i64().unwrap()));
        let Some(cursor) = page.json["next_logs_cursor"].as_str() else { break };
        query = format!("logs_limit=2&logs_cursor={cursor}");
    }
    assert_eq!(attempts, [1, 2, 3, 4, 5]);
    api.get(&format!("{path}?logs_limit=201")).await.invalid(&["logs_limit"]);
    api.get(&format!("{path}?logs_cursor=x")).await.invalid(&["logs_cursor"]);
}

#[tokio::test]
async fn runs_are_listed_newest_first() {
    let api = Api::new().await;
    let campaign = format!("/api/campaigns/{}", api.workspace.campaign_id);
    let mut expected = Vec::new();
    for _ in 0..3 {
        let run = api.admin(Method::POST, &format!("{campaign}/run")).send().await.expect(202);
        expected.insert(0, run.json["execution_id"].clone());
        api.ambient.advance(chrono::TimeDelta::seconds(1));
    }
    let first = api.get(&format!("{campaign}/executions?limit=2")).await.expect(200).json;
    let cursor = first["next_cursor"].as_str().unwrap();
    let second = api.get(&format!("{campaign}/executions?limit=2&cursor={cursor}")).await.expect(200).json;
    let ids: Vec<Value> = [&first, &second]
        .iter()
        .flat_map(|page| page["items"].as_array().unwrap())
        .map(|item| item["id"].clone())
        .collect();
    assert_eq!(ids, expected);
    assert_eq!(second["next_cursor"], Value::Null);
}
