//! Every route that changes something without sending a message: asked for twice, and dying at its commit.

use chrono::TimeDelta;
use http::Method;
use rostrum_lambda_kit::Effects;
use rostrum_test_kit::delivery::{Delivered, Scenario, kill_at_each_effect, run_twice};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::harness::{Api, campaign};

/// A request that changes something. In its path and body `CAMPAIGN`, `EMPLOYEE` with `SAMPLE`, and `COLLEAGUE`, who does
/// not write for the campaign, stand for the ids of the workspace.
struct Change {
    method: Method,
    path: &'static str,
    body: Value,
    /// What the first request is answered with, then what a later one may be answered that comes to the same.
    answers: &'static [u16],
}

impl Scenario for Change {
    type World = Api;
    type State = Vec<String>;

    async fn world(&self) -> Api {
        let api = Api::new().await;
        sqlx::query("DELETE FROM campaign_employees WHERE user_id = $1")
            .bind(api.workspace.employees[1].uuid())
            .execute(&api.database.admin)
            .await
            .unwrap();
        api
    }

    async fn deliver(&self, api: &Api, effects: Effects) -> Delivered {
        let sample: Uuid =
            sqlx::query_scalar("SELECT id FROM writing_samples WHERE workspace_id = $1 AND user_id = $2")
                .bind(api.workspace.id.uuid())
                .bind(api.workspace.employees[0].uuid())
                .fetch_one(&api.database.admin)
                .await
                .unwrap();
        let named = |text: &str| {
            text.replace("CAMPAIGN", &api.workspace.campaign_id.to_string())
                .replace("EMPLOYEE", &api.workspace.employees[0].to_string())
                .replace("COLLEAGUE", &api.workspace.employees[1].to_string())
                .replace("SAMPLE", &sample.to_string())
        };
        let mut call = api.admin(self.method.clone(), &named(self.path));
        if !self.body.is_null() {
            call = call.header("content-type", "application/json").body(named(&self.body.to_string()));
        }
        if self.method == Method::POST {
            call = call.header("idempotency-key", "change");
        }
        if self.method == Method::PATCH {
            call = call.header("if-match", "\"1\"");
        }
        let answer = call.send_to(api.router(effects)).await;
        if self.answers.contains(&answer.status.as_u16()) { Delivered::Done } else { Delivered::Again }
    }

    async fn wait(&self, api: &Api) {
        api.ambient.advance(TimeDelta::minutes(1));
    }

    async fn state(&self, api: &Api) -> Self::State {
        sqlx::query_scalar(
            "SELECT 'campaign ' || name || ' ' || status || ' ' || version FROM campaigns
             UNION ALL SELECT 'employee ' || display_name || ' ' || (archived_at IS NULL) || ' ' || version FROM employee_profiles
             UNION ALL SELECT 'sample ' || content || ' ' || (archived_at IS NULL) || ' ' || version FROM writing_samples
             UNION ALL SELECT 'assigned ' || count(*) FROM campaign_employees WHERE is_active
             UNION ALL SELECT 'prohibited ' || array_to_string(prohibited_words, ' ') FROM workspaces
             UNION ALL SELECT 'audited ' || action FROM audit_log
             ORDER BY 1",
        )
        .fetch_all(&api.database.admin)
        .await
        .unwrap()
    }
}

/// Twice comes to the same as once, and so does dying at the only effect that there is.
async fn check(method: Method, path: &'static str, body: Value, answers: &'static [u16]) {
    let change = Change { method, path, body, answers };
    let untouched = change.state(&change.world().await).await;
    let world = change.world().await;
    assert_eq!(change.deliver(&world, Effects::live()).await, Delivered::Done, "{path}");
    assert_ne!(change.state(&world).await, untouched, "{path} changes nothing that is looked at");
    run_twice(&change).await;
    assert_eq!(kill_at_each_effect(&change).await, ["commit"], "{path}");
}

#[tokio::test]
async fn what_is_made_is_made_once() {
    let employee = json!({ "email": "ana@example.com", "display_name": "Ana" });
    check(Method::POST, "/api/campaigns", campaign(), &[201]).await;
    check(Method::POST, "/api/employees", employee, &[201]).await;
    check(Method::POST, "/api/employees/EMPLOYEE/samples", json!({ "content": "It stands." }), &[201]).await;
}

#[tokio::test]
async fn what_is_changed_is_changed_once() {
    // Whoever hears nothing asks again and is told that the version has moved on.
    check(Method::PATCH, "/api/campaigns/CAMPAIGN", json!({ "name": "Autumn" }), &[200, 412]).await;
    check(Method::PATCH, "/api/employees/EMPLOYEE", json!({ "display_name": "Bo" }), &[200, 412]).await;
    check(Method::PATCH, "/api/samples/SAMPLE", json!({ "content": "It fell." }), &[200, 412]).await;
}

#[tokio::test]
async fn what_is_replaced_is_replaced_once() {
    let words = json!({ "words": ["cheap", "risk free"] });
    check(Method::PUT, "/api/workspace/prohibited-words", words, &[200]).await;
}

#[tokio::test]
async fn what_is_archived_is_archived_once() {
    for path in ["/api/employees/EMPLOYEE/archive", "/api/samples/SAMPLE/archive"] {
        check(Method::POST, path, Value::Null, &[200]).await;
    }
}

#[tokio::test]
async fn who_is_assigned_is_assigned_once() {
    check(Method::POST, "/api/campaigns/CAMPAIGN/employees", json!({ "user_ids": ["COLLEAGUE"] }), &[200]).await;
}

#[tokio::test]
async fn who_is_let_go_is_let_go_once() {
    // The second request finds nobody to let go.
    check(Method::DELETE, "/api/campaigns/CAMPAIGN/employees/EMPLOYEE", Value::Null, &[204, 404]).await;
}
