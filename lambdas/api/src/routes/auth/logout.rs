//! `POST /api/v1/auth/logout`

use axum::{extract::State, response::Response};
use rostrum_core::access::Permission;
use rostrum_store::sessions::{self, Ended};
use serde_json::json;

use super::session;
use crate::{
    App,
    answer::Answer,
    authentication::Caller,
    endpoint::{Endpoint, own, route},
    error::ApiError,
    work::Work,
};

pub(super) fn endpoint() -> Endpoint {
    own(Permission::Account, route!(logout))
}

/// Sign out
///
/// Ends the session that the access token belongs to: its refresh token is good for nothing from now on, its access token
/// within a minute.
#[utoipa::path(
    post, path = "/api/v1/auth/logout", tag = "identity",
    responses((status = 204, description = "The session has ended.")),
)]
async fn logout(State(app): State<App>, caller: Caller) -> Result<Response, ApiError> {
    let mut work = Work::begin(&app, &caller).await?;
    let (user_id, session_id) = (caller.user_id, caller.session()?);
    if sessions::end(&mut work.transaction, user_id, session_id, Ended::SignedOut, work.now).await? {
        work.audit("session.ended", "session", session_id, json!({ "because": "signed_out" })).await?;
    }
    let answer = work.finish(Answer::empty()).await?;
    app.memberships().forget(user_id);
    Ok(session::without_cookie(answer))
}
