//! `GET /api/v1/members`, `PUT` and `DELETE /api/v1/members/{id}`

use axum::extract::State;
use chrono::{DateTime, Utc};
use http::StatusCode;
use rostrum_core::{
    access::{Permission, Role},
    ids::UserId,
};
use rostrum_store::{
    people::members,
    sessions::{self, Ended},
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

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

pub(super) fn endpoints() -> [Endpoint; 3] {
    [
        needs(Permission::MembersRead, route!(list_members)),
        needs(Permission::MembersWrite, route!(set_member_role)),
        needs(Permission::MembersWrite, route!(remove_member)),
    ]
}

/// Somebody in the workspace.
#[derive(Debug, Serialize, ToSchema)]
struct Member {
    /// Who.
    user_id: Uuid,
    /// Their name.
    name: String,
    /// Their address.
    email: String,
    /// What they are.
    #[schema(value_type = RoleName)]
    role: &'static str,
    /// Whether they stand for a program.
    is_service: bool,
    /// Whether they sign in with a second factor.
    has_second_factor: bool,
    /// Since when they are in it.
    created_at: DateTime<Utc>,
}

impl From<members::Member> for Member {
    fn from(stored: members::Member) -> Self {
        let members::Member { user_id, name, email, role, is_service, has_second_factor, created_at } = stored;
        Self { user_id, name, email, role: role.as_str(), is_service, has_second_factor, created_at }
    }
}

/// What a member is to be.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct RoleBody {
    /// Any role but `super_admin`.
    #[schema(value_type = RoleName)]
    role: String,
}

/// The role of this name, if the caller may hand it out.
pub(super) fn granted(caller: &Caller, name: &str) -> Result<Role, ApiError> {
    let role: Role =
        name.parse().map_err(|error: rostrum_core::access::UnknownRole| ApiError::field("role", error.to_string()))?;
    if caller.role.may_grant(role) { Ok(role) } else { Err(ApiError::field("role", "is none that you may hand out")) }
}

/// List the members, youngest first
#[utoipa::path(
    get, path = "/api/v1/members", tag = "people",
    params(
        ("limit" = Option<i64>, Query, minimum = 1, maximum = 100, description = "1 to 100, 50 if not given."),
        ("cursor" = Option<String>, Query, description = "`next_cursor` of the page before."),
    ),
    responses((status = 200, description = "A page.", body = Page<Member>)),
)]
async fn list_members(State(app): State<App>, caller: Caller, mut query: Query) -> Result<Answer, ApiError> {
    let request = query.page();
    query.finish()?;
    let rows = members::list(app.database().await?, caller.workspace_id, request.before(), request.rows()).await?;
    Answer::new(StatusCode::OK, &request.page(rows, |row| row.user_id, Member::from))
}

const LAST: &str = "This is the last admin. Make somebody else an admin first.";

/// Say what a member is
///
/// Holds at once for whatever they change, and within a minute for what they read. Nobody changes their own role.
#[utoipa::path(
    put, path = "/api/v1/members/{id}/role", tag = "people",
    params(("id" = Uuid, Path, description = "The member.")),
    request_body = RoleBody,
    responses(
        (status = 200, description = "They are that now.", body = Member),
        (status = 409, description = "It is the last admin, or oneself."),
    ),
)]
async fn set_member_role(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<UserId>,
    Submitted { value, .. }: Submitted<RoleBody>,
) -> Result<Answer, ApiError> {
    let role = granted(&caller, &value.role)?;
    let mut work = Work::begin(&app, &caller).await?;
    let admins = members::lock_admins(&mut work.transaction, caller.workspace_id).await?;
    let member = members::lock(&mut work.transaction, caller.workspace_id, id).await?.ok_or(ApiError::NotFound)?;
    if id == caller.user_id {
        return Err(ApiError::Conflict("Nobody changes their own role. Ask another admin."));
    }
    if role != Role::Admin && admins == [id] {
        return Err(ApiError::Conflict(LAST));
    }
    if member.role != role {
        members::set_role(&mut work.transaction, caller.workspace_id, id, role).await?;
        let detail = json!({ "from": member.role.as_str(), "to": role.as_str() });
        work.audit("member.role_changed", "user", id, detail).await?;
    }
    let answer = work.finish(Answer::new(StatusCode::OK, &Member::from(members::Member { role, ..member }))?).await?;
    app.memberships().forget(id);
    Ok(answer)
}

/// Remove a member
///
/// Their sessions and keys of this workspace end at once. An employee stays a member, because their posts are theirs:
/// archive them, and make them a `user`.
#[utoipa::path(
    delete, path = "/api/v1/members/{id}", tag = "people",
    params(("id" = Uuid, Path, description = "The member.")),
    responses(
        (status = 204, description = "They are no member any more."),
        (status = 409, description = "It is the last admin, oneself, or an employee."),
    ),
)]
async fn remove_member(State(app): State<App>, caller: Caller, Path(id): Path<UserId>) -> Result<Answer, ApiError> {
    let mut work = Work::begin(&app, &caller).await?;
    let workspace_id = caller.workspace_id;
    let admins = members::lock_admins(&mut work.transaction, workspace_id).await?;
    let member = members::lock(&mut work.transaction, workspace_id, id).await?.ok_or(ApiError::NotFound)?;
    if id == caller.user_id {
        return Err(ApiError::Conflict("Nobody removes themselves. Ask another admin."));
    }
    if admins == [id] {
        return Err(ApiError::Conflict(LAST));
    }
    if members::is_employee(&mut work.transaction, workspace_id, id).await? {
        return Err(ApiError::Conflict("They write for the workspace. Archive them, and make them a `user` instead."));
    }
    let because = Ended::AccessChanged;
    sessions::end_all(&mut work.transaction, id, Some(workspace_id), None, because, work.now).await?;
    members::remove(&mut work.transaction, workspace_id, id).await?;
    work.audit("member.removed", "user", id, json!({ "role": member.role.as_str() })).await?;
    let answer = work.finish(Answer::empty()).await?;
    app.memberships().forget(id);
    Ok(answer)
}
