//! Who it is for whom a provider vouches, and what becomes of their account.

use rostrum_core::{
    employee::{self, Email},
    ids::{IdentityId, UserId, WorkspaceId},
};
use rostrum_store::{
    Transaction, identity,
    people::{
        foreign_identities::{self, NewIdentity},
        invitations::Invitation,
        members,
    },
    sessions::{self, Ended},
    sign_in::{self, Account},
    sign_in_attempts::Vouched,
};
use serde_json::json;

use crate::{
    App,
    error::ApiError,
    providers::ProviderName,
    routes::auth::register::{self, join, presented},
    work,
};

/// The person whose identity it is, or whose address the provider vouches for.
pub(super) async fn find(app: &App, vouched: &Vouched) -> Result<Option<UserId>, ApiError> {
    let database = app.database().await?;
    if let Some(owner) = foreign_identities::owner(database, &vouched.issuer, &vouched.subject).await? {
        return Ok(Some(owner));
    }
    match &vouched.email {
        Some(email) => Ok(foreign_identities::person_by_email(database, &Email::parse(email)?).await?),
        None => Ok(None),
    }
}

/// Whether the account has a password of which nobody knows whose it is: it was set before the address was shown to be
/// somebody's, and the provider says whose that is.
pub(super) fn is_squatted(account: &Account, vouched: &Vouched) -> bool {
    is_theirs(account, vouched) && !account.is_verified && account.password_hash.is_some()
}

/// Whether the provider vouches for the address of the account.
fn is_theirs(account: &Account, vouched: &Vouched) -> bool {
    vouched.email.as_ref() == Some(&account.email)
}

/// Somebody at a provider, who comes in.
#[derive(Clone, Copy)]
pub(super) struct Arrival<'a> {
    pub(super) app: &'a App,
    pub(super) name: ProviderName,
    pub(super) vouched: &'a Vouched,
    /// The workspace that they want to get into, if they say so.
    pub(super) wanted: Option<WorkspaceId>,
    /// The secret of an invitation, if they have one.
    pub(super) invitation: Option<&'a str>,
}

impl Arrival<'_> {
    /// Makes an account for somebody who is invited. Answers whose it is, and the workspace.
    pub(super) async fn register(self, transaction: &mut Transaction) -> Result<(WorkspaceId, UserId), ApiError> {
        let Self { app, vouched, invitation, .. } = self;
        let invitation = presented(app, transaction, invitation.ok_or(ApiError::NotInvited)?).await?;
        if vouched.email.as_ref() != Some(&invitation.email) {
            return Err(not_theirs());
        }
        let email = Email::parse(&invitation.email)?;
        let before = invitation.email.split('@').next().unwrap_or_default();
        let name = employee::name("name", vouched.name.as_deref().unwrap_or(before))?;
        // Whoever has the address came here a moment ago, or is no person.
        let user_id = register::create(app, transaction, &email, &name).await?.ok_or(ApiError::SignInRefused)?;
        sign_in::verify_email(transaction, user_id, app.ambient().now()).await?;
        join(app, transaction, &invitation, user_id).await?;
        let workspace_id = self.workspace(transaction, user_id, Some(&invitation)).await?;
        self.link(transaction, (workspace_id, user_id)).await?;
        Ok((workspace_id, user_id))
    }

    /// Lets a known person in: links the identity if it is new, and takes an invitation if there is one. Answers the
    /// workspace.
    pub(super) async fn admit(self, transaction: &mut Transaction, account: &Account) -> Result<WorkspaceId, ApiError> {
        let Self { app, vouched, .. } = self;
        let (user_id, now) = (account.id, app.ambient().now());
        let is_theirs = is_theirs(account, vouched);
        if !is_theirs && !account.is_verified {
            return Err(ApiError::EmailUnverified);
        }
        let owner = foreign_identities::owner(&mut *transaction, &vouched.issuer, &vouched.subject).await?;
        let is_new = owner.is_none();
        if owner.is_some_and(|owner| owner != user_id) || (is_new && !is_theirs) {
            return Err(ApiError::SignInRefused);
        }
        let has_password = account.is_verified && account.password_hash.is_some();
        let has_say = has_password || !foreign_identities::list(&mut *transaction, user_id).await?.is_empty();
        let invitation = self.accept(transaction, account, has_say).await?;
        let workspace_id = self.workspace(transaction, user_id, invitation.as_ref()).await?;
        if is_squatted(account, vouched) {
            self.evict(transaction, (workspace_id, user_id)).await?;
        }
        if is_theirs && !account.is_verified {
            sign_in::verify_email(transaction, user_id, now).await?;
        }
        if is_new {
            self.link(transaction, (workspace_id, user_id)).await?;
        } else {
            foreign_identities::note_use(transaction, &vouched.issuer, &vouched.subject, now).await?;
        }
        Ok(workspace_id)
    }

    /// Takes the invitation, which must be to the account's own address.
    async fn accept(
        self,
        transaction: &mut Transaction,
        account: &Account,
        has_say: bool,
    ) -> Result<Option<Invitation>, ApiError> {
        let Some(secret) = self.invitation else { return Ok(None) };
        let invitation = presented(self.app, transaction, secret).await?;
        if account.email != invitation.email {
            return Err(not_theirs());
        }
        if !join(self.app, transaction, &invitation, account.id).await? && !has_say {
            // As at registration: an employee without an account becomes what they are invited as.
            members::set_role(transaction, invitation.workspace_id, account.id, invitation.role).await?;
        }
        Ok(Some(invitation))
    }

    /// The workspace to sign in to: the one that is wanted, that of the invitation, or the one that was joined first.
    async fn workspace(
        self,
        transaction: &mut Transaction,
        user_id: UserId,
        invitation: Option<&Invitation>,
    ) -> Result<WorkspaceId, ApiError> {
        let named = self.wanted.or_else(|| invitation.map(|invitation| invitation.workspace_id));
        let workspace_id = match named {
            Some(id) => Some(id),
            None => identity::first_workspace(&mut *transaction, user_id).await?,
        };
        let workspace_id = workspace_id.ok_or(ApiError::SignInRefused)?;
        identity::role(&mut *transaction, workspace_id, user_id).await?.ok_or(ApiError::SignInRefused)?;
        Ok(workspace_id)
    }

    async fn link(self, transaction: &mut Transaction, actor: (WorkspaceId, UserId)) -> Result<(), ApiError> {
        let Self { app, name, vouched, .. } = self;
        let (now, user_id) = (app.ambient().now(), actor.1);
        let id = IdentityId::new(now, &mut app.ambient().random());
        let provider = name.as_str();
        let new = NewIdentity { id, user_id, provider, issuer: &vouched.issuer, subject: &vouched.subject };
        if !foreign_identities::link(transaction, &new, now).await? {
            // It became somebody else's a moment ago.
            return Err(ApiError::SignInRefused);
        }
        let subject = ("identity", id.uuid());
        work::note(app, transaction, actor, "user.identity_linked", subject, json!({ "provider": provider })).await
    }

    /// Takes from the account whatever was set by somebody who never showed that the address is theirs.
    async fn evict(self, transaction: &mut Transaction, actor: (WorkspaceId, UserId)) -> Result<(), ApiError> {
        let (app, (_, user_id)) = (self.app, actor);
        let now = app.ambient().now();
        sign_in::remove_password(transaction, user_id, now).await?;
        sign_in::remove_second_factor(transaction, user_id, now).await?;
        let ended = sessions::end_all(transaction, user_id, None, None, Ended::PasswordChanged, now).await?;
        let detail = json!({ "because": "the address was not verified", "sessions_ended": ended.len() });
        work::note(app, transaction, actor, "user.password_removed", ("user", user_id.uuid()), detail).await
    }
}

fn not_theirs() -> ApiError {
    ApiError::field(
        "invitation",
        "is to another address than the one that the provider vouches for; have one sent there, or register with a password",
    )
}
