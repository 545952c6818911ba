//! `POST` and `GET /api/v1/invitations`, `DELETE /api/v1/invitations/{id}`, `POST /api/v1/invitations/acceptance`

use axum::extract::State;
use chrono::{DateTime, TimeDelta, Utc};
use http::StatusCode;
use rostrum_core::{
    access::Permission,
    employee::Email,
    ids::InvitationId,
    mail,
    sign_in::secret::{Kind, Secret},
};
use rostrum_store::{people::invitations, sign_in, workspaces};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::members::granted;
use crate::{
    App,
    answer::Answer,
    authentication::Caller,
    endpoint::{Endpoint, needs, own, route},
    error::ApiError,
    extract::{Path, Query, Submitted},
    page::Page,
    routes::{
        auth::{join, presented},
        names::RoleName,
    },
    work::{Begun, Work},
};

/// How long an invitation is good.
const LIFETIME: TimeDelta = TimeDelta::days(7);

pub(super) fn endpoints() -> [Endpoint; 4] {
    [
        needs(Permission::MembersWrite, route!(invite)),
        needs(Permission::MembersRead, route!(list_invitations)),
        needs(Permission::MembersWrite, route!(revoke_invitation)),
        own(Permission::Account, route!(accept_invitation)),
    ]
}

/// Whom to invite.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct InvitationBody {
    /// The e-mail address, in any case.
    #[schema(format = "email")]
    email: String,
    /// What they are to be: any role but `super_admin`.
    #[schema(value_type = RoleName)]
    role: String,
}

/// An invitation that is open. What lets somebody in is in the mail alone.
#[derive(Debug, Serialize, ToSchema)]
struct Invitation {
    /// Its id.
    id: Uuid,
    /// Whom it invites.
    email: String,
    /// As what.
    #[schema(value_type = RoleName)]
    role: &'static str,
    /// Who invited them.
    invited_by: Uuid,
    /// When.
    created_at: DateTime<Utc>,
    /// Until when it is good.
    expires_at: DateTime<Utc>,
}

impl From<invitations::Invitation> for Invitation {
    fn from(stored: invitations::Invitation) -> Self {
        let invitations::Invitation { id, email, role, invited_by, created_at, expires_at, .. } = stored;
        Self { id, email, role: role.as_str(), invited_by: invited_by.uuid(), created_at, expires_at }
    }
}

/// The invitation of a mail.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct AcceptanceBody {
    /// What stands in the mail.
    #[schema(format = "password")]
    invitation: String,
}

/// Invite somebody
///
/// They get a mail, with which they register, or join with the account that they have.
#[utoipa::path(
    post, path = "/api/v1/invitations", tag = "people",
    params(("Idempotency-Key" = Option<String>, Header, description = "Makes sending it again harmless.")),
    request_body = InvitationBody,
    responses(
        (status = 201, description = "The mail is on its way.", body = Invitation, headers(
            ("Location" = String, description = "Its address."),
        )),
        (status = 409, description = "The address is invited already. Revoke that invitation to send another."),
    ),
)]
async fn invite(
    State(app): State<App>,
    caller: Caller,
    Submitted { value, once }: Submitted<InvitationBody>,
) -> Result<Answer, ApiError> {
    let email = Email::parse(&value.email)?;
    let role = granted(&caller, &value.role)?;
    let workspace_id = caller.workspace_id;
    let workspace = workspaces::name(app.database().await?, workspace_id).await?.ok_or(ApiError::NotFound)?;
    let secret = Secret::new(Kind::Invitation, &mut app.ambient().random());
    let letter = mail::invitation(app.web().await?, email.as_str(), &workspace, role.as_str(), secret.expose());
    let mut work = match once.begin(&app, &caller).await? {
        Begun::Work(work) => work,
        Begun::Answered(answer) => return Ok(answer),
    };
    let id: InvitationId = work.new_id();
    let expires_at = work.now + LIFETIME;
    let digest = secret.digest();
    let new = invitations::NewInvitation {
        id,
        workspace_id,
        email: &email,
        role,
        digest,
        invited_by: caller.user_id,
        expires_at,
    };
    match invitations::create(&mut work.transaction, &new, work.now).await {
        Err(rostrum_store::Error::Duplicate(index)) if index == invitations::OPEN => {
            return Err(ApiError::Conflict("The address is invited already. Revoke that invitation to send another."));
        }
        outcome => outcome?,
    }
    work.mail(&letter).await?;
    work.audit("member.invited", "invitation", id, json!({ "role": role.as_str() })).await?;
    let shown = Invitation {
        id: id.uuid(),
        email: email.as_str().to_owned(),
        role: role.as_str(),
        invited_by: caller.user_id.uuid(),
        created_at: work.now,
        expires_at,
    };
    let answer = Answer::new(StatusCode::CREATED, &shown)?.at(format!("/api/v1/invitations/{id}"));
    work.finish(answer).await
}

/// List the open invitations, youngest first
#[utoipa::path(
    get, path = "/api/v1/invitations", tag = "people",
    params(
        ("limit" = Option<i64>, Query, minimum = 1, maximum = 100, description = "1 to 100, 50 if not given."),
        ("cursor" = Option<String>, Query, description = "`next_cursor` of the page before."),
    ),
    responses((status = 200, description = "A page.", body = Page<Invitation>)),
)]
async fn list_invitations(State(app): State<App>, caller: Caller, mut query: Query) -> Result<Answer, ApiError> {
    let request = query.page();
    query.finish()?;
    let (database, now) = (app.database().await?, app.ambient().now());
    let rows = invitations::list(database, caller.workspace_id, request.before(), request.rows(), now).await?;
    Answer::new(StatusCode::OK, &request.page(rows, |row| row.id, Invitation::from))
}

/// Revoke an invitation
#[utoipa::path(
    delete, path = "/api/v1/invitations/{id}", tag = "people",
    params(("id" = Uuid, Path, description = "The invitation.")),
    responses((status = 204, description = "It lets nobody in any more.")),
)]
async fn revoke_invitation(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<InvitationId>,
) -> Result<Answer, ApiError> {
    let mut work = Work::begin(&app, &caller).await?;
    if !invitations::revoke(&mut work.transaction, caller.workspace_id, id, work.now).await? {
        return Err(ApiError::NotFound);
    }
    work.audit("member.invitation_revoked", "invitation", id, json!({})).await?;
    work.finish(Answer::empty()).await
}

/// Accept an invitation with the account that you have
///
/// The invitation must be to your own address. Whoever is a member already stays what they are. Sign in anew to get into the workspace.
#[utoipa::path(
    post, path = "/api/v1/invitations/acceptance", tag = "people",
    request_body = AcceptanceBody,
    responses((status = 204, description = "You are a member.")),
)]
async fn accept_invitation(
    State(app): State<App>,
    caller: Caller,
    Submitted { value, .. }: Submitted<AcceptanceBody>,
) -> Result<Answer, ApiError> {
    let mut work = Work::begin(&app, &caller).await?;
    let invitation = presented(&app, &mut work.transaction, &value.invitation).await?;
    let account = sign_in::lock_by_id(&mut work.transaction, caller.user_id).await?.ok_or(ApiError::NotFound)?;
    if account.email != invitation.email {
        return Err(ApiError::field("invitation", "is to another address than yours"));
    }
    join(&app, &mut work.transaction, &invitation, caller.user_id).await?;
    let answer = work.finish(Answer::empty()).await?;
    app.memberships().forget(caller.user_id);
    Ok(answer)
}
