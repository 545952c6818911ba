//! `GET /api/v1/auth/sessions` and `DELETE /api/v1/auth/sessions/{id}`

use axum::extract::State;
use chrono::{DateTime, Utc};
use http::StatusCode;
use rostrum_core::{access::Permission, ids::SessionId};
use rostrum_store::sessions::{self, Ended};
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    App,
    answer::Answer,
    authentication::Caller,
    endpoint::{Endpoint, own, route},
    error::ApiError,
    extract::Path,
    page::Page,
    work::Work,
};

pub(super) fn list_endpoint() -> Endpoint {
    own(Permission::Account, route!(list_sessions))
}

pub(super) fn end_endpoint() -> Endpoint {
    own(Permission::Account, route!(end_session))
}

/// A place where the caller is signed in.
#[derive(Debug, Serialize, ToSchema)]
struct Session {
    /// Its id.
    id: Uuid,
    /// The workspace that it is for.
    workspace_id: Uuid,
    /// What the client called itself.
    device: String,
    /// Whether it is the one that asks.
    is_current: bool,
    /// When the caller signed in there.
    created_at: DateTime<Utc>,
    /// When it last asked for a token.
    last_used_at: DateTime<Utc>,
    /// When it ends by itself.
    expires_at: DateTime<Utc>,
}

/// List where you are signed in
///
/// The hundred youngest sessions that have not ended, in all workspaces.
#[utoipa::path(
    get, path = "/api/v1/auth/sessions", tag = "identity",
    responses((status = 200, description = "The sessions, the youngest first.", body = Page<Session>)),
)]
async fn list_sessions(State(app): State<App>, caller: Caller) -> Result<Answer, ApiError> {
    let current = caller.session()?;
    let sessions = sessions::list(app.database().await?, caller.user_id, app.ambient().now()).await?;
    let items = sessions.into_iter().map(|session| Session {
        id: session.id.uuid(),
        workspace_id: session.workspace_id.uuid(),
        device: session.device,
        is_current: session.id == current,
        created_at: session.created_at,
        last_used_at: session.last_used_at,
        expires_at: session.expires_at,
    });
    Answer::new(StatusCode::OK, &Page { items: items.collect(), next_cursor: None })
}

/// End one of your sessions
///
/// Its refresh token is good for nothing from now on, its access token within a minute.
#[utoipa::path(
    delete, path = "/api/v1/auth/sessions/{id}", tag = "identity",
    params(("id" = Uuid, Path, description = "The session.")),
    responses((status = 204, description = "It has ended.")),
)]
async fn end_session(State(app): State<App>, caller: Caller, Path(id): Path<SessionId>) -> Result<Answer, ApiError> {
    let mut work = Work::begin(&app, &caller).await?;
    if !sessions::end(&mut work.transaction, caller.user_id, id, Ended::Ended, work.now).await? {
        return Err(ApiError::NotFound);
    }
    work.audit("session.ended", "session", id, json!({ "because": "ended" })).await?;
    let answer = work.finish(Answer::empty()).await?;
    app.memberships().forget(caller.user_id);
    Ok(answer)
}
