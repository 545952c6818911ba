//! Sessions, second factors, lock-out, passwords.

use chrono::TimeDelta;
use http::Method;
use rostrum_core::{access::Role, sign_in::second_factor::SecondFactor};
use rostrum_test_kit::base32;
use serde_json::{Value, json};

use crate::harness::{Api, PASSWORD, Reply};

const NEW: &str = "verhext-Ziegel-7-Trommel";

async fn login(api: &Api, body: &Value) -> Reply {
    api.anonymous(Method::POST, "/api/v1/auth/login").json(body).send().await
}

async fn refresh(api: &Api, token: &str) -> Reply {
    api.anonymous(Method::POST, "/api/v1/auth/refresh").json(&json!({ "refresh_token": token })).send().await
}

fn admin() -> Value {
    json!({ "email": "admin@example.com", "password": PASSWORD })
}

fn text<'a>(reply: &'a Reply, field: &str) -> &'a str {
    reply.json[field].as_str().unwrap()
}

#[tokio::test]
async fn a_refresh_token_is_exchanged_for_thirty_days_again_and_again() {
    let api = Api::new().await;
    let mut token = text(&login(&api, &admin()).await.expect(200), "refresh_token").to_owned();
    for _ in 0..3 {
        api.ambient.advance(TimeDelta::days(30) - TimeDelta::seconds(1));
        let reply = refresh(&api, &token).await.expect(200);
        let access = text(&reply, "access_token").to_owned();
        api.anonymous(Method::GET, "/api/campaigns").token(&access).send().await.expect(200);
        token = text(&reply, "refresh_token").to_owned();
    }
    api.ambient.advance(TimeDelta::days(30));
    refresh(&api, &token).await.problem(401, "session-ended");
}

#[tokio::test]
async fn a_replayed_refresh_token_ends_its_family_and_no_other() {
    let api = Api::new().await;
    let stolen = text(&login(&api, &admin()).await.expect(200), "refresh_token").to_owned();
    let other = text(&login(&api, &admin()).await.expect(200), "refresh_token").to_owned();
    let reply = refresh(&api, &stolen).await.expect(200);
    let (access, next) = (text(&reply, "access_token").to_owned(), text(&reply, "refresh_token").to_owned());
    refresh(&api, &stolen).await.problem(401, "session-ended");
    refresh(&api, &next).await.problem(401, "session-ended");
    api.anonymous(Method::GET, "/api/campaigns").token(&access).send().await.problem(401, "unauthenticated");
    refresh(&api, &other).await.expect(200);
    assert_eq!(api.count("SELECT count(*) FROM audit_log WHERE action = 'session.replayed'").await, 1);
    assert_eq!(api.count("SELECT count(*) FROM sessions WHERE ended_because = 'replayed'").await, 1);
}

#[tokio::test]
async fn of_two_exchanges_at_once_one_wins_and_the_session_ends() {
    let api = Api::new().await;
    let token = text(&login(&api, &admin()).await.expect(200), "refresh_token").to_owned();
    let (first, second) = futures::join!(refresh(&api, &token), refresh(&api, &token));
    let mut statuses = [first.status.as_u16(), second.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 401]);
    assert_eq!(api.count("SELECT count(*) FROM sessions WHERE ended_because = 'replayed'").await, 1);
}

#[tokio::test]
async fn what_is_no_refresh_token_is_refused() {
    let api = Api::new().await;
    for token in ["", "unknown", "rostrum_refresh_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", &api.token(Role::Admin)]
    {
        refresh(&api, token).await.problem(401, "session-ended");
    }
    api.anonymous(Method::POST, "/api/v1/auth/refresh").json(&json!({})).send().await.problem(401, "session-ended");
}

#[tokio::test]
async fn a_browser_keeps_its_refresh_token_where_no_script_reads_it() {
    let api = Api::new().await;
    let mut body = admin();
    body["cookie"] = json!(true);
    let reply = login(&api, &body).await.expect(200);
    assert!(reply.json["refresh_token"].is_null());
    let cookie = reply.header("set-cookie").unwrap().to_owned();
    for part in ["; HttpOnly", "; Secure", "; SameSite=Strict", "; Path=/api;", "; Max-Age=2592000;"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    let (pair, _) = cookie.split_once(';').unwrap();
    let call = api.anonymous(Method::POST, "/api/v1/auth/refresh").header("cookie", &format!("other=1; {pair}"));
    let reply = call.json(&json!({})).send().await.expect(200);
    assert!(reply.json["refresh_token"].is_null());
    assert!(reply.header("set-cookie").unwrap().starts_with("rostrum_refresh=rostrum_refresh_"));
    // A form of somebody else's page cannot say that it is JSON.
    let call = api.anonymous(Method::POST, "/api/v1/auth/refresh").header("cookie", pair);
    call.header("content-type", "application/x-www-form-urlencoded").body("").send().await.expect(415);
    let access = text(&reply, "access_token");
    let reply = api.anonymous(Method::POST, "/api/v1/auth/logout").token(access).send().await.expect(204);
    assert!(reply.header("set-cookie").unwrap().starts_with("rostrum_refresh=; Path=/api; Max-Age=0;"));
}

#[tokio::test]
async fn sessions_are_listed_and_ended() {
    let api = Api::new().await;
    let call = api.anonymous(Method::POST, "/api/v1/auth/login").header("user-agent", "Phone");
    let phone = call.json(&admin()).send().await.expect(200);
    let laptop = login(&api, &admin()).await.expect(200);
    let laptop = text(&laptop, "access_token").to_owned();
    let list = || api.anonymous(Method::GET, "/api/v1/auth/sessions").token(&laptop).send();
    let sessions = list().await.expect(200).json["items"].clone();
    assert_eq!(sessions.as_array().unwrap().len(), 3, "{sessions}");
    let on_phone = sessions.as_array().unwrap().iter().find(|one| one["device"] == "Phone").unwrap().clone();
    assert_eq!(on_phone["is_current"], false);
    let path = format!("/api/v1/auth/sessions/{}", on_phone["id"].as_str().unwrap());
    let end = || api.anonymous(Method::DELETE, &path).token(&laptop).send();
    end().await.expect(204);
    end().await.problem(404, "not-found");
    refresh(&api, text(&phone, "refresh_token")).await.problem(401, "session-ended");
    api.anonymous(Method::POST, "/api/v1/auth/logout").token(&laptop).send().await.expect(204);
    list().await.problem(401, "unauthenticated");
}

#[tokio::test]
async fn after_five_failures_an_account_takes_no_attempt_for_a_while() {
    let api = Api::new().await;
    let wrong = json!({ "email": "admin@example.com", "password": "wrong password!" });
    for _ in 0..5 {
        login(&api, &wrong).await.problem(401, "sign-in-refused");
    }
    // The right password does not help now, and the answer does not tell.
    login(&api, &admin()).await.problem(401, "sign-in-refused");
    api.ambient.advance(TimeDelta::seconds(30));
    login(&api, &wrong).await.problem(401, "sign-in-refused");
    api.ambient.advance(TimeDelta::seconds(59));
    login(&api, &admin()).await.problem(401, "sign-in-refused");
    api.ambient.advance(TimeDelta::seconds(1));
    login(&api, &admin()).await.expect(200);
    for _ in 0..4 {
        login(&api, &wrong).await.problem(401, "sign-in-refused");
    }
    login(&api, &admin()).await.expect(200);
}

#[tokio::test]
async fn a_hundred_guesses_at_once_are_a_hundred() {
    let api = Api::new().await;
    let wrong = json!({ "email": "admin@example.com", "password": "wrong password!" });
    futures::future::join_all((0..12).map(|_| login(&api, &wrong))).await;
    assert_eq!(api.count("SELECT failed_sign_ins::bigint FROM users WHERE email = 'admin@example.com'").await, 5);
}

/// Begins and confirms a second factor of the admin.
pub(crate) async fn enrol(api: &Api) -> (SecondFactor, Vec<String>) {
    let begun = api.admin(Method::POST, "/api/v1/auth/second-factor").send().await.expect(201);
    assert!(text(&begun, "address").starts_with("otpauth://totp/Rostrum:admin@example.com?secret="));
    let secret = base32::decode(text(&begun, "secret"));
    let factor = SecondFactor::from_secret(&secret).unwrap();
    let confirm =
        |code: String| api.admin(Method::PUT, "/api/v1/auth/second-factor").json(&json!({ "code": code })).send();
    confirm("000000".to_owned()).await.invalid(&["code"]);
    // Not asked for before it is confirmed.
    login(api, &admin()).await.expect(200);
    let confirmed = confirm(factor.code(api.ambient.now())).await.expect(200);
    let codes = confirmed.json["recovery_codes"].as_array().unwrap();
    (factor, codes.iter().map(|code| code.as_str().unwrap().to_owned()).collect())
}

#[tokio::test]
async fn a_second_factor_is_asked_for_once_it_is_confirmed() {
    let api = Api::new().await;
    let (factor, codes) = enrol(&api).await;
    let with = |code: &str| {
        let mut body = admin();
        body["code"] = json!(code);
        let api = &api;
        async move { login(api, &body).await }
    };
    login(&api, &admin()).await.problem(401, "second-factor-needed");
    with("000000").await.problem(401, "sign-in-refused");
    // The code that confirmed it is used up.
    with(&factor.code(api.ambient.now())).await.problem(401, "sign-in-refused");
    api.ambient.advance(TimeDelta::seconds(30));
    let code = factor.code(api.ambient.now());
    with(&code).await.expect(200);
    with(&code).await.problem(401, "sign-in-refused");
    with(&codes[0].to_lowercase()).await.expect(200);
    with(&codes[0]).await.problem(401, "sign-in-refused");

    let again = api.admin(Method::POST, "/api/v1/auth/second-factor").send().await;
    again.problem(409, "conflict");
    let remove = |code: &str| {
        api.admin(Method::POST, "/api/v1/auth/second-factor/removal").json(&json!({ "code": code })).send()
    };
    remove("123").await.invalid(&["code"]);
    remove(&codes[1]).await.expect(204);
    login(&api, &admin()).await.expect(200);
    remove(&codes[2]).await.problem(409, "conflict");
}

#[tokio::test]
async fn the_secret_of_a_second_factor_is_nowhere_in_the_clear() {
    let api = Api::new().await;
    let begun = api.admin(Method::POST, "/api/v1/auth/second-factor").send().await.expect(201);
    let secret = base32::decode(text(&begun, "secret"));
    let kept: Vec<u8> = sqlx::query_scalar("SELECT totp_secret FROM users WHERE email = 'admin@example.com'")
        .fetch_one(&api.database.admin)
        .await
        .unwrap();
    assert!(!kept.windows(secret.len()).any(|window| window == secret));
    // Another person's secret in one's own row opens nothing.
    api.change("UPDATE users SET totp_secret = (SELECT totp_secret FROM users WHERE email = 'admin@example.com') WHERE email = 'reviewer@example.com'").await;
    let call = api.anonymous(Method::PUT, "/api/v1/auth/second-factor").token(&api.token(Role::Reviewer));
    call.json(&json!({ "code": "000000" })).send().await.expect(500);
}

#[tokio::test]
async fn a_new_password_ends_all_other_sessions() {
    let api = Api::new().await;
    let other = text(&login(&api, &admin()).await.expect(200), "refresh_token").to_owned();
    let set = |password: &str, new: &str| {
        let body = json!({ "password": password, "new_password": new });
        api.admin(Method::PUT, "/api/v1/auth/password").json(&body).send()
    };
    set("wrong password!", NEW).await.problem(401, "sign-in-refused");
    set(PASSWORD, "short").await.invalid(&["new_password"]);
    set(PASSWORD, "password1234").await.invalid(&["new_password"]);
    set(PASSWORD, "admin@example.com1").await.invalid(&["new_password"]);
    set(PASSWORD, NEW).await.expect(204);
    refresh(&api, &other).await.problem(401, "session-ended");
    api.get("/api/campaigns").await.expect(200);
    login(&api, &admin()).await.problem(401, "sign-in-refused");
    login(&api, &json!({ "email": "admin@example.com", "password": NEW })).await.expect(200);
}
