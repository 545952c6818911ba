use api::{Keys, authentication::Claims};
use chrono::TimeDelta;
use http::Method;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use rostrum_core::access::Role;
use rostrum_test_kit::keys::fresh_signing_key;
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::harness::{Api, PASSWORD, Reply};

async fn login(api: &Api, body: &Value) -> Reply {
    api.anonymous(Method::POST, "/api/v1/auth/login").json(body).send().await
}

#[tokio::test]
async fn signing_in_gives_a_token_that_works_for_an_hour() {
    let api = Api::new().await;
    let reply = login(&api, &json!({ "email": " Admin@Example.com ", "password": PASSWORD })).await.expect(200);
    assert_eq!(reply.json["token_type"], "Bearer");
    assert_eq!(reply.json["expires_in"], 3600);
    assert_eq!(reply.json["workspace_id"], api.workspace.id.to_string());
    assert_eq!(reply.header("cache-control"), Some("no-store"));
    let token = reply.json["access_token"].as_str().unwrap();
    let campaigns = || api.anonymous(Method::GET, "/api/campaigns").token(token).send();
    campaigns().await.expect(200);
    api.ambient.advance(TimeDelta::seconds(3599));
    campaigns().await.expect(200);
    api.ambient.advance(TimeDelta::seconds(1));
    campaigns().await.problem(401, "unauthenticated");

    let claims: Claims = api.keys.verify(token, rostrum_test_kit::sample::now()).unwrap();
    assert_eq!((claims.iss.as_str(), claims.aud.as_str()), ("rostrum", "rostrum-api"));
    assert_eq!(claims.sub, api.user(Role::Admin));
    let header = jsonwebtoken::decode_header(token).unwrap();
    let set = api.anonymous(Method::GET, "/.well-known/jwks.json").send().await.json;
    assert_eq!(header.alg, Algorithm::RS256);
    assert_eq!(header.kid.as_deref(), set["keys"][0]["kid"].as_str());
}

#[tokio::test]
async fn whoever_cannot_sign_in_does_not_learn_why() {
    let api = Api::new().await;
    let suspended = api.person("suspended@example.com", true).await;
    api.join(api.workspace.id, suspended, Role::Admin).await;
    sqlx::query("UPDATE users SET status = 'suspended' WHERE id = $1")
        .bind(suspended.uuid())
        .execute(&api.database.admin)
        .await
        .unwrap();
    let without_password = api.person("silent@example.com", false).await;
    api.join(api.workspace.id, without_password, Role::Admin).await;
    api.person("homeless@example.com", true).await;
    let mut answers = Vec::new();
    for body in [
        json!({ "email": "admin@example.com", "password": "wrong password!" }),
        json!({ "email": "admin@example.com", "password": "" }),
        json!({ "email": "nobody@example.com", "password": PASSWORD }),
        json!({ "email": "not an address", "password": PASSWORD }),
        json!({ "email": "nul\0@example.com", "password": PASSWORD }),
        json!({ "email": "suspended@example.com", "password": PASSWORD }),
        json!({ "email": "silent@example.com", "password": PASSWORD }),
        json!({ "email": "homeless@example.com", "password": PASSWORD }),
        json!({ "email": "admin@example.com", "password": PASSWORD, "workspace_id": api.other.id }),
        json!({ "email": "admin@example.com", "password": PASSWORD, "workspace_id": Uuid::from_u128(1) }),
    ] {
        let reply = login(&api, &body).await.problem(401, "sign-in-refused");
        assert_eq!(reply.header("www-authenticate"), Some("Bearer"));
        answers.push(reply.json["detail"].clone());
    }
    answers.dedup();
    assert_eq!(answers.len(), 1);
}

#[tokio::test]
async fn a_sign_in_that_is_not_one_is_refused_by_field() {
    let api = Api::new().await;
    login(&api, &json!({ "email": "admin@example.com" })).await.invalid(&["password"]);
    login(&api, &json!({ "email": 1, "password": "x" })).await.invalid(&["email"]);
    let body = json!({ "email": "a@example.com", "password": "x", "workspace_id": "mine" });
    login(&api, &body).await.invalid(&["workspace_id"]);
    login(&api, &json!({ "email": "a@example.com", "password": "x", "remember": true })).await.invalid(&["remember"]);
}

#[tokio::test]
async fn a_person_signs_in_to_one_of_their_workspaces() {
    let api = Api::new().await;
    api.ambient.advance(TimeDelta::seconds(1));
    let person = api.person("both@example.com", true).await;
    api.join(api.other.id, person, Role::Reviewer).await;
    api.ambient.advance(TimeDelta::seconds(1));
    api.join(api.workspace.id, person, Role::Admin).await;
    let body = json!({ "email": "both@example.com", "password": PASSWORD });
    assert_eq!(login(&api, &body).await.expect(200).json["workspace_id"], api.other.id.to_string());
    let body = json!({ "email": "both@example.com", "password": PASSWORD, "workspace_id": api.workspace.id });
    assert_eq!(login(&api, &body).await.expect(200).json["workspace_id"], api.workspace.id.to_string());
}

#[tokio::test]
async fn tokens_that_are_not_ours_are_refused() {
    let api = Api::new().await;
    let token = api.token(Role::Admin);
    let kid = jsonwebtoken::decode_header(&token).unwrap().kid.unwrap();
    let claims = api.claims(Role::Admin);
    let signed = |change: &dyn Fn(&mut Claims)| {
        let mut claims = claims.clone();
        change(&mut claims);
        api.keys.sign(&claims).unwrap()
    };
    let pem = fresh_signing_key();
    let theirs = Keys::from_pem(&pem).unwrap();
    let their_key = EncodingKey::from_rsa_pem(pem.expose_secret().as_bytes()).unwrap();
    let with_our_id = Header { kid: Some(kid.clone()), ..Header::new(Algorithm::RS256) };
    // The classic: the public key, which everybody knows, as the secret of an HMAC.
    let public = api.anonymous(Method::GET, "/.well-known/jwks.json").send().await.text;
    let hmac = Header { kid: Some(kid.clone()), ..Header::new(Algorithm::HS256) };
    let now = api.ambient.now().timestamp();
    for (name, bad) in [
        ("no token", String::new()),
        ("no JWT", "abc".to_owned()),
        ("alg none", unsigned(&kid, &claims)),
        ("HS256", encode(&hmac, &claims, &EncodingKey::from_secret(public.as_bytes())).unwrap()),
        ("another key", theirs.sign(&claims).unwrap()),
        ("another key under our id", encode(&with_our_id, &claims, &their_key).unwrap()),
        ("without key id", encode(&Header::new(Algorithm::RS256), &claims, &their_key).unwrap()),
        ("expired", signed(&|claims| claims.exp = now)),
        ("another audience", signed(&|claims| claims.aud = "rostrum-web".to_owned())),
        ("another issuer", signed(&|claims| claims.iss = "somebody".to_owned())),
        ("nobody", signed(&|claims| claims.sub = Uuid::from_u128(1).into())),
        ("another workspace", signed(&|claims| claims.workspace_id = api.other.id)),
        ("cut", token[..token.len() - 1].to_owned()),
    ] {
        let reply = api.anonymous(Method::GET, "/api/campaigns").token(&bad).send().await;
        assert_eq!(reply.status.as_u16(), 401, "{name}");
        let reply = reply.problem(401, "unauthenticated");
        assert_eq!(reply.header("www-authenticate"), Some("Bearer error=\"invalid_token\""), "{name}");
    }
    for header in ["Basic YTpi", "Bearer", "", &token] {
        let call = api.anonymous(Method::GET, "/api/campaigns").header("authorization", header);
        assert_eq!(call.send().await.problem(401, "unauthenticated").header("www-authenticate"), Some("Bearer"));
    }
    api.anonymous(Method::GET, "/api/campaigns").token(&token).send().await.expect(200);
    let lower = api.anonymous(Method::GET, "/api/campaigns").header("authorization", &format!("bearer {token}"));
    lower.send().await.expect(200);
}

/// A token whose header says that nobody signed it.
pub(crate) fn unsigned(kid: &str, claims: &Claims) -> String {
    use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
    let header = json!({ "alg": "none", "typ": "JWT", "kid": kid });
    let [header, claims] =
        [header, serde_json::to_value(claims).unwrap()].map(|part| URL_SAFE_NO_PAD.encode(part.to_string()));
    format!("{header}.{claims}.")
}

#[tokio::test]
async fn a_role_that_is_taken_away_is_gone_within_a_minute() {
    let api = Api::new().await;
    let token = api.token(Role::Admin);
    let campaigns = || api.anonymous(Method::GET, "/api/campaigns").token(&token).send();
    campaigns().await.expect(200);
    sqlx::query("DELETE FROM memberships WHERE user_id = $1")
        .bind(api.user(Role::Admin).uuid())
        .execute(&api.database.admin)
        .await
        .unwrap();
    api.ambient.advance(TimeDelta::seconds(59));
    campaigns().await.expect(200);
    api.ambient.advance(TimeDelta::seconds(1));
    campaigns().await.problem(401, "unauthenticated");
}
