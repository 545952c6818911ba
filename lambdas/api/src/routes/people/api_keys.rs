//! `POST` and `GET /api/v1/api-keys`, `DELETE /api/v1/api-keys/{id}`

use axum::extract::State;
use chrono::{DateTime, TimeDelta, Utc};
use http::StatusCode;
use rostrum_core::{
    access::{Permission, Reach, TeamRoles, reach},
    employee,
    field::FieldError,
    ids::{ApiKeyId, UserId},
    sign_in::secret::{Kind, Secret},
};
use rostrum_store::people::api_keys::{self, NewKey};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::members::granted;
use crate::{
    App,
    answer::Answer,
    authentication::Caller,
    endpoint::{Endpoint, needs, route},
    error::ApiError,
    extract::{Path, Query, Submitted},
    page::Page,
    routes::names::RoleName,
    work::Work,
};

/// The longest life of a key, in days.
const LONGEST: u32 = 366;

pub(super) fn endpoints() -> [Endpoint; 3] {
    [
        needs(Permission::ApiKeysWrite, route!(create_api_key)),
        needs(Permission::ApiKeysWrite, route!(list_api_keys)),
        needs(Permission::ApiKeysWrite, route!(revoke_api_key)),
    ]
}

/// What a key is for.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ApiKeyBody {
    /// What it is called: the program that uses it.
    #[schema(min_length = 1, max_length = 200)]
    name: String,
    /// What the program is in the workspace: any role but `super_admin`.
    #[schema(value_type = RoleName)]
    role: String,
    /// What of the role's permissions the key is for, for example `posts.read`. `account` is never one of them.
    #[schema(min_items = 1, max_items = 100)]
    permissions: Vec<String>,
    /// For how many days it is good: 1 to 366.
    #[schema(minimum = 1, maximum = 366)]
    expires_in_days: u32,
}

/// A key, without what makes it one.
#[derive(Debug, Serialize, ToSchema)]
struct ApiKey {
    /// Its id.
    id: Uuid,
    /// The service account that it lets in.
    user_id: Uuid,
    /// What it is called.
    name: String,
    /// What the account is.
    #[schema(value_type = RoleName)]
    role: String,
    /// What the key is for.
    permissions: Vec<String>,
    /// The last four letters of the key.
    hint: String,
    /// Who made it.
    created_by: Uuid,
    /// When.
    created_at: DateTime<Utc>,
    /// Until when it is good.
    expires_at: DateTime<Utc>,
    /// When it was revoked.
    revoked_at: Option<DateTime<Utc>>,
}

/// A key that was just made.
#[derive(Serialize, ToSchema)]
struct NewApiKey {
    /// Send it as `Authorization: Bearer …`. It is shown once.
    key: String,
    /// All else about it.
    #[serde(flatten)]
    about: ApiKey,
}

impl From<api_keys::ApiKey> for ApiKey {
    fn from(stored: api_keys::ApiKey) -> Self {
        let api_keys::ApiKey {
            id,
            user_id,
            name,
            role,
            permissions,
            hint,
            created_by,
            created_at,
            expires_at,
            revoked_at,
        } = stored;
        Self { id, user_id, name, role, permissions, hint, created_by, created_at, expires_at, revoked_at }
    }
}

/// Make a key, with a service account of its own
///
/// Sending the request again makes another key: the first one cannot be shown twice.
#[utoipa::path(
    post, path = "/api/v1/api-keys", tag = "people",
    request_body = ApiKeyBody,
    responses((status = 201, description = "The key, this once.", body = NewApiKey)),
)]
async fn create_api_key(
    State(app): State<App>,
    caller: Caller,
    Submitted { value, .. }: Submitted<ApiKeyBody>,
) -> Result<Answer, ApiError> {
    let role = granted(&caller, &value.role)?;
    let mut errors = Vec::new();
    let name = employee::name("name", &value.name).unwrap_or_else(|wrong| {
        errors.extend(wrong);
        String::new()
    });
    let name = name.as_str();
    if !(1..=LONGEST).contains(&value.expires_in_days) {
        errors.push(FieldError::new("expires_in_days", format!("must be 1 to {LONGEST}")));
    }
    let mut permissions = Vec::new();
    for (index, text) in value.permissions.iter().enumerate() {
        match text.parse::<Permission>() {
            Ok(one) if one != Permission::Account && reach(role, TeamRoles::NONE, one) > Reach::Nothing => {
                permissions.push(one);
            }
            Ok(_) => errors.push(FieldError::new(format!("permissions.{index}"), format!("is not one of {role}'s"))),
            Err(error) => errors.push(FieldError::new(format!("permissions.{index}"), error.to_string())),
        }
    }
    if value.permissions.is_empty() {
        errors.push(FieldError::new("permissions", "must name at least one"));
    }
    if !errors.is_empty() {
        return Err(errors.into());
    }
    permissions.sort_unstable();
    permissions.dedup();
    let secret = Secret::new(Kind::ApiKey, &mut app.ambient().random());
    let key = secret.expose().to_owned();
    let hint: String = key.chars().skip(key.chars().count().saturating_sub(4)).collect();
    let mut work = Work::begin(&app, &caller).await?;
    let (id, user_id): (ApiKeyId, UserId) = (work.new_id(), work.new_id());
    let expires_at = work.now + TimeDelta::days(value.expires_in_days.into());
    let new = NewKey {
        id,
        workspace_id: caller.workspace_id,
        user_id,
        name,
        role,
        permissions: &permissions,
        digest: secret.digest(),
        hint: &hint,
        created_by: caller.user_id,
        expires_at,
    };
    api_keys::create(&mut work.transaction, &new, work.now).await?;
    let permissions: Vec<String> = permissions.iter().map(ToString::to_string).collect();
    let detail = json!({ "name": name, "role": role.as_str(), "permissions": permissions });
    work.audit("api_key.created", "api_key", id, detail).await?;
    let about = ApiKey {
        id: id.uuid(),
        user_id: user_id.uuid(),
        name: name.to_owned(),
        role: role.as_str().to_owned(),
        permissions,
        hint,
        created_by: caller.user_id.uuid(),
        created_at: work.now,
        expires_at,
        revoked_at: None,
    };
    let answer = Answer::new(StatusCode::CREATED, &NewApiKey { key, about })?.at(format!("/api/v1/api-keys/{id}"));
    work.finish(answer).await
}

/// List the keys, youngest first
///
/// Revoked and expired ones among them.
#[utoipa::path(
    get, path = "/api/v1/api-keys", tag = "people",
    params(
        ("limit" = Option<i64>, Query, minimum = 1, maximum = 100, description = "1 to 100, 50 if not given."),
        ("cursor" = Option<String>, Query, description = "`next_cursor` of the page before."),
    ),
    responses((status = 200, description = "A page.", body = Page<ApiKey>)),
)]
async fn list_api_keys(State(app): State<App>, caller: Caller, mut query: Query) -> Result<Answer, ApiError> {
    let request = query.page();
    query.finish()?;
    let rows = api_keys::list(app.database().await?, caller.workspace_id, request.before(), request.rows()).await?;
    Answer::new(StatusCode::OK, &request.page(rows, |row| row.id, ApiKey::from))
}

/// Revoke a key
///
/// It is refused within a minute.
#[utoipa::path(
    delete, path = "/api/v1/api-keys/{id}", tag = "people",
    params(("id" = Uuid, Path, description = "The key.")),
    responses((status = 204, description = "It lets nobody in any more.")),
)]
async fn revoke_api_key(State(app): State<App>, caller: Caller, Path(id): Path<ApiKeyId>) -> Result<Answer, ApiError> {
    let mut work = Work::begin(&app, &caller).await?;
    let revoked = api_keys::revoke(&mut work.transaction, caller.workspace_id, id, work.now).await?;
    let account = revoked.ok_or(ApiError::NotFound)?;
    work.audit("api_key.revoked", "api_key", id, json!({})).await?;
    let answer = work.finish(Answer::empty()).await?;
    app.memberships().forget(account);
    Ok(answer)
}
