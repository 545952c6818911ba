use std::sync::PoisonError;

use axum::body::Bytes;
use axum::extract::{RawQuery, State};
use axum::response::{Html, IntoResponse as _, Response};
use http::StatusCode;
use http::header::LOCATION;
use reqwest::Url;

use crate::oidc::desk::Grant;
use crate::oidc::form::Form;
use crate::oidc::people::Person;
use crate::oidc::{Office, consent};

/// `GET /authorize`: the consent page, or with `consent=auto` and `login_hint` the answer at once.
pub(crate) async fn ask(State(office): State<Office>, RawQuery(query): RawQuery) -> Response {
    let form = Form::read(query.unwrap_or_default().as_bytes());
    let redirect_uri = match check(&office, &form) {
        Ok(redirect_uri) => redirect_uri,
        Err(answer) => return *answer,
    };
    if form.text("consent") == "auto" {
        return consented(&office, &form, &redirect_uri, form.text("login_hint"));
    }
    Html(consent::page(office.face, &form)).into_response()
}

/// `POST /authorize`: what was chosen on the page.
pub(crate) async fn decide(State(office): State<Office>, body: Bytes) -> Response {
    let form = Form::read(&body);
    let redirect_uri = match check(&office, &form) {
        Ok(redirect_uri) => redirect_uri,
        Err(answer) => return *answer,
    };
    if form.text("decision") == "deny" {
        return refused(&form, &redirect_uri, "access_denied", "The person said no.");
    }
    consented(&office, &form, &redirect_uri, form.text("email"))
}

/// Where the answer goes. Until client and address are known to be right, a mistake stays here (RFC 6749 §4.1.2.1).
fn check(office: &Office, form: &Form) -> Result<Url, Box<Response>> {
    let stay = |text: &'static str| Box::new((StatusCode::BAD_REQUEST, text).into_response());
    if form.text("client_id") != office.simulator.settings.client_id {
        return Err(stay("There is no client with this client_id."));
    }
    let redirect_uri = Url::parse(form.text("redirect_uri")).map_err(|_| stay("redirect_uri is no address."))?;
    if !matches!(redirect_uri.host_str(), Some("127.0.0.1" | "localhost" | "[::1]"))
        || redirect_uri.fragment().is_some()
    {
        return Err(stay("redirect_uri must be on this machine and have no fragment."));
    }
    let go = |error, text| Err(Box::new(refused(form, &redirect_uri, error, text)));
    if form.text("response_type") != "code" {
        return go("unsupported_response_type", "response_type must be code.");
    }
    if !form.text("scope").split(' ').any(|scope| scope == "openid") {
        return go("invalid_scope", "scope must contain openid.");
    }
    if form.has("code_challenge") && form.text("code_challenge_method") != "S256" {
        return go("invalid_request", "code_challenge_method must be S256.");
    }
    Ok(redirect_uri)
}

fn consented(office: &Office, form: &Form, redirect_uri: &Url, email: &str) -> Response {
    let Some(person) = Person::with_email(email) else {
        return refused(form, redirect_uri, "login_required", "Nobody has this address.");
    };
    let simulator = &office.simulator;
    let grant = Grant {
        face: office.face,
        person,
        scope: form.text("scope").to_owned(),
        redirect_uri: form.text("redirect_uri").to_owned(),
        nonce: form.text("nonce").to_owned(),
        challenge: form.text("code_challenge").to_owned(),
        since: (simulator.settings.clock)(),
    };
    let code = simulator.desk.lock().unwrap_or_else(PoisonError::into_inner).give_code(grant, simulator.key);
    redirect(form, redirect_uri, &[("code", &code)])
}

fn refused(form: &Form, redirect_uri: &Url, error: &str, description: &str) -> Response {
    redirect(form, redirect_uri, &[("error", error), ("error_description", description)])
}

fn redirect(form: &Form, redirect_uri: &Url, answer: &[(&str, &str)]) -> Response {
    let mut url = redirect_uri.clone();
    url.query_pairs_mut().extend_pairs(answer);
    if form.has("state") {
        url.query_pairs_mut().append_pair("state", form.text("state"));
    }
    (StatusCode::SEE_OTHER, [(LOCATION, String::from(url))]).into_response()
}
