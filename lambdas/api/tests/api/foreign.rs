//! Signing in with an identity provider.

use std::sync::Arc;

use api::{Lazy, Providers};
use axum::Router;
use chrono::TimeDelta;
use http::Method;
use rostrum_core::{access::Role, ids::UserId, limits::Tier};
use rostrum_lambda_kit::Effects;
use rostrum_oidc::{Provider, client};
use rostrum_simulators::{
    oidc::{self, CLIENT_ID, CLIENT_SECRET},
    server::Running,
};
use serde_json::{Value, json};

use crate::{
    harness::{Api, PASSWORD, Reply, WEB},
    required_second_factor::{MISSING, require},
    sign_in::enrol,
};

pub(crate) const MIRA: &str = "mira.keller@example.com";
const NORA: &str = "nora.newcomer@example.com";
const ULLA: &str = "ulla.unverified@example.com";

/// An API with both providers, which keep its time.
pub(crate) async fn start() -> (Api, Running) {
    let mut api = Api::new().await;
    let ambient = api.ambient.clone();
    let simulator = oidc::start(oidc::Settings::new(Arc::new(move || ambient.now().timestamp())), 0).await.unwrap();
    api.router = router(&api, &simulator.url(), Effects::live());
    (api, simulator)
}

pub(crate) fn router(api: &Api, url: &str, effects: Effects) -> Router {
    let google = Provider::google(client().unwrap(), CLIENT_ID, CLIENT_SECRET.into());
    let linkedin = Provider::linkedin(client().unwrap(), CLIENT_ID, CLIENT_SECRET.into());
    let providers = Providers {
        google: Some(Lazy::ready(google.with_issuer(&format!("{url}/oidc/google")))),
        linkedin: Some(Lazy::ready(linkedin.with_issuer(&format!("{url}/oidc/linkedin")))),
    };
    api.vouched_for(providers, api.gate(|_| Tier::Staff), effects)
}

/// The same API when nobody answers for the providers.
fn without_providers(api: &Api) -> Router {
    router(api, "http://127.0.0.1:1", Effects::live())
}

pub(crate) async fn employee(api: &Api, email: &str) -> UserId {
    let id = api.person(email, false).await;
    api.join(api.workspace.id, id, Role::User).await;
    id
}

async fn begin(api: &Api, provider: &str, body: &Value) -> Reply {
    api.anonymous(Method::POST, &format!("/api/v1/auth/with/{provider}")).json(body).send().await
}

/// What the browser comes back with once somebody has consented: `code` and `state`.
async fn consent(begun: &Reply, provider: &str, email: &str) -> (String, String) {
    let url = begun.json["authorize_url"].as_str().unwrap();
    let answer = client().unwrap().get(format!("{url}&consent=auto&login_hint={email}")).send().await.unwrap();
    assert_eq!(answer.status(), 303);
    let location = answer.headers()["location"].to_str().unwrap();
    let (page, query) = location.split_once('?').unwrap();
    assert_eq!(page, format!("{WEB}/sign-in/{provider}"));
    let field = |wanted: &str| {
        let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        pairs.find(|(name, _)| *name == wanted).unwrap().1.to_owned()
    };
    (field("code"), field("state"))
}

/// What is sent to finish the sign-in of somebody who went to the provider and back.
pub(crate) async fn there_and_back(api: &Api, provider: &str, email: &str) -> Value {
    let begun = begin(api, provider, &json!({})).await.expect(200);
    let (code, state) = consent(&begun, provider, email).await;
    json!({ "code": code, "state": state, "attempt": begun.json["attempt"] })
}

fn with(body: &Value, field: &str, value: impl Into<Value>) -> Value {
    let mut body = body.clone();
    body[field] = value.into();
    body
}

async fn complete(api: &Api, provider: &str, body: &Value) -> Reply {
    complete_at(api, api.router.clone(), provider, body).await
}

pub(crate) async fn complete_at(api: &Api, router: Router, provider: &str, body: &Value) -> Reply {
    let call = api.anonymous(Method::POST, &format!("/api/v1/auth/with/{provider}/completion"));
    call.json(body).send_to(router).await
}

async fn sign_in(api: &Api, provider: &str, email: &str) -> Reply {
    let body = there_and_back(api, provider, email).await;
    complete(api, provider, &body).await
}

async fn login(api: &Api, email: &str, password: &str) -> Reply {
    let body = json!({ "email": email, "password": password });
    api.anonymous(Method::POST, "/api/v1/auth/login").json(&body).send().await
}

fn token(reply: &Reply) -> String {
    reply.json["access_token"].as_str().unwrap().to_owned()
}

async fn me(api: &Api, reply: &Reply) -> Value {
    api.anonymous(Method::GET, "/api/v1/user/profile").token(&token(reply)).send().await.expect(200).json
}

#[tokio::test]
async fn an_employee_is_known_by_their_address_and_then_by_who_they_are() {
    let (api, _simulator) = start().await;
    let mira = employee(&api, MIRA).await;
    for provider in ["google", "linkedin"] {
        let reply = sign_in(&api, provider, MIRA).await.expect(200);
        assert_eq!(reply.json["workspace_id"], api.workspace.id.to_string());
        assert!(reply.json["refresh_token"].is_string());
        assert_eq!(me(&api, &reply).await["user_id"], mira.to_string());
    }
    api.change(&format!("UPDATE users SET email = 'mira@elsewhere.example' WHERE id = '{mira}'")).await;
    for provider in ["google", "linkedin"] {
        let reply = sign_in(&api, provider, MIRA).await.expect(200);
        assert_eq!(me(&api, &reply).await["user_id"], mira.to_string());
    }
    assert_eq!(api.count("SELECT count(*) FROM foreign_identities").await, 2);
    assert_eq!(api.count("SELECT count(*) FROM audit_log WHERE action = 'user.identity_linked'").await, 2);
    let began = "SELECT count(*) FROM audit_log WHERE action = 'session.began' AND detail ->> 'provider' = 'google'
                 AND detail ->> 'second_factor' = 'false' AND detail ? 'device'";
    assert_eq!(api.count(began).await, 2);
    // Somebody else who has the address now is not let in by it: it is not Mira's any more.
    employee(&api, MIRA).await;
    let reply = sign_in(&api, "google", MIRA).await.expect(200);
    assert_eq!(me(&api, &reply).await["user_id"], mira.to_string());
}

#[tokio::test]
async fn a_verified_account_is_linked_and_keeps_its_password() {
    let (api, _simulator) = start().await;
    sign_in(&api, "google", "admin@example.com").await.expect(200);
    login(&api, "admin@example.com", PASSWORD).await.expect(200);
    assert_eq!(api.count("SELECT count(*) FROM audit_log WHERE action = 'user.password_removed'").await, 0);
}

#[tokio::test]
async fn an_address_that_nobody_vouches_for_lets_nobody_in() {
    let (api, _simulator) = start().await;
    employee(&api, ULLA).await;
    let mut answers = Vec::new();
    for provider in ["google", "linkedin"] {
        for email in [ULLA, "somebody.else@example.com"] {
            let reply = sign_in(&api, provider, email).await.problem(403, "not-invited");
            answers.push(reply.json["detail"].clone());
        }
    }
    answers.dedup();
    assert_eq!(answers.len(), 1, "the answer does not tell who is known");
    assert_eq!(api.count("SELECT count(*) FROM foreign_identities").await, 0);
}

#[tokio::test]
async fn whoever_took_an_address_before_its_owner_is_put_out() {
    let (api, _simulator) = start().await;
    let nora = api.person(NORA, true).await;
    api.join(api.workspace.id, nora, Role::User).await;
    let session = api.session(nora, api.workspace.id).await;
    let stale = api.token_of(nora, api.workspace.id, session);
    api.change(&format!(
        "UPDATE users SET email_verified_at = NULL, totp_secret = '\\x00', totp_confirmed_at = now() WHERE id = '{nora}'"
    ))
    .await;
    let reply = sign_in(&api, "google", NORA).await.expect(200);
    let profile = me(&api, &reply).await;
    assert!(profile["email_verified_at"].is_string() && profile["second_factor_since"].is_null(), "{profile}");
    login(&api, NORA, PASSWORD).await.problem(401, "sign-in-refused");
    api.anonymous(Method::GET, "/api/v1/user/profile").token(&stale).send().await.problem(401, "unauthenticated");
    assert!(api.audited(nora.uuid()).await.contains(&"user.password_removed".to_owned()));
    assert_eq!(api.count("SELECT count(*) FROM sessions WHERE ended_because = 'password_changed'").await, 1);
}

async fn invitation(api: &Api, email: &str) -> String {
    api.post("/api/v1/invitations", &json!({ "email": email, "role": "reviewer" })).await.expect(201);
    api.mailed(email).await
}

#[tokio::test]
async fn somebody_new_comes_in_with_an_invitation_to_the_address_that_is_vouched_for() {
    let (api, _simulator) = start().await;
    let (theirs, others) = (invitation(&api, NORA).await, invitation(&api, "guest@example.com").await);
    let body = there_and_back(&api, "google", NORA).await;
    complete(&api, "google", &body).await.problem(403, "not-invited");
    // What the provider said is kept, whose code is good once.
    for refused in [others.as_str(), "unknown"] {
        complete(&api, "google", &with(&body, "invitation", refused)).await.invalid(&["invitation"]);
    }
    let reply = complete(&api, "google", &with(&body, "invitation", theirs.as_str())).await.expect(200);
    let profile = me(&api, &reply).await;
    assert_eq!((&profile["name"], &profile["role"]), (&json!("Nora Newcomer"), &json!("reviewer")));
    assert!(profile["email_verified_at"].is_string());
    assert_eq!(reply.json["workspace_id"], api.workspace.id.to_string());
    assert_eq!(api.count("SELECT count(*) FROM users WHERE password_hash IS NULL AND name = 'Nora Newcomer'").await, 1);
    let unverified = invitation(&api, ULLA).await;
    let body = there_and_back(&api, "linkedin", ULLA).await;
    complete(&api, "linkedin", &with(&body, "invitation", unverified)).await.invalid(&["invitation"]);
    let body = there_and_back(&api, "google", NORA).await;
    complete(&api, "google", &with(&body, "invitation", theirs)).await.invalid(&["invitation"]);
    sign_in(&api, "google", NORA).await.expect(200);
}

#[tokio::test]
async fn an_employee_who_is_invited_becomes_what_the_invitation_says() {
    let (api, _simulator) = start().await;
    employee(&api, MIRA).await;
    let invitation = invitation(&api, MIRA).await;
    let body = there_and_back(&api, "google", MIRA).await;
    let reply = complete(&api, "google", &with(&body, "invitation", invitation)).await.expect(200);
    assert_eq!(me(&api, &reply).await["role"], "reviewer");
}

#[tokio::test]
async fn an_answer_is_worth_something_only_to_the_sign_in_that_asked_for_it() {
    let (api, _simulator) = start().await;
    employee(&api, MIRA).await;
    let one = there_and_back(&api, "google", MIRA).await;
    let other = there_and_back(&api, "google", MIRA).await;
    let finish = |body: Value| {
        let api = &api;
        async move { complete(api, "google", &body).await }
    };
    finish(with(&one, "state", "another")).await.invalid(&["state"]);
    finish(with(&one, "attempt", other["attempt"].clone())).await.invalid(&["state"]);
    finish(with(&one, "attempt", "unknown")).await.invalid(&["attempt"]);
    finish(with(&one, "attempt", Value::Null)).await.invalid(&["attempt"]);
    complete(&api, "linkedin", &one).await.invalid(&["attempt"]);
    // None of that cost anything.
    finish(one.clone()).await.expect(200);
    finish(one).await.invalid(&["attempt"]);
    api.ambient.advance(TimeDelta::minutes(10));
    finish(other).await.invalid(&["attempt"]);
    // A code that another sign-in asked for is refused by the provider, which knows the challenge.
    let (mine, theirs) = (there_and_back(&api, "google", MIRA).await, there_and_back(&api, "google", NORA).await);
    finish(with(&mine, "code", theirs["code"].clone())).await.invalid(&["code"]);
}

#[tokio::test]
async fn of_two_completions_at_once_one_signs_in() {
    let (api, _simulator) = start().await;
    employee(&api, MIRA).await;
    let before = api.count("SELECT count(*) FROM sessions").await;
    let body = there_and_back(&api, "google", MIRA).await;
    let (first, second) = futures::join!(complete(&api, "google", &body), complete(&api, "google", &body));
    let mut statuses = [first.status.as_u16(), second.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 422], "{} {}", first.text, second.text);
    assert_eq!(api.count("SELECT count(*) FROM sessions").await, before + 1);
}

#[tokio::test]
async fn while_a_provider_is_down_nothing_is_lost() {
    let (api, _simulator) = start().await;
    employee(&api, MIRA).await;
    let call = api.anonymous(Method::POST, "/api/v1/auth/with/google").json(&json!({}));
    let reply = call.send_to(without_providers(&api)).await.problem(503, "provider-unavailable");
    assert_eq!(reply.header("retry-after"), Some("2"));
    let body = there_and_back(&api, "google", MIRA).await;
    complete_at(&api, without_providers(&api), "google", &body).await.problem(503, "provider-unavailable");
    complete(&api, "google", &body).await.expect(200);
}

#[tokio::test]
async fn a_code_that_the_provider_refuses_ends_the_attempt() {
    let (api, _simulator) = start().await;
    employee(&api, MIRA).await;
    for provider in ["google", "linkedin"] {
        let body = there_and_back(&api, provider, MIRA).await;
        complete(&api, provider, &with(&body, "code", "another")).await.invalid(&["code"]);
        complete(&api, provider, &body).await.invalid(&["attempt"]);
        let late = there_and_back(&api, provider, MIRA).await;
        api.ambient.advance(TimeDelta::minutes(1));
        complete(&api, provider, &late).await.invalid(&["code"]);
    }
}

const FAILURES: &str = "SELECT failed_sign_ins::bigint FROM users WHERE email = 'admin@example.com'";

#[tokio::test]
async fn a_second_factor_is_asked_for_and_the_provider_is_not_asked_again() {
    let (api, _simulator) = start().await;
    let (factor, _) = enrol(&api).await;
    let body = there_and_back(&api, "google", "admin@example.com").await;
    let reply = complete(&api, "google", &body).await.problem(401, "second-factor-needed");
    assert!(reply.json["detail"].as_str().unwrap().contains("`second_factor_code`"));
    assert_eq!(api.count(FAILURES).await, 0);
    assert_eq!(api.count("SELECT count(*) FROM foreign_identities").await, 0, "not before it is proven");
    let finish = |code: String| {
        let (api, body) = (&api, with(&body, "second_factor_code", code));
        async move { complete_at(api, without_providers(api), "google", &body).await }
    };
    finish("000000".to_owned()).await.problem(401, "sign-in-refused");
    assert_eq!(api.count(FAILURES).await, 1);
    api.ambient.advance(TimeDelta::seconds(30));
    finish(factor.code(api.ambient.now())).await.expect(200);
    assert_eq!(api.count(FAILURES).await, 0);
    let began = "SELECT count(*) FROM audit_log WHERE action = 'session.began' AND detail ->> 'provider' = 'google'
                 AND detail ->> 'second_factor' = 'true'";
    assert_eq!(api.count(began).await, 1);
}

#[tokio::test]
async fn a_second_factor_that_is_required_is_required_whoever_vouches() {
    let (api, _simulator) = start().await;
    require(&api).await;
    let token = token(&sign_in(&api, "google", "admin@example.com").await.expect(200));
    let campaigns = || api.anonymous(Method::GET, "/api/campaigns").token(&token).send();
    campaigns().await.problem(403, MISSING);
    enrol(&api).await;
    campaigns().await.expect(200);
}

#[tokio::test]
async fn guessing_the_second_factor_closes_the_account_for_a_while() {
    let (api, _simulator) = start().await;
    let (_, codes) = enrol(&api).await;
    let body = there_and_back(&api, "google", "admin@example.com").await;
    let finish = |code: &str| {
        let (api, body) = (&api, with(&body, "second_factor_code", code));
        async move { complete(api, "google", &body).await }
    };
    for _ in 0..5 {
        finish("000000").await.problem(401, "sign-in-refused");
    }
    finish(&codes[0]).await.problem(401, "sign-in-refused");
    api.ambient.advance(TimeDelta::seconds(30));
    finish(&codes[0]).await.expect(200);
}

#[tokio::test]
async fn an_account_that_is_closed_takes_nobody_in() {
    let (api, _simulator) = start().await;
    for _ in 0..5 {
        login(&api, "admin@example.com", "wrong password!").await.problem(401, "sign-in-refused");
    }
    let body = there_and_back(&api, "google", "admin@example.com").await;
    complete(&api, "google", &body).await.problem(401, "sign-in-refused");
    api.ambient.advance(TimeDelta::seconds(30));
    complete(&api, "google", &body).await.expect(200);
    api.change("UPDATE users SET status = 'suspended' WHERE email = 'admin@example.com'").await;
    sign_in(&api, "google", "admin@example.com").await.problem(401, "sign-in-refused");
    sign_in(&api, "linkedin", "admin@example.com").await.problem(401, "sign-in-refused");
}

#[tokio::test]
async fn a_person_signs_in_to_a_workspace_of_theirs() {
    let (api, _simulator) = start().await;
    let mira = employee(&api, MIRA).await;
    let body = there_and_back(&api, "google", MIRA).await;
    let wanted = with(&body, "workspace_id", api.other.id.to_string());
    complete(&api, "google", &wanted).await.problem(401, "sign-in-refused");
    api.join(api.other.id, mira, Role::Reviewer).await;
    let reply = complete(&api, "google", &wanted).await.expect(200);
    assert_eq!(reply.json["workspace_id"], api.other.id.to_string());
}

#[tokio::test]
async fn a_browser_keeps_its_attempt_where_no_script_reads_it() {
    let (api, _simulator) = start().await;
    employee(&api, MIRA).await;
    let begun = begin(&api, "google", &json!({ "cookie": true })).await.expect(200);
    assert!(begun.json["attempt"].is_null());
    let cookie = begun.header("set-cookie").unwrap().to_owned();
    for part in ["rostrum_attempt=", "; HttpOnly", "; Secure", "; SameSite=Strict", "; Path=/api;", "; Max-Age=600;"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    let (code, state) = consent(&begun, "google", MIRA).await;
    let body = json!({ "code": code, "state": state, "cookie": true });
    complete(&api, "google", &body).await.invalid(&["attempt"]);
    let (pair, _) = cookie.split_once(';').unwrap();
    let call = api.anonymous(Method::POST, "/api/v1/auth/with/google/completion").header("cookie", pair);
    let reply = call.json(&body).send().await.expect(200);
    assert!(reply.json["refresh_token"].is_null());
    let cookies: Vec<&str> = reply.headers.get_all("set-cookie").iter().map(|one| one.to_str().unwrap()).collect();
    assert!(cookies[0].starts_with("rostrum_refresh=rostrum_refresh_"), "{cookies:?}");
    assert!(cookies[1].starts_with("rostrum_attempt=; Path=/api; Max-Age=0;"), "{cookies:?}");
}

#[tokio::test]
async fn a_provider_that_is_not_configured_is_not_found() {
    let api = Api::new().await;
    for provider in ["google", "linkedin", "myspace"] {
        begin(&api, provider, &json!({})).await.problem(404, "not-found");
        let body = json!({ "code": "x", "state": "x", "attempt": "x" });
        complete(&api, provider, &body).await.problem(404, "not-found");
    }
}

#[tokio::test]
async fn identities_are_listed_and_the_last_way_in_stays() {
    let (api, _simulator) = start().await;
    employee(&api, MIRA).await;
    let token = token(&sign_in(&api, "google", MIRA).await.expect(200));
    let list = async || {
        let reply = api.anonymous(Method::GET, "/api/v1/user/identities").token(&token).send().await.expect(200);
        reply.json["items"].as_array().unwrap().clone()
    };
    let unlink = |id: &Value| {
        let path = format!("/api/v1/user/identities/{}", id.as_str().unwrap());
        api.anonymous(Method::DELETE, &path).token(&token).send()
    };
    let google = list().await[0].clone();
    assert_eq!(google["provider"], "google");
    unlink(&google["id"]).await.problem(409, "conflict");
    api.ambient.advance(TimeDelta::seconds(1));
    sign_in(&api, "linkedin", MIRA).await.expect(200);
    let linkedin = list().await[0].clone();
    assert_eq!(linkedin["provider"], "linkedin");
    unlink(&google["id"]).await.expect(204);
    unlink(&google["id"]).await.problem(404, "not-found");
    unlink(&linkedin["id"]).await.problem(409, "conflict");
    assert_eq!(list().await, [linkedin]);
    let call = api.anonymous(Method::POST, "/api/v1/user/export").token(&token);
    let export = call.send().await.expect(200).json;
    assert_eq!(export["foreign_identities"].as_array().unwrap().len(), 1);
    api.anonymous(Method::DELETE, "/api/v1/user").token(&token).send().await.expect(204);
    assert_eq!(api.count("SELECT count(*) FROM foreign_identities").await, 0);
}

#[tokio::test]
async fn whoever_has_a_password_may_unlink_everything() {
    let (api, _simulator) = start().await;
    sign_in(&api, "google", "admin@example.com").await.expect(200);
    let list = api.get("/api/v1/user/identities").await.expect(200).json["items"].clone();
    let path = format!("/api/v1/user/identities/{}", list[0]["id"].as_str().unwrap());
    api.admin(Method::DELETE, &path).send().await.expect(204);
    assert_eq!(api.count("SELECT count(*) FROM audit_log WHERE action = 'user.identity_unlinked'").await, 1);
}

#[tokio::test]
async fn what_is_kept_of_an_attempt_finishes_none() {
    let (api, _simulator) = start().await;
    employee(&api, MIRA).await;
    let body = there_and_back(&api, "google", MIRA).await;
    let kept = "SELECT string_agg(row::text, ' ') FROM sign_in_attempts AS row";
    let kept: String = sqlx::query_scalar(kept).fetch_one(&api.database.admin).await.unwrap();
    for field in ["attempt", "state", "code"] {
        assert!(!kept.contains(body[field].as_str().unwrap()), "{field}");
    }
    complete(&api, "google", &body).await.expect(200);
    assert_eq!(api.count("SELECT count(*) FROM sign_in_attempts WHERE subject IS NOT NULL").await, 0);
}
