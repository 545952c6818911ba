//! `GET` and `PATCH /api/v1/user/profile`

use axum::extract::State;
use chrono::{DateTime, Utc};
use http::StatusCode;
use rostrum_core::{access::Permission, employee};
use rostrum_store::{people::profile, sign_in};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    App,
    answer::Answer,
    authentication::Caller,
    endpoint::{Endpoint, own, route},
    error::ApiError,
    extract::Patch,
    routes::names::RoleName,
    work::Work,
};

pub(super) fn endpoints() -> [Endpoint; 2] {
    [own(Permission::Account, route!(get_profile)), own(Permission::Account, route!(change_profile))]
}

/// The most bytes of the preferences as JSON.
const LONGEST: usize = 16 * 1024;

/// You.
#[derive(Debug, Serialize, ToSchema)]
struct Profile {
    /// Your id, which is that of your employee profile, too.
    user_id: Uuid,
    /// The workspace that you signed in to.
    workspace_id: Uuid,
    /// What you are there.
    #[schema(value_type = RoleName)]
    role: &'static str,
    /// Your address.
    email: String,
    /// When it was shown to be yours.
    email_verified_at: Option<DateTime<Utc>>,
    /// Since when you have a second factor.
    second_factor_since: Option<DateTime<Utc>>,
    /// Your name.
    name: String,
    /// What you set for yourself; nobody but your clients reads it.
    preferences: Value,
    /// Since when you are known.
    created_at: DateTime<Utc>,
}

impl Profile {
    fn new(stored: profile::Profile, caller: &Caller) -> Self {
        let profile::Profile { id, email, name, email_verified_at, totp_confirmed_at, preferences, created_at } =
            stored;
        Self {
            user_id: id,
            workspace_id: caller.workspace_id.uuid(),
            role: caller.role.as_str(),
            email,
            email_verified_at,
            second_factor_since: totp_confirmed_at,
            name,
            preferences,
            created_at,
        }
    }
}

/// What you may change of yourself.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ProfileBody {
    /// Your name.
    #[schema(min_length = 1, max_length = 200)]
    name: String,
    /// An object of at most 16 KiB.
    #[serde(default)]
    preferences: Map<String, Value>,
}

/// A change of yourself: what is not named stays.
type ProfilePatch = Patch<ProfileBody>;

/// Read your profile
#[utoipa::path(
    get, path = "/api/v1/user/profile", tag = "user",
    responses((status = 200, description = "You.", body = Profile)),
)]
async fn get_profile(State(app): State<App>, caller: Caller) -> Result<Answer, ApiError> {
    let stored = profile::get(app.database().await?, caller.user_id).await?.ok_or(ApiError::NotFound)?;
    Answer::new(StatusCode::OK, &Profile::new(stored, &caller))
}

/// Change your profile
#[utoipa::path(
    patch, path = "/api/v1/user/profile", tag = "user",
    request_body(content = ProfilePatch, content_type = "application/merge-patch+json"),
    responses((status = 200, description = "You, as you are now.", body = Profile)),
)]
async fn change_profile(State(app): State<App>, caller: Caller, patch: ProfilePatch) -> Result<Answer, ApiError> {
    let mut work = Work::begin(&app, &caller).await?;
    // Of two changes at once the second is of what the first one left.
    sign_in::lock_by_id(&mut work.transaction, caller.user_id).await?.ok_or(ApiError::NotFound)?;
    let stored = profile::get(&mut work.transaction, caller.user_id).await?.ok_or(ApiError::NotFound)?;
    let preferences = stored.preferences.as_object().cloned().unwrap_or_default();
    let changed = patch.apply(&ProfileBody { name: stored.name.clone(), preferences })?;
    let name = employee::name("name", &changed.name)?;
    let preferences = Value::Object(changed.preferences);
    let text = preferences.to_string();
    if text.len() > LONGEST || text.contains("\\u0000") {
        return Err(ApiError::field("preferences", "must have at most 16 KiB as JSON, and no U+0000"));
    }
    if (&name, &preferences) != (&stored.name, &stored.preferences) {
        profile::set(&mut work.transaction, caller.user_id, &name, &preferences, work.now).await?;
        work.audit("user.changed", "user", caller.user_id, json!({ "fields": patch.fields() })).await?;
    }
    let changed = profile::Profile { name, preferences, ..stored };
    work.finish(Answer::new(StatusCode::OK, &Profile::new(changed, &caller))?).await
}
