//! `GET` and `POST /api/v1/user/identities`, `DELETE /api/v1/user/identities/{id}`

use axum::extract::State;
use chrono::{DateTime, Utc};
use http::StatusCode;
use rostrum_core::{access::Permission, ids::IdentityId};
use rostrum_oidc::{Error, ForeignClaims};
use rostrum_store::{
    people::foreign_identities::{self, NewIdentity},
    sign_in,
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    App,
    answer::Answer,
    authentication::{Caller, reason},
    endpoint::{Endpoint, own, route},
    error::ApiError,
    extract::{Path, Submitted},
    page::Page,
    work::Work,
};

pub(super) fn endpoints() -> [Endpoint; 3] {
    [
        own(Permission::Account, route!(list_identities)),
        own(Permission::Account, route!(link_identity)).guarded(),
        own(Permission::Account, route!(unlink_identity)),
    ]
}

/// Supabase Auth, by the name under which its identities are kept.
const SUPABASE: &str = "supabase";

/// Somebody elsewhere who is you.
#[derive(Debug, Serialize, ToSchema)]
struct Identity {
    /// Its id.
    id: Uuid,
    /// `google`, `linkedin` or `supabase`.
    provider: String,
    /// Since when it is linked.
    created_at: DateTime<Utc>,
    /// When you signed in with it last.
    last_used_at: DateTime<Utc>,
}

impl From<foreign_identities::Identity> for Identity {
    fn from(stored: foreign_identities::Identity) -> Self {
        let foreign_identities::Identity { id, provider, created_at, last_used_at } = stored;
        Self { id, provider, created_at, last_used_at }
    }
}

/// A token of somebody else, who says in it that it is yours.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct LinkBody {
    /// An access token of Supabase Auth.
    #[schema(format = "password")]
    token: String,
}

/// List your identities elsewhere
#[utoipa::path(
    get, path = "/api/v1/user/identities", tag = "user",
    responses((status = 200, description = "The identities, the youngest first, a hundred at most.", body = Page<Identity>)),
)]
async fn list_identities(State(app): State<App>, caller: Caller) -> Result<Answer, ApiError> {
    let identities = foreign_identities::list(app.database().await?, caller.user_id).await?;
    let items = identities.into_iter().map(Identity::from).collect();
    Answer::new(StatusCode::OK, &Page { items, next_cursor: None })
}

/// Link an identity by its token
///
/// From then on tokens of the same person there are taken as yours, in your first workspace or in the one that the header
/// `Rostrum-Workspace` names. They do not sign you in: what concerns your sessions needs a session.
#[utoipa::path(
    post, path = "/api/v1/user/identities", tag = "user",
    request_body = LinkBody,
    responses(
        (status = 204, description = "It is linked."),
        (status = 409, description = "It is linked to somebody else."),
    ),
)]
async fn link_identity(
    State(app): State<App>,
    caller: Caller,
    Submitted { value, .. }: Submitted<LinkBody>,
) -> Result<Answer, ApiError> {
    caller.session()?;
    let issuer = app.foreign().filter(|issuer| issuer.is_named_by(&value.token));
    let issuer = issuer.ok_or_else(|| ApiError::field("token", "is of nobody whose tokens are taken here"))?;
    let verified = issuer.verify(&value.token, app.ambient().now()).await;
    let ForeignClaims { subject, .. } = verified.map_err(|error| match error {
        Error::Rejected(rejection) => ApiError::field("token", reason(rejection)),
        error => ApiError::Unavailable(error.into()),
    })?;
    let mut work = Work::begin(&app, &caller).await?;
    let (id, user_id): (IdentityId, _) = (work.new_id(), caller.user_id);
    let new = NewIdentity { id, user_id, provider: SUPABASE, issuer: issuer.issuer(), subject: &subject };
    if foreign_identities::link(&mut work.transaction, &new, work.now).await? {
        work.audit("user.identity_linked", "identity", id, json!({ "provider": SUPABASE })).await?;
    } else {
        let owner = foreign_identities::owner(&mut work.transaction, issuer.issuer(), &subject).await?;
        if owner != Some(user_id) {
            return Err(ApiError::Conflict("This identity is linked to somebody else."));
        }
    }
    work.finish(Answer::empty()).await
}

/// Unlink an identity
#[utoipa::path(
    delete, path = "/api/v1/user/identities/{id}", tag = "user",
    params(("id" = Uuid, Path, description = "The identity.")),
    responses(
        (status = 204, description = "It lets nobody in any more."),
        (status = 409, description = "You have no password, and no other identity to sign in with."),
    ),
)]
async fn unlink_identity(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<IdentityId>,
) -> Result<Answer, ApiError> {
    caller.session()?;
    let mut work = Work::begin(&app, &caller).await?;
    let user_id = caller.user_id;
    // Of two that are unlinked at once, the second one finds the first gone.
    let account = sign_in::lock_by_id(&mut work.transaction, user_id).await?.ok_or(ApiError::NotFound)?;
    let provider = foreign_identities::unlink(&mut work.transaction, user_id, id).await?.ok_or(ApiError::NotFound)?;
    if account.password_hash.is_none() && !foreign_identities::has_another(&mut work.transaction, user_id, id).await? {
        return Err(ApiError::Conflict("This is your only way in. Set a password first, with a mail that resets it."));
    }
    work.audit("user.identity_unlinked", "identity", id, json!({ "provider": provider })).await?;
    let answer = work.finish(Answer::empty()).await?;
    app.memberships().forget(user_id);
    Ok(answer)
}
