//! Every operation of the document, asked by those who may and those who may not.

use http::Method;
use rostrum_core::access::{Permission, Role, allows};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::harness::{Api, Call, campaign};

/// An operation as the document has it.
#[derive(Debug)]
struct Operation {
    method: Method,
    path: String,
    id: String,
    permission: Option<Permission>,
}

async fn operations(api: &Api) -> Vec<Operation> {
    let document = api.anonymous(Method::GET, "/api/openapi.json").send().await.expect(200).json;
    let mut operations = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let permission = operation["x-permission"].as_str();
            let known = |name: &str| Permission::ALL.into_iter().find(|one| one.as_str() == name).unwrap();
            operations.push(Operation {
                method: method.to_uppercase().parse().unwrap(),
                path: path.clone(),
                id: operation["operationId"].as_str().unwrap().to_owned(),
                permission: permission.map(known),
            });
        }
    }
    assert!(operations.len() >= 33, "{operations:?}");
    operations
}

impl Operation {
    /// A request that would be carried out if its ids were known.
    fn call<'a>(&self, api: &'a Api, ids: impl Fn(&str) -> Uuid) -> Call<'a> {
        let mut segments: Vec<String> = Vec::new();
        for segment in self.path.split('/') {
            let before = segments.last().cloned().unwrap_or_default();
            segments.push(match segment {
                "{id}" => ids(&before).to_string(),
                "{user_id}" | "{employee_id}" => ids("employees").to_string(),
                "{slot}" => "1".to_owned(),
                segment => segment.to_owned(),
            });
        }
        let call = api.anonymous(self.method.clone(), &segments.join("/"));
        let body = match self.id.as_str() {
            "create_campaign" => campaign(),
            "set_campaign_schedule" => json!({ "schedule_cron": "0 9 * * *" }),
            "assign_employees" => json!({ "user_ids": [ids("employees")] }),
            "create_employee" => json!({ "email": "new@example.com", "display_name": "New" }),
            "create_sample" => json!({ "content": "New." }),
            "set_prohibited_words" => json!({ "words": ["cheap"] }),
            "change_campaign" | "change_employee" | "change_sample" => json!({}),
            _ => return call,
        };
        call.header("if-match", "*").json(&body)
    }
}

#[tokio::test]
async fn every_operation_but_a_few_needs_a_permission() {
    let api = Api::new().await;
    let operations = operations(&api).await;
    let public: Vec<&str> =
        operations.iter().filter(|one| one.permission.is_none()).map(|one| one.id.as_str()).collect();
    assert_eq!(public, ["get_keys", "get_health", "login"]);
    for operation in operations.iter().filter(|one| one.permission.is_some()) {
        let nobody = operation.call(&api, |_| Uuid::from_u128(1));
        let reply = nobody.send().await;
        assert_eq!(reply.status.as_u16(), 401, "{operation:?}");
        assert_eq!(reply.problem(401, "unauthenticated").header("www-authenticate"), Some("Bearer"));
        let stranger = operation.call(&api, |_| Uuid::from_u128(1)).token("e30.e30.e30");
        assert_eq!(stranger.send().await.status.as_u16(), 401, "{operation:?}");
    }
}

#[tokio::test]
async fn every_operation_obeys_the_table_of_roles() {
    let api = Api::new().await;
    let mut refused = 0;
    for operation in operations(&api).await {
        let Some(permission) = operation.permission else { continue };
        for role in Role::ALL {
            let call = operation.call(&api, |_| Uuid::from_u128(1)).token(&api.token(role));
            let status = call.send().await.status.as_u16();
            if allows(role, permission) {
                assert!(![401, 403].contains(&status), "{role} {operation:?}: {status}");
            } else {
                assert_eq!(status, 403, "{role} {operation:?}");
                refused += 1;
            }
        }
    }
    assert!(refused > 45, "{refused}");
}

#[tokio::test]
async fn what_belongs_to_another_workspace_is_not_found() {
    let api = Api::new().await;
    // One of everything in the other workspace.
    let text = |sql: String| {
        let admin = api.database.admin.clone();
        async move { sqlx::query_scalar::<_, Uuid>(sqlx::AssertSqlSafe(sql)).fetch_one(&admin).await.unwrap() }
    };
    let workspace = api.other.id;
    let (campaign, employee) = (api.other.campaign_id, api.other.employees[0]);
    let sample = text(format!("SELECT id FROM writing_samples WHERE workspace_id = '{workspace}'")).await;
    let execution = text(format!(
        "INSERT INTO executions (id, workspace_id, campaign_id, trigger, status, created_at)
         VALUES (gen_random_uuid(), '{workspace}', '{campaign}', 'manual', 'running', now()) RETURNING id"
    ))
    .await;
    let post = text(format!(
        "INSERT INTO posts (id, workspace_id, campaign_id, employee_id, execution_id, slot, platform, status, content, original_content, created_at, updated_at)
         VALUES (gen_random_uuid(), '{workspace}', '{campaign}', '{employee}', '{execution}', 1, 'linkedin', 'approved', 'x', 'x', now(), now()) RETURNING id"
    ))
    .await;
    let council = text(format!(
        "WITH slot AS (
           INSERT INTO execution_slots (execution_id, employee_id, slot, workspace_id, status, post_id, created_at, updated_at)
           VALUES ('{execution}', '{employee}', 1, '{workspace}', 'stored', '{post}', now(), now())
         ), medium AS (
           INSERT INTO post_media (post_id, position, workspace_id, sha256, content_type, width, height, bytes, alt_text, template, captions, created_at)
           VALUES ('{post}', 1, '{workspace}', repeat('a', 64), 'image/png', 1, 1, 1, 'x', 'x', '{{}}', now())
         )
         INSERT INTO councils (execution_id, employee_id, slot, workspace_id, campaign_id, config, context, prompt_version, system_prompt, user_prompt, seed, created_at, updated_at)
         VALUES ('{execution}', '{employee}', 1, '{workspace}', '{campaign}', '{{\"seats\": []}}', '{{}}', 'x', 'x', 'x', 1, now(), now()) RETURNING execution_id"
    ))
    .await;
    assert_eq!(council, execution);
    let ids = |kind: &str| match kind {
        "campaigns" => campaign.uuid(),
        "employees" => employee.uuid(),
        "samples" => sample,
        "executions" => execution,
        "posts" => post,
        other => panic!("no id of {other}"),
    };
    let before = everything(&api).await;
    let token = api.token(Role::Admin);
    let mut asked = 0;
    for operation in operations(&api).await {
        if operation.path.contains('{') {
            let reply = operation.call(&api, ids).token(&token).send().await;
            assert_eq!(reply.status.as_u16(), 404, "{operation:?}: {}", reply.text);
            asked += 1;
        }
    }
    assert!(asked >= 20, "{asked}");
    for list in ["campaigns", "employees", "posts"] {
        let items = api.get(&format!("/api/{list}")).await.expect(200).json["items"].clone();
        assert!(!items.to_string().contains(&ids(list).to_string()), "{list}");
    }
    assert_eq!(everything(&api).await, before);
}

/// All that the tables hold, to see that nothing changed.
async fn everything(api: &Api) -> Vec<Value> {
    let mut tables = Vec::new();
    for table in [
        "campaigns",
        "campaign_employees",
        "employee_profiles",
        "writing_samples",
        "executions",
        "posts",
        "outbox",
        "audit_log",
        "workspaces",
    ] {
        let sql = format!("SELECT coalesce(jsonb_agg(row ORDER BY row::text), '[]') FROM {table} AS row");
        tables.push(sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).fetch_one(&api.database.admin).await.unwrap());
    }
    tables
}
