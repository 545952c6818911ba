//! Access tokens that Supabase Auth issued.

use api::Gate;
use axum::Router;
use chrono::TimeDelta;
use http::Method;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode, jwk::Jwk};
use rostrum_core::{access::Role, limits::Tier};
use rostrum_lambda_kit::Effects;
use rostrum_oidc::{Foreign, client};
use rostrum_simulators::replay::{Replay, Scripted};
use rostrum_test_kit::keys::{fresh_signing_key, signing_key};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};

use crate::{
    harness::{Api, Call, Reply, campaign},
    required_second_factor::{MISSING, require},
    sign_in::enrol,
};

const ISSUER: &str = "https://ref.supabase.co/auth/v1";
const SUBJECT: &str = "6b1f0c7e-0000-4000-8000-000000000001";

fn key(pem: &SecretString) -> EncodingKey {
    EncodingKey::from_rsa_pem(pem.expose_secret().as_bytes()).unwrap()
}

/// An API that takes the tokens of a project whose keys the server publishes.
async fn start() -> (Api, Replay) {
    let mut public = Jwk::from_encoding_key(&key(&signing_key()), Algorithm::RS256).unwrap();
    public.common.key_id = Some("theirs".to_owned());
    let replay = Replay::start(vec![Scripted::json(200, &json!({ "keys": [public] }))]).await.unwrap();
    let mut api = Api::new().await;
    api.router = router(&api, &replay);
    (api, replay)
}

fn router(api: &Api, replay: &Replay) -> Router {
    let foreign = Foreign::new(client().unwrap(), ISSUER, "authenticated", &format!("{}/jwks", replay.url()));
    api.behind(Gate { foreign: Some(foreign), ..api.gate(|_| Tier::Staff) }, Effects::live())
}

fn claims(api: &Api) -> Value {
    let now = api.ambient.now().timestamp();
    json!({
        "iss": ISSUER, "aud": "authenticated", "sub": SUBJECT, "iat": now, "exp": now + 3_600,
        "email": "admin@example.com", "role": "authenticated",
    })
}

fn signed(claims: &Value, pem: &SecretString) -> String {
    let header = Header { kid: Some("theirs".to_owned()), ..Header::new(Algorithm::RS256) };
    encode(&header, claims, &key(pem)).unwrap()
}

fn token(api: &Api) -> String {
    signed(&claims(api), &signing_key())
}

fn call<'a>(api: &'a Api, method: Method, path: &str, token: &str) -> Call<'a> {
    api.anonymous(method, path).token(token)
}

async fn campaigns(api: &Api, token: &str) -> Reply {
    call(api, Method::GET, "/api/campaigns", token).send().await
}

/// The person with this role says whose the token is.
async fn link(api: &Api, role: Role, token: &str) -> Reply {
    let body = json!({ "token": token });
    call(api, Method::POST, "/api/v1/user/identities", &api.token(role)).json(&body).send().await
}

#[tokio::test]
async fn a_token_stands_for_whoever_linked_it_and_for_nobody_before() {
    let (api, replay) = start().await;
    let token = token(&api);
    campaigns(&api, &token).await.problem(401, "unauthenticated");
    link(&api, Role::Reviewer, &token).await.expect(204);
    link(&api, Role::Reviewer, &token).await.expect(204);
    link(&api, Role::Admin, &token).await.problem(409, "conflict");
    for _ in 0..3 {
        campaigns(&api, &token).await.expect(200);
    }
    let profile = call(&api, Method::GET, "/api/v1/user/profile", &token).send().await.expect(200).json;
    assert_eq!(profile["user_id"], api.user(Role::Reviewer).to_string(), "never by the address");
    assert_eq!(replay.heard().len(), 1, "the keys are read once");
    let create = || call(&api, Method::POST, "/api/campaigns", &token).json(&campaign()).send();
    create().await.problem(403, "forbidden");
    api.change(&format!("UPDATE memberships SET role = 'admin' WHERE user_id = '{}'", api.user(Role::Reviewer))).await;
    api.ambient.advance(TimeDelta::minutes(1));
    let id = create().await.expect(201).id();
    let actor = format!("SELECT actor_id::text FROM audit_log WHERE subject_id = '{id}'");
    let actor: String = sqlx::query_scalar(sqlx::AssertSqlSafe(actor)).fetch_one(&api.database.admin).await.unwrap();
    assert_eq!(actor, api.user(Role::Reviewer).to_string());
}

#[tokio::test]
async fn what_concerns_sessions_needs_a_session() {
    let (api, _replay) = start().await;
    let token = token(&api);
    link(&api, Role::Admin, &token).await.expect(204);
    let id = call(&api, Method::GET, "/api/v1/user/identities", &token).send().await.expect(200).json["items"][0]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let identity = format!("/api/v1/user/identities/{id}");
    let password = json!({ "password": "wrong password!", "new_password": "verhext-Ziegel-7-Trommel" });
    for (method, path, body) in [
        (Method::GET, "/api/v1/auth/sessions", None),
        (Method::POST, "/api/v1/auth/logout", None),
        (Method::POST, "/api/v1/auth/second-factor", None),
        (Method::PUT, "/api/v1/auth/second-factor", Some(json!({ "code": "000000" }))),
        (Method::POST, "/api/v1/auth/second-factor/removal", Some(json!({ "code": "000000" }))),
        (Method::PUT, "/api/v1/auth/password", Some(password)),
        (Method::DELETE, "/api/v1/user", None),
        (Method::POST, "/api/v1/user/identities", Some(json!({ "token": token }))),
        (Method::DELETE, identity.as_str(), None),
    ] {
        let call = call(&api, method, path, &token);
        let call = match &body {
            Some(body) => call.json(body),
            None => call,
        };
        call.send().await.problem(403, "forbidden");
    }
    assert_eq!(api.count("SELECT max(failed_sign_ins)::bigint FROM users").await, 0);
}

#[tokio::test]
async fn a_second_factor_that_is_required_is_required_of_whoever_sends_a_token() {
    let (api, _replay) = start().await;
    let token = token(&api);
    link(&api, Role::Admin, &token).await.expect(204);
    campaigns(&api, &token).await.expect(200);
    require(&api).await;
    let create = || call(&api, Method::POST, "/api/campaigns", &token).json(&campaign()).send();
    create().await.problem(403, MISSING);
    campaigns(&api, &token).await.problem(403, MISSING);
    call(&api, Method::GET, "/api/v1/user/profile", &token).send().await.expect(200);
    enrol(&api).await;
    campaigns(&api, &token).await.expect(200);
    create().await.expect(201);
}

#[tokio::test]
async fn tokens_that_prove_nothing_are_refused() {
    let (api, _replay) = start().await;
    link(&api, Role::Admin, &token(&api)).await.expect(204);
    let changed = |field: &str, value: Value| {
        let mut claims = claims(&api);
        claims[field] = value;
        signed(&claims, &signing_key())
    };
    let now = api.ambient.now().timestamp();
    let hmac = Header { kid: Some("theirs".to_owned()), ..Header::new(Algorithm::HS256) };
    for (name, bad) in [
        ("another audience", changed("aud", json!("anon"))),
        ("expired", changed("exp", json!(now - 60))),
        ("from the future", changed("nbf", json!(now + 61))),
        ("nobody", changed("sub", json!(""))),
        ("an unknown key", signed(&claims(&api), &fresh_signing_key())),
        ("HS256", encode(&hmac, &claims(&api), &EncodingKey::from_secret(b"a secret")).unwrap()),
    ] {
        let reply = campaigns(&api, &bad).await;
        assert_eq!(reply.status.as_u16(), 401, "{name}");
        let reply = reply.problem(401, "unauthenticated");
        assert_eq!(reply.header("www-authenticate"), Some("Bearer error=\"invalid_token\""), "{name}");
        link(&api, Role::Admin, &bad).await.invalid(&["token"]);
    }
    let elsewhere = changed("iss", json!("https://other.supabase.co/auth/v1"));
    campaigns(&api, &elsewhere).await.problem(401, "unauthenticated");
    link(&api, Role::Admin, &elsewhere).await.invalid(&["token"]);
    let unknown = changed("sub", json!("somebody else"));
    campaigns(&api, &unknown).await.problem(401, "unauthenticated");
    let plain = Api::new().await;
    campaigns(&plain, &token(&plain)).await.problem(401, "unauthenticated");
    link(&plain, Role::Admin, &token(&plain)).await.invalid(&["token"]);
}

#[tokio::test]
async fn a_token_that_was_seen_before_ends_with_its_time_and_with_its_link() {
    let (api, _replay) = start().await;
    let token = token(&api);
    link(&api, Role::Admin, &token).await.expect(204);
    campaigns(&api, &token).await.expect(200);
    let session = api.session(api.user(Role::Admin), api.workspace.id).await;
    api.ambient.advance(TimeDelta::seconds(3_660));
    campaigns(&api, &token).await.problem(401, "unauthenticated");

    let fresh = self::token(&api);
    campaigns(&api, &fresh).await.expect(200);
    let admin = api.token_of(api.user(Role::Admin), api.workspace.id, session);
    let list = call(&api, Method::GET, "/api/v1/user/identities", &admin).send().await.expect(200).json;
    let path = format!("/api/v1/user/identities/{}", list["items"][0]["id"].as_str().unwrap());
    call(&api, Method::DELETE, &path, &admin).send().await.expect(204);
    campaigns(&api, &fresh).await.problem(401, "unauthenticated");
}

#[tokio::test]
async fn a_header_names_the_workspace() {
    let (api, _replay) = start().await;
    let token = token(&api);
    link(&api, Role::Admin, &token).await.expect(204);
    let in_workspace = |id: String| {
        let call = call(&api, Method::GET, "/api/v1/user/profile", &token);
        async move { call.header("rostrum-workspace", &id).send().await }
    };
    let own = in_workspace(api.workspace.id.to_string()).await.expect(200);
    assert_eq!(own.json["workspace_id"], api.workspace.id.to_string());
    for other in [api.other.id.to_string(), "mine".to_owned(), String::new()] {
        in_workspace(other).await.problem(401, "unauthenticated");
    }
    api.ambient.advance(TimeDelta::seconds(1));
    api.join(api.other.id, api.user(Role::Admin), Role::Reviewer).await;
    let other = in_workspace(api.other.id.to_string()).await.expect(200).json;
    assert_eq!((&other["workspace_id"], &other["role"]), (&json!(api.other.id), &json!("reviewer")));
    let path = format!("/api/campaigns/{}", api.workspace.campaign_id);
    let call = call(&api, Method::GET, &path, &token).header("rostrum-workspace", &api.other.id.to_string());
    call.send().await.problem(404, "not-found");
}
