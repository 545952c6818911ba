//! `POST /api/v1/auth/refresh`

use axum::{extract::State, response::Response};
use http::HeaderMap;
use rostrum_core::sign_in::secret::{Kind, digest_of};
use rostrum_store::{
    identity,
    sessions::{self, Ended, Presented},
};
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;

use super::session::{self, Fresh, Token};
use crate::{
    App,
    authentication::Member,
    endpoint::{Endpoint, public, route},
    error::ApiError,
    extract::Submitted,
    work,
};

pub(super) fn endpoint() -> Endpoint {
    public(route!(refresh)).guarded()
}

/// What is exchanged.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct RefreshBody {
    /// The refresh token; without, the one in the cookie, and then the next one comes as a cookie, too.
    #[schema(format = "password")]
    refresh_token: Option<String>,
}

/// Exchange a refresh token for new tokens
///
/// A refresh token is good once. If it comes a second time, somebody else has it: then the whole session ends, for whoever
/// uses it, and its owner signs in again.
#[utoipa::path(
    post, path = "/api/v1/auth/refresh", tag = "identity",
    request_body = RefreshBody,
    responses(
        (status = 200, description = "The tokens.", body = Token),
        (status = 401, description = "The token is none of ours, was used before, or its session has ended."),
    ),
)]
async fn refresh(
    State(app): State<App>,
    headers: HeaderMap,
    Submitted { value, .. }: Submitted<RefreshBody>,
) -> Result<Response, ApiError> {
    let as_cookie = value.refresh_token.is_none();
    let token = value.refresh_token.or_else(|| session::cookie(&headers)).ok_or(ApiError::SessionEnded)?;
    let digest = digest_of(Kind::RefreshToken, &token).ok_or(ApiError::SessionEnded)?;
    let now = app.ambient().now();
    let mut transaction = app.database().await?.begin().await?;
    let presented = sessions::present(&mut transaction, &digest, now).await?.ok_or(ApiError::SessionEnded)?;
    let Presented { session_id, user_id, workspace_id, is_used, is_expired, is_ended } = presented;
    if is_ended || is_expired {
        return Err(ApiError::SessionEnded);
    }
    if is_used {
        sessions::end(&mut transaction, user_id, session_id, Ended::Replayed, now).await?;
        let (actor, subject) = ((workspace_id, user_id), ("session", session_id.uuid()));
        let detail = json!({ "device": session::device(&headers) });
        work::note(&app, &mut transaction, actor, "session.replayed", subject, detail).await?;
        app.effects().perform("commit", transaction.commit()).await?;
        app.memberships().forget(user_id);
        tracing::warn!(%user_id, %session_id, event = "session.replayed", "a refresh token came twice; its session ends");
        return Err(ApiError::SessionEnded);
    }
    identity::role(&mut transaction, workspace_id, user_id).await?.ok_or(ApiError::SessionEnded)?;
    let fresh = Fresh::new(&app);
    let next = fresh.secret.digest();
    sessions::exchange(&mut transaction, session_id, &digest, &next, fresh.expires_at, now).await?;
    app.effects().perform("commit", transaction.commit()).await?;
    session::hand_out(&app, Member { workspace_id, user_id, session_id }, &fresh, as_cookie).await
}
