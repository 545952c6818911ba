//! `POST /api/v1/auth/login`

use axum::extract::State;
use http::StatusCode;
use rostrum_core::{
    employee::Email,
    ids::{WorkspaceId, new_uuid},
    password,
};
use rostrum_store::identity;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::routes;
use uuid::Uuid;

use crate::{
    App,
    answer::Answer,
    authentication::{Claims, LIFETIME},
    endpoint::{Endpoint, public},
    error::ApiError,
    extract::Submitted,
};

pub(super) fn endpoint() -> Endpoint {
    public(routes!(login))
}

/// Who wants to sign in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct LoginBody {
    /// The e-mail address, in any case.
    #[schema(format = "email")]
    email: String,
    /// The password.
    #[schema(format = "password")]
    password: String,
    /// The workspace to sign in to; without, the one that the person joined first.
    workspace_id: Option<Uuid>,
}

/// A token, as OAuth 2.0 answers it (RFC 6749, section 5.1).
#[expect(clippy::struct_field_names, reason = "the RFC names them")]
#[derive(Serialize, ToSchema)]
struct Token {
    /// Send it as `Authorization: Bearer …`.
    access_token: String,
    /// `Bearer`.
    token_type: &'static str,
    /// For how many seconds it is valid.
    expires_in: i64,
    /// The workspace that it is for.
    workspace_id: Uuid,
}

/// Sign in
///
/// A wrong password, an unknown or suspended person and a workspace of others are answered alike, and in the same time.
#[utoipa::path(
    post, path = "/api/v1/auth/login", tag = "service",
    request_body = LoginBody,
    responses(
        (status = 200, description = "A token.", body = Token),
        (status = 401, description = "E-mail address and password do not belong together."),
    ),
)]
async fn login(State(app): State<App>, Submitted { value, .. }: Submitted<LoginBody>) -> Result<Answer, ApiError> {
    let LoginBody { email, password, workspace_id } = value;
    let database = app.database().await?;
    let user = match Email::parse(&email) {
        Ok(email) => identity::user_by_email(database, &email).await?,
        Err(_) => None,
    };
    let known = user.as_ref().and_then(|user| user.password_hash.clone());
    // Hashing takes tens of milliseconds of a processor; the other requests of this thread must not wait for it.
    let is_right = tokio::task::spawn_blocking(move || password::verify(&password, known.as_deref())).await;
    let user = user.filter(|user| is_right.unwrap_or(false) && !user.is_suspended).ok_or(ApiError::SignInRefused)?;
    let workspace_id = match workspace_id {
        Some(id) => Some(WorkspaceId::from(id)),
        None => identity::first_workspace(database, user.id).await?,
    };
    let workspace_id = workspace_id.ok_or(ApiError::SignInRefused)?;
    identity::role(database, workspace_id, user.id).await?.ok_or(ApiError::SignInRefused)?;
    let now = app.ambient().now();
    let claims = Claims::new(user.id, workspace_id, now, new_uuid(now, &mut app.ambient().random()));
    let access_token = app.keys().await?.sign(&claims)?;
    tracing::info!(user_id = %user.id, %workspace_id, "signed in");
    let token = Token {
        access_token,
        token_type: "Bearer",
        expires_in: LIFETIME.num_seconds(),
        workspace_id: workspace_id.uuid(),
    };
    Answer::new(StatusCode::OK, &token)
}
