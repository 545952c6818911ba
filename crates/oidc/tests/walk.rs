//! The whole sign-in at the simulator, from the address for the browser to the person.
#![expect(clippy::unwrap_used, reason = "a test stops at its first surprise")]

use std::sync::Arc;

use chrono::{DateTime, Utc};
use rostrum_oidc::{Authorization, Error, Identity, Pkce, Provider, TokenAuthentication, client};
use rostrum_simulators::oidc::{self, CLIENT_ID, CLIENT_SECRET};
use rostrum_simulators::server::Running;

const NOW: i64 = 1_800_000_000;
const BACK: &str = "http://127.0.0.1:3000/api/sign-in/callback?from=here";

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(NOW, 0).unwrap()
}

async fn simulator() -> Running {
    oidc::start(oidc::Settings::new(Arc::new(|| NOW)), 0).await.unwrap()
}

fn google(simulator: &Running) -> Provider {
    let provider = Provider::google(client().unwrap(), CLIENT_ID, CLIENT_SECRET.into());
    provider.with_issuer(&format!("{}/oidc/google", simulator.url()))
}

fn linkedin(simulator: &Running) -> Provider {
    let provider = Provider::linkedin(client().unwrap(), CLIENT_ID, CLIENT_SECRET.into());
    provider.with_issuer(&format!("{}/oidc/linkedin", simulator.url()))
}

/// The code that the browser comes back with once `email` has consented.
async fn code(provider: &Provider, challenge: &str, email: &str) -> String {
    let authorization = Authorization { state: "a state", nonce: "a nonce", challenge, redirect_uri: BACK };
    let url = provider.authorize_url(&authorization).await.unwrap();
    let answer = client().unwrap().get(format!("{url}&consent=auto&login_hint={email}")).send().await.unwrap();
    assert_eq!(answer.status(), 303);
    let location = answer.headers()["location"].to_str().unwrap();
    let (address, query) = location.split_once('?').unwrap();
    assert_eq!(address, "http://127.0.0.1:3000/api/sign-in/callback");
    let fields: Vec<(String, String)> = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    assert_eq!(fields[0], ("from".to_owned(), "here".to_owned()));
    assert_eq!(fields[2], ("state".to_owned(), "a state".to_owned()));
    assert_eq!(fields[1].0, "code");
    fields[1].1.clone()
}

async fn sign_in(provider: &Provider, email: &str) -> Result<Identity, Error> {
    let pkce = Pkce::from_random([7; 32]);
    let code = code(provider, &pkce.challenge, email).await;
    let tokens = provider.exchange(&code, &pkce.verifier, BACK).await?;
    provider.verify(&tokens.id_token, "a nonce", now()).await
}

#[tokio::test]
async fn somebody_signs_in_with_google_and_with_linkedin() {
    let simulator = simulator().await;
    for provider in [google(&simulator), linkedin(&simulator)] {
        let identity = sign_in(&provider, "mira.keller@example.com").await.unwrap();
        assert_eq!(identity.issuer, provider.issuer());
        assert_eq!(identity.email.as_deref(), Some("mira.keller@example.com"));
        assert_eq!(identity.name.as_deref(), Some("Mira Keller"));
        assert!(identity.email_verified);
        let again = sign_in(&provider, "Mira.Keller@example.com").await.unwrap();
        assert_eq!(again, identity);
        let unverified = sign_in(&provider, "ulla.unverified@example.com").await.unwrap();
        assert!(unverified.email.is_some() && !unverified.email_verified);
        assert_ne!(unverified.subject, identity.subject);
    }
}

#[tokio::test]
async fn the_secret_may_go_in_the_header_to_google() {
    let simulator = simulator().await;
    let issuer = format!("{}/oidc/google", simulator.url());
    let by = TokenAuthentication::ClientSecretBasic;
    let provider = Provider::new(client().unwrap(), &issuer, CLIENT_ID, CLIENT_SECRET.into(), by);
    assert!(sign_in(&provider, "new.person@example.com").await.is_ok());
}

#[tokio::test]
async fn a_wrong_verifier_a_used_code_and_a_wrong_secret_are_refused() {
    let simulator = simulator().await;
    let provider = google(&simulator);
    let pkce = Pkce::from_random([7; 32]);
    let error = |result: Result<_, Error>| match result {
        Err(Error::Refused { error, .. }) => error,
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("it was accepted"),
    };
    let one = code(&provider, &pkce.challenge, "mira.keller@example.com").await;
    let other = Pkce::from_random([8; 32]);
    assert_eq!(error(provider.exchange(&one, &other.verifier, BACK).await), "invalid_grant");
    assert_eq!(error(provider.exchange(&one, &pkce.verifier, BACK).await), "invalid_grant");
    let two = code(&provider, &pkce.challenge, "mira.keller@example.com").await;
    let impostor = Provider::google(client().unwrap(), CLIENT_ID, "wrong".into()).with_issuer(provider.issuer());
    assert_eq!(error(impostor.exchange(&two, &pkce.verifier, BACK).await), "invalid_client");
    assert!(provider.exchange(&two, &pkce.verifier, BACK).await.is_ok());
}

#[tokio::test]
async fn linkedin_refuses_a_client_that_sends_a_verifier() {
    let simulator = simulator().await;
    let issuer = format!("{}/oidc/linkedin", simulator.url());
    let by = TokenAuthentication::ClientSecretPost;
    let naive = Provider::new(client().unwrap(), &issuer, CLIENT_ID, CLIENT_SECRET.into(), by);
    match sign_in(&naive, "mira.keller@example.com").await {
        Err(Error::Refused { error, .. }) => assert_eq!(error, "invalid_client"),
        other => panic!("{other:?}"),
    }
}
