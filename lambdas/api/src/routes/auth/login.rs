//! `POST /api/v1/auth/login`

use axum::{extract::State, response::Response};
use http::HeaderMap;
use rostrum_core::ids::WorkspaceId;
use rostrum_store::{identity, sign_in};
use serde::Deserialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    proof,
    session::{self, Token},
};
use crate::{
    App,
    endpoint::{Endpoint, public, route},
    error::ApiError,
    extract::Submitted,
};

pub(super) fn endpoint() -> Endpoint {
    public(route!(login)).guarded()
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
    /// The six digits of the second factor, or a recovery code, for whoever has one.
    code: Option<String>,
    /// The workspace to sign in to; without, the one that the person joined first.
    workspace_id: Option<Uuid>,
    /// `true` for a browser: the refresh token comes as a cookie that no script can read.
    #[serde(default)]
    cookie: bool,
}

/// Sign in
///
/// A wrong password, an unknown or suspended person, a workspace of others and an account that is closed after too many
/// attempts are answered alike, and in the same time. After five failures in a row an account takes no attempt for 30
/// seconds, and twice as long after each further one, up to an hour.
#[utoipa::path(
    post, path = "/api/v1/auth/login", tag = "identity",
    request_body = LoginBody,
    responses(
        (status = 200, description = "The tokens.", body = Token),
        (status = 401, description = "What was sent proves nothing, or a code is needed besides (`second-factor-needed`)."),
        (status = 403, description = "The e-mail address is not verified yet."),
    ),
)]
async fn login(
    State(app): State<App>,
    headers: HeaderMap,
    Submitted { value, .. }: Submitted<LoginBody>,
) -> Result<Response, ApiError> {
    let account = proof::by_password(&app, &value.email, value.password).await?;
    let account = account.filter(|account| !account.is_suspended).ok_or(ApiError::SignInRefused)?;
    if !account.is_verified {
        proof::give_back(&app, &account).await?;
        return Err(ApiError::EmailUnverified);
    }
    let factor = if account.has_second_factor { proof::second_factor(&app, &account).await? } else { None };
    if factor.is_some() && value.code.is_none() {
        proof::give_back(&app, &account).await?;
        return Err(ApiError::SecondFactorNeeded("code"));
    }
    let user_id = account.id;
    let mut transaction = app.database().await?.begin().await?;
    let workspace_id = match value.workspace_id {
        Some(id) => Some(WorkspaceId::from(id)),
        None => identity::first_workspace(&mut transaction, user_id).await?,
    };
    let workspace_id = workspace_id.ok_or(ApiError::SignInRefused)?;
    identity::role(&mut transaction, workspace_id, user_id).await?.ok_or(ApiError::SignInRefused)?;
    if let (Some(factor), Some(code)) = (&factor, &value.code)
        && !proof::take_code(&app, &mut transaction, &account, factor, code).await?
    {
        return Err(ApiError::SignInRefused);
    }
    sign_in::count(&mut transaction, user_id, 0, None).await?;
    let how = Map::from_iter([("second_factor".to_owned(), Value::from(factor.is_some()))]);
    let actor = (workspace_id, user_id);
    let (member, fresh) = session::begin(&app, &mut transaction, actor, &headers, how).await?;
    app.effects().perform("commit", transaction.commit()).await?;
    tracing::info!(%user_id, %workspace_id, session_id = %member.session_id, "signed in");
    session::hand_out(&app, member, &fresh, value.cookie).await
}
