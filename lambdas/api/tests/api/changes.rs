//! Every route about campaigns and employees that changes something without sending a message: asked for twice, and dying
//! at its commit.

use futures::future::LocalBoxFuture;
use http::Method;
use serde_json::{Value, json};

use crate::{
    change::{self, Change, Look, Scene, TEAM, admin},
    harness::{Api, campaign},
};

const SCENE: Scene = Scene {
    arrange: make_a_team,
    token: Some(admin),
    lines: "SELECT 'campaign ' || name || ' ' || status || ' ' || version FROM campaigns
            UNION ALL SELECT 'employee ' || display_name || ' ' || (archived_at IS NULL) || ' ' || version FROM employee_profiles
            UNION ALL SELECT 'sample ' || content || ' ' || (archived_at IS NULL) || ' ' || version FROM writing_samples
            UNION ALL SELECT 'assigned ' || count(*) FROM campaign_employees WHERE is_active
            UNION ALL SELECT 'team ' || name || ' ' || (archived_at IS NULL) || ' ' || version FROM teams
            UNION ALL SELECT 'member ' || role FROM team_members
            UNION ALL SELECT 'of a team ' || count(*) FROM campaigns WHERE team_id IS NOT NULL
            UNION ALL SELECT 'workspace ' || name || ' ' || registration || ' ' || second_factor FROM workspaces
            UNION ALL SELECT 'prohibited ' || array_to_string(prohibited_words, ' ') FROM workspaces
            UNION ALL SELECT 'audited ' || action FROM audit_log
            ORDER BY 1",
    look: Look::Closely,
};

/// `COLLEAGUE` does not write for the campaign, and is in `TEAM`.
fn make_a_team(api: &Api) -> LocalBoxFuture<'_, ()> {
    Box::pin(async move {
        let (workspace, colleague) = (api.workspace.id, api.workspace.employees[1]);
        api.change(&format!("DELETE FROM campaign_employees WHERE user_id = '{colleague}'")).await;
        api.change(&format!(
            "INSERT INTO teams (id, workspace_id, name, created_at, updated_at)
             VALUES ('{TEAM}', '{workspace}', 'Brand', now(), now())"
        ))
        .await;
        api.change(&format!(
            "INSERT INTO team_members (team_id, workspace_id, user_id, role, created_at)
             VALUES ('{TEAM}', '{workspace}', '{colleague}', 'reviewer', now())"
        ))
        .await;
    })
}

/// The admin has a second factor.
fn set_up_a_factor(api: &Api) -> LocalBoxFuture<'_, ()> {
    Box::pin(async move {
        let sql = "UPDATE users SET totp_secret = '\\x00', totp_confirmed_at = now() WHERE email = 'admin@example.com'";
        api.change(sql).await;
    })
}

/// Twice comes to the same as once, and so does dying at the only effect that there is.
async fn check(method: Method, path: &'static str, body: Value, answers: &'static [u16]) {
    change::check(Change { method, path, body, answers, scene: SCENE }, &["commit"]).await;
}

#[tokio::test]
async fn what_is_made_is_made_once() {
    let employee = json!({ "email": "ana@example.com", "display_name": "Ana" });
    check(Method::POST, "/api/campaigns", campaign(), &[201]).await;
    check(Method::POST, "/api/employees", employee, &[201]).await;
    check(Method::POST, "/api/employees/EMPLOYEE/samples", json!({ "content": "It stands." }), &[201]).await;
    check(Method::POST, "/api/v1/teams", json!({ "name": "Events" }), &[201]).await;
    let mut of_team = campaign();
    of_team["team_id"] = json!("TEAM");
    check(Method::POST, "/api/campaigns", of_team, &[201]).await;
}

#[tokio::test]
async fn what_is_changed_is_changed_once() {
    // Whoever hears nothing asks again and is told that the version has moved on.
    check(Method::PATCH, "/api/campaigns/CAMPAIGN", json!({ "name": "Autumn" }), &[200, 412]).await;
    check(Method::PATCH, "/api/employees/EMPLOYEE", json!({ "display_name": "Bo" }), &[200, 412]).await;
    check(Method::PATCH, "/api/samples/SAMPLE", json!({ "content": "It fell." }), &[200, 412]).await;
    check(Method::PATCH, "/api/campaigns/CAMPAIGN", json!({ "team_id": "TEAM" }), &[200, 412]).await;
    check(Method::PATCH, "/api/v1/teams/TEAM", json!({ "name": "Fame" }), &[200, 412]).await;
    let settings = json!({ "name": "Renamed", "registration": "open" });
    check(Method::PATCH, "/api/workspace/settings", settings, &[200]).await;
}

#[tokio::test]
async fn a_second_factor_is_required_once() {
    let (path, body) = ("/api/workspace/settings", json!({ "second_factor": "required_of_admins" }));
    let scene = Scene { arrange: set_up_a_factor, ..SCENE };
    change::check(Change { method: Method::PATCH, path, body, answers: &[200], scene }, &["commit"]).await;
}

#[tokio::test]
async fn what_is_replaced_is_replaced_once() {
    let words = json!({ "words": ["cheap", "risk free"] });
    check(Method::PUT, "/api/workspace/prohibited-words", words, &[200, 412]).await;
}

#[tokio::test]
async fn what_is_archived_is_archived_once() {
    for path in ["/api/employees/EMPLOYEE/archive", "/api/samples/SAMPLE/archive", "/api/v1/teams/TEAM/archive"] {
        check(Method::POST, path, Value::Null, &[200]).await;
    }
}

#[tokio::test]
async fn who_is_assigned_is_assigned_once() {
    check(Method::POST, "/api/campaigns/CAMPAIGN/employees", json!({ "user_ids": ["COLLEAGUE"] }), &[200]).await;
}

#[tokio::test]
async fn who_joins_a_team_joins_it_once_and_leaves_it_once() {
    let role = json!({ "role": "brand_manager" });
    check(Method::PUT, "/api/v1/teams/TEAM/members/EMPLOYEE", role.clone(), &[200]).await;
    check(Method::PUT, "/api/v1/teams/TEAM/members/COLLEAGUE", role, &[200]).await;
    // The second request finds nobody in it.
    check(Method::DELETE, "/api/v1/teams/TEAM/members/COLLEAGUE", Value::Null, &[204, 404]).await;
}

#[tokio::test]
async fn who_is_let_go_is_let_go_once() {
    // The second request finds nobody to let go.
    check(Method::DELETE, "/api/campaigns/CAMPAIGN/employees/EMPLOYEE", Value::Null, &[204, 404]).await;
}
