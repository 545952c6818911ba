//! `POST /api/employees/{id}/archive`

use axum::extract::State;
use http::StatusCode;
use rostrum_core::{access::Permission, ids::UserId};
use rostrum_store::employees;
use serde_json::json;

use super::wire::Employee;
use crate::{
    App,
    answer::Answer,
    authentication::Caller,
    endpoint::{Endpoint, needs, route},
    error::ApiError,
    extract::{IfMatch, Path},
    work::Work,
};

pub(super) fn endpoint() -> Endpoint {
    needs(Permission::EmployeesWrite, route!(archive_employee))
}

/// Archive an employee
///
/// No campaign writes for them any more; their posts stay. Archiving them again changes nothing.
#[utoipa::path(
    post, path = "/api/employees/{id}/archive", tag = "employees",
    params(
        ("id" = uuid::Uuid, Path, description = "The employee."),
        ("If-Match" = Option<String>, Header, description = "The ETag of the version that is to be archived."),
    ),
    responses((status = 200, description = "They are archived.", body = Employee, headers(
        ("ETag" = String, description = "Their version."),
    ))),
)]
async fn archive_employee(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<UserId>,
    if_match: IfMatch,
) -> Result<Answer, ApiError> {
    let mut work = Work::begin(&app, &caller).await?;
    let before = employees::lock(&mut work.transaction, caller.workspace_id, id).await?.ok_or(ApiError::NotFound)?;
    if_match.check(before.version)?;
    if before.archived_at.is_none() {
        employees::archive(&mut work.transaction, caller.workspace_id, id, work.now).await?;
        work.audit("employee.archived", "employee", id, json!({})).await?;
    }
    let employee = super::known(&mut work.transaction, caller.workspace_id, id).await?;
    let version = employee.version;
    let answer = Answer::new(StatusCode::OK, &Employee::from(employee))?.version(version);
    work.finish(answer).await
}
