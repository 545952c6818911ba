//! What whoever heard nothing sees when they ask again, where a repetition cannot come to exactly the same: a secret is
//! shown once, or each request leaves something of its own. It is never harm.

use chrono::TimeDelta;
use http::Method;
use rostrum_core::{access::Role, sign_in::second_factor::SecondFactor};
use rostrum_test_kit::{base32, delivery::die_at};
use serde_json::{Value, json};

use crate::harness::{Api, Call, PASSWORD, Reply};

const NEW: &str = "verhext-Ziegel-7-Trommel";

fn login<'a>(api: &'a Api, password: &str) -> Call<'a> {
    api.anonymous(Method::POST, "/api/v1/auth/login")
        .json(&json!({ "email": "admin@example.com", "password": password }))
}

fn refresh<'a>(api: &'a Api, token: &str) -> Call<'a> {
    api.anonymous(Method::POST, "/api/v1/auth/refresh").json(&json!({ "refresh_token": token }))
}

fn text(reply: &Reply, field: &str) -> String {
    reply.json[field].as_str().unwrap().to_owned()
}

/// Before the commit the token is as good as before. After it the next token is lost, and the one that was sent counts as
/// stolen when it comes again: the session ends, no other does, and signing in begins a new one.
#[tokio::test]
async fn a_refresh_whose_answer_is_lost_costs_at_most_the_session() {
    let api = Api::new().await;
    let elsewhere = text(&login(&api, PASSWORD).send().await.expect(200), "refresh_token");
    let first = text(&login(&api, PASSWORD).send().await.expect(200), "refresh_token");
    assert!(die_at(0, |effects| refresh(&api, &first).send_to(api.router(effects))).await);
    let second = text(&refresh(&api, &first).send().await.expect(200), "refresh_token");
    assert!(die_at(1, |effects| refresh(&api, &second).send_to(api.router(effects))).await);
    refresh(&api, &second).send().await.problem(401, "session-ended");
    refresh(&api, &second).send().await.problem(401, "session-ended");
    assert_eq!(api.count("SELECT count(*) FROM sessions WHERE ended_because = 'replayed'").await, 1);
    assert_eq!(api.count("SELECT count(*) FROM audit_log WHERE action = 'session.replayed'").await, 1);
    refresh(&api, &elsewhere).send().await.expect(200);
    login(&api, PASSWORD).send().await.expect(200);
}

/// A replay that dies before its commit ends the session when it comes once more.
#[tokio::test]
async fn a_replay_that_is_cut_off_still_ends_the_session() {
    for point in [0, 1] {
        let api = Api::new().await;
        let first = text(&login(&api, PASSWORD).send().await.expect(200), "refresh_token");
        let second = text(&refresh(&api, &first).send().await.expect(200), "refresh_token");
        assert!(die_at(point, |effects| refresh(&api, &first).send_to(api.router(effects))).await);
        refresh(&api, &first).send().await.problem(401, "session-ended");
        refresh(&api, &second).send().await.problem(401, "session-ended");
        assert_eq!(api.count("SELECT count(*) FROM audit_log WHERE action = 'session.replayed'").await, 1);
    }
}

/// The session that nobody has tokens of stays open until it expires, in the list where its owner can end it. Nothing of it
/// counts as a failed attempt.
#[tokio::test]
async fn a_sign_in_whose_answer_is_lost_leaves_a_session_that_can_be_ended() {
    let api = Api::new().await;
    let lost = || login(&api, PASSWORD).header("user-agent", "Lost");
    // Its effects are the commit of the attempt and that of the session.
    assert!(die_at(3, |effects| lost().send_to(api.router(effects))).await);
    let token = text(&login(&api, PASSWORD).send().await.expect(200), "access_token");
    assert_eq!(api.count("SELECT sum(failed_sign_ins) FROM users").await, 0);
    let sessions = api.anonymous(Method::GET, "/api/v1/auth/sessions").token(&token).send().await.expect(200).json;
    let listed: Vec<&Value> =
        sessions["items"].as_array().unwrap().iter().filter(|session| session["device"] == "Lost").collect();
    assert_eq!(listed.len(), 1, "{sessions}");
    let path = format!("/api/v1/auth/sessions/{}", listed[0]["id"].as_str().unwrap());
    api.anonymous(Method::DELETE, &path).token(&token).send().await.expect(204);
}

/// The key that nobody has seen is in the list, and is revoked there; it never lets anybody in.
#[tokio::test]
async fn a_key_whose_answer_is_lost_is_listed_and_can_be_revoked() {
    let api = Api::new().await;
    let body = json!({ "name": "Robot", "role": "reviewer", "permissions": ["posts.read"], "expires_in_days": 1 });
    let make = || api.admin(Method::POST, "/api/v1/api-keys").json(&body);
    assert!(die_at(1, |effects| make().send_to(api.router(effects))).await);
    let seen = make().send().await.expect(201);
    let listed = api.get("/api/v1/api-keys").await.expect(200).json["items"].clone();
    let listed: Vec<&str> = listed.as_array().unwrap().iter().map(|key| key["id"].as_str().unwrap()).collect();
    assert_eq!(listed.len(), 2, "{listed:?}");
    let known = seen.id().to_string();
    for id in listed.iter().filter(|id| **id != known) {
        api.admin(Method::DELETE, &format!("/api/v1/api-keys/{id}")).send().await.expect(204);
    }
    api.anonymous(Method::GET, "/api/posts").token(&text(&seen, "key")).send().await.expect(200);
}

/// Beginning again takes the place of what was begun; once it is confirmed, whoever lost the recovery codes removes it with
/// a code of the app and begins again.
#[tokio::test]
async fn a_second_factor_whose_answers_are_lost_is_begun_again() {
    let api = Api::new().await;
    let begin = || api.admin(Method::POST, "/api/v1/auth/second-factor");
    let call = |method: Method, path: &str, code: &str| api.admin(method, path).json(&json!({ "code": code }));
    let confirm = |code: &str| call(Method::PUT, "/api/v1/auth/second-factor", code);
    let factor = |reply: &Reply| SecondFactor::from_secret(&base32::decode(&text(reply, "secret"))).unwrap();
    let lost = factor(&begin().send().await.expect(201));
    let seen = factor(&begin().send().await.expect(201));
    confirm(&lost.code(api.ambient.now())).send().await.invalid(&["code"]);
    let code = seen.code(api.ambient.now());
    assert!(die_at(1, |effects| confirm(&code).send_to(api.router(effects))).await);
    confirm(&code).send().await.problem(409, "conflict");
    begin().send().await.problem(409, "conflict");
    // A code is good once; the next one comes after half a minute.
    api.ambient.advance(TimeDelta::seconds(30));
    let code = seen.code(api.ambient.now());
    call(Method::POST, "/api/v1/auth/second-factor/removal", &code).send().await.expect(204);
    begin().send().await.expect(201);
}

/// Whoever sets a password again shows one that is not theirs any more. The new one signs in.
#[tokio::test]
async fn a_password_whose_answer_is_lost_is_set() {
    let api = Api::new().await;
    let body = json!({ "password": PASSWORD, "new_password": NEW });
    let set = || api.admin(Method::PUT, "/api/v1/auth/password").json(&body);
    assert!(die_at(3, |effects| set().send_to(api.router(effects))).await);
    set().send().await.problem(401, "sign-in-refused");
    login(&api, PASSWORD).send().await.problem(401, "sign-in-refused");
    login(&api, NEW).send().await.expect(200);
}

/// Whoever registers again is told by mail that there is an account, and the link of the first mail still verifies it.
#[tokio::test]
async fn a_registration_whose_answer_is_lost_holds() {
    let api = Api::new().await;
    let workspace = api.workspace.id;
    api.change(&format!("UPDATE workspaces SET registration = 'open' WHERE id = '{workspace}'")).await;
    let slug = format!("test-{}", workspace.uuid().simple());
    let body = json!({ "name": "Open", "password": NEW, "email": "open@example.com", "workspace": slug });
    let register = || api.anonymous(Method::POST, "/api/v1/auth/register").json(&body);
    assert!(die_at(1, |effects| register().send_to(api.router(effects))).await);
    let link = api.mailed("open@example.com").await;
    register().send().await.expect(202);
    api.sweep().await;
    let subjects: Vec<String> = api.mails.all().into_iter().map(|mail| mail.subject).collect();
    assert_eq!(subjects, ["Verify your e-mail address", "You have an account already"]);
    let confirm = api.anonymous(Method::POST, "/api/v1/auth/email-verification/confirmation");
    confirm.json(&json!({ "token": link })).send().await.expect(204);
    let credentials = json!({ "email": "open@example.com", "password": NEW });
    api.anonymous(Method::POST, "/api/v1/auth/login").json(&credentials).send().await.expect(200);
}

/// Each time that data leaves is noted, whether it arrived or not.
#[tokio::test]
async fn an_export_whose_answer_is_lost_is_made_again() {
    let api = Api::new().await;
    let export = || api.admin(Method::POST, "/api/v1/user/export");
    assert!(die_at(1, |effects| export().send_to(api.router(effects))).await);
    export().send().await.expect(200);
    assert_eq!(api.audited(api.user(Role::Admin).uuid()).await, ["user.exported", "user.exported"]);
}
