//! Two requests at once that are not the same one: neither takes back what the other did.

use http::Method;
use rostrum_core::access::Role;
use serde_json::{Value, json};

use crate::harness::Api;

#[tokio::test]
async fn of_two_who_register_an_address_at_once_one_sets_its_password() {
    let api = Api::new().await;
    let workspace = api.workspace.id;
    api.change(&format!("UPDATE workspaces SET registration = 'open' WHERE id = '{workspace}'")).await;
    let slug = format!("test-{}", workspace.uuid().simple());
    let register = |password: &str| {
        let body = json!({ "name": "Open", "password": password, "email": "open@example.com", "workspace": slug });
        api.anonymous(Method::POST, "/api/v1/auth/register").json(&body).send()
    };
    let passwords = ["verhext-Ziegel-7-Trommel", "Kanister+Flieder+91+Moor"];
    let (first, second) = futures::join!(register(passwords[0]), register(passwords[1]));
    assert_eq!(first.expect(202).text, second.expect(202).text);
    api.sweep().await;
    let mails = api.mails.all();
    let mut subjects: Vec<&str> = mails.iter().map(|mail| mail.subject.as_str()).collect();
    subjects.sort_unstable();
    assert_eq!(subjects, ["Verify your e-mail address", "You have an account already"]);
    assert_eq!(api.count("SELECT count(*) FROM audit_log WHERE action = 'user.registered'").await, 1);
    api.change("UPDATE users SET email_verified_at = now() WHERE email = 'open@example.com'").await;
    let mut statuses = Vec::new();
    for password in passwords {
        let body = json!({ "email": "open@example.com", "password": password });
        let call = api.anonymous(Method::POST, "/api/v1/auth/login").json(&body);
        statuses.push(call.send().await.status.as_u16());
    }
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 401]);
}

#[tokio::test]
async fn two_changes_of_a_profile_at_once_both_hold() {
    let api = Api::new().await;
    let change = |body: Value| api.admin(Method::PATCH, "/api/v1/user/profile").json(&body).send();
    let (first, second) =
        futures::join!(change(json!({ "name": "Ada" })), change(json!({ "preferences": { "theme": "dark" } })));
    first.expect(200);
    second.expect(200);
    let me = api.get("/api/v1/user/profile").await.expect(200).json;
    assert_eq!((&me["name"], &me["preferences"]), (&json!("Ada"), &json!({ "theme": "dark" })));
}

#[tokio::test]
async fn of_two_who_replace_the_prohibited_words_at_once_one_is_told_to_read_again() {
    let api = Api::new().await;
    let path = "/api/workspace/prohibited-words";
    let read = api.get(path).await.expect(200);
    let replace = |role: Role, words: Value| {
        let call = api.anonymous(Method::PUT, path).token(&api.token(role));
        call.header("if-match", read.header("etag").unwrap()).json(&json!({ "words": words })).send()
    };
    // Somebody else holds the workspace until both are at it.
    let mut held = api.database.admin.begin().await.unwrap();
    sqlx::query("SELECT FROM workspaces FOR NO KEY UPDATE").execute(&mut *held).await.unwrap();
    let let_go = async {
        let waiting =
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
        let mut waiters = 0;
        for _ in 0..10_000 {
            waiters = api.count(waiting).await;
            if waiters == 2 {
                break;
            }
        }
        assert_eq!(waiters, 2, "the two do not wait");
        held.commit().await.unwrap();
    };
    let (first, second, ()) =
        futures::join!(replace(Role::Admin, json!(["cheap"])), replace(Role::SuperAdmin, json!(["risk free"])), let_go);
    let (won, lost) = if first.status.is_success() { (first, second) } else { (second, first) };
    let (won, lost) = (won.expect(200), lost.problem(412, "version-stale"));
    let kept = api.get(path).await;
    assert_eq!((&kept.json, kept.header("etag")), (&won.json, won.header("etag")));
    assert_eq!(kept.header("etag"), Some(&*format!("\"{}\"", lost.json["current_version"])));
    assert_eq!(api.audited(api.workspace.id.uuid()).await, ["workspace.prohibited_words_set"]);
}

/// A super admin is an admin of the workspaces that they are in.
#[tokio::test]
async fn the_last_two_admins_do_not_leave_at_once_nor_one_after_the_other() {
    let api = Api::new().await;
    let leave = |role: Role| api.anonymous(Method::DELETE, "/api/v1/user").token(&api.token(role)).send();
    let (first, second) = futures::join!(leave(Role::Admin), leave(Role::SuperAdmin));
    let mut statuses = [first.status.as_u16(), second.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [204, 409], "{} {}", first.text, second.text);
    let left = if first.status.as_u16() == 409 { Role::Admin } else { Role::SuperAdmin };
    leave(left).await.problem(409, "conflict");
    // Who was forgotten does not count as the other admin when roles are changed, either.
    assert_eq!(api.count("SELECT count(*) FROM memberships WHERE role = 'admin'").await, 1);
}
