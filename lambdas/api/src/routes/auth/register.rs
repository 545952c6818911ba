//! `POST /api/v1/auth/register`

use axum::extract::State;
use chrono::TimeDelta;
use http::StatusCode;
use rostrum_core::{
    access::Role,
    employee::{self, Email},
    field::FieldError,
    ids::UserId,
    mail,
    sign_in::secret::{Kind, Secret, digest_of},
};
use rostrum_store::{
    Transaction,
    identity::{self, NewUser},
    people::{
        invitations::{self, Invitation},
        mail_proofs::{self, Purpose},
        members,
    },
    sign_in::{self, Account},
    workspaces,
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::password::hashed;
use crate::{
    App,
    answer::Answer,
    endpoint::{Endpoint, public, route},
    error::ApiError,
    extract::Submitted,
    work,
};

/// How long the link of a verification mail is good.
pub(super) const VERIFICATION: TimeDelta = TimeDelta::days(1);

pub(super) fn endpoint() -> Endpoint {
    public(route!(register)).guarded()
}

/// Who wants to come in, and why they may: with `invitation`, or with `email` and `workspace` where that is open to all.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct RegisterBody {
    /// Their name.
    #[schema(min_length = 1, max_length = 200)]
    name: String,
    /// At least 12 characters, and none that are easily guessed.
    #[schema(format = "password")]
    password: String,
    /// The invitation that came by mail. It says which address and which workspace.
    invitation: Option<String>,
    /// The e-mail address, without an invitation.
    #[schema(format = "email")]
    email: Option<String>,
    /// The short name of the workspace, without an invitation.
    workspace: Option<String>,
}

/// What became of a registration.
#[derive(Serialize, ToSchema)]
struct Registration {
    /// `true`: sign in now. `false`: a mail is on its way, and its link comes first.
    ready: bool,
    /// The workspace, for somebody who was invited.
    #[serde(skip_serializing_if = "Option::is_none")]
    workspace_id: Option<Uuid>,
}

/// Register
///
/// With an invitation, the address is known to be yours, and you can sign in at once. Without one, a mail with a link
/// comes first; the answer is the same whether the address is known or not, and so is the time until it comes.
#[utoipa::path(
    post, path = "/api/v1/auth/register", tag = "identity",
    request_body = RegisterBody,
    responses(
        (status = 201, description = "You are registered.", body = Registration),
        (status = 202, description = "A mail is on its way; it comes within a minute.", body = Registration),
        (status = 403, description = "The workspace does not exist, or takes only those who are invited."),
        (status = 409, description = "The invited address has an account: sign in, and accept the invitation there."),
    ),
)]
async fn register(
    State(app): State<App>,
    Submitted { value, .. }: Submitted<RegisterBody>,
) -> Result<Answer, ApiError> {
    let name = employee::name("name", &value.name)?;
    match (value.invitation, value.email, value.workspace) {
        (Some(invitation), None, None) => invited(&app, &invitation, &name, value.password).await,
        (None, Some(email), Some(workspace)) => open(&app, &email, &workspace, &name, value.password).await,
        _ => Err(ApiError::Invalid(vec![FieldError::new(
            "invitation",
            "send either `invitation`, or `email` and `workspace`",
        )])),
    }
}

/// The open invitation with this secret.
pub(in crate::routes) async fn presented(
    app: &App,
    transaction: &mut Transaction,
    secret: &str,
) -> Result<Invitation, ApiError> {
    let refused = || ApiError::field("invitation", "is none of ours, was used or revoked, or is too old");
    let digest = digest_of(Kind::Invitation, secret).ok_or_else(refused)?;
    invitations::present(transaction, &digest, app.ambient().now()).await?.ok_or_else(refused)
}

async fn invited(app: &App, secret: &str, name: &str, password: String) -> Result<Answer, ApiError> {
    let email = {
        let mut transaction = app.database().await?.begin().await?;
        presented(app, &mut transaction, secret).await?.email
    };
    let hash = hashed(app, password, vec![email.clone(), name.to_owned()], "password").await?;
    let now = app.ambient().now();
    let mut transaction = app.database().await?.begin().await?;
    let invitation = presented(app, &mut transaction, secret).await?;
    let address = Email::parse(&invitation.email)?;
    let user_id = match create(app, &mut transaction, &address, name).await? {
        Some(new) => new,
        None => unclaimed(&mut transaction, &address).await?,
    };
    sign_in::set_password(&mut transaction, user_id, &hash, now).await?;
    sign_in::verify_email(&mut transaction, user_id, now).await?;
    if !join(app, &mut transaction, &invitation, user_id).await? {
        // An employee without an account has no say of their own yet: they become what they are invited as.
        members::set_role(&mut transaction, invitation.workspace_id, user_id, invitation.role).await?;
    }
    app.effects().perform("commit", transaction.commit()).await?;
    app.memberships().forget(user_id);
    let registration = Registration { ready: true, workspace_id: Some(invitation.workspace_id.uuid()) };
    Answer::new(StatusCode::CREATED, &registration)
}

/// Whose address it is, if nobody has an account with it yet. A password that was set before the address was shown to be
/// theirs may be anybody's, and counts for nothing.
async fn unclaimed(transaction: &mut Transaction, address: &Email) -> Result<UserId, ApiError> {
    let known = sign_in::lock_by_email(transaction, address).await?;
    let is_theirs = |account: &Account| account.is_verified && account.password_hash.is_some();
    let free = known.filter(|account| !account.is_suspended && !is_theirs(account));
    let taken = ApiError::Conflict("This address has an account. Sign in, and accept the invitation there.");
    Ok(free.ok_or(taken)?.id)
}

/// The person is in the workspace now, as what the invitation says. Answers whether they were not before; a member stays
/// what they are.
pub(in crate::routes) async fn join(
    app: &App,
    transaction: &mut Transaction,
    invitation: &Invitation,
    user_id: UserId,
) -> Result<bool, ApiError> {
    let now = app.ambient().now();
    let Invitation { id, workspace_id, role, invited_by, .. } = *invitation;
    let inviter = identity::role(&mut *transaction, workspace_id, invited_by).await?;
    if !inviter.is_some_and(|inviter| inviter.may_grant(role)) {
        return Err(ApiError::field("invitation", "is by somebody who may not invite any more; ask for another"));
    }
    let is_new = identity::create_membership(transaction, workspace_id, user_id, role, now).await?;
    invitations::accept(transaction, id, now).await?;
    let detail = json!({ "invitation_id": id, "role": role.as_str(), "was_member": !is_new });
    work::note(app, transaction, (workspace_id, user_id), "member.joined", ("user", user_id.uuid()), detail).await?;
    Ok(is_new)
}

async fn open(app: &App, email: &str, slug: &str, name: &str, password: String) -> Result<Answer, ApiError> {
    let email = Email::parse(email)?;
    let database = app.database().await?;
    // Postgres takes no NUL, not even in a question.
    let open = if slug.contains('\0') { None } else { workspaces::open_to_all(database, slug).await? };
    let workspace_id = open.ok_or(ApiError::RegistrationClosed)?;
    let known = vec![email.as_str().to_owned(), name.to_owned()];
    let hash = hashed(app, password, known, "password").await?;
    let now = app.ambient().now();
    let mut transaction = database.begin().await?;
    // Whoever is known is only told so, employees without a password too: a stranger sets no password for them, nor for
    // somebody who registers at the same moment.
    let letter = if let Some(user_id) = create(app, &mut transaction, &email, name).await? {
        sign_in::set_password(&mut transaction, user_id, &hash, now).await?;
        identity::create_membership(&mut transaction, workspace_id, user_id, Role::User, now).await?;
        let actor = (workspace_id, user_id);
        work::note(app, &mut transaction, actor, "user.registered", ("user", user_id.uuid()), json!({})).await?;
        verification(app, &mut transaction, user_id, email.as_str()).await?
    } else {
        mail::known_already(app.web().await?, email.as_str())
    };
    // It leaves with the next sweep, so that our time does not tell what there was to send.
    work::add_mail(app, &mut transaction, workspace_id, &letter).await?;
    app.effects().perform("commit", transaction.commit()).await?;
    Answer::new(StatusCode::ACCEPTED, &Registration { ready: false, workspace_id: None })
}

/// Somebody new, who has not shown yet that the address is theirs; `None` if it is known. Waits for whoever is just adding
/// it.
pub(super) async fn create(
    app: &App,
    transaction: &mut Transaction,
    email: &Email,
    name: &str,
) -> Result<Option<UserId>, ApiError> {
    let now = app.ambient().now();
    let id = UserId::new(now, &mut app.ambient().random());
    let user = NewUser { id, email, name, password_hash: None };
    let known_as = identity::create_user(transaction, &user, now).await?;
    Ok((known_as == id).then_some(id))
}

/// A mail by which the person shows that the address is theirs.
pub(super) async fn verification(
    app: &App,
    transaction: &mut Transaction,
    user_id: UserId,
    email: &str,
) -> Result<mail::Mail, ApiError> {
    let now = app.ambient().now();
    let secret = Secret::new(Kind::EmailVerification, &mut app.ambient().random());
    let (digest, until) = (secret.digest(), now + VERIFICATION);
    mail_proofs::create(transaction, user_id, Purpose::Verification, &digest, until, now).await?;
    Ok(mail::verification(app.web().await?, email, secret.expose()))
}
