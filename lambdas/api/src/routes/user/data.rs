//! `POST /api/v1/user/export` and `DELETE /api/v1/user`

use axum::{extract::State, response::Response};
use http::StatusCode;
use rostrum_core::access::Permission;
use rostrum_store::{
    people::{erasure, profile},
    sign_in,
};
use serde_json::json;

use crate::{
    App,
    answer::Answer,
    authentication::Caller,
    endpoint::{Endpoint, own, route},
    error::ApiError,
    routes::auth::without_cookie,
    work::Work,
};

pub(super) fn endpoints() -> [Endpoint; 2] {
    [own(Permission::Account, route!(export_data)), own(Permission::Account, route!(erase_user))]
}

/// Export all that is kept of you
///
/// By table, but for what you prove yourself with. Of posts and of what you did the newest 10,000.
#[utoipa::path(
    post, path = "/api/v1/user/export", tag = "user",
    responses((status = 200, description = "Your data.", body = Object)),
)]
async fn export_data(State(app): State<App>, caller: Caller) -> Result<Answer, ApiError> {
    let mut work = Work::begin(&app, &caller).await?;
    let data = profile::export(&mut work.transaction, caller.user_id).await?;
    work.audit("user.exported", "user", caller.user_id, json!({})).await?;
    work.finish(Answer::new(StatusCode::OK, &data)?).await
}

/// Have yourself forgotten
///
/// Name, address, secrets, sessions, identities elsewhere, profile, writing samples, posts that were never published and what
/// models wrote on the way to any post are gone at once and for good. Posts that were published stay, by nobody, and so do
/// numbers: how often, how long, at what cost. What is being written for you at this moment is given up. The files of pictures
/// that nothing shows any more are deleted within minutes; until then nobody gets a link to them.
#[utoipa::path(
    delete, path = "/api/v1/user", tag = "user",
    responses(
        (status = 204, description = "You are forgotten."),
        (status = 409, description = "You are the last admin of a workspace."),
    ),
)]
async fn erase_user(State(app): State<App>, caller: Caller) -> Result<Response, ApiError> {
    caller.session()?;
    let mut work = Work::begin(&app, &caller).await?;
    let account = sign_in::lock_by_id(&mut work.transaction, caller.user_id).await?;
    if account.is_none_or(|account| account.is_suspended) {
        return Err(ApiError::TokenRefused("belongs to somebody who was forgotten meanwhile"));
    }
    if profile::is_last_admin(&mut work.transaction, caller.user_id).await? {
        return Err(ApiError::Conflict("You are the last admin of a workspace. Make somebody else an admin first."));
    }
    work.audit("user.erased", "user", caller.user_id, json!({})).await?;
    erasure::erase(&mut work.transaction, caller.user_id, work.now).await?;
    let answer = work.finish(Answer::empty()).await?;
    app.memberships().forget(caller.user_id);
    Ok(without_cookie(answer))
}
