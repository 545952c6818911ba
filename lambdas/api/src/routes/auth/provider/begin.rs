//! `POST /api/v1/auth/with/{provider}`

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use http::StatusCode;
use rostrum_core::sign_in::{
    attempt::{Attempt, LIFETIME},
    secret::{Kind, Secret},
};
use rostrum_oidc::{Authorization, Pkce};
use rostrum_store::sign_in_attempts;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    App,
    answer::Answer,
    endpoint::{Endpoint, public, route},
    error::ApiError,
    extract::{Path, Submitted},
    providers::ProviderName,
    routes::auth::session,
};

pub(super) fn endpoint() -> Endpoint {
    public(route!(begin_sign_in)).guarded()
}

/// Who begins.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct BeginningBody {
    /// `true` for a browser: what binds the sign-in to it comes as a cookie that no script can read.
    #[serde(default)]
    cookie: bool,
}

/// A sign-in that has begun.
#[derive(Serialize, ToSchema)]
struct Beginning {
    /// Where to send the browser. It comes back to the page `/sign-in/{provider}` of the web app, with `code` and `state`,
    /// or with `error`.
    authorize_url: String,
    /// Keep it where nobody else has it, and send it with the code. Not there if it was asked for as a cookie.
    #[serde(skip_serializing_if = "Option::is_none")]
    attempt: Option<String>,
}

/// Begin to sign in with an identity provider
///
/// There are ten minutes to finish it, in the browser that began.
#[utoipa::path(
    post, path = "/api/v1/auth/with/{provider}", tag = "identity",
    params(("provider" = String, Path, description = "`google` or `linkedin`.")),
    request_body = BeginningBody,
    responses(
        (status = 200, description = "Where to send the browser.", body = Beginning),
        (status = 404, description = "Nobody signs in with this provider here."),
        (status = 503, description = "The provider does not answer (`provider-unavailable`), or something of ours."),
    ),
)]
async fn begin_sign_in(
    State(app): State<App>,
    Path(name): Path<ProviderName>,
    Submitted { value, .. }: Submitted<BeginningBody>,
) -> Result<Response, ApiError> {
    let provider = app.provider(name).await?;
    let secret = Secret::new(Kind::SignInAttempt, &mut app.ambient().random());
    let attempt = Attempt::of(secret.expose());
    let (state, nonce, pkce) = (attempt.state(), attempt.nonce(), Pkce::from_random(attempt.verifier()));
    let redirect_uri = app.web().await?.sign_in(name.as_str());
    let authorization =
        Authorization { state: &state, nonce: &nonce, challenge: &pkce.challenge, redirect_uri: &redirect_uri };
    let authorize_url = provider.authorize_url(&authorization).await;
    let authorize_url = authorize_url.map_err(|error| ApiError::ProviderUnavailable(error.into()))?;
    let now = app.ambient().now();
    let mut transaction = app.database().await?.begin().await?;
    sign_in_attempts::create(&mut transaction, name.as_str(), &secret.digest(), now + LIFETIME, now).await?;
    app.effects().perform("commit", transaction.commit()).await?;
    let shown = (!value.cookie).then(|| secret.expose().to_owned());
    let mut response = Answer::new(StatusCode::OK, &Beginning { authorize_url, attempt: shown })?.into_response();
    if value.cookie {
        session::keep_attempt(&mut response, secret.expose());
    }
    Ok(response)
}
