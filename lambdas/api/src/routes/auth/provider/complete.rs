//! `POST /api/v1/auth/with/{provider}/completion`

use axum::{extract::State, response::Response};
use http::HeaderMap;
use rostrum_core::{
    ids::{UserId, WorkspaceId},
    sign_in::{
        attempt::Attempt,
        second_factor::SecondFactor,
        secret::{Kind, digest_of},
    },
};
use rostrum_store::{
    Transaction,
    sign_in::{self, Account},
    sign_in_attempts,
};
use serde::Deserialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    person::{self, Arrival},
    vouched::{Ongoing, over},
};
use crate::{
    App,
    endpoint::{Endpoint, public, route},
    error::ApiError,
    extract::{Path, Submitted},
    providers::ProviderName,
    routes::auth::{
        proof,
        session::{self, Token},
    },
};

pub(super) fn endpoint() -> Endpoint {
    public(route!(complete_sign_in)).guarded()
}

/// What the browser brought back, and who wants to sign in with it.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CompletionBody {
    /// The `code` that the browser came back with.
    #[schema(format = "password")]
    code: String,
    /// The `state` that the browser came back with.
    #[schema(format = "password")]
    state: String,
    /// What the sign-in began with; without, what is in the cookie.
    #[schema(format = "password")]
    attempt: Option<String>,
    /// The invitation that came by mail, for whoever is new.
    invitation: Option<String>,
    /// The six digits of the second factor, or a recovery code, for whoever has one.
    second_factor_code: Option<String>,
    /// The workspace to sign in to; without, that of the invitation, or the one that the person joined first.
    workspace_id: Option<Uuid>,
    /// `true` for a browser: the refresh token comes as a cookie that no script can read.
    #[serde(default)]
    cookie: bool,
}

/// Sign in with what an identity provider says
///
/// Whoever signed in so before is known by it, whatever their address is now. Whoever did not is known by an address that the
/// provider vouches for, or comes in with an invitation to it. If a second factor is needed, send the same again with its code.
#[utoipa::path(
    post, path = "/api/v1/auth/with/{provider}/completion", tag = "identity",
    params(("provider" = String, Path, description = "`google` or `linkedin`.")),
    request_body = CompletionBody,
    responses(
        (status = 200, description = "The tokens.", body = Token),
        (status = 401, description = "The account takes nobody in now, or a code is needed besides (`second-factor-needed`)."),
        (status = 403, description = "Nobody here is known by this sign-in (`not-invited`)."),
        (status = 404, description = "Nobody signs in with this provider here."),
        (status = 503, description = "The provider does not answer (`provider-unavailable`), or something of ours."),
    ),
)]
async fn complete_sign_in(
    State(app): State<App>,
    Path(name): Path<ProviderName>,
    headers: HeaderMap,
    Submitted { value, .. }: Submitted<CompletionBody>,
) -> Result<Response, ApiError> {
    let provider = app.provider(name).await?;
    let secret = value.attempt.clone().or_else(|| session::attempt_cookie(&headers)).ok_or_else(over)?;
    let digest = digest_of(Kind::SignInAttempt, &secret).ok_or_else(over)?;
    let attempt = Attempt::of(&secret);
    if !attempt.has_state(&value.state) {
        return Err(ApiError::field("state", "belongs to another sign-in than `attempt`; begin again"));
    }
    let ongoing = Ongoing { app: &app, name, attempt, digest: &digest };
    let vouched = ongoing.vouched(provider, &value.code).await?;
    let wanted = value.workspace_id.map(WorkspaceId::from);
    let arrival = Arrival { app: &app, name, vouched: &vouched, wanted, invitation: value.invitation.as_deref() };
    let known = person::find(&app, &vouched).await?;
    let second = match known {
        Some(user_id) => second_factor(arrival, user_id, value.second_factor_code.as_deref()).await?,
        None => None,
    };
    let mut transaction = app.database().await?.begin().await?;
    if !sign_in_attempts::take(&mut transaction, &digest, app.ambient().now()).await? {
        return Err(over());
    }
    let actor = match known {
        None => arrival.register(&mut transaction).await?,
        Some(user_id) => {
            let account = active(&mut transaction, user_id).await?;
            prove(arrival, &mut transaction, &account, second.as_ref()).await?;
            (arrival.admit(&mut transaction, &account).await?, user_id)
        }
    };
    let how = Map::from_iter([
        ("second_factor".to_owned(), Value::from(second.is_some())),
        ("provider".to_owned(), Value::from(name.as_str())),
    ]);
    let (member, fresh) = session::begin(&app, &mut transaction, actor, &headers, how).await?;
    app.effects().perform("commit", transaction.commit()).await?;
    app.memberships().forget(actor.1);
    tracing::info!(
        user_id = %actor.1, workspace_id = %actor.0, session_id = %member.session_id, provider = name.as_str(), "signed in"
    );
    let mut response = session::hand_out(&app, member, &fresh, value.cookie).await?;
    if value.attempt.is_none() {
        session::forget_attempt(&mut response);
    }
    Ok(response)
}

/// The account, unless it is suspended.
async fn active(transaction: &mut Transaction, user_id: UserId) -> Result<Account, ApiError> {
    let account = sign_in::lock_by_id(transaction, user_id).await?;
    account.filter(|account| !account.is_suspended).ok_or(ApiError::SignInRefused)
}

/// A second factor, and the code of it that was sent.
struct Second {
    factor: SecondFactor,
    code: String,
}

/// The second factor of the account, if it has one, with the code for it. An attempt with a code counts as failed until it is
/// seen to be right.
async fn second_factor(arrival: Arrival<'_>, user_id: UserId, code: Option<&str>) -> Result<Option<Second>, ApiError> {
    let Arrival { app, vouched, .. } = arrival;
    let account = {
        let mut transaction = app.database().await?.begin().await?;
        active(&mut transaction, user_id).await?
    };
    // An account that is closed after too many attempts takes nobody in, as at sign-in with a password.
    if account.locked_until.is_some_and(|until| until > app.ambient().now()) {
        return Err(ApiError::SignInRefused);
    }
    if !account.has_second_factor || person::is_squatted(&account, vouched) {
        return Ok(None);
    }
    let code = code.ok_or(ApiError::SecondFactorNeeded("second_factor_code"))?;
    let account = proof::attempt_of(app, user_id).await?.ok_or(ApiError::SignInRefused)?;
    let factor = proof::second_factor(app, &account).await?;
    Ok(factor.map(|factor| Second { factor, code: code.to_owned() }))
}

/// Takes the code of the second factor, and forgets failed attempts. One that was set up since it was looked for is asked for
/// now.
async fn prove(
    arrival: Arrival<'_>,
    transaction: &mut Transaction,
    account: &Account,
    second: Option<&Second>,
) -> Result<(), ApiError> {
    let Arrival { app, vouched, .. } = arrival;
    match second {
        Some(Second { factor, code }) => {
            let taken = proof::take_code(app, transaction, account, factor, code).await?;
            if !taken {
                return Err(ApiError::SignInRefused);
            }
        }
        None if account.has_second_factor && !person::is_squatted(account, vouched) => {
            return Err(ApiError::SecondFactorNeeded("second_factor_code"));
        }
        None => {}
    }
    Ok(sign_in::count(transaction, account.id, 0, None).await?)
}
