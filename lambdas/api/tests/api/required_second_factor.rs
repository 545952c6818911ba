//! A workspace that requires a second factor of its admins.

use axum::Router;
use chrono::TimeDelta;
use http::Method;
use rostrum_core::access::{Permission, Role};
use rostrum_lambda_kit::Effects;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    authorization::operations,
    harness::{Api, PASSWORD, Reply, campaign},
    sign_in::enrol,
};

const SETTINGS: &str = "/api/workspace/settings";

/// What somebody is told who owes one.
pub(crate) const MISSING: &str = "second-factor-missing";

/// It is required, as another process has set it.
pub(crate) async fn require(api: &Api) {
    let workspace = api.workspace.id;
    api.change(&format!("UPDATE workspaces SET second_factor = 'required_of_admins' WHERE id = '{workspace}'")).await;
}

/// The admin says of whom it is required.
async fn set(api: &Api, rule: &str) -> Reply {
    api.admin(Method::PATCH, SETTINGS).json(&json!({ "second_factor": rule })).send().await
}

async fn campaigns(api: &Api, role: Role) -> Reply {
    api.anonymous(Method::GET, "/api/campaigns").token(&api.token(role)).send().await
}

/// The token of somebody new.
async fn somebody(api: &Api, number: usize, role: Role, has_one: bool) -> String {
    let me = api.person(&format!("{number}@example.com"), true).await;
    let membership = if role == Role::SuperAdmin { Role::Admin } else { role };
    api.join(api.workspace.id, me, membership).await;
    if role == Role::SuperAdmin {
        api.change(&format!("UPDATE users SET is_super_admin = true WHERE id = '{me}'")).await;
    }
    if has_one {
        let sql = "UPDATE users SET totp_secret = '\\x00', totp_confirmed_at = now()";
        api.change(&format!("{sql} WHERE id = '{me}'")).await;
    }
    let session = api.session(me, api.workspace.id).await;
    api.token_of(me, api.workspace.id, session)
}

/// Every operation: an admin who owes a second factor is refused all but what concerns their account, nobody else is.
#[tokio::test]
async fn who_owes_one_is_left_their_own_account() {
    let api = Api::new().await;
    require(&api).await;
    let (mut asked, mut refused) = (0, 0);
    for operation in operations(&api).await {
        let Some(permission) = operation.permission else { continue };
        for (role, has_one, owes) in [
            (Role::Admin, false, true),
            (Role::SuperAdmin, false, true),
            (Role::Admin, true, false),
            (Role::BrandManager, false, false),
        ] {
            // Somebody new each time, because some operations end what the next one needs.
            let token = somebody(&api, asked, role, has_one).await;
            let reply = operation.call(&api, |_| Uuid::from_u128(1)).token(&token).send().await;
            let is_refused = reply.json["type"] == format!("urn:rostrum:problem:{MISSING}");
            let place = format!("{role} {has_one} {operation:?}: {}", reply.text);
            assert_eq!(is_refused, owes && permission != Permission::Account, "{place}");
            if is_refused {
                reply.problem(403, MISSING);
                refused += 1;
            }
            asked += 1;
        }
    }
    assert!(refused >= 80, "{refused} of {asked}");
    let body = json!({ "email": "admin@example.com", "password": PASSWORD });
    api.anonymous(Method::POST, "/api/v1/auth/login").json(&body).send().await.expect(200);
}

#[tokio::test]
async fn an_admin_requires_one_of_others_who_has_one() {
    let api = Api::new().await;
    set(&api, "required_of_admins").await.problem(409, "conflict");
    assert_eq!(api.get(SETTINGS).await.expect(200).json["second_factor"], "optional");
    campaigns(&api, Role::SuperAdmin).await.expect(200);
    enrol(&api).await;
    set(&api, "required_of_admins").await.expect(200);
    // The same again is no change.
    set(&api, "required_of_admins").await.expect(200);
    let refused = campaigns(&api, Role::SuperAdmin).await.problem(403, MISSING);
    assert!(refused.json["detail"].as_str().unwrap().contains("POST /api/v1/auth/second-factor"));
    for role in [Role::Admin, Role::BrandManager] {
        campaigns(&api, role).await.expect(200);
    }
    assert_eq!(api.audited(api.workspace.id.uuid()).await, ["workspace.settings_changed"]);
    let told = "SELECT count(*) FROM audit_log WHERE detail -> 'before' ->> 'second_factor' = 'optional'
                AND detail -> 'after' ->> 'second_factor' = 'required_of_admins'";
    assert_eq!(api.count(told).await, 1);
    assert_eq!(api.count("SELECT count(*) FROM workspaces WHERE second_factor = 'optional'").await, 1);
    set(&api, "optional").await.expect(200);
    campaigns(&api, Role::SuperAdmin).await.expect(200);
}

#[tokio::test]
async fn setting_one_up_frees_at_once_here_and_within_a_minute_elsewhere() {
    let api = Api::new().await;
    require(&api).await;
    let elsewhere = api.router(Effects::live());
    let read = |router: &Router| api.admin(Method::GET, "/api/campaigns").send_to(router.clone());
    for router in [&api.router, &elsewhere] {
        read(router).await.problem(403, MISSING);
    }
    enrol(&api).await;
    read(&api.router).await.expect(200);
    api.post("/api/campaigns", &campaign()).await.expect(201);
    api.ambient.advance(TimeDelta::minutes(1));
    read(&elsewhere).await.expect(200);
}

#[tokio::test]
async fn a_change_is_refused_at_once_and_a_read_within_a_minute() {
    let api = Api::new().await;
    for role in [Role::Admin, Role::SuperAdmin] {
        campaigns(&api, role).await.expect(200);
    }
    require(&api).await;
    api.post("/api/campaigns", &campaign()).await.problem(403, MISSING);
    assert_eq!(api.count("SELECT count(*) FROM audit_log WHERE action = 'campaign.created'").await, 0);
    // Whoever was refused is believed no longer.
    campaigns(&api, Role::Admin).await.problem(403, MISSING);
    api.ambient.advance(TimeDelta::minutes(1));
    campaigns(&api, Role::SuperAdmin).await.problem(403, MISSING);
}

#[tokio::test]
async fn who_becomes_an_admin_sets_one_up_first() {
    let api = Api::new().await;
    enrol(&api).await;
    set(&api, "required_of_admins").await.expect(200);
    campaigns(&api, Role::Reviewer).await.expect(200);
    let path = format!("/api/v1/members/{}/role", api.user(Role::Reviewer));
    api.admin(Method::PUT, &path).json(&json!({ "role": "admin" })).send().await.expect(200);
    campaigns(&api, Role::Reviewer).await.problem(403, MISSING);
    let begin = api.anonymous(Method::POST, "/api/v1/auth/second-factor").token(&api.token(Role::Reviewer));
    begin.send().await.expect(201);
    // Begun is not confirmed.
    campaigns(&api, Role::Reviewer).await.problem(403, MISSING);
}

#[tokio::test]
async fn programs_are_not_asked_and_require_nothing() {
    let api = Api::new().await;
    let permissions = ["campaigns.read", "settings.write"];
    let body = json!({ "name": "Robot", "role": "admin", "permissions": permissions, "expires_in_days": 1 });
    let key = api.post("/api/v1/api-keys", &body).await.expect(201).json["key"].as_str().unwrap().to_owned();
    let change = |body: Value| api.anonymous(Method::PATCH, SETTINGS).token(&key).json(&body).send();
    change(json!({ "second_factor": "required_of_admins" })).await.problem(409, "conflict");
    require(&api).await;
    api.ambient.advance(TimeDelta::minutes(1));
    api.anonymous(Method::GET, "/api/campaigns").token(&key).send().await.expect(200);
    change(json!({ "name": "Bridges" })).await.expect(200);
}

async fn remove(api: &Api, token: &str, code: &str) -> Reply {
    let call = api.anonymous(Method::POST, "/api/v1/auth/second-factor/removal").token(token);
    call.json(&json!({ "code": code })).send().await
}

#[tokio::test]
async fn one_that_is_required_stays_whichever_workspace_its_owner_is_in() {
    let api = Api::new().await;
    let (_, codes) = enrol(&api).await;
    set(&api, "required_of_admins").await.expect(200);
    let admin = api.user(Role::Admin);
    api.join(api.other.id, admin, Role::Reviewer).await;
    let session = api.session(admin, api.other.id).await;
    for token in [api.token(Role::Admin), api.token_of(admin, api.other.id, session)] {
        remove(&api, &token, &codes[0]).await.problem(409, "conflict");
        remove(&api, &token, "000000").await.problem(409, "conflict");
    }
    assert_eq!(api.count("SELECT failed_sign_ins::bigint FROM users WHERE email = 'admin@example.com'").await, 0);
    api.change(&format!("UPDATE memberships SET role = 'reviewer' WHERE user_id = '{admin}'")).await;
    // The code was not used up.
    remove(&api, &api.token(Role::Admin), &codes[0]).await.expect(204);
}

#[tokio::test]
async fn of_requiring_and_removing_one_at_once_one_is_refused() {
    let api = Api::new().await;
    let (_, codes) = enrol(&api).await;
    let token = api.token(Role::Admin);
    let (required, removed) = futures::join!(set(&api, "required_of_admins"), remove(&api, &token, &codes[0]));
    let statuses = (required.status.as_u16(), removed.status.as_u16());
    assert!([(200, 409), (409, 204)].contains(&statuses), "{required:?} {removed:?}");
}
