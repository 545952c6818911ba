//! The door of every route that is not public.

use axum::{
    extract::{FromRequestParts, Request, State},
    middleware::Next,
    response::Response,
};
use http::{HeaderMap, header::AUTHORIZATION, request::Parts};
use rostrum_core::{
    access::{Permission, Role, allows},
    ids::{UserId, WorkspaceId},
};

use crate::{App, error::ApiError};

/// Who sends the request. Only a request that passed [`authorize`] has one.
#[derive(Debug, Clone, Copy)]
pub struct Caller {
    /// The person.
    pub user_id: UserId,
    /// The workspace that they signed in to; nothing outside of it exists for them.
    pub workspace_id: WorkspaceId,
    /// What they are in it.
    pub role: Role,
}

/// Lets the request pass if its token is valid and its sender's role has the permission.
///
/// A valid token of somebody who is no member any more, or is suspended, is refused like an invalid one (401): it
/// stands for nobody, and signing in again is what helps.
///
/// # Errors
/// 401 without a valid token, 403 without the permission.
pub async fn authorize(
    State((app, permission)): State<(App, Permission)>,
    mut request: Request,
    next: Next,
) -> Result<Response, ApiError> {
    let token = bearer(request.headers())?;
    let now = app.ambient().now();
    let claims = app.tokens().verify(app.keys().await?, token, now)?;
    let database = app.database().await?;
    let role = app.memberships().role(database, claims.workspace_id, claims.sub, now).await?;
    let role = role.ok_or(ApiError::TokenRefused("belongs to somebody who is not in this workspace any more"))?;
    if !allows(role, permission) {
        return Err(ApiError::Forbidden(permission));
    }
    request.extensions_mut().insert(Caller { user_id: claims.sub, workspace_id: claims.workspace_id, role });
    Ok(next.run(request).await)
}

fn bearer(headers: &HeaderMap) -> Result<&str, ApiError> {
    let header = headers.get(AUTHORIZATION).ok_or(ApiError::TokenMissing)?;
    let header = header.to_str().map_err(|_| ApiError::TokenRefused("cannot be read"))?;
    match header.split_once(' ') {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => Ok(token.trim()),
        _ => Err(ApiError::TokenMissing),
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Caller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        let caller = parts.extensions.get::<Self>().copied();
        caller.ok_or_else(|| ApiError::internal("a public route asks who calls it"))
    }
}
