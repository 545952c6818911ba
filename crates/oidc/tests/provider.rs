//! A provider that is scripted.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test stops at its first surprise")]

mod support;

use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use rostrum_oidc::{Authorization, Error, Identity, Pkce, Provider, Rejection, TokenAuthentication, client};
use rostrum_simulators::replay::{Replay, Scripted};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Value, json};
use support::{NOW, Signer, changed, elliptic, first, forged, keys, later, now, second};

const NONCE: &str = "the nonce";
const BACK: &str = "https://app.example/back";

fn document(url: &str) -> Value {
    json!({
        "issuer": url,
        "authorization_endpoint": format!("{url}/authorize?hl=en"),
        "token_endpoint": format!("{url}/token"),
        "jwks_uri": format!("{url}/jwks"),
        "claims_supported": ["sub"],
    })
}

/// A provider that answers with its document first.
async fn scripted(answers: Vec<Scripted>, by: TokenAuthentication) -> (Replay, Provider) {
    let replay = Replay::start(Vec::new()).await.unwrap();
    replay.add(Scripted::json(200, &document(&replay.url())));
    for answer in answers {
        replay.add(answer);
    }
    let provider = Provider::new(client().unwrap(), &replay.url(), "us", "a secret: 100%".into(), by);
    (replay, provider)
}

async fn standard(answers: Vec<Scripted>) -> (Replay, Provider) {
    scripted(answers, TokenAuthentication::ClientSecretPost).await
}

fn claims(issuer: &str) -> Value {
    json!({
        "iss": issuer, "sub": "7", "aud": "us", "iat": NOW, "exp": NOW + 3_600, "nonce": NONCE,
        "email": "mira@example.com", "email_verified": true, "name": "Mira Keller",
    })
}

async fn verify(provider: &Provider, token: String) -> Result<Identity, Error> {
    provider.verify(&token.into(), NONCE, now()).await
}

fn rejection<T: std::fmt::Debug>(result: Result<T, Error>) -> Rejection {
    match result {
        Err(Error::Rejected(rejection)) => rejection,
        other => panic!("no rejection but {other:?}"),
    }
}

async fn exchange(provider: &Provider) -> Result<rostrum_oidc::Tokens, Error> {
    provider.exchange("the code", &SecretString::from("the verifier"), BACK).await
}

fn form(text: &str) -> Vec<(String, String)> {
    form_urlencoded::parse(text.as_bytes()).into_owned().collect()
}

#[tokio::test]
async fn the_browser_is_sent_with_everything_that_binds_its_answer() {
    let (replay, provider) = standard(Vec::new()).await;
    let pkce = Pkce::from_random([7; 32]);
    let authorization = Authorization { state: "a&b", nonce: NONCE, challenge: &pkce.challenge, redirect_uri: BACK };
    let url = provider.authorize_url(&authorization).await.unwrap();
    let (address, query) = url.split_once('?').unwrap();
    assert_eq!(address, format!("{}/authorize", replay.url()));
    let expected = [
        ("hl", "en"),
        ("response_type", "code"),
        ("client_id", "us"),
        ("redirect_uri", BACK),
        ("scope", "openid profile email"),
        ("state", "a&b"),
        ("nonce", NONCE),
        ("code_challenge", &pkce.challenge),
        ("code_challenge_method", "S256"),
    ];
    assert_eq!(form(query), expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
    assert_eq!(replay.heard()[0].path, "/.well-known/openid-configuration");

    provider.authorize_url(&authorization).await.unwrap();
    assert_eq!(replay.heard().len(), 1, "the document is kept");
}

#[tokio::test]
async fn a_code_is_redeemed_with_the_secret_in_the_form() {
    let tokens = json!({"id_token": "i", "access_token": "a", "expires_in": 3599, "token_type": "Bearer"});
    let (replay, provider) = standard(vec![Scripted::json(200, &tokens)]).await;
    let tokens = exchange(&provider).await.unwrap();
    assert_eq!(tokens.id_token.expose_secret(), "i");
    assert_eq!(tokens.access_token.expose_secret(), "a");
    assert_eq!(tokens.expires_in, Some(3599));
    let heard = &replay.heard()[1];
    assert_eq!((heard.method.as_str(), heard.path.as_str()), ("POST", "/token"));
    assert_eq!(heard.header("content-type"), "application/x-www-form-urlencoded");
    assert_eq!(heard.header("authorization"), "");
    let expected = [
        ("grant_type", "authorization_code"),
        ("code", "the code"),
        ("redirect_uri", BACK),
        ("code_verifier", "the verifier"),
        ("client_id", "us"),
        ("client_secret", "a secret: 100%"),
    ];
    assert_eq!(form(&heard.text), expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
    assert!(!format!("{provider:?}").contains("a secret"));
}

#[tokio::test]
async fn a_code_is_redeemed_with_the_secret_in_the_header() {
    let tokens = json!({"id_token": "i", "access_token": "a"});
    let (replay, provider) = scripted(vec![Scripted::json(200, &tokens)], TokenAuthentication::ClientSecretBasic).await;
    assert_eq!(exchange(&provider).await.unwrap().expires_in, None);
    let heard = &replay.heard()[1];
    let expected = format!("Basic {}", BASE64_STANDARD.encode("us:a+secret%3A+100%25"));
    assert_eq!(heard.header("authorization"), expected);
    assert!(!heard.text.contains("client_"), "{}", heard.text);
}

#[tokio::test]
async fn a_refusal_is_told_in_the_providers_words_without_control_characters() {
    let body = json!({"error": "invalid_grant", "error_description": format!("Bad\r\nRequest{}", "!".repeat(500))});
    let (_replay, provider) = standard(vec![Scripted::json(400, &body)]).await;
    match exchange(&provider).await {
        Err(Error::Refused { error, description: Some(description) }) => {
            assert_eq!(error, "invalid_grant");
            assert!(description.starts_with("BadRequest!"));
            assert_eq!(description.chars().count(), 200);
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_broken_or_overloaded_provider_is_unavailable() {
    for status in [500, 503, 429] {
        let (replay, provider) = standard(vec![Scripted::json(status, &json!({"error": "x"}))]).await;
        let error = exchange(&provider).await.unwrap_err();
        assert!(matches!(error, Error::Unavailable(_)), "{error}");
        assert_eq!(replay.heard().len(), 2, "nothing is tried again");
    }
    let provider = Provider::google(client().unwrap(), "us", "secret".into()).with_issuer("http://127.0.0.1:1");
    let error = exchange(&provider).await.unwrap_err();
    assert!(matches!(error, Error::Unavailable(_)), "{error}");
}

#[tokio::test]
async fn a_document_that_could_not_be_read_is_asked_for_again() {
    let replay = Replay::start(vec![Scripted::json(500, &json!({}))]).await.unwrap();
    replay.add(Scripted::json(200, &document(&replay.url())));
    replay.add(keys(&[first()]));
    let by = TokenAuthentication::ClientSecretPost;
    let provider = Provider::new(client().unwrap(), &replay.url(), "us", "secret".into(), by);
    let token = first().sign(&claims(&replay.url()));
    assert!(matches!(verify(&provider, token.clone()).await, Err(Error::Unavailable(_))));
    assert!(verify(&provider, token).await.is_ok());
}

#[tokio::test]
async fn answers_that_are_huge_or_no_answers_are_malformed() {
    let huge = json!({"id_token": "i".repeat(64 * 1024), "access_token": "a"});
    for answer in [
        Scripted::json(200, &huge),
        Scripted::json(200, &json!({"access_token": "a"})),
        Scripted::bytes(200, "text/html", "<html>"),
        Scripted::bytes(403, "text/html", "<html>"),
        Scripted::bytes(302, "text/html", "").with_header("location", "/token"),
    ] {
        let (_replay, provider) = standard(vec![answer]).await;
        let error = exchange(&provider).await.unwrap_err();
        assert!(matches!(error, Error::Malformed(_)), "{error}");
    }
}

#[tokio::test]
async fn a_slow_answer_is_not_waited_for() {
    let slow = Scripted::json(200, &json!({})).after(Duration::from_mins(1));
    let (_replay, provider) = standard(vec![slow]).await;
    let provider = provider.with_timeout(Duration::from_millis(300));
    let error = exchange(&provider).await.unwrap_err();
    assert!(matches!(&error, Error::Unavailable(text) if text == "no answer in time"), "{error}");
}

#[tokio::test]
async fn a_document_of_another_issuer_is_not_believed_but_linkedins_is() {
    let replay = Replay::start(Vec::new()).await.unwrap();
    let mut other = document(&replay.url());
    other["issuer"] = json!("https://www.linkedin.com");
    replay.add(Scripted::json(200, &other));
    replay.add(keys(&[first()]));

    let linkedin = Provider::linkedin(client().unwrap(), "us", "secret".into()).with_issuer(&replay.url());
    let identity = verify(&linkedin, first().sign(&claims("https://www.linkedin.com"))).await.unwrap();
    assert_eq!(identity.issuer, replay.url(), "the name does not change with the document");
    let configured = first().sign(&claims(&replay.url()));
    assert_eq!(rejection(verify(&linkedin, configured).await), Rejection::Issuer);

    let replay = Replay::start(vec![Scripted::json(200, &other)]).await.unwrap();
    let google = Provider::google(client().unwrap(), "us", "secret".into()).with_issuer(&replay.url());
    assert!(matches!(exchange(&google).await, Err(Error::Malformed(_))));
}

#[tokio::test]
async fn googles_issuer_may_stand_without_its_scheme() {
    let replay = Replay::start(Vec::new()).await.unwrap();
    replay.add(Scripted::json(200, &document(&replay.url())));
    replay.add(keys(&[first()]));
    let google = Provider::google(client().unwrap(), "us", "secret".into()).with_issuer(&replay.url());
    let identity = verify(&google, first().sign(&claims("accounts.google.com"))).await.unwrap();
    assert_eq!(identity.issuer, replay.url());
}

#[tokio::test]
async fn linkedin_gets_no_verifier_and_owes_no_nonce_but_a_wrong_one_is_refused() {
    let replay = Replay::start(Vec::new()).await.unwrap();
    replay.add(Scripted::json(200, &document(&replay.url())));
    replay.add(Scripted::json(200, &json!({"id_token": "i", "access_token": "a", "expires_in": 5_184_000})));
    replay.add(keys(&[first()]));
    let provider = Provider::linkedin(client().unwrap(), "us", "secret".into()).with_issuer(&replay.url());
    let authorization = Authorization { state: "s", nonce: NONCE, challenge: "c", redirect_uri: BACK };
    let url = provider.authorize_url(&authorization).await.unwrap();
    assert!(!url.contains("code_challenge"), "{url}");
    exchange(&provider).await.unwrap();
    assert!(!replay.heard()[1].text.contains("verifier"));

    let claims = claims(&replay.url());
    let without = changed(claims.clone(), &json!({"nonce": null}));
    assert!(verify(&provider, first().sign(&without)).await.is_ok());
    let wrong = changed(claims, &json!({"nonce": "another"}));
    assert_eq!(rejection(verify(&provider, first().sign(&wrong)).await), Rejection::Nonce);
}

#[tokio::test]
async fn a_token_by_rs256_or_es256_tells_who_signed_in() {
    let (replay, provider) = standard(vec![keys(&[first(), elliptic()])]).await;
    for signer in [first(), elliptic()] {
        let identity = verify(&provider, signer.sign(&claims(&replay.url()))).await.unwrap();
        let expected = Identity {
            issuer: replay.url(),
            subject: "7".to_owned(),
            email: Some("mira@example.com".to_owned()),
            email_verified: true,
            name: Some("Mira Keller".to_owned()),
        };
        assert_eq!(identity, expected);
    }
    assert_eq!(replay.heard().len(), 2, "the keys are kept");
}

#[tokio::test]
async fn an_address_is_verified_only_if_the_provider_says_so() {
    let (replay, provider) = standard(vec![keys(&[first()])]).await;
    for (changes, expected) in [
        (json!({"email_verified": "true"}), true),
        (json!({"email_verified": "false"}), false),
        (json!({"email_verified": false}), false),
        (json!({"email_verified": 1}), false),
        (json!({"email_verified": null}), false),
        (json!({"email": null}), false),
        (json!({"email": ""}), false),
    ] {
        let token = first().sign(&changed(claims(&replay.url()), &changes));
        let identity = verify(&provider, token).await.unwrap();
        assert_eq!(identity.email_verified, expected, "{changes}");
        assert_ne!(identity.email.as_deref(), Some(""));
    }
}

#[tokio::test]
async fn a_token_with_wrong_claims_is_rejected() {
    let (replay, provider) = standard(vec![keys(&[first()])]).await;
    for (changes, expected) in [
        (json!({"nonce": "another"}), Rejection::Nonce),
        (json!({"nonce": null}), Rejection::Nonce),
        (json!({"aud": "them"}), Rejection::Audience),
        (json!({"aud": ["us", "them"]}), Rejection::Audience),
        (json!({"azp": "them"}), Rejection::Audience),
        (json!({"iss": "https://accounts.google.com"}), Rejection::Issuer),
        (json!({"exp": NOW - 60}), Rejection::Expired),
        (json!({"iat": NOW + 61}), Rejection::Early),
        (json!({"iat": null}), Rejection::Unreadable),
        (json!({"exp": null}), Rejection::Unreadable),
        (json!({"sub": null}), Rejection::Unreadable),
        (json!({"sub": ""}), Rejection::Unreadable),
    ] {
        let token = first().sign(&changed(claims(&replay.url()), &changes));
        assert_eq!(rejection(verify(&provider, token).await), expected, "{changes}");
    }
    let several = changed(claims(&replay.url()), &json!({"aud": ["us", "them"], "azp": "us", "exp": NOW - 59}));
    assert!(verify(&provider, first().sign(&several)).await.is_ok());
}

#[tokio::test]
async fn a_token_that_the_issuers_key_did_not_sign_is_rejected() {
    let (replay, provider) = standard(vec![keys(&[first(), elliptic()])]).await;
    let claims = claims(&replay.url());
    let token = first().sign(&claims);
    let signature = token.rsplit('.').next().unwrap();

    let none = forged(&json!({"alg": "none"}), &claims, "");
    assert_eq!(rejection(verify(&provider, none).await), Rejection::Algorithm);
    let none = forged(&json!({"alg": "None", "kid": "first"}), &claims, signature);
    assert_eq!(rejection(verify(&provider, none).await), Rejection::Algorithm);

    // The public key, which everybody has, taken for a shared secret.
    let public = first().public();
    for secret in [public["n"].as_str().unwrap().to_owned(), public.to_string()] {
        let header = Header { kid: Some("first".to_owned()), ..Header::new(Algorithm::HS256) };
        let token = jsonwebtoken::encode(&header, &claims, &EncodingKey::from_secret(secret.as_bytes())).unwrap();
        assert_eq!(rejection(verify(&provider, token).await), Rejection::Algorithm);
    }

    let somebody = Signer { id: "first", algorithm: Algorithm::RS256, key: second().key.clone() };
    assert_eq!(rejection(verify(&provider, somebody.sign(&claims)).await), Rejection::Signature);
    let other = changed(claims.clone(), &json!({"sub": "8"}));
    let swapped = forged(&json!({"alg": "RS256", "kid": "first"}), &other, signature);
    assert_eq!(rejection(verify(&provider, swapped).await), Rejection::Signature);
    let mixed = forged(&json!({"alg": "ES256", "kid": "first"}), &claims, signature);
    assert_eq!(rejection(verify(&provider, mixed).await), Rejection::UnknownKey);
    let critical = forged(&json!({"alg": "RS256", "kid": "first", "crit": ["b64"]}), &claims, signature);
    assert_eq!(rejection(verify(&provider, critical).await), Rejection::Unreadable);
    for text in ["", ".", "..", "a.b.c", "no token"] {
        assert_eq!(rejection(verify(&provider, text.to_owned()).await), Rejection::Unreadable, "{text}");
    }
}

#[tokio::test]
async fn an_unknown_key_is_looked_for_once_a_minute() {
    let (replay, provider) = standard(vec![keys(&[first()])]).await;
    let claims = claims(&replay.url());
    let known = SecretString::from(first().sign(&claims));
    let unknown = SecretString::from(second().sign(&claims));
    assert!(provider.verify(&known, NONCE, now()).await.is_ok());
    assert_eq!(replay.heard().len(), 2);
    for (at, readings) in [(1, 2), (59, 2), (60, 3), (61, 3), (119, 3), (120, 4)] {
        assert_eq!(rejection(provider.verify(&unknown, NONCE, later(at)).await), Rejection::UnknownKey);
        assert_eq!(replay.heard().len(), readings, "after {at} s");
        assert!(provider.verify(&known, NONCE, later(at)).await.is_ok());
    }
}

#[tokio::test]
async fn rotated_keys_are_found_and_the_old_ones_forgotten() {
    let (replay, provider) = standard(vec![keys(&[first()]), keys(&[second()])]).await;
    let claims = claims(&replay.url());
    let old = SecretString::from(first().sign(&claims));
    let new = SecretString::from(second().sign(&claims));
    assert!(provider.verify(&old, NONCE, now()).await.is_ok());
    assert!(provider.verify(&new, NONCE, later(60)).await.is_ok());
    assert_eq!(rejection(provider.verify(&old, NONCE, later(61)).await), Rejection::UnknownKey);
    assert_eq!(replay.heard().len(), 3);
}

#[tokio::test]
async fn a_document_that_names_no_address_of_the_web_is_malformed() {
    let replay = Replay::start(Vec::new()).await.unwrap();
    for wrong in ["ftp://127.0.0.1/token", "token", ""] {
        let mut document = document(&replay.url());
        document["token_endpoint"] = json!(wrong);
        replay.add(Scripted::json(200, &document));
        let by = TokenAuthentication::ClientSecretPost;
        let provider = Provider::new(client().unwrap(), &replay.url(), "us", "secret".into(), by);
        let error = exchange(&provider).await.unwrap_err();
        assert!(matches!(error, Error::Malformed(_)), "{error}");
    }
}
