//! What is done by mail: verifying an address and setting a new password.
//!
//! `POST /api/v1/auth/email-verification`, `…/email-verification/confirmation`, `POST /api/v1/auth/password-reset`,
//! `…/password-reset/confirmation`

use axum::extract::State;
use chrono::TimeDelta;
use rostrum_core::{
    employee::Email,
    mail,
    sign_in::secret::{Kind, Secret, digest_of},
};
use rostrum_store::{
    identity,
    people::mail_proofs::{self, Purpose},
    sessions::{self, Ended},
    sign_in,
};
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;

use super::{password::hashed, register::verification};
use crate::{
    App,
    answer::Answer,
    endpoint::{Endpoint, public, route},
    error::ApiError,
    extract::Submitted,
    work,
};

/// How long the link of a password mail is good.
const RESET: TimeDelta = TimeDelta::hours(1);

pub(super) fn endpoints() -> [Endpoint; 4] {
    [
        public(route!(send_verification)).guarded(),
        public(route!(confirm_verification)).guarded(),
        public(route!(send_password_reset)).guarded(),
        public(route!(confirm_password_reset)).guarded(),
    ]
}

/// Whom to write to.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct AddressBody {
    /// The e-mail address, in any case.
    #[schema(format = "email")]
    email: String,
}

/// What came by mail.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ProofBody {
    /// The code of the mail.
    #[schema(format = "password")]
    token: String,
}

/// What came by mail, and the password that is to be.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ResetBody {
    /// The code of the mail.
    #[schema(format = "password")]
    token: String,
    /// At least 12 characters, and none that are easily guessed.
    #[schema(format = "password")]
    new_password: String,
}

fn refused() -> ApiError {
    ApiError::field("token", "is none of ours, was used before, or is too old; have another mail sent")
}

/// Have the verification mail sent again
///
/// The answer is the same whether the address is known or not. The mail comes within a minute.
#[utoipa::path(
    post, path = "/api/v1/auth/email-verification", tag = "identity",
    request_body = AddressBody,
    responses((status = 202, description = "If the address waits to be verified, a mail is on its way.")),
)]
async fn send_verification(
    State(app): State<App>,
    Submitted { value, .. }: Submitted<AddressBody>,
) -> Result<Answer, ApiError> {
    let email = Email::parse(&value.email)?;
    let mut transaction = app.database().await?.begin().await?;
    let account = sign_in::lock_by_email(&mut transaction, &email).await?;
    if let Some(account) = account.filter(|account| !account.is_verified && !account.is_suspended)
        && let Some(workspace_id) = identity::first_workspace(&mut transaction, account.id).await?
    {
        let letter = verification(&app, &mut transaction, account.id, &account.email).await?;
        work::add_mail(&app, &mut transaction, workspace_id, &letter).await?;
    }
    app.effects().perform("commit", transaction.commit()).await?;
    Ok(Answer::accepted())
}

/// Verify your address with the code of the mail
#[utoipa::path(
    post, path = "/api/v1/auth/email-verification/confirmation", tag = "identity",
    request_body = ProofBody,
    responses((status = 204, description = "It is verified.")),
)]
async fn confirm_verification(
    State(app): State<App>,
    Submitted { value, .. }: Submitted<ProofBody>,
) -> Result<Answer, ApiError> {
    let digest = digest_of(Kind::EmailVerification, &value.token).ok_or_else(refused)?;
    let now = app.ambient().now();
    let mut transaction = app.database().await?.begin().await?;
    let user_id = mail_proofs::take(&mut transaction, Purpose::Verification, &digest, now).await?;
    let user_id = user_id.ok_or_else(refused)?;
    sign_in::verify_email(&mut transaction, user_id, now).await?;
    if let Some(workspace_id) = identity::first_workspace(&mut transaction, user_id).await? {
        let (actor, subject) = ((workspace_id, user_id), ("user", user_id.uuid()));
        work::note(&app, &mut transaction, actor, "user.email_verified", subject, json!({})).await?;
    }
    app.effects().perform("commit", transaction.commit()).await?;
    Ok(Answer::empty())
}

/// Have a mail sent that sets a new password
///
/// Also for an employee who has none yet. The answer is the same whether the address is known or not. The mail comes within
/// a minute.
#[utoipa::path(
    post, path = "/api/v1/auth/password-reset", tag = "identity",
    request_body = AddressBody,
    responses((status = 202, description = "If the address is known, a mail is on its way.")),
)]
async fn send_password_reset(
    State(app): State<App>,
    Submitted { value, .. }: Submitted<AddressBody>,
) -> Result<Answer, ApiError> {
    let email = Email::parse(&value.email)?;
    let now = app.ambient().now();
    let mut transaction = app.database().await?.begin().await?;
    let account = sign_in::lock_by_email(&mut transaction, &email).await?;
    if let Some(account) = account.filter(|account| !account.is_suspended)
        && let Some(workspace_id) = identity::first_workspace(&mut transaction, account.id).await?
    {
        let secret = Secret::new(Kind::PasswordReset, &mut app.ambient().random());
        let (digest, until) = (secret.digest(), now + RESET);
        mail_proofs::create(&mut transaction, account.id, Purpose::PasswordReset, &digest, until, now).await?;
        let letter = mail::password_reset(app.web().await?, &account.email, secret.expose());
        work::add_mail(&app, &mut transaction, workspace_id, &letter).await?;
    }
    app.effects().perform("commit", transaction.commit()).await?;
    Ok(Answer::accepted())
}

/// Set a new password with the code of the mail
///
/// All sessions end, and attempts to sign in are looked at again. A second factor stays.
#[utoipa::path(
    post, path = "/api/v1/auth/password-reset/confirmation", tag = "identity",
    request_body = ResetBody,
    responses((status = 204, description = "It is set.")),
)]
async fn confirm_password_reset(
    State(app): State<App>,
    Submitted { value, .. }: Submitted<ResetBody>,
) -> Result<Answer, ApiError> {
    let digest = digest_of(Kind::PasswordReset, &value.token).ok_or_else(refused)?;
    let hash = hashed(&app, value.new_password, Vec::new(), "new_password").await?;
    let now = app.ambient().now();
    let mut transaction = app.database().await?.begin().await?;
    let user_id = mail_proofs::take(&mut transaction, Purpose::PasswordReset, &digest, now).await?;
    let user_id = user_id.ok_or_else(refused)?;
    sign_in::set_password(&mut transaction, user_id, &hash, now).await?;
    // Whoever reads the mails of the address has shown that it is theirs.
    sign_in::verify_email(&mut transaction, user_id, now).await?;
    let ended = sessions::end_all(&mut transaction, user_id, None, None, Ended::PasswordChanged, now).await?;
    if let Some(workspace_id) = identity::first_workspace(&mut transaction, user_id).await? {
        let (actor, subject) = ((workspace_id, user_id), ("user", user_id.uuid()));
        let detail = json!({ "by": "mail", "sessions_ended": ended.len() });
        work::note(&app, &mut transaction, actor, "user.password_set", subject, detail).await?;
    }
    app.effects().perform("commit", transaction.commit()).await?;
    app.memberships().forget(user_id);
    Ok(Answer::empty())
}
