use axum::Json;
use axum::extract::State;
use http::HeaderMap;
use http::header::HOST;
use serde_json::{Value, json};

use crate::oidc::Office;
use crate::oidc::people::Person;

pub(crate) const FACES: [Face; 2] = [Face::Google, Face::LinkedIn];

/// Whose ways a provider has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Face {
    /// Keeps to the standard.
    Google,
    /// Takes the secret in the form only, refuses a `code_verifier`, keeps the nonce to itself, and writes
    /// `email_verified` as text or not at all.
    LinkedIn,
}

impl Face {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Google => "google",
            Self::LinkedIn => "linkedin",
        }
    }

    pub(crate) fn takes_basic(self) -> bool {
        self == Self::Google
    }

    pub(crate) fn has_pkce(self) -> bool {
        self == Self::Google
    }

    /// How long an access token opens the provider's API, in seconds.
    pub(crate) fn access_lifetime(self) -> i64 {
        match self {
            Self::Google => 3_599,
            Self::LinkedIn => 5_184_000,
        }
    }

    /// The issuer's name as the caller reaches it.
    pub(crate) fn issuer(self, headers: &HeaderMap) -> String {
        let host = headers.get(HOST).and_then(|host| host.to_str().ok()).unwrap_or("127.0.0.1");
        format!("http://{host}/oidc/{}", self.name())
    }

    /// What the scopes let one know about a person, in an ID token or (`in_token` is false) in the user info.
    pub(crate) fn claims(self, person: &Person, scope: &str, in_token: bool) -> Value {
        let has = |name: &str| scope.split(' ').any(|one| one == name);
        let mut claims = json!({"sub": person.subject(self)});
        if has("profile") {
            let (given, family) = person.name.split_once(' ').unwrap_or((&person.name, ""));
            claims["name"] = json!(person.name);
            claims["given_name"] = json!(given);
            claims["family_name"] = json!(family);
            if self == Self::LinkedIn {
                claims["locale"] = json!({"country": "CH", "language": "en"});
            }
        }
        if has("email") {
            claims["email"] = json!(person.email);
            match self {
                Self::Google => claims["email_verified"] = json!(person.is_verified),
                Self::LinkedIn if person.is_verified && in_token => claims["email_verified"] = json!("true"),
                Self::LinkedIn if person.is_verified => claims["email_verified"] = json!(true),
                Self::LinkedIn => {}
            }
        }
        claims
    }
}

pub(crate) async fn discovery(State(office): State<Office>, headers: HeaderMap) -> Json<Value> {
    let face = office.face;
    let issuer = face.issuer(&headers);
    let mut document = json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{issuer}/authorize"),
        "token_endpoint": format!("{issuer}/token"),
        "userinfo_endpoint": format!("{issuer}/userinfo"),
        "jwks_uri": format!("{issuer}/jwks"),
        "response_types_supported": ["code"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "scopes_supported": ["openid", "profile", "email"],
    });
    if face.takes_basic() {
        document["token_endpoint_auth_methods_supported"] = json!(["client_secret_post", "client_secret_basic"]);
    }
    if face.has_pkce() {
        document["code_challenge_methods_supported"] = json!(["S256"]);
    }
    Json(document)
}
