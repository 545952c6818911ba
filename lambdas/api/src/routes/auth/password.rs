//! `PUT /api/v1/auth/password`

use axum::extract::State;
use rostrum_core::{access::Permission, password};
use rostrum_store::{
    sessions::{self, Ended},
    sign_in,
};
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;

use super::proof;
use crate::{
    App,
    answer::Answer,
    authentication::Caller,
    endpoint::{Endpoint, own, route},
    error::ApiError,
    extract::Submitted,
    work::Work,
};

pub(super) fn endpoint() -> Endpoint {
    own(Permission::Account, route!(set_password)).guarded()
}

/// The old password and the new one.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PasswordBody {
    /// The password as it is.
    #[schema(format = "password")]
    password: String,
    /// At least 12 characters, and none that are easily guessed.
    #[schema(format = "password")]
    new_password: String,
}

/// Set a new password
///
/// All other sessions end.
#[utoipa::path(
    put, path = "/api/v1/auth/password", tag = "identity",
    request_body = PasswordBody,
    responses(
        (status = 204, description = "It is set."),
        (status = 401, description = "There is no valid access token, or `password` is wrong (`sign-in-refused`)."),
    ),
)]
async fn set_password(
    State(app): State<App>,
    caller: Caller,
    Submitted { value, .. }: Submitted<PasswordBody>,
) -> Result<Answer, ApiError> {
    let PasswordBody { password, new_password } = value;
    let session_id = caller.session()?;
    let person = {
        let mut transaction = app.database().await?.begin().await?;
        sign_in::lock_by_id(&mut transaction, caller.user_id).await?.ok_or(ApiError::SignInRefused)?
    };
    let known = vec![person.email.clone(), person.name.clone()];
    let hash = hashed(&app, new_password, known, "new_password").await?;
    let account = proof::attempt_of(&app, caller.user_id).await?;
    if !proof::has_password(account.as_ref(), password).await {
        return Err(ApiError::SignInRefused);
    }
    let mut work = Work::begin(&app, &caller).await?;
    // What was shown may have been replaced while it was looked at: then it is the old password.
    let current = sign_in::lock_by_id(&mut work.transaction, caller.user_id).await?;
    if current.and_then(|current| current.password_hash) != account.and_then(|shown| shown.password_hash) {
        return Err(ApiError::SignInRefused);
    }
    sign_in::set_password(&mut work.transaction, caller.user_id, &hash, work.now).await?;
    let (user_id, but) = (caller.user_id, Some(session_id));
    let ended = sessions::end_all(&mut work.transaction, user_id, None, but, Ended::PasswordChanged, work.now).await?;
    work.audit("user.password_set", "user", user_id, json!({ "sessions_ended": ended.len() })).await?;
    let answer = work.finish(Answer::empty()).await?;
    app.memberships().forget(user_id);
    Ok(answer)
}

/// The hash of a new password, if it may be one. `known` is what guessers know of the person.
pub(super) async fn hashed(
    app: &App,
    password: String,
    known: Vec<String>,
    field: &'static str,
) -> Result<String, ApiError> {
    let mut random = app.ambient().random();
    let hashing = tokio::task::spawn_blocking(move || {
        let known: Vec<&str> = known.iter().map(String::as_str).collect();
        password::check(&password, &known)?;
        password::hash(&password, &mut random)
    });
    let hash = hashing.await.map_err(ApiError::internal)?;
    hash.map_err(|error| ApiError::field(field, error.to_string()))
}
