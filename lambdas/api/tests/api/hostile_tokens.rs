//! Every operation that is not public, asked with every kind of token that is none, or none any more: 401 with the
//! problem that the document promises.

use api::{Keys, authentication::Claims};
use http::Method;
use jsonwebtoken::{Algorithm, EncodingKey, Header, decode_header, encode};
use rostrum_core::access::Role;
use rostrum_lambda_kit::Effects;
use rostrum_test_kit::keys::{fresh_signing_key, public_key, signing_key};
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    authentication::unsigned,
    authorization::{Operation, operations},
    harness::{Api, Reply},
};

/// Tokens that say what a good one of the admin says, each with one thing wrong about it.
fn forged(api: &Api) -> Vec<(&'static str, String)> {
    let claims = api.claims(Role::Admin);
    let kid = decode_header(api.token(Role::Admin)).unwrap().kid.unwrap();
    let signed = |change: fn(&mut Claims)| {
        let mut claims = claims.clone();
        change(&mut claims);
        api.keys.sign(&claims).unwrap()
    };
    let theirs = fresh_signing_key();
    let their_key = EncodingKey::from_rsa_pem(theirs.expose_secret().as_bytes()).unwrap();
    let as_ours = Header { kid: Some(kid.clone()), ..Header::new(Algorithm::RS256) };
    // The classic: the public key, which everybody knows, as the secret of an HMAC.
    let ours = public_key(&signing_key());
    let set: Value = serde_json::from_str(api.keys.set()).unwrap();
    let hmac = |secret: &[u8]| {
        let header = Header { kid: Some(kid.clone()), ..Header::new(Algorithm::HS256) };
        encode(&header, &claims, &EncodingKey::from_secret(secret)).unwrap()
    };
    vec![
        ("no JWT", "abc".to_owned()),
        ("expired", signed(|claims| claims.exp = claims.iat)),
        ("not valid yet", signed(|claims| claims.iat += 61)),
        ("for another audience", signed(|claims| "rostrum-web".clone_into(&mut claims.aud))),
        ("of another issuer", signed(|claims| "somebody".clone_into(&mut claims.iss))),
        ("of another key under the id of ours", encode(&as_ours, &claims, &their_key).unwrap()),
        ("of a key that nobody knows", Keys::from_pem(&theirs).unwrap().sign(&claims).unwrap()),
        ("alg none", unsigned(&kid, &claims)),
        ("HS256 with our key as PEM", hmac(ours.pem.as_bytes())),
        ("HS256 with our key as PEM without its last line end", hmac(ours.pem.trim_end().as_bytes())),
        ("HS256 with our key as DER", hmac(&ours.der)),
        ("HS256 with our key as JWK", hmac(set["keys"][0].to_string().as_bytes())),
        ("HS256 with our keys as they are published", hmac(api.keys.set().as_bytes())),
    ]
}

/// Sessions and keys that let somebody in until a moment ago.
async fn ended(api: &Api) -> Vec<(&'static str, String)> {
    let mut tokens = Vec::new();
    for (name, end) in [
        ("session ended", "UPDATE sessions SET ended_at = created_at, ended_because = 'ended' WHERE user_id = 'WHO'"),
        ("member removed", "DELETE FROM memberships WHERE user_id = 'WHO'"),
        ("person suspended", "UPDATE users SET status = 'suspended' WHERE id = 'WHO'"),
    ] {
        let who = api.person(&format!("{}@example.com", tokens.len()), true).await;
        api.join(api.workspace.id, who, Role::Admin).await;
        let session = api.session(who, api.workspace.id).await;
        let token = api.token_of(who, api.workspace.id, session);
        lets_in(api, &token).await;
        api.change(&end.replace("WHO", &who.to_string())).await;
        tokens.push((name, token));
    }
    for (name, end) in [
        ("key revoked", "UPDATE api_keys SET revoked_at = created_at WHERE id = 'WHICH'"),
        ("key expired", "UPDATE api_keys SET expires_at = created_at WHERE id = 'WHICH'"),
    ] {
        let body = json!({ "name": name, "role": "admin", "permissions": ["campaigns.read"], "expires_in_days": 1 });
        let made = api.post("/api/v1/api-keys", &body).await.expect(201);
        let key = made.json["key"].as_str().unwrap().to_owned();
        lets_in(api, &key).await;
        api.change(&end.replace("WHICH", &made.id().to_string())).await;
        tokens.push((name, key));
    }
    tokens
}

/// In another process: in the one that is tested nobody has looked it up, and nobody remembers it.
async fn lets_in(api: &Api, token: &str) {
    let call = api.anonymous(Method::GET, "/api/campaigns").token(token);
    call.send_to(api.router(Effects::live())).await.expect(200);
}

/// Expects a 401 with this challenge and a body of this schema: all that it requires, and nothing that it does not name.
fn refused(reply: Reply, challenge: &str, schema: &Value, place: &str) {
    assert_eq!(reply.status.as_u16(), 401, "{place}: {}", reply.text);
    let reply = reply.problem(401, "unauthenticated");
    assert_eq!(reply.header("www-authenticate"), Some(challenge), "{place}");
    let fields = reply.json.as_object().unwrap();
    for required in schema["required"].as_array().unwrap() {
        assert!(fields.contains_key(required.as_str().unwrap()), "{place}: no {required}");
    }
    for field in fields.keys() {
        assert!(schema["properties"][field].is_object(), "{place}: {field} is not in the document");
    }
}

#[tokio::test]
async fn the_matrix_of_operations_and_hostile_tokens_has_no_hole() {
    let api = Api::new().await;
    let document = api.anonymous(Method::GET, "/api/openapi.json").send().await.expect(200).json;
    let schema = &document["components"]["schemas"]["Problem"];
    let mut tokens = forged(&api);
    tokens.extend(ended(&api).await);
    let closed: Vec<Operation> = operations(&api).await.into_iter().filter(|one| one.permission.is_some()).collect();
    assert!(closed.len() >= 50, "{closed:?}");
    for operation in &closed {
        let method = operation.method.as_str().to_lowercase();
        let documented = &document["paths"][&operation.path][&method]["responses"]["401"]["content"];
        assert_eq!(
            documented["application/problem+json"]["schema"]["$ref"], "#/components/schemas/Problem",
            "{operation:?}"
        );
        let ask = || operation.call(&api, |_| Uuid::from_u128(1));
        refused(ask().send().await, "Bearer", schema, &format!("no token: {operation:?}"));
        for (name, token) in &tokens {
            let reply = ask().token(token).send().await;
            refused(reply, "Bearer error=\"invalid_token\"", schema, &format!("{name}: {operation:?}"));
        }
    }
    // What was refused was refused for what was wrong about it: the same without that is let in.
    lets_in(&api, &api.keys.sign(&api.claims(Role::Admin)).unwrap()).await;
}
