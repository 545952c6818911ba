//! `GET /api/employees/{id}`

use axum::extract::State;
use http::StatusCode;
use rostrum_core::{access::Permission, ids::UserId};

use super::wire::Employee;
use crate::{
    App,
    answer::Answer,
    authentication::Caller,
    endpoint::{Endpoint, own, route},
    error::ApiError,
    extract::Path,
};

pub(super) fn endpoint() -> Endpoint {
    own(Permission::EmployeesRead, route!(get_employee))
}

/// Read an employee
#[utoipa::path(
    get, path = "/api/employees/{id}", tag = "employees",
    params(("id" = uuid::Uuid, Path, description = "The employee.")),
    responses((status = 200, description = "The employee, archived or not.", body = Employee, headers(
        ("ETag" = String, description = "Their version."),
    ))),
)]
async fn get_employee(State(app): State<App>, caller: Caller, Path(id): Path<UserId>) -> Result<Answer, ApiError> {
    caller.must_own(id)?;
    let employee = super::known(app.database().await?, caller.workspace_id, id).await?;
    let version = employee.version;
    Ok(Answer::new(StatusCode::OK, &Employee::from(employee))?.version(version))
}
