//! `POST` and `PUT /api/v1/auth/second-factor`, `POST /api/v1/auth/second-factor/removal`

use axum::extract::State;
use http::StatusCode;
use rostrum_core::{
    access::Permission,
    seal::Binding,
    sign_in::second_factor::{SecondFactor, recovery_codes, recovery_digest},
};
use rostrum_store::sign_in;
use serde::{Deserialize, Serialize};
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

pub(super) fn begin_endpoint() -> Endpoint {
    own(Permission::Account, route!(begin_second_factor)).guarded()
}

pub(super) fn confirm_endpoint() -> Endpoint {
    own(Permission::Account, route!(confirm_second_factor)).guarded()
}

pub(super) fn remove_endpoint() -> Endpoint {
    own(Permission::Account, route!(remove_second_factor)).guarded()
}

/// What to put into an authenticator app. It is shown once.
#[derive(Serialize, ToSchema)]
struct Enrolment {
    /// The secret, in base 32, to be typed.
    secret: String,
    /// The same as an address, to be shown as a QR code.
    address: String,
}

/// A code of the app.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CodeBody {
    /// Six digits; where a second factor is removed, a recovery code does as well.
    #[schema(format = "password")]
    code: String,
}

/// What opens the door when the app is gone.
#[derive(Serialize, ToSchema)]
struct RecoveryCodes {
    /// Ten codes, each good once. They are shown once.
    recovery_codes: Vec<String>,
}

const REQUIRED: &str = "A workspace that you are an admin of requires a second factor. Nothing was removed. Have an admin \
                        there make it optional first, in the settings of the workspace.";

const HAS_ONE: &str = "You have a second factor already. Remove it before you begin another.";

/// Begin a second factor
///
/// It is asked for from the moment on when a code of it was sent to `PUT`. Beginning again forgets the one before.
#[utoipa::path(
    post, path = "/api/v1/auth/second-factor", tag = "identity",
    responses(
        (status = 201, description = "What to put into an authenticator app.", body = Enrolment),
        (status = 409, description = "There is one already."),
    ),
)]
async fn begin_second_factor(State(app): State<App>, caller: Caller) -> Result<Answer, ApiError> {
    caller.session()?;
    let factor = SecondFactor::new(&mut app.ambient().random());
    let sealed = app.vault().await?.seal(&Binding::of_second_factor(caller.user_id), factor.secret()).await?;
    let mut work = Work::begin(&app, &caller).await?;
    let account = sign_in::lock_by_id(&mut work.transaction, caller.user_id).await?.ok_or(ApiError::NotFound)?;
    if account.has_second_factor {
        return Err(ApiError::Conflict(HAS_ONE));
    }
    sign_in::keep_second_factor(&mut work.transaction, caller.user_id, sealed.as_bytes(), work.now).await?;
    work.audit("user.second_factor_begun", "user", caller.user_id, json!({})).await?;
    let enrolment = Enrolment { secret: factor.typed(), address: factor.address(&account.email) };
    work.finish(Answer::new(StatusCode::CREATED, &enrolment)?).await
}

/// Confirm the second factor with a code of it
///
/// From now on signing in needs a code. Where the workspace requires a second factor, everything is open to you again: here
/// at once, and everywhere within a minute.
#[utoipa::path(
    put, path = "/api/v1/auth/second-factor", tag = "identity",
    request_body = CodeBody,
    responses(
        (status = 200, description = "Codes for the day on which the app is gone.", body = RecoveryCodes),
        (status = 409, description = "There is none to confirm, or it is confirmed already."),
    ),
)]
async fn confirm_second_factor(
    State(app): State<App>,
    caller: Caller,
    Submitted { value, .. }: Submitted<CodeBody>,
) -> Result<Answer, ApiError> {
    caller.session()?;
    let mut work = Work::begin(&app, &caller).await?;
    let account = sign_in::lock_by_id(&mut work.transaction, caller.user_id).await?.ok_or(ApiError::NotFound)?;
    if account.has_second_factor {
        return Err(ApiError::Conflict(HAS_ONE));
    }
    let factor = proof::second_factor(&app, &account).await?;
    let factor = factor.ok_or(ApiError::Conflict("There is nothing to confirm. Begin with POST."))?;
    let step = factor.step_of(value.code.trim(), work.now, None);
    let step = step.ok_or_else(|| ApiError::field("code", "is not the code that the app shows now"))?;
    let codes = recovery_codes(&mut app.ambient().random());
    let digests: Vec<_> = codes.iter().map(|code| recovery_digest(code)).collect();
    sign_in::confirm_second_factor(&mut work.transaction, caller.user_id, step, &digests, work.now).await?;
    work.audit("user.second_factor_confirmed", "user", caller.user_id, json!({})).await?;
    let answer = work.finish(Answer::new(StatusCode::OK, &RecoveryCodes { recovery_codes: codes })?).await?;
    app.memberships().forget(caller.user_id);
    Ok(answer)
}

/// Remove the second factor
///
/// A wrong code counts like a failed attempt to sign in.
#[utoipa::path(
    post, path = "/api/v1/auth/second-factor/removal", tag = "identity",
    request_body = CodeBody,
    responses(
        (status = 204, description = "Signing in needs no code any more."),
        (status = 409, description = "There is none, or a workspace requires it of you."),
    ),
)]
async fn remove_second_factor(
    State(app): State<App>,
    caller: Caller,
    Submitted { value, .. }: Submitted<CodeBody>,
) -> Result<Answer, ApiError> {
    caller.session()?;
    let account = proof::attempt_of(&app, caller.user_id).await?;
    let account = account.ok_or_else(|| ApiError::field("code", "is not looked at now: too many were wrong lately"))?;
    let factor = if account.has_second_factor { proof::second_factor(&app, &account).await? } else { None };
    let Some(factor) = factor else {
        proof::give_back(&app, &account).await?;
        return Err(ApiError::Conflict("You have no second factor."));
    };
    let mut work = Work::begin(&app, &caller).await?;
    if sign_in::must_keep_second_factor(&mut work.transaction, caller.user_id).await? {
        // The code was not looked at.
        drop(work);
        proof::give_back(&app, &account).await?;
        return Err(ApiError::Conflict(REQUIRED));
    }
    if !proof::take_code(&app, &mut work.transaction, &account, &factor, &value.code).await? {
        return Err(ApiError::field("code", "is not right, or was used before"));
    }
    sign_in::count(&mut work.transaction, caller.user_id, 0, None).await?;
    sign_in::remove_second_factor(&mut work.transaction, caller.user_id, work.now).await?;
    work.audit("user.second_factor_removed", "user", caller.user_id, json!({})).await?;
    work.finish(Answer::empty()).await
}
