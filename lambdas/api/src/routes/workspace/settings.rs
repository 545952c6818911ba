//! `GET` and `PATCH /api/workspace/settings`

use axum::extract::State;
use http::StatusCode;
use rostrum_core::{
    access::{Permission, SecondFactorRule, UnknownSecondFactorRule},
    employee,
};
use rostrum_store::{sign_in, workspaces};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use crate::{
    App,
    answer::Answer,
    authentication::Caller,
    endpoint::{Endpoint, needs, route},
    error::ApiError,
    extract::Patch,
    routes::names::{RegistrationName, SecondFactorRuleName},
    work::Work,
};

pub(super) fn get_endpoint() -> Endpoint {
    needs(Permission::WorkspaceRead, route!(get_settings))
}

pub(super) fn patch_endpoint() -> Endpoint {
    needs(Permission::SettingsWrite, route!(change_settings))
}

/// What admins say about the workspace.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SettingsBody {
    /// What it is called, in invitations for example.
    #[schema(min_length = 1, max_length = 200)]
    name: String,
    /// Who may register.
    #[serde(default = "invitation")]
    #[schema(value_type = RegistrationName, default = "invitation")]
    registration: String,
    /// Of whom a second factor is required. Until they have set one up, only their own account is open to them.
    #[serde(default = "optional")]
    #[schema(value_type = SecondFactorRuleName, default = "optional")]
    second_factor: String,
}

/// A change of that.
type SettingsPatch = Patch<SettingsBody>;

fn invitation() -> String {
    RegistrationName::Invitation.as_str().to_owned()
}

fn optional() -> String {
    SecondFactorRule::Optional.as_str().to_owned()
}

impl From<workspaces::Settings> for SettingsBody {
    fn from(stored: workspaces::Settings) -> Self {
        let workspaces::Settings { name, registration, second_factor } = stored;
        Self { name, registration, second_factor }
    }
}

impl From<SettingsBody> for workspaces::Settings {
    fn from(said: SettingsBody) -> Self {
        let SettingsBody { name, registration, second_factor } = said;
        Self { name, registration, second_factor }
    }
}

impl SettingsBody {
    /// As it is kept, with its rule about second factors.
    ///
    /// # Errors
    /// The first field that cannot be accepted.
    fn checked(&self) -> Result<(Self, SecondFactorRule), ApiError> {
        let registration: RegistrationName = self
            .registration
            .parse()
            .map_err(|()| ApiError::field("registration", format!("must be {}", RegistrationName::WORDS)))?;
        let rule: SecondFactorRule = self
            .second_factor
            .parse()
            .map_err(|error: UnknownSecondFactorRule| ApiError::field("second_factor", error.to_string()))?;
        let name = employee::name("name", &self.name)?;
        let (registration, second_factor) = (registration.as_str().to_owned(), rule.as_str().to_owned());
        Ok((Self { name, registration, second_factor }, rule))
    }
}

const HAVE_NONE: &str = "You have no second factor, and would lock yourself out. Nothing was changed. Set one up with \
                         POST /api/v1/auth/second-factor first; a program cannot require one.";

/// Read what the workspace is called, who may register, and of whom a second factor is required
#[utoipa::path(
    get, path = "/api/workspace/settings", tag = "workspace",
    responses((status = 200, description = "The settings.", body = SettingsBody)),
)]
async fn get_settings(State(app): State<App>, caller: Caller) -> Result<Answer, ApiError> {
    let settings = workspaces::settings(app.database().await?, caller.workspace_id).await?;
    Answer::new(StatusCode::OK, &SettingsBody::from(settings.ok_or(ApiError::NotFound)?))
}

/// Say what the workspace is called, who may register, and of whom a second factor is required
///
/// What is not named stays as it is. Only somebody who has a second factor can require one of admins. From then on an admin
/// without one can sign in and set one up, and do nothing else in the workspace: what they change is refused at once, what
/// they read within a minute. Keys of programs stay good.
#[utoipa::path(
    patch, path = "/api/workspace/settings", tag = "workspace",
    request_body(content = SettingsPatch, content_type = "application/merge-patch+json"),
    responses(
        (status = 200, description = "The settings as they are now.", body = SettingsBody),
        (status = 409, description = "You would require a second factor, and have none."),
    ),
)]
async fn change_settings(State(app): State<App>, caller: Caller, patch: SettingsPatch) -> Result<Answer, ApiError> {
    let mut work = Work::begin(&app, &caller).await?;
    let workspace_id = caller.workspace_id;
    let stored = workspaces::lock_settings(&mut work.transaction, workspace_id).await?.ok_or(ApiError::NotFound)?;
    let before = SettingsBody::from(stored);
    let (after, rule) = patch.apply(&before)?.checked()?;
    let is_new_rule = after.second_factor != before.second_factor;
    if is_new_rule {
        // Locked, so that it is not removed meanwhile.
        let account = sign_in::lock_by_id(&mut work.transaction, caller.user_id).await?.ok_or(ApiError::NotFound)?;
        if rule.is_owed_by(caller.role, account.has_second_factor) {
            return Err(ApiError::Conflict(HAVE_NONE));
        }
    }
    if after != before {
        let settings = workspaces::Settings::from(after.clone());
        workspaces::set_settings(&mut work.transaction, workspace_id, &settings, work.now).await?;
        let detail = json!({ "before": before, "after": after });
        work.audit("workspace.settings_changed", "workspace", workspace_id, detail).await?;
    }
    let answer = work.finish(Answer::new(StatusCode::OK, &after)?).await?;
    if is_new_rule {
        app.memberships().forget_people_of(workspace_id);
    }
    Ok(answer)
}
