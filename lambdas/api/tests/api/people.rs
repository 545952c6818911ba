//! Coming in, being somebody, and leaving.

use chrono::TimeDelta;
use http::Method;
use rostrum_cloud::Objects as _;
use rostrum_core::access::Role;
use serde_json::{Value, json};

use crate::harness::{Api, PASSWORD, Reply};

const NEW: &str = "verhext-Ziegel-7-Trommel";

async fn anonymous(api: &Api, path: &str, body: &Value) -> Reply {
    api.anonymous(Method::POST, path).json(body).send().await
}

async fn login(api: &Api, email: &str, password: &str) -> Reply {
    anonymous(api, "/api/v1/auth/login", &json!({ "email": email, "password": password })).await
}

async fn invite(api: &Api, email: &str, role: &str) -> Reply {
    api.post("/api/v1/invitations", &json!({ "email": email, "role": role })).await
}

/// What a mail lets somebody become a reviewer with.
async fn invitation(api: &Api, email: &str) -> String {
    invite(api, email, "reviewer").await.expect(201);
    api.mailed(email).await
}

#[tokio::test]
async fn somebody_who_is_invited_registers_and_signs_in() {
    let api = Api::new().await;
    let reply = invite(&api, "New@Example.com", "reviewer").await.expect(201);
    assert_eq!(reply.json["email"], "new@example.com");
    invite(&api, "new@example.com", "admin").await.problem(409, "conflict");
    let secret = api.mailed("new@example.com").await;
    assert!(!reply.text.contains(&secret), "what lets somebody in is in the mail alone");
    let body = |password: &str| json!({ "name": "New One", "password": password, "invitation": secret });
    anonymous(&api, "/api/v1/auth/register", &body("password1234")).await.invalid(&["password"]);
    let reply = anonymous(&api, "/api/v1/auth/register", &body(NEW)).await.expect(201);
    assert_eq!(reply.json, json!({ "ready": true, "workspace_id": api.workspace.id }));
    anonymous(&api, "/api/v1/auth/register", &body(NEW)).await.invalid(&["invitation"]);
    let token = login(&api, "new@example.com", NEW).await.expect(200).json["access_token"].as_str().unwrap().to_owned();
    let me = api.anonymous(Method::GET, "/api/v1/user/profile").token(&token).send().await.expect(200).json;
    assert_eq!((me["name"].as_str(), me["role"].as_str()), (Some("New One"), Some("reviewer")));
    assert!(me["email_verified_at"].is_string());
    assert!(api.get("/api/v1/invitations").await.json["items"].as_array().unwrap().is_empty());
}

#[tokio::test]
async fn an_invitation_is_good_for_a_week_unless_it_is_revoked() {
    let api = Api::new().await;
    invite(&api, "late@example.com", "reviewer").await.expect(201);
    let late = api.mailed("late@example.com").await;
    let revoked = invite(&api, "unwanted@example.com", "reviewer").await.expect(201).id();
    let unwanted = api.mailed("unwanted@example.com").await;
    let revoke = || api.admin(Method::DELETE, &format!("/api/v1/invitations/{revoked}")).send();
    revoke().await.expect(204);
    revoke().await.problem(404, "not-found");
    api.ambient.advance(TimeDelta::days(7));
    for invitation in [late, unwanted, "unknown".to_owned()] {
        let body = json!({ "name": "New", "password": NEW, "invitation": invitation });
        anonymous(&api, "/api/v1/auth/register", &body).await.invalid(&["invitation"]);
    }
    let session = api.session(api.user(Role::Admin), api.workspace.id).await;
    let token = api.token_of(api.user(Role::Admin), api.workspace.id, session);
    let again = api.anonymous(Method::POST, "/api/v1/invitations").token(&token);
    again.json(&json!({ "email": "late@example.com", "role": "admin" })).send().await.expect(201);
}

#[tokio::test]
async fn somebody_with_an_account_accepts_an_invitation_to_their_own_address() {
    let api = Api::new().await;
    let person = api.person("known@example.com", true).await;
    api.join(api.other.id, person, Role::Reviewer).await;
    invite(&api, "known@example.com", "publisher").await.expect(201);
    let invitation = api.mailed("known@example.com").await;
    let body = json!({ "name": "Known", "password": NEW, "invitation": invitation });
    anonymous(&api, "/api/v1/auth/register", &body).await.problem(409, "conflict");
    let accept = |token: String| {
        let body = json!({ "invitation": invitation });
        let call = api.anonymous(Method::POST, "/api/v1/invitations/acceptance").token(&token).json(&body);
        call.send()
    };
    accept(api.token(Role::Reviewer)).await.invalid(&["invitation"]);
    let token =
        login(&api, "known@example.com", PASSWORD).await.expect(200).json["access_token"].as_str().unwrap().to_owned();
    accept(token).await.expect(204);
    let body = json!({ "email": "known@example.com", "password": PASSWORD, "workspace_id": api.workspace.id });
    anonymous(&api, "/api/v1/auth/login", &body).await.expect(200);
}

#[tokio::test]
async fn where_registration_is_open_a_mail_comes_first() {
    let api = Api::new().await;
    let body = |email: &str| json!({ "name": "Open", "password": NEW, "email": email, "workspace": format!("test-{}", api.workspace.id.uuid().simple()) });
    let register = |email: &'static str| anonymous_of(&api, body(email));
    register("open@example.com").await.problem(403, "registration-closed");
    api.change(&format!("UPDATE workspaces SET registration = 'open' WHERE id = '{}'", api.workspace.id)).await;
    let mut nowhere = body("open@example.com");
    nowhere["workspace"] = json!("\0");
    anonymous(&api, "/api/v1/auth/register", &nowhere).await.problem(403, "registration-closed");
    let new = register("open@example.com").await.expect(202);
    let known = register("admin@example.com").await.expect(202);
    assert_eq!(new.text, known.text, "the answer does not tell who is known");
    login(&api, "open@example.com", NEW).await.problem(403, "email-unverified");
    login(&api, "open@example.com", "wrong password!").await.problem(401, "sign-in-refused");
    let first = api.mailed("open@example.com").await;
    let again = json!({ "email": "open@example.com" });
    anonymous(&api, "/api/v1/auth/email-verification", &again).await.expect(202);
    anonymous(&api, "/api/v1/auth/email-verification", &json!({ "email": "nobody@example.com" })).await.expect(202);
    let second = api.mailed("open@example.com").await;
    let confirm = |token: String| async move { json!({ "token": token }) };
    let path = "/api/v1/auth/email-verification/confirmation";
    anonymous(&api, path, &confirm(first).await).await.invalid(&["token"]);
    anonymous(&api, path, &confirm(second.clone()).await).await.expect(204);
    anonymous(&api, path, &confirm(second).await).await.invalid(&["token"]);
    login(&api, "open@example.com", NEW).await.expect(200);
    let told = api.mails.all().into_iter().rfind(|mail| mail.to == "admin@example.com").unwrap();
    assert_eq!(told.subject, "You have an account already");
    login(&api, "admin@example.com", PASSWORD).await.expect(200);
}

async fn anonymous_of(api: &Api, body: Value) -> Reply {
    anonymous(api, "/api/v1/auth/register", &body).await
}

#[tokio::test]
async fn an_employee_without_a_password_gets_none_from_a_stranger() {
    let api = Api::new().await;
    let (workspace, employee) = (api.workspace.id, api.workspace.employees[0]);
    api.change(&format!("UPDATE workspaces SET registration = 'open' WHERE id = '{workspace}'")).await;
    let email = format!("{}@example.com", employee.uuid().simple());
    let slug = format!("test-{}", workspace.uuid().simple());
    anonymous_of(&api, json!({ "name": "Stranger", "password": NEW, "email": email, "workspace": slug }))
        .await
        .expect(202);
    api.sweep().await;
    let mails: Vec<(String, String)> = api.mails.all().into_iter().map(|mail| (mail.to, mail.subject)).collect();
    assert_eq!(mails, [(email.clone(), "You have an account already".to_owned())]);
    login(&api, &email, NEW).await.problem(401, "sign-in-refused");
    assert_eq!(api.count("SELECT count(*) FROM users WHERE name = 'Stranger'").await, 0);
    assert_eq!(api.count("SELECT count(*) FROM mail_proofs").await, 0);
    assert_eq!(api.audited(employee.uuid()).await, [""; 0]);
}

#[tokio::test]
async fn an_employee_without_an_account_becomes_what_they_are_invited_as() {
    let api = Api::new().await;
    let employee = api.workspace.employees[0];
    let email = format!("{}@example.com", employee.uuid().simple());
    let body = json!({ "name": "Writer", "password": NEW, "invitation": invitation(&api, &email).await });
    anonymous(&api, "/api/v1/auth/register", &body).await.expect(201);
    let token = login(&api, &email, NEW).await.expect(200).json["access_token"].as_str().unwrap().to_owned();
    let me = api.anonymous(Method::GET, "/api/v1/user/profile").token(&token).send().await.expect(200).json;
    assert_eq!((&me["user_id"], &me["role"]), (&json!(employee), &json!("reviewer")));
}

#[tokio::test]
async fn an_admin_who_accepts_a_lower_invitation_stays_admin() {
    let api = Api::new().await;
    invite(&api, "admin@example.com", "user").await.expect(201);
    let body = json!({ "invitation": api.mailed("admin@example.com").await });
    api.post("/api/v1/invitations/acceptance", &body).await.expect(204);
    assert_eq!(api.get("/api/v1/user/profile").await.json["role"], "admin");
    api.get("/api/v1/members").await.expect(200);
}

#[tokio::test]
async fn an_invitation_is_worth_what_its_inviter_may_hand_out_now() {
    let api = Api::new().await;
    let admin = api.user(Role::Admin);
    let guest = api.person("guest@example.com", true).await;
    api.join(api.other.id, guest, Role::User).await;
    let session = api.session(guest, api.other.id).await;
    let token = api.token_of(guest, api.other.id, session);
    let accepted = json!({ "invitation": invitation(&api, "guest@example.com").await });
    let secret = invitation(&api, "new@example.com").await;
    let registered = json!({ "name": "New", "password": NEW, "invitation": secret });
    for loss in [
        format!("UPDATE memberships SET role = 'brand_manager' WHERE user_id = '{admin}'"),
        format!("UPDATE users SET status = 'suspended' WHERE id = '{admin}'"),
        format!("DELETE FROM memberships WHERE user_id = '{admin}'"),
    ] {
        api.change(&loss).await;
        let accept = api.anonymous(Method::POST, "/api/v1/invitations/acceptance").token(&token).json(&accepted);
        accept.send().await.invalid(&["invitation"]);
        anonymous(&api, "/api/v1/auth/register", &registered).await.invalid(&["invitation"]);
    }
    assert_eq!(api.count("SELECT count(*) FROM users WHERE email = 'new@example.com'").await, 0);
    assert_eq!(api.count("SELECT count(*) FROM invitations WHERE accepted_at IS NOT NULL").await, 0);
}

#[tokio::test]
async fn a_forgotten_password_is_set_anew_by_mail() {
    let api = Api::new().await;
    let before = login(&api, "admin@example.com", PASSWORD).await.expect(200);
    for email in ["admin@example.com", "nobody@example.com"] {
        anonymous(&api, "/api/v1/auth/password-reset", &json!({ "email": email })).await.expect(202);
    }
    let token = api.mailed("admin@example.com").await;
    let body = |password: &str| json!({ "token": token, "new_password": password });
    let path = "/api/v1/auth/password-reset/confirmation";
    anonymous(&api, path, &body("password1234")).await.invalid(&["new_password"]);
    anonymous(&api, path, &body(NEW)).await.expect(204);
    anonymous(&api, path, &body(NEW)).await.invalid(&["token"]);
    login(&api, "admin@example.com", PASSWORD).await.problem(401, "sign-in-refused");
    login(&api, "admin@example.com", NEW).await.expect(200);
    let refresh = json!({ "refresh_token": before.json["refresh_token"] });
    anonymous(&api, "/api/v1/auth/refresh", &refresh).await.problem(401, "session-ended");
    anonymous(&api, "/api/v1/auth/password-reset", &json!({ "email": "admin@example.com" })).await.expect(202);
    let token = api.mailed("admin@example.com").await;
    api.ambient.advance(TimeDelta::hours(1));
    anonymous(&api, path, &json!({ "token": token, "new_password": NEW })).await.invalid(&["token"]);
}

#[tokio::test]
async fn mails_lie_sealed_in_the_outbox_and_wait_for_ses() {
    let api = Api::new().await;
    api.mails.set_down(true);
    invite(&api, "new@example.com", "reviewer").await.expect(201);
    let kept: String = sqlx::query_scalar("SELECT string_agg(payload::text, '') FROM outbox")
        .fetch_one(&api.database.admin)
        .await
        .unwrap();
    assert!(!kept.contains("new@example.com") && !kept.contains("rostrum_invite_"), "{kept}");
    api.mails.set_down(false);
    api.ambient.advance(TimeDelta::minutes(1));
    api.mailed("new@example.com").await;
    assert_eq!(api.count("SELECT count(*) FROM outbox").await, 0);
}

#[tokio::test]
async fn a_role_is_changed_by_admins_and_never_ones_own() {
    let api = Api::new().await;
    let reviewer = api.user(Role::Reviewer);
    let token = api.token(Role::Reviewer);
    let run = || {
        let path = format!("/api/campaigns/{}/run", api.workspace.campaign_id);
        let call = api.anonymous(Method::POST, &path).token(&token);
        call.send()
    };
    run().await.problem(403, "forbidden");
    let set = |id: rostrum_core::ids::UserId, role: &str| {
        api.admin(Method::PUT, &format!("/api/v1/members/{id}/role")).json(&json!({ "role": role })).send()
    };
    assert_eq!(set(reviewer, "brand_manager").await.expect(200).json["role"], "brand_manager");
    run().await.expect(202);
    // What was believed a moment ago does not let a change through.
    api.change(&format!("UPDATE memberships SET role = 'reviewer' WHERE user_id = '{reviewer}'")).await;
    run().await.problem(403, "forbidden");
    set(reviewer, "super_admin").await.invalid(&["role"]);
    set(reviewer, "owner").await.invalid(&["role"]);
    set(api.user(Role::Admin), "user").await.problem(409, "conflict");
    set(api.other.employees[0], "user").await.problem(404, "not-found");
    let super_admin = api.user(Role::SuperAdmin);
    let call = api.anonymous(Method::PUT, &format!("/api/v1/members/{}/role", api.user(Role::Admin)));
    call.token(&api.token(Role::SuperAdmin)).json(&json!({ "role": "user" })).send().await.expect(200);
    let last =
        api.anonymous(Method::DELETE, &format!("/api/v1/members/{super_admin}")).token(&api.token(Role::SuperAdmin));
    last.send().await.problem(409, "conflict");
    assert_eq!(api.audited(reviewer.uuid()).await, ["member.role_changed"]);
}

#[tokio::test]
async fn who_is_removed_is_out_at_once() {
    let api = Api::new().await;
    let token = api.token(Role::Publisher);
    let posts = || api.anonymous(Method::GET, "/api/posts").token(&token).send();
    posts().await.expect(200);
    let path = format!("/api/v1/members/{}", api.user(Role::Publisher));
    api.admin(Method::DELETE, &path).send().await.expect(204);
    posts().await.problem(401, "unauthenticated");
    api.admin(Method::DELETE, &path).send().await.problem(404, "not-found");
    let employee = format!("/api/v1/members/{}", api.workspace.employees[0]);
    api.admin(Method::DELETE, &employee).send().await.problem(409, "conflict");
}

#[tokio::test]
async fn a_key_lets_a_program_in_until_it_expires_or_is_revoked() {
    let api = Api::new().await;
    let body = json!({ "name": "Robot", "role": "reviewer", "permissions": ["posts.read", "posts.read"], "expires_in_days": 2 });
    let made = api.post("/api/v1/api-keys", &body).await.expect(201).json;
    let key = made["key"].as_str().unwrap().to_owned();
    assert_eq!(made["permissions"], json!(["posts.read"]));
    let read = |path: &str| api.anonymous(Method::GET, path).token(&key).send();
    read("/api/posts").await.expect(200);
    read("/api/campaigns").await.problem(403, "forbidden");
    read("/api/v1/user/profile").await.problem(403, "forbidden");
    let list = api.get("/api/v1/api-keys").await.expect(200);
    assert!(!list.text.contains(&key) && list.text.contains(made["hint"].as_str().unwrap()));
    api.ambient.advance(TimeDelta::days(2));
    read("/api/posts").await.problem(401, "unauthenticated");

    let session = api.session(api.user(Role::Admin), api.workspace.id).await;
    let token = api.token_of(api.user(Role::Admin), api.workspace.id, session);
    let made = api.anonymous(Method::POST, "/api/v1/api-keys").token(&token).json(&body).send().await.expect(201);
    let key = made.json["key"].as_str().unwrap().to_owned();
    let posts = || api.anonymous(Method::GET, "/api/posts").token(&key).send();
    posts().await.expect(200);
    let path = format!("/api/v1/api-keys/{}", made.id());
    api.anonymous(Method::DELETE, &path).token(&token).send().await.expect(204);
    posts().await.problem(401, "unauthenticated");
}

#[tokio::test]
async fn a_key_cannot_be_more_than_its_maker_may_hand_out() {
    let api = Api::new().await;
    let make = |role: &str, permissions: Value, days: u32| {
        let body = json!({ "name": "Robot", "role": role, "permissions": permissions, "expires_in_days": days });
        let call = api.admin(Method::POST, "/api/v1/api-keys").json(&body);
        call.send()
    };
    make("super_admin", json!(["posts.read"]), 1).await.invalid(&["role"]);
    make("publisher", json!(["campaigns.run"]), 1).await.invalid(&["permissions.0"]);
    make("admin", json!(["posts.read", "account", "posts.burn"]), 1).await.invalid(&["permissions.1", "permissions.2"]);
    make("admin", json!([]), 1).await.invalid(&["permissions"]);
    make("admin", json!(["posts.read"]), 0).await.invalid(&["expires_in_days"]);
    make("admin", json!(["posts.read"]), 367).await.invalid(&["expires_in_days"]);
}

#[tokio::test]
async fn somebody_takes_their_data_along_and_is_forgotten() {
    let api = Api::new().await;
    let me = api.person("leaving@example.com", true).await;
    api.join(api.workspace.id, me, Role::ContentCreator).await;
    let workspace = api.workspace.id;
    api.change(&format!(
        "INSERT INTO employee_profiles (workspace_id, user_id, display_name, bio, created_at, updated_at)
         VALUES ('{workspace}', '{me}', 'Leaving Person', 'Lives by the river.', now(), now())"
    ))
    .await;
    api.change(&format!(
        "INSERT INTO writing_samples (id, workspace_id, user_id, content, created_at, updated_at)
         VALUES (gen_random_uuid(), '{workspace}', '{me}', 'My own words.', now(), now())"
    ))
    .await;
    for (slot, status, text) in [(1, "published", "Out in the world."), (2, "pending_review", "Only a draft.")] {
        api.change(&format!(
            "WITH execution AS (
               INSERT INTO executions (id, workspace_id, campaign_id, trigger, status, created_at)
               VALUES (gen_random_uuid(), '{workspace}', '{}', 'manual', 'running', now()) RETURNING id
             )
             INSERT INTO posts (id, workspace_id, campaign_id, employee_id, execution_id, slot, platform, status, content, original_content, created_at, updated_at)
             SELECT gen_random_uuid(), '{workspace}', '{}', '{me}', id, {slot}, 'linkedin', '{status}', '{text}', '{text}', now(), now() FROM execution",
            api.workspace.campaign_id, api.workspace.campaign_id
        ))
        .await;
    }
    api.change(&format!(
        "INSERT INTO campaign_employees (id, workspace_id, campaign_id, user_id, created_at)
         VALUES (gen_random_uuid(), '{workspace}', '{}', '{me}', now())",
        api.workspace.campaign_id
    ))
    .await;
    api.change(
        "INSERT INTO post_media (post_id, position, workspace_id, sha256, content_type, width, height, bytes, alt_text, template, captions, created_at)
         SELECT id, 1, workspace_id, repeat('0', 64), 'image/png', 1, 1, 1, 'A river', 'dot', '[]', now() FROM posts WHERE content = 'Only a draft.'",
    )
    .await;
    let picture = format!("media/{}.png", "0".repeat(64));
    api.media.put(&picture, vec![1], "image/png").await.unwrap();
    invite(&api, "leaving@example.com", "reviewer").await.expect(201);
    let token = login(&api, "leaving@example.com", PASSWORD).await.expect(200).json["access_token"]
        .as_str()
        .unwrap()
        .to_owned();
    let data = api.anonymous(Method::POST, "/api/v1/user/export").token(&token).send().await.expect(200);
    for word in ["leaving@example.com", "Lives by the river.", "My own words.", "Out in the world.", "Only a draft."] {
        assert!(data.text.contains(word), "{word}");
    }
    for (table, rows) in
        [("invitations", 1), ("campaign_employees", 1), ("post_media", 1), ("posts", 2), ("sessions", 1)]
    {
        assert_eq!(data.json[table].as_array().map(Vec::len), Some(rows), "{table}: {}", data.text);
    }
    assert!(!data.text.contains("digest"), "nor what opens an invitation");
    assert!(!data.text.contains("argon2"), "nobody needs the hash of their password");
    api.anonymous(Method::DELETE, "/api/v1/user").token(&token).send().await.expect(204);
    api.anonymous(Method::GET, "/api/v1/user/profile").token(&token).send().await.problem(401, "unauthenticated");
    login(&api, "leaving@example.com", PASSWORD).await.problem(401, "sign-in-refused");
    for table in ["users", "employee_profiles", "writing_samples", "posts", "sessions", "audit_log"] {
        let sql = format!("SELECT coalesce(string_agg(row::text, ' '), '') FROM {table} AS row");
        let text: String = sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).fetch_one(&api.database.admin).await.unwrap();
        for word in ["leaving@example.com", "Leaving Person", "river", "My own words", "Only a draft"] {
            assert!(!text.contains(word), "{table} still says {word}");
        }
        if table == "posts" {
            assert!(text.contains("Out in the world."));
        }
    }
    api.sweep().await;
    assert!(api.media.all().is_empty());
    // The last admin cannot leave a workspace without one.
    let admins = "UPDATE memberships SET role = 'user' WHERE role = 'admin' AND user_id <> (SELECT id FROM users WHERE email = 'admin@example.com')";
    api.change(admins).await;
    api.admin(Method::DELETE, "/api/v1/user").send().await.problem(409, "conflict");
}

#[tokio::test]
async fn an_admin_who_is_suspended_is_not_the_one_who_is_left() {
    let api = Api::new().await;
    let other = api.user(Role::SuperAdmin);
    api.change(&format!("UPDATE users SET status = 'suspended' WHERE id = '{other}'")).await;
    api.admin(Method::DELETE, "/api/v1/user").send().await.problem(409, "conflict");
    api.change(&format!("UPDATE users SET status = 'active' WHERE id = '{other}'")).await;
    api.admin(Method::DELETE, "/api/v1/user").send().await.expect(204);
}

#[tokio::test]
async fn who_is_forgotten_is_invited_nowhere() {
    let api = Api::new().await;
    let me = api.person("leaving@example.com", true).await;
    api.join(api.other.id, me, Role::ContentCreator).await;
    let session = api.session(me, api.other.id).await;
    let token = api.token_of(me, api.other.id, session);
    let body = json!({ "invitation": invitation(&api, "leaving@example.com").await });
    let accept = api.anonymous(Method::POST, "/api/v1/invitations/acceptance").token(&token).json(&body);
    accept.send().await.expect(204);
    let open = invitation(&api, "leaving@example.com").await;
    api.anonymous(Method::DELETE, "/api/v1/user").token(&token).send().await.expect(204);
    let mut kept: Vec<(String, bool, bool)> =
        sqlx::query_as("SELECT email, accepted_at IS NOT NULL, revoked_at IS NOT NULL FROM invitations")
            .fetch_all(&api.database.admin)
            .await
            .unwrap();
    kept.sort_unstable();
    let nobody = format!("{me}@erased.invalid");
    assert_eq!(kept, [(nobody.clone(), false, true), (nobody, true, false)]);
    let body = json!({ "name": "Again", "password": NEW, "invitation": open });
    anonymous(&api, "/api/v1/auth/register", &body).await.invalid(&["invitation"]);
}

#[tokio::test]
async fn a_change_of_a_profile_that_changes_nothing_is_not_noted() {
    let api = Api::new().await;
    let me = api.user(Role::Admin).uuid();
    let change = |body: Value| api.admin(Method::PATCH, "/api/v1/user/profile").json(&body).send();
    for same in [json!({}), json!({ "name": " Somebody " }), json!({ "preferences": {} })] {
        change(same).await.expect(200);
        assert_eq!(api.audited(me).await, [""; 0]);
    }
    change(json!({ "name": "Ada" })).await.expect(200);
    change(json!({ "name": "Ada" })).await.expect(200);
    assert_eq!(api.audited(me).await, ["user.changed"]);
}

#[tokio::test]
async fn a_profile_is_changed_by_its_owner() {
    let api = Api::new().await;
    let change = |body: Value| {
        let call = api.admin(Method::PATCH, "/api/v1/user/profile");
        call.header("content-type", "application/merge-patch+json").body(body.to_string()).send()
    };
    let reply = change(json!({ "name": " Ada ", "preferences": { "theme": "dark", "pages": { "size": 20 } } }))
        .await
        .expect(200);
    assert_eq!(reply.json["name"], "Ada");
    let reply = change(json!({ "preferences": { "theme": null, "pages": { "size": 50 } } })).await.expect(200);
    assert_eq!(reply.json["preferences"], json!({ "pages": { "size": 50 } }));
    change(json!({ "name": "" })).await.invalid(&["name"]);
    change(json!({ "email": "other@example.com" })).await.invalid(&["email"]);
    change(json!({ "preferences": { "text": "x".repeat(20_000) } })).await.invalid(&["preferences"]);
    change(json!({ "preferences": { "text": "\0" } })).await.invalid(&["preferences"]);
    // The database writes out all of the digits of a number, and the largest has 309 of them.
    let numbers = json!({ "most": f64::MAX, "least": f64::from_bits(1), "other": -1.660_439_850_687_633e16 });
    change(json!({ "preferences": { "numbers": numbers } })).await.expect(200);
    let reply = api.get("/api/v1/user/profile").await;
    assert_eq!(reply.expect(200).json["preferences"]["numbers"]["most"], json!(f64::MAX));
}

#[tokio::test]
async fn admins_read_who_changed_what() {
    let api = Api::new().await;
    invite(&api, "new@example.com", "reviewer").await.expect(201);
    let entries = api.get("/api/v1/audit-log").await.expect(200).json["items"].clone();
    assert_eq!(entries[0]["action"], "member.invited");
    assert_eq!(entries[0]["actor_id"], api.user(Role::Admin).to_string());
    assert!(!entries.to_string().contains("rostrum_invite_"));
    // Nobody who works with the fleet's role can change what was done.
    for sql in ["UPDATE audit_log SET action = 'x'", "DELETE FROM audit_log"] {
        let outcome = sqlx::query(sql).execute(&api.database.database).await;
        assert!(outcome.unwrap_err().to_string().contains("permission denied"), "{sql}");
    }
}
