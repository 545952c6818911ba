use chrono::{DateTime, TimeDelta, Utc};
use http::Method;
use rostrum_core::{
    access::Role,
    ids::{ExecutionId, UserId},
};
use serde_json::{Value, json};

use crate::harness::{Api, campaign};

/// Posts that are alike.
struct Posts {
    /// What tells them from others, from 0: it stands in the hundreds of their slots.
    group: i32,
    count: i32,
    /// The seat that won; none for the workflow `simple`.
    seat: Option<&'static str>,
    standing: &'static str,
    is_refined: bool,
    status: &'static str,
    edit_distance: Option<i32>,
    at: DateTime<Utc>,
}

impl Posts {
    fn of(group: i32, count: i32, seat: &'static str, status: &'static str, at: DateTime<Utc>) -> Self {
        Self { group, count, seat: Some(seat), standing: "full", is_refined: false, status, edit_distance: None, at }
    }
}

/// A run whose slots the tests fill.
async fn run(api: &Api) -> ExecutionId {
    let id = ExecutionId::new(api.ambient.now(), &mut api.ambient.random());
    sqlx::query(
        "INSERT INTO executions (id, workspace_id, campaign_id, trigger, status, created_at)
         VALUES ($1, $2, $3, 'manual', 'running', $4)",
    )
    .bind(id.uuid())
    .bind(api.workspace.id.uuid())
    .bind(api.workspace.campaign_id.uuid())
    .bind(api.ambient.now())
    .execute(&api.database.admin)
    .await
    .unwrap();
    id
}

/// Writes posts of councils with two seats, claude with 8 points and gpt with 6, whose every candidate cost 1,000 and whose
/// judge cost 500; or of the workflow `simple`, which cost 900.
async fn write(api: &Api, run: ExecutionId, employee: UserId, posts: &Posts) {
    let statements = [
        "INSERT INTO execution_slots (execution_id, employee_id, slot, workspace_id, status, created_at, updated_at)
         SELECT $1, $2, slot, $3, 'stored', $5, $5 FROM generate_series($6, $7) AS slot",
        "INSERT INTO councils (execution_id, employee_id, slot, workspace_id, campaign_id, config, context, prompt_version,
                               system_prompt, user_prompt, seed, winner, standing, verdict, judgings, draft, refinement,
                               created_at, updated_at)
         SELECT $1, $2, slot, $3, $4, '{}', '{}', 'v', 's', 'u', 1, $8, $9, jsonb_build_object(
                  'decided_by', CASE $9 WHEN 'full' THEN 'judge' ELSE 'only_candidate' END,
                  'candidates', '[{\"seat\": \"claude\", \"model\": \"claude-sonnet-5-5\", \"total\": 8},
                    {\"seat\": \"gpt\", \"model\": \"gpt-6.1-sol\", \"total\": 6},
                    {\"seat\": \"grok\", \"model\": \"grok-4.7\", \"status\": \"failed\"}]'::jsonb),
                '[]', '{}', CASE WHEN $10 THEN '{\"kept\": \"refinement\"}'::jsonb END, $5, $5
         FROM generate_series($6, $7) AS slot WHERE $8::text IS NOT NULL",
        "INSERT INTO council_candidates (execution_id, employee_id, slot, seat, workspace_id, model, status, draft, was_selected, created_at)
         SELECT $1, $2, slot, seat, $3, model, 'answered', '{}', seat = $8, $5
         FROM generate_series($6, $7) AS slot, (VALUES ('claude', 'claude-sonnet-5-5'), ('gpt', 'gpt-6.1-sol')) AS seats (seat, model)
         WHERE $8::text IS NOT NULL",
        "INSERT INTO workflow_logs (id, workspace_id, execution_id, campaign_id, employee_id, slot, workflow_type, step_name, model,
                                    attempt, status, cost_microusd, created_at)
         SELECT gen_random_uuid(), $3, $1, $4, $2, slot, 'council', step, model || '-20260928', 1, 'success', cost, $5
         FROM generate_series($6, $7) AS slot,
              (VALUES ('generate:claude', 'claude-sonnet-5-5', 700, true), ('repair:claude', 'claude-sonnet-5-5', 300, true),
                      ('generate:gpt', 'gpt-6.1-sol', 1000, true), ('judge:1', 'grok-4.7', 500, true),
                      ('generate', 'gpt-6.1-sol', 900, false)) AS steps (step, model, cost, is_council)
         WHERE ($8::text IS NOT NULL) = is_council",
        "INSERT INTO posts (id, workspace_id, campaign_id, employee_id, execution_id, slot, platform, status, content,
                            original_content, edit_distance, generation_metadata, created_at, updated_at)
         SELECT (lpad(to_hex((extract(epoch FROM $5) * 1000)::bigint), 12, '0') || '70008' || lpad(to_hex(slot), 15, '0'))::uuid,
                $3, $4, $2, $1, slot, 'linkedin', $11, 'x', 'x', $12,
                jsonb_build_object('workflow_type', CASE WHEN $8::text IS NULL THEN 'simple' ELSE 'council' END,
                                   'model', 'gpt-6.1-sol-20260928'), $5, $5
         FROM generate_series($6, $7) AS slot",
    ];
    for sql in statements {
        // Every statement knows all values, whichever it uses.
        let sql = format!(
            "WITH known AS (SELECT $1::uuid, $2::uuid, $3::uuid, $4::uuid, $5::timestamptz, $6::int, $7::int, $8::text, $9::text,
                                   $10::boolean, $11::text, $12::int) {sql}"
        );
        sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(run.uuid())
            .bind(employee.uuid())
            .bind(api.workspace.id.uuid())
            .bind(api.workspace.campaign_id.uuid())
            .bind(posts.at)
            .bind(posts.group * 100 + 1)
            .bind(posts.group * 100 + posts.count)
            .bind(posts.seat)
            .bind(posts.standing)
            .bind(posts.is_refined)
            .bind(posts.status)
            .bind(posts.edit_distance)
            .execute(&api.database.admin)
            .await
            .unwrap();
    }
}

#[tokio::test]
async fn a_council_is_compared_with_its_best_seat_and_with_the_models_alone() {
    let api = Api::new().await;
    let path = format!("/api/campaigns/{}/council-record", api.workspace.campaign_id);
    let (run, employee) = (run(&api).await, api.workspace.employees[0]);
    let empty = api.get(&path).await.expect(200).json;
    assert_eq!((&empty["seats"], &empty["beats_best_single_seat"]), (&json!([]), &Value::Null));
    assert_eq!(empty["council"]["approval_rate"], Value::Null);

    let (now, earlier) = (api.ambient.now(), api.ambient.now() - TimeDelta::days(100));
    let claude = |group, count, status| Posts::of(group, count, "claude", status, now);
    let gpt = |group, count, status| Posts::of(group, count, "gpt", status, now);
    let simple = |group, count, status| Posts { seat: None, ..claude(group, count, status) };
    for posts in [
        Posts { edit_distance: Some(9), ..claude(0, 10, "approved") },
        claude(1, 8, "published"),
        claude(2, 11, "rejected"),
        claude(3, 5, "pending_review"),
        Posts { is_refined: true, edit_distance: Some(3), ..claude(4, 6, "scheduled") },
        gpt(5, 4, "approved"),
        Posts { standing: "below_quorum", ..gpt(6, 3, "rejected") },
        simple(7, 20, "approved"),
        simple(8, 20, "rejected"),
        Posts { at: earlier, ..gpt(9, 50, "approved") },
    ] {
        write(&api, run, employee, &posts).await;
    }
    // 29 unrefined posts of the best seat are reviewed: one too few to say anything.
    let read = api.get(&path).await.expect(200).json;
    assert_eq!((&read["best_single_seat"], &read["beats_best_single_seat"]), (&Value::Null, &Value::Null));

    write(&api, run, employee, &claude(10, 1, "publishing")).await;
    let read = api.get(&path).await.expect(200).json;
    insta::assert_json_snapshot!(read);

    // Everything, and nothing.
    let all = api.get(&format!("{path}?since=2020-01-01T00:00:00Z")).await.expect(200).json;
    assert_eq!(all["best_single_seat"]["seat"], "gpt");
    assert_eq!(all["beats_best_single_seat"], false);
    let none = api.get(&format!("{path}?since=2100-01-01T00:00:00Z")).await.expect(200).json;
    assert_eq!((&none["council"]["posts"], &none["seats"]), (&json!(0), &json!([])));
    for no_time in ["yesterday", "-9999-01-01T00:00:00Z", "%2B10000-01-01T00:00:00Z"] {
        api.get(&format!("{path}?since={no_time}")).await.invalid(&["since"]);
    }
    api.get(&format!("{path}?until=2100-01-01T00:00:00Z")).await.invalid(&["until"]);
    let unknown = uuid::Uuid::from_u128(1);
    api.get(&format!("/api/campaigns/{unknown}/council-record")).await.problem(404, "not-found");
    let other = api.other.campaign_id;
    api.get(&format!("/api/campaigns/{other}/council-record")).await.problem(404, "not-found");
}

#[tokio::test]
async fn a_reviewer_of_a_team_learns_nothing_of_what_is_written_for_others() {
    let api = Api::new().await;
    let (run, employee, now) = (run(&api).await, api.workspace.employees[0], api.ambient.now());
    write(&api, run, employee, &Posts::of(0, 1, "claude", "approved", now)).await;
    write(&api, run, employee, &Posts { seat: None, ..Posts::of(1, 2, "gpt", "approved", now) }).await;
    write(&api, run, employee, &Posts { seat: None, ..Posts::of(2, 3, "gpt", "rejected", now) }).await;
    let (ours, others) = (api.workspace.campaign_id, api.post("/api/campaigns", &campaign()).await.expect(201).id());
    api.change(&format!("UPDATE posts SET campaign_id = '{others}' WHERE slot > 200")).await;
    let team = api.post("/api/v1/teams", &json!({ "name": "Brand" })).await.expect(201).id();
    api.change(&format!("UPDATE campaigns SET team_id = '{team}' WHERE id = '{ours}'")).await;
    let member = format!("/api/v1/teams/{team}/members/{}", api.user(Role::User));
    api.admin(Method::PUT, &member).json(&json!({ "role": "reviewer" })).send().await.expect(200);
    let check = async |role: Role, posts: i64, rejected: i64| {
        let path = format!("/api/campaigns/{ours}/council-record");
        let read = api.anonymous(Method::GET, &path).token(&api.token(role)).send().await.expect(200).json;
        let simple = &read["seats"][1]["simple"];
        assert_eq!((&simple["posts"], &simple["rejected"]), (&json!(posts), &json!(rejected)), "{role}");
    };
    check(Role::User, 2, 0).await;
    check(Role::Reviewer, 5, 3).await;
    check(Role::Admin, 5, 3).await;
    let path = format!("/api/campaigns/{others}/council-record");
    api.anonymous(Method::GET, &path).token(&api.token(Role::User)).send().await.problem(404, "not-found");
}
