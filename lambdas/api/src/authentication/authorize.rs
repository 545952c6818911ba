//! The door of every route that is not public.

use axum::{
    extract::{FromRequestParts, Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use chrono::{DateTime, Utc};
use http::{HeaderMap, HeaderName, header::AUTHORIZATION, request::Parts};
use rostrum_core::{
    access::{Permission, Reach, Role, TeamRoles, reach},
    ids::{ApiKeyId, IdentityId, SessionId, UserId, WorkspaceId},
    sign_in::secret::{Kind, digest_of},
};
use rostrum_oidc::Foreign;
use rostrum_store::{
    Scope,
    identity::Standing,
    people::{api_keys, foreign_identities},
};
use uuid::Uuid;

use super::{Claims, memberships::Member};
use crate::{
    App,
    error::ApiError,
    limits::{Guard, Subscriber},
};

/// Who sends the request. Only a request that passed [`authorize`] has one.
#[derive(Debug, Clone, Copy)]
pub struct Caller {
    /// The person.
    pub user_id: UserId,
    /// The workspace that they signed in to; nothing outside of it exists for them.
    pub workspace_id: WorkspaceId,
    /// What they are in it.
    pub role: Role,
    /// What they are in teams of it, whichever these are.
    pub teams: TeamRoles,
    /// How they got in.
    pub entry: Entry,
    /// What the route asks for.
    pub permission: Permission,
    /// How far that reaches for them; not [`Reach::Nothing`].
    pub reach: Reach,
}

/// How somebody got in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Entry {
    /// They signed in.
    Session(SessionId),
    /// A program sent its key.
    ApiKey(ApiKeyId),
    /// They sent the token of somebody else, to whom this identity of theirs is known.
    Foreign(IdentityId),
}

/// Names the workspace that a token of somebody else, which cannot name one, is for.
const WORKSPACE: HeaderName = HeaderName::from_static("rostrum-workspace");

impl Caller {
    /// Refuses what is not the caller's own if they may only see that. It is then as if it did not exist.
    ///
    /// # Errors
    /// [`ApiError::NotFound`].
    pub fn must_own(&self, owner: impl Into<Uuid>) -> Result<(), ApiError> {
        match self.only() {
            Some(me) if me.uuid() != owner.into() => Err(ApiError::NotFound),
            _ => Ok(()),
        }
    }

    /// Where the caller is signed in.
    ///
    /// # Errors
    /// [`ApiError::Forbidden`] if it is a program, which has no account of its own, or came with the token of somebody
    /// else, who was not asked to vouch for this.
    pub fn session(&self) -> Result<SessionId, ApiError> {
        match self.entry {
            Entry::Session(id) => Ok(id),
            Entry::ApiKey(_) | Entry::Foreign(_) => Err(ApiError::Forbidden(Permission::Account)),
        }
    }

    /// The caller, if they may not see what is anybody's in the workspace: of a route that knows no teams, only what is
    /// their own.
    pub fn only(&self) -> Option<UserId> {
        (self.reach < Reach::Workspace).then_some(self.user_id)
    }

    /// What the route may show and change for the caller: the queries take it along.
    pub fn scope(&self) -> Scope {
        let user_id = self.user_id;
        match self.reach {
            Reach::Workspace => Scope::Workspace,
            Reach::Team => Scope::Person { user_id, teams: self.teams.giving(self.permission) },
            Reach::Own | Reach::Nothing => Scope::Person { user_id, teams: TeamRoles::NONE },
        }
    }
}

/// What a route asks of its caller.
#[derive(Debug, Clone, Copy)]
pub struct Door {
    /// The permission.
    pub permission: Permission,
    /// How far it must reach at least. A route that knows what is the caller's own lets in who has it for that alone, one
    /// that knows teams who has it for theirs.
    pub least: Reach,
}

/// Lets the request pass if its token is valid, its sender's role has the permission, and neither its network address nor
/// its account asked too often.
///
/// A valid token of somebody who is no member any more, or is suspended, is refused like an invalid one (401): it
/// stands for nobody, and signing in again is what helps. Without a valid token the answer is 401, without the permission
/// or a second factor that is required 403, and 429 comes before both.
pub async fn authorize(
    State((app, door, guard)): State<(App, Door, Guard)>,
    subscriber: Subscriber,
    mut request: Request,
    next: Next,
) -> Response {
    let now = app.ambient().now();
    let known = identify(&app, request.headers(), now).await;
    // Only now is it known whose account it is; both are counted in one go.
    let account = known.as_ref().ok().map(|known| (known.user_id, known.standing.role));
    let standing = app.limits().admit(subscriber, account, guard, now).await;
    let answer = match (standing.refusal(), known.and_then(|known| known.enter(door))) {
        (Some(refusal), _) | (None, Err(refusal)) => refusal.into_response(),
        (None, Ok(caller)) => {
            request.extensions_mut().insert(caller);
            next.run(request).await
        }
    };
    standing.tell(answer)
}

/// Somebody who is known, at no door yet.
struct Known {
    user_id: UserId,
    workspace_id: WorkspaceId,
    standing: Standing,
    entry: Entry,
    /// What a key is for; none for a person, who is there for all that their role allows.
    scope: Option<Vec<Permission>>,
}

impl Known {
    fn enter(self, door: Door) -> Result<Caller, ApiError> {
        let Door { permission, least } = door;
        let Self { user_id, workspace_id, standing, entry, scope } = self;
        let Standing { role, teams, owes_second_factor } = standing;
        let reach = match &scope {
            Some(scope) if !scope.contains(&permission) => Reach::Nothing,
            _ => reach(role, teams, permission),
        };
        if reach == Reach::Nothing || reach < least {
            return Err(ApiError::Forbidden(permission));
        }
        if owes_second_factor && permission.waits_for_second_factor() {
            return Err(ApiError::SecondFactorMissing);
        }
        Ok(Caller { user_id, workspace_id, role, teams, entry, permission, reach })
    }
}

async fn identify(app: &App, headers: &HeaderMap, now: DateTime<Utc>) -> Result<Known, ApiError> {
    let token = bearer(headers)?;
    if let Some(digest) = digest_of(Kind::ApiKey, token) {
        let key = app.memberships().key(app.database().await?, &digest, now).await?;
        let key = key.ok_or(ApiError::TokenRefused("is a key that is not known, expired or revoked"))?;
        let api_keys::Presented { id, user_id, workspace_id, standing, permissions, .. } = key;
        let scope = Some(permissions);
        return Ok(Known { user_id, workspace_id, standing, entry: Entry::ApiKey(id), scope });
    }
    if let Some(issuer) = app.foreign().filter(|issuer| issuer.is_named_by(token)) {
        return identify_foreign(app, issuer, token, headers, now).await;
    }
    let keys = app.key_ring().keys_for(token, now).await?;
    let claims = app.tokens().verify(&keys, token, now)?;
    let Claims { sub: user_id, workspace_id, sid: session_id, .. } = claims;
    let member = Member { workspace_id, user_id, session_id };
    let standing = app.memberships().standing(app.database().await?, member, now).await?;
    let standing =
        standing.ok_or(ApiError::TokenRefused("belongs to a session that has ended, or to somebody who left"))?;
    Ok(Known { user_id, workspace_id, standing, entry: Entry::Session(session_id), scope: None })
}

async fn identify_foreign(
    app: &App,
    issuer: &Foreign,
    token: &str,
    headers: &HeaderMap,
    now: DateTime<Utc>,
) -> Result<Known, ApiError> {
    let refused = || ApiError::TokenRefused("is not linked to anybody in this workspace; sign in, and link it");
    let claims = app.foreign_tokens().verify(issuer, token, now).await?;
    let named =
        headers.get(WORKSPACE).map(|header| header.to_str().ok().and_then(|text| text.parse::<WorkspaceId>().ok()));
    let workspace_id = named.map(|read| read.ok_or_else(refused)).transpose()?;
    let database = app.database().await?;
    let known = app.memberships().foreign(database, issuer.issuer(), &claims.subject, workspace_id, now).await?;
    let foreign_identities::Presented { id, user_id, workspace_id, standing } = known.ok_or_else(refused)?;
    Ok(Known { user_id, workspace_id, standing, entry: Entry::Foreign(id), scope: None })
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
