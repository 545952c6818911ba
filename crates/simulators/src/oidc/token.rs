use std::sync::PoisonError;

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use http::header::{AUTHORIZATION, CACHE_CONTROL, WWW_AUTHENTICATE};
use http::{HeaderMap, StatusCode};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::oidc::Office;
use crate::oidc::desk::{Grant, Session};
use crate::oidc::form::Form;

/// How long an ID token is valid, in seconds.
const ID_LIFETIME: i64 = 3_600;

/// An error of RFC 6749 §5.2.
struct Refusal(&'static str, &'static str);

/// `POST /token`: a code against tokens.
pub(crate) async fn redeem(State(office): State<Office>, headers: HeaderMap, body: Bytes) -> Response {
    match answer(&office, &headers, &Form::read(&body)) {
        Ok(body) => ([(CACHE_CONTROL, "no-store")], Json(body)).into_response(),
        Err(Refusal(error, description)) => {
            let status = match error {
                "invalid_client" => StatusCode::UNAUTHORIZED,
                "server_error" => StatusCode::INTERNAL_SERVER_ERROR,
                _ => StatusCode::BAD_REQUEST,
            };
            let body = json!({"error": error, "error_description": description});
            (status, [(CACHE_CONTROL, "no-store")], Json(body)).into_response()
        }
    }
}

/// `GET /userinfo`: the person of an access token.
pub(crate) async fn userinfo(State(office): State<Office>, headers: HeaderMap) -> Response {
    let simulator = &office.simulator;
    let now = (simulator.settings.clock)();
    let desk = simulator.desk.lock().unwrap_or_else(PoisonError::into_inner);
    let token = authorization(&headers, "Bearer ").unwrap_or_default();
    match desk.session(token, now).filter(|session| session.face == office.face) {
        Some(session) => Json(office.face.claims(&session.person, &session.scope, false)).into_response(),
        None => (StatusCode::UNAUTHORIZED, [(WWW_AUTHENTICATE, "Bearer error=\"invalid_token\"")]).into_response(),
    }
}

fn answer(office: &Office, headers: &HeaderMap, form: &Form) -> Result<Value, Refusal> {
    let Office { simulator, face } = office;
    check_client(office, headers, form)?;
    if form.text("grant_type") != "authorization_code" {
        return Err(Refusal("unsupported_grant_type", "grant_type must be authorization_code"));
    }
    let now = (simulator.settings.clock)();
    let mut desk = simulator.desk.lock().unwrap_or_else(PoisonError::into_inner);
    let grant = desk
        .take_code(form.text("code"), now)
        .filter(|grant| grant.face == *face)
        .ok_or(Refusal("invalid_grant", "the code is unknown, used up or older than a minute"))?;
    if grant.redirect_uri != form.text("redirect_uri") {
        return Err(Refusal("invalid_grant", "redirect_uri is another one"));
    }
    check_verifier(&grant, form)?;
    let mut claims = face.claims(&grant.person, &grant.scope, true);
    claims["iss"] = json!(face.issuer(headers));
    claims["aud"] = json!(simulator.settings.client_id);
    claims["iat"] = json!(now);
    claims["exp"] = json!(now + ID_LIFETIME);
    if face.has_pkce() {
        claims["azp"] = json!(simulator.settings.client_id);
        if !grant.nonce.is_empty() {
            claims["nonce"] = json!(grant.nonce);
        }
    }
    let id_token = simulator.key.sign(&claims).map_err(|error| {
        tracing::error!(%error, "an ID token cannot be signed");
        Refusal("server_error", "the ID token cannot be signed")
    })?;
    let Grant { face, person, scope, .. } = grant;
    let session = Session { face, person, scope: scope.clone(), until: now + face.access_lifetime() };
    Ok(json!({
        "access_token": desk.open(session, simulator.key),
        "expires_in": face.access_lifetime(),
        "id_token": id_token,
        "scope": scope,
        "token_type": "Bearer",
    }))
}

fn check_client(office: &Office, headers: &HeaderMap, form: &Form) -> Result<(), Refusal> {
    let refusal = || Refusal("invalid_client", "Client authentication failed");
    let (id, secret) = match authorization(headers, "Basic ") {
        Some(encoded) if office.face.takes_basic() && !form.has("client_secret") => {
            let bytes = BASE64_STANDARD.decode(encoded).map_err(|_| refusal())?;
            let pair = String::from_utf8(bytes).map_err(|_| refusal())?;
            let (id, secret) = pair.split_once(':').ok_or_else(refusal)?;
            (decoded(id), decoded(secret))
        }
        Some(_) => return Err(refusal()),
        None => (form.text("client_id").to_owned(), form.text("client_secret").to_owned()),
    };
    let settings = &office.simulator.settings;
    // LinkedIn takes a verifier for the sign of a client without a secret.
    let has_stray_verifier = form.has("code_verifier") && !office.face.has_pkce();
    if id != settings.client_id || secret != settings.client_secret || has_stray_verifier {
        return Err(refusal());
    }
    Ok(())
}

/// RFC 7636 §4.6. A verifier without a challenge is refused too: the challenge may have been taken out on the way.
fn check_verifier(grant: &Grant, form: &Form) -> Result<(), Refusal> {
    let proven = match (grant.challenge.as_str(), form.text("code_verifier")) {
        _ if !grant.face.has_pkce() => true,
        ("", verifier) => verifier.is_empty(),
        (challenge, verifier) => BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(verifier)) == challenge,
    };
    if proven { Ok(()) } else { Err(Refusal("invalid_grant", "code_verifier does not fit")) }
}

fn authorization<'a>(headers: &'a HeaderMap, scheme: &str) -> Option<&'a str> {
    headers.get(AUTHORIZATION)?.to_str().ok()?.strip_prefix(scheme)
}

/// The one name of `name`, form-encoded (RFC 6749 §2.3.1).
fn decoded(text: &str) -> String {
    form_urlencoded::parse(text.as_bytes()).next().map(|(name, _)| name.into_owned()).unwrap_or_default()
}
