//! What somebody gets who has proved who they are: an access token, and a refresh token for the next one.

use axum::response::{IntoResponse, Response};
use chrono::{DateTime, TimeDelta, Utc};
use http::{
    HeaderMap, HeaderValue, StatusCode,
    header::{COOKIE, SET_COOKIE, USER_AGENT},
};
use rostrum_core::{
    ids::{SessionId, UserId, WorkspaceId, new_uuid},
    sign_in::{
        attempt,
        secret::{Kind, Secret},
    },
};
use rostrum_store::{
    Transaction,
    sessions::{self, NewSession},
};
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    App,
    answer::Answer,
    authentication::{Claims, LIFETIME, Member},
    error::ApiError,
    work,
};

/// How long a refresh token is good.
pub(super) const REFRESH_LIFETIME: TimeDelta = TimeDelta::days(30);

/// The cookie of a browser's refresh token. Only these routes get it, and no script reads it.
const COOKIE_NAME: &str = "rostrum_refresh";

/// The cookie of a sign-in that a browser has begun at an identity provider: its answer is worth nothing in another browser.
const ATTEMPT_COOKIE: &str = "rostrum_attempt";

/// Tokens, as OAuth 2.0 answers them (RFC 6749, section 5.1).
#[expect(clippy::struct_field_names, reason = "the RFC names them")]
#[derive(Serialize, ToSchema)]
pub(super) struct Token {
    /// Send it as `Authorization: Bearer …`.
    access_token: String,
    /// `Bearer`.
    token_type: &'static str,
    /// For how many seconds the access token is valid.
    expires_in: i64,
    /// Good once, for the next access token, for 30 days. Not there if it was asked for as a cookie.
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_token: Option<String>,
    /// The workspace that they are for.
    workspace_id: Uuid,
}

/// A refresh token to be kept and handed out.
pub(super) struct Fresh {
    pub(super) secret: Secret,
    pub(super) expires_at: DateTime<Utc>,
}

impl Fresh {
    pub(super) fn new(app: &App) -> Self {
        let ambient = app.ambient();
        let secret = Secret::new(Kind::RefreshToken, &mut ambient.random());
        Self { secret, expires_at: ambient.now() + REFRESH_LIFETIME }
    }
}

/// Begins a session of a member. `how` they proved who they are goes into the audit log.
pub(super) async fn begin(
    app: &App,
    transaction: &mut Transaction,
    (workspace_id, user_id): (WorkspaceId, UserId),
    headers: &HeaderMap,
    mut how: Map<String, Value>,
) -> Result<(Member, Fresh), ApiError> {
    let now = app.ambient().now();
    let id = SessionId::new(now, &mut app.ambient().random());
    let (fresh, device) = (Fresh::new(app), device(headers));
    let digest = fresh.secret.digest();
    let new = NewSession { id, user_id, workspace_id, device: &device, digest, expires_at: fresh.expires_at };
    sessions::begin(transaction, &new, now).await?;
    how.insert("device".to_owned(), device.into());
    let actor = (workspace_id, user_id);
    work::note(app, transaction, actor, "session.began", ("session", id.uuid()), Value::Object(how)).await?;
    Ok((Member { workspace_id, user_id, session_id: id }, fresh))
}

/// The answer that hands both tokens out.
pub(super) async fn hand_out(app: &App, member: Member, fresh: &Fresh, as_cookie: bool) -> Result<Response, ApiError> {
    let now = app.ambient().now();
    let Member { workspace_id, user_id, session_id } = member;
    let claims = Claims::new(user_id, workspace_id, session_id, now, new_uuid(now, &mut app.ambient().random()));
    let token = Token {
        access_token: app.keys().await?.sign(&claims)?,
        token_type: "Bearer",
        expires_in: LIFETIME.num_seconds(),
        refresh_token: (!as_cookie).then(|| fresh.secret.expose().to_owned()),
        workspace_id: workspace_id.uuid(),
    };
    let mut response = Answer::new(StatusCode::OK, &token)?.into_response();
    if as_cookie {
        set_cookie(&mut response, COOKIE_NAME, fresh.secret.expose(), REFRESH_LIFETIME);
    }
    Ok(response)
}

/// An answer after which the browser has no refresh token any more.
pub(in crate::routes) fn without_cookie(answer: Answer) -> Response {
    let mut response = answer.into_response();
    set_cookie(&mut response, COOKIE_NAME, "", TimeDelta::zero());
    response
}

/// The browser keeps the secret of the sign-in that it has begun.
pub(super) fn keep_attempt(response: &mut Response, secret: &str) {
    set_cookie(response, ATTEMPT_COOKIE, secret, attempt::LIFETIME);
}

/// The browser forgets the sign-in that it had begun.
pub(super) fn forget_attempt(response: &mut Response) {
    set_cookie(response, ATTEMPT_COOKIE, "", TimeDelta::zero());
}

/// `SameSite=Strict`: a page of somebody else's cannot have it sent.
fn set_cookie(response: &mut Response, name: &str, value: &str, lifetime: TimeDelta) {
    let seconds = lifetime.num_seconds();
    let cookie = format!("{name}={value}; Path=/api; Max-Age={seconds}; HttpOnly; Secure; SameSite=Strict");
    if let Ok(value) = HeaderValue::from_str(&cookie) {
        response.headers_mut().append(SET_COOKIE, value);
    }
}

/// The refresh token that a browser sends.
pub(super) fn cookie(headers: &HeaderMap) -> Option<String> {
    sent(headers, COOKIE_NAME)
}

/// The secret of the sign-in that a browser has begun.
pub(super) fn attempt_cookie(headers: &HeaderMap) -> Option<String> {
    sent(headers, ATTEMPT_COOKIE)
}

fn sent(headers: &HeaderMap, wanted: &str) -> Option<String> {
    let cookies = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = cookies.flat_map(|value| value.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(name, _)| *name == wanted).map(|(_, value)| value.to_owned()).filter(|value| !value.is_empty())
}

/// The client's own words about itself, for its owner to know it by.
pub(super) fn device(headers: &HeaderMap) -> String {
    let words = headers.get(USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    words.chars().filter(|character| !character.is_control()).take(200).collect()
}
