//! `GET` and `PATCH /api/workspace/settings`

use axum::extract::State;
use http::StatusCode;
use rostrum_core::{access::Permission, employee};
use rostrum_store::workspaces;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use utoipa_axum::routes;

use crate::{
    App,
    answer::Answer,
    authentication::Caller,
    endpoint::{Endpoint, needs},
    error::ApiError,
    extract::Patch,
    routes::names::RegistrationName,
    work::Work,
};

pub(super) fn get_endpoint() -> Endpoint {
    needs(Permission::WorkspaceRead, routes!(get_settings))
}

pub(super) fn patch_endpoint() -> Endpoint {
    needs(Permission::SettingsWrite, routes!(change_settings))
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
}

/// A change of that.
type SettingsPatch = Patch<SettingsBody>;

fn invitation() -> String {
    RegistrationName::Invitation.as_str().to_owned()
}

impl From<workspaces::Settings> for SettingsBody {
    fn from(stored: workspaces::Settings) -> Self {
        let workspaces::Settings { name, registration } = stored;
        Self { name, registration }
    }
}

/// Read what the workspace is called and who may register
#[utoipa::path(
    get, path = "/api/workspace/settings", tag = "workspace",
    responses((status = 200, description = "The settings.", body = SettingsBody)),
)]
async fn get_settings(State(app): State<App>, caller: Caller) -> Result<Answer, ApiError> {
    let settings = workspaces::settings(app.database().await?, caller.workspace_id).await?;
    Answer::new(StatusCode::OK, &SettingsBody::from(settings.ok_or(ApiError::NotFound)?))
}

/// Say what the workspace is called and who may register
///
/// What is not named stays as it is.
#[utoipa::path(
    patch, path = "/api/workspace/settings", tag = "workspace",
    request_body(content = SettingsPatch, content_type = "application/merge-patch+json"),
    responses((status = 200, description = "The settings as they are now.", body = SettingsBody)),
)]
async fn change_settings(State(app): State<App>, caller: Caller, patch: SettingsPatch) -> Result<Answer, ApiError> {
    let mut work = Work::begin(&app, &caller).await?;
    let workspace_id = caller.workspace_id;
    let stored = workspaces::lock_settings(&mut work.transaction, workspace_id).await?.ok_or(ApiError::NotFound)?;
    let before = SettingsBody::from(stored);
    let wanted = patch.apply(&before)?;
    let registration: RegistrationName = wanted
        .registration
        .parse()
        .map_err(|()| ApiError::field("registration", format!("must be {}", RegistrationName::WORDS)))?;
    let after =
        SettingsBody { name: employee::name("name", &wanted.name)?, registration: registration.as_str().to_owned() };
    if after != before {
        let settings = workspaces::Settings { name: after.name.clone(), registration: after.registration.clone() };
        workspaces::set_settings(&mut work.transaction, workspace_id, &settings, work.now).await?;
        let detail = json!({ "before": before, "after": after });
        work.audit("workspace.settings_changed", "workspace", workspace_id, detail).await?;
    }
    work.finish(Answer::new(StatusCode::OK, &after)?).await
}
