//! `PATCH /api/employees/{id}`

use axum::extract::State;
use http::StatusCode;
use rostrum_core::{access::Permission, ids::UserId};
use rostrum_store::employees;
use serde_json::json;

use super::wire::{Employee, EmployeePatch};
use crate::{
    App,
    answer::Answer,
    authentication::Caller,
    endpoint::{Endpoint, needs, route},
    error::ApiError,
    extract::{Path, RequiredIfMatch},
    work::Work,
};

pub(super) fn endpoint() -> Endpoint {
    needs(Permission::EmployeesWrite, route!(change_employee))
}

/// Change an employee
#[utoipa::path(
    patch, path = "/api/employees/{id}", tag = "employees",
    params(
        ("id" = uuid::Uuid, Path, description = "The employee."),
        ("If-Match" = String, Header, description = "The ETag of the version that is to be changed."),
    ),
    request_body(content = EmployeePatch, content_type = "application/merge-patch+json"),
    responses(
        (status = 200, description = "They are changed.", body = Employee, headers(("ETag" = String, description = "Their new version."))),
        (status = 409, description = "They are archived."),
    ),
)]
async fn change_employee(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<UserId>,
    if_match: RequiredIfMatch,
    patch: EmployeePatch,
) -> Result<Answer, ApiError> {
    let mut work = Work::begin(&app, &caller).await?;
    let before = employees::lock(&mut work.transaction, caller.workspace_id, id).await?.ok_or(ApiError::NotFound)?;
    if before.archived_at.is_some() {
        return Err(super::ARCHIVED);
    }
    if_match.check(before.version)?;
    let profile = patch.apply(&before.into())?.validate()?;
    employees::update(&mut work.transaction, caller.workspace_id, id, &profile, work.now).await?;
    work.audit("employee.changed", "employee", id, json!({ "fields": patch.fields() })).await?;
    let employee = super::known(&mut work.transaction, caller.workspace_id, id).await?;
    let version = employee.version;
    let answer = Answer::new(StatusCode::OK, &Employee::from(employee))?.version(version);
    work.finish(answer).await
}
