//! What admins say about the workspace.

use http::Method;
use rostrum_core::access::Role;
use serde_json::{Value, json};

use crate::harness::{Api, Reply};

const PATH: &str = "/api/workspace/settings";

async fn change(api: &Api, body: Value) -> Reply {
    api.admin(Method::PATCH, PATH).json(&body).send().await
}

/// The settings of a workspace that requires no second factor.
fn said(name: &str, registration: &str) -> Value {
    json!({ "name": name, "registration": registration, "second_factor": "optional" })
}

#[tokio::test]
async fn admins_say_what_the_workspace_is_called_and_who_may_register() {
    let api = Api::new().await;
    assert_eq!(api.get(PATH).await.expect(200).json, said("Test", "invitation"));
    let named = change(&api, json!({ "name": " Bridges " })).await.expect(200);
    assert_eq!(named.json, said("Bridges", "invitation"));
    let opened = change(&api, json!({ "registration": "open" })).await.expect(200);
    assert_eq!(opened.json, said("Bridges", "open"));
    // The same again is no change.
    change(&api, json!({ "registration": "open" })).await.expect(200);
    for role in Role::ALL {
        let read = api.anonymous(Method::GET, PATH).token(&api.token(role)).send().await.expect(200);
        assert_eq!(read.json, opened.json, "{role}");
    }
    let closed = change(&api, json!({ "registration": null })).await.expect(200);
    assert_eq!(closed.json["registration"], "invitation");
    assert_eq!(api.audited(api.workspace.id.uuid()).await, ["workspace.settings_changed"; 3]);
    let others = api.count("SELECT count(*) FROM workspaces WHERE name = 'Test'").await;
    assert_eq!(others, 1, "the other workspace has its own name");
}

#[tokio::test]
async fn an_opened_workspace_takes_strangers() {
    let api = Api::new().await;
    let register = || {
        let slug = format!("test-{}", api.workspace.id.uuid().simple());
        let body = json!({ "name": "New", "password": "verhext-Ziegel-7-Trommel", "email": "new@example.com", "workspace": slug });
        api.anonymous(Method::POST, "/api/v1/auth/register").json(&body).send()
    };
    register().await.problem(403, "registration-closed");
    change(&api, json!({ "registration": "open" })).await.expect(200);
    register().await.expect(202);
}

#[tokio::test]
async fn settings_that_cannot_be_are_refused_by_field() {
    let api = Api::new().await;
    let check = async |body: Value, fields: &[&str]| {
        change(&api, body).await.invalid(fields);
    };
    check(json!({ "name": " " }), &["name"]).await;
    check(json!({ "name": "x".repeat(201) }), &["name"]).await;
    check(json!({ "name": "two\nlines" }), &["name"]).await;
    check(json!({ "name": null }), &["name"]).await;
    check(json!({ "registration": "closed" }), &["registration"]).await;
    check(json!({ "registration": true }), &["registration"]).await;
    check(json!({ "second_factor": "required" }), &["second_factor"]).await;
    check(json!({ "second_factor": true }), &["second_factor"]).await;
    check(json!({ "slug": "other" }), &["slug"]).await;
    assert_eq!(api.get(PATH).await.json, said("Test", "invitation"));
    for role in [Role::User, Role::Reviewer, Role::BrandManager] {
        let call = api.anonymous(Method::PATCH, PATH).token(&api.token(role)).json(&json!({ "name": "Mine" }));
        call.send().await.problem(403, "forbidden");
    }
}
