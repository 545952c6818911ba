//! The OpenID providers, as a browser and a client see them.
#![expect(clippy::unwrap_used, reason = "a test stops at its first surprise")]

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use reqwest::Response;
use rostrum_simulators::oidc::{self, CLIENT_ID, CLIENT_SECRET, Settings};
use rostrum_simulators::server::Running;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

const NOW: i64 = 1_800_000_000;
const BACK: &str = "http://127.0.0.1:3000/back";
const MIRA: &str = "mira.keller@example.com";

struct Simulator {
    running: Running,
    time: Arc<AtomicI64>,
}

impl Simulator {
    async fn start() -> Self {
        let time = Arc::new(AtomicI64::new(NOW));
        let clock = Arc::clone(&time);
        let settings = Settings::new(Arc::new(move || clock.load(Ordering::SeqCst)));
        Self { running: oidc::start(settings, 0).await.unwrap(), time }
    }

    fn url(&self, path: &str) -> String {
        format!("{}/oidc/{path}", self.running.url())
    }

    async fn get(&self, path: &str, query: &[(&str, &str)]) -> Response {
        client().get(format!("{}?{}", self.url(path), encoded(query))).send().await.unwrap()
    }

    async fn post(&self, path: &str, form: &[(&str, &str)]) -> Response {
        client().post(self.url(path)).body(encoded(form)).send().await.unwrap()
    }

    /// A code for Mira; `more` comes first, so it wins over the usual parameters.
    async fn code(&self, face: &str, more: &[(&str, &str)]) -> String {
        let consent = [("consent", "auto"), ("login_hint", MIRA)];
        let answer = self.get(&format!("{face}/authorize"), &request(&[more, &consent].concat())).await;
        field(&answer, "code").unwrap()
    }

    async fn redeem(&self, face: &str, more: &[(&str, &str)]) -> (u16, Value) {
        let usual = [
            ("grant_type", "authorization_code"),
            ("redirect_uri", BACK),
            ("client_id", CLIENT_ID),
            ("client_secret", CLIENT_SECRET),
        ];
        let answer = self.post(&format!("{face}/token"), &[more, &usual].concat()).await;
        assert_eq!(answer.headers()["cache-control"], "no-store");
        (answer.status().as_u16(), answer.json().await.unwrap())
    }
}

fn client() -> reqwest::Client {
    reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap()
}

fn encoded(pairs: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

fn request<'a>(more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let usual = [
        ("response_type", "code"),
        ("client_id", CLIENT_ID),
        ("redirect_uri", BACK),
        ("scope", "openid profile email"),
        ("state", "a&b"),
        ("nonce", "once"),
    ];
    [more, &usual].concat()
}

/// A field of the address that the browser is sent to.
fn field(answer: &Response, name: &str) -> Option<String> {
    assert_eq!(answer.status(), 303);
    let location = answer.headers()["location"].to_str().unwrap();
    let query = location.strip_prefix(BACK).unwrap().strip_prefix('?').unwrap();
    form_urlencoded::parse(query.as_bytes()).find(|(known, _)| known == name).map(|(_, value)| value.into_owned())
}

async fn claims(simulator: &Simulator, face: &str, token: &str) -> Value {
    let keys: JwkSet = simulator.get(&format!("{face}/jwks"), &[]).await.json().await.unwrap();
    let id = jsonwebtoken::decode_header(token).unwrap().kid.unwrap();
    let key = DecodingKey::from_jwk(keys.find(&id).unwrap()).unwrap();
    let mut validation = Validation::new(Algorithm::RS256);
    validation.set_audience(&[CLIENT_ID]);
    validation.validate_exp = false;
    jsonwebtoken::decode::<Value>(token, &key, &validation).unwrap().claims
}

#[tokio::test]
async fn discovery_names_the_addresses_as_the_caller_reaches_them() {
    let simulator = Simulator::start().await;
    for face in ["google", "linkedin"] {
        let path = format!("{face}/.well-known/openid-configuration");
        let document: Value = simulator.get(&path, &[]).await.json().await.unwrap();
        assert_eq!(document["issuer"], simulator.url(face));
        assert_eq!(document["token_endpoint"], simulator.url(&format!("{face}/token")));
        let has_pkce = document.get("code_challenge_methods_supported").is_some();
        assert_eq!(has_pkce, face == "google");
    }
    let jwks: Value = simulator.get("google/jwks", &[]).await.json().await.unwrap();
    assert_eq!(jwks["keys"][0]["kty"], "RSA");
    assert!(jwks["keys"][0].get("d").is_none(), "the private part stays here");
}

#[tokio::test]
async fn the_page_lists_people_and_sends_the_parameters_on() {
    let simulator = Simulator::start().await;
    let page = simulator.get("google/authorize", &request(&[("state", "\"><b>")])).await;
    assert!(page.headers()["content-type"].to_str().unwrap().starts_with("text/html"));
    let page = page.text().await.unwrap();
    assert!(page.contains("<strong>Mira Keller</strong> mira.keller@example.com"), "{page}");
    assert!(page.contains("name=\"state\" value=\"&quot;&gt;&lt;b&gt;\""), "{page}");
    assert!(page.contains("name=\"nonce\" value=\"once\""), "{page}");
    assert!(!page.contains("code_challenge"), "{page}");
    assert!(page.contains("value=\"deny\""), "{page}");

    let chosen = simulator.post("google/authorize", &request(&[("email", MIRA)])).await;
    assert_eq!(field(&chosen, "state").unwrap(), "a&b");
    let code = field(&chosen, "code").unwrap();
    assert_eq!(simulator.redeem("google", &[("code", &code)]).await.0, 200);

    let denied = simulator.post("google/authorize", &request(&[("decision", "deny")])).await;
    assert_eq!(field(&denied, "error").unwrap(), "access_denied");
    assert_eq!(field(&denied, "state").unwrap(), "a&b");
    assert_eq!(field(&denied, "code"), None);
}

#[tokio::test]
async fn a_wrong_request_stays_here_until_it_is_known_where_to_go() {
    let simulator = Simulator::start().await;
    for wrong in [
        ("client_id", "somebody"),
        ("redirect_uri", "https://elsewhere.example/back"),
        ("redirect_uri", "http://127.0.0.1.elsewhere.example/back"),
        ("redirect_uri", "back"),
        ("redirect_uri", "http://127.0.0.1:3000/back#part"),
    ] {
        assert_eq!(simulator.get("google/authorize", &request(&[wrong])).await.status(), 400, "{wrong:?}");
        let decided = simulator.post("google/authorize", &request(&[wrong, ("email", MIRA)])).await;
        assert_eq!(decided.status(), 400, "{wrong:?}");
    }
    for (wrong, error) in [
        (("response_type", "token"), "unsupported_response_type"),
        (("scope", "email"), "invalid_scope"),
        (("code_challenge", "plain"), "invalid_request"),
    ] {
        let answer = simulator.get("google/authorize", &request(&[wrong])).await;
        assert_eq!(field(&answer, "error").unwrap(), error);
    }
    let nobody = simulator.get("google/authorize", &request(&[("consent", "auto"), ("login_hint", "me")])).await;
    assert_eq!(field(&nobody, "error").unwrap(), "login_required");
}

#[tokio::test]
async fn googles_id_token_and_user_info_tell_the_person() {
    let simulator = Simulator::start().await;
    let code = simulator.code("google", &[]).await;
    let (status, tokens) = simulator.redeem("google", &[("code", &code)]).await;
    assert_eq!((status, &tokens["token_type"]), (200, &json!("Bearer")));
    let claims = claims(&simulator, "google", tokens["id_token"].as_str().unwrap()).await;
    assert_eq!(claims["iss"], simulator.url("google"));
    assert_eq!((&claims["iat"], &claims["exp"]), (&json!(NOW), &json!(NOW + 3_600)));
    assert_eq!((&claims["nonce"], &claims["azp"]), (&json!("once"), &json!(CLIENT_ID)));
    assert_eq!((&claims["email"], &claims["email_verified"]), (&json!(MIRA), &json!(true)));
    assert_eq!((&claims["name"], &claims["family_name"]), (&json!("Mira Keller"), &json!("Keller")));

    let userinfo = async |face: &str, token: &Value| {
        let token = token.as_str().unwrap();
        client().get(simulator.url(&format!("{face}/userinfo"))).bearer_auth(token).send().await.unwrap()
    };
    let answer = userinfo("google", &tokens["access_token"]).await;
    let person: Value = answer.json().await.unwrap();
    assert_eq!((&person["sub"], &person["email"]), (&claims["sub"], &json!(MIRA)));
    assert_eq!(userinfo("linkedin", &tokens["access_token"]).await.status(), 401);
    assert_eq!(userinfo("google", &json!("another")).await.status(), 401);
    simulator.time.fetch_add(3_599, Ordering::SeqCst);
    assert_eq!(userinfo("google", &tokens["access_token"]).await.status(), 401);
}

#[tokio::test]
async fn linkedins_id_token_has_its_own_ways() {
    let simulator = Simulator::start().await;
    let code = simulator.code("linkedin", &[]).await;
    let (_, tokens) = simulator.redeem("linkedin", &[("code", &code)]).await;
    assert_eq!(tokens["expires_in"], 5_184_000);
    let told = claims(&simulator, "linkedin", tokens["id_token"].as_str().unwrap()).await;
    assert_eq!(told["email_verified"], "true");
    assert_eq!(told["locale"]["language"], "en");
    assert!(told.get("nonce").is_none() && told.get("azp").is_none());

    let code = simulator.code("linkedin", &[("login_hint", "ulla.unverified@example.com")]).await;
    let (_, tokens) = simulator.redeem("linkedin", &[("code", &code)]).await;
    let told = claims(&simulator, "linkedin", tokens["id_token"].as_str().unwrap()).await;
    assert!(told.get("email").is_some() && told.get("email_verified").is_none());

    let code = simulator.code("linkedin", &[]).await;
    let (status, body) = simulator.redeem("linkedin", &[("code", &code), ("code_verifier", "x")]).await;
    assert_eq!((status, &body["error"]), (401, &json!("invalid_client")));
    let basic = client().post(simulator.url("linkedin/token")).basic_auth(CLIENT_ID, Some(CLIENT_SECRET));
    let form = encoded(&[("grant_type", "authorization_code"), ("code", &code), ("redirect_uri", BACK)]);
    assert_eq!(basic.body(form).send().await.unwrap().status(), 401);
}

#[tokio::test]
async fn a_code_is_worth_something_once_for_a_minute_at_its_provider_and_address() {
    let simulator = Simulator::start().await;
    let refused = (400, json!("invalid_grant"));
    let redeem = async |face: &str, more: &[(&str, &str)]| {
        let (status, body) = simulator.redeem(face, more).await;
        (status, body["error"].clone())
    };
    let code = simulator.code("google", &[]).await;
    assert_eq!(redeem("google", &[("code", &code)]).await.0, 200);
    assert_eq!(redeem("google", &[("code", &code)]).await, refused);
    let code = simulator.code("google", &[]).await;
    assert_eq!(redeem("linkedin", &[("code", &code)]).await, refused);
    let code = simulator.code("google", &[]).await;
    assert_eq!(redeem("google", &[("code", &code), ("redirect_uri", "http://127.0.0.1:3000/")]).await, refused);
    let code = simulator.code("google", &[]).await;
    let wrong = redeem("google", &[("code", &code), ("client_secret", "guess")]).await;
    assert_eq!(wrong, (401, json!("invalid_client")));
    let wrong = redeem("google", &[("code", &code), ("grant_type", "password")]).await;
    assert_eq!(wrong, (400, json!("unsupported_grant_type")));
    simulator.time.fetch_add(59, Ordering::SeqCst);
    assert_eq!(redeem("google", &[("code", &code)]).await.0, 200);
    let code = simulator.code("google", &[]).await;
    simulator.time.fetch_add(60, Ordering::SeqCst);
    assert_eq!(redeem("google", &[("code", &code)]).await, refused);
}

#[tokio::test]
async fn a_challenge_needs_its_verifier_and_a_verifier_its_challenge() {
    let simulator = Simulator::start().await;
    let challenge = BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest("the verifier"));
    let bound = [("code_challenge", challenge.as_str()), ("code_challenge_method", "S256")];
    for (parameters, verifier, status) in [
        (&bound[..], "the verifier", 200),
        (&bound[..], "another", 400),
        (&bound[..], "", 400),
        (&[], "", 200),
        (&[], "the verifier", 400),
    ] {
        let code = simulator.code("google", parameters).await;
        let redeemed = simulator.redeem("google", &[("code", &code), ("code_verifier", verifier)]).await;
        assert_eq!(redeemed.0, status, "{parameters:?} {verifier}");
    }
}
