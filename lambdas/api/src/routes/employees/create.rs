//! `POST /api/employees`

use axum::extract::State;
use http::StatusCode;
use rostrum_core::access::{Permission, Role};
use rostrum_store::{
    employees,
    identity::{self, NewUser},
};
use serde_json::json;

use super::wire::{Employee, NewEmployeeBody};
use crate::{
    App,
    answer::Answer,
    authentication::Caller,
    endpoint::{Endpoint, needs, route},
    error::ApiError,
    extract::Submitted,
    work::Begun,
};

pub(super) fn endpoint() -> Endpoint {
    needs(Permission::EmployeesWrite, route!(create_employee))
}

/// Add an employee
///
/// Somebody who is not known yet becomes a member of the workspace as `content_creator`, without a password; a member
/// keeps their role.
#[utoipa::path(
    post, path = "/api/employees", tag = "employees",
    params(("Idempotency-Key" = Option<String>, Header, description = "Makes sending it again harmless.")),
    request_body = NewEmployeeBody,
    responses(
        (status = 201, description = "They are added.", body = Employee, headers(
            ("Location" = String, description = "Their address."), ("ETag" = String, description = "Their version."),
        )),
        (status = 409, description = "There is an employee with this e-mail address, perhaps an archived one."),
    ),
)]
async fn create_employee(
    State(app): State<App>,
    caller: Caller,
    Submitted { value, once }: Submitted<NewEmployeeBody>,
) -> Result<Answer, ApiError> {
    let (email, profile) = value.validate()?;
    let mut work = match once.begin(&app, &caller).await? {
        Begun::Work(work) => work,
        Begun::Answered(answer) => return Ok(answer),
    };
    let (workspace_id, now) = (caller.workspace_id, work.now);
    let person = NewUser { id: work.new_id(), email: &email, name: &profile.display_name, password_hash: None };
    let id = identity::create_user(&mut work.transaction, &person, now).await?;
    identity::create_membership(&mut work.transaction, workspace_id, id, Role::ContentCreator, now).await?;
    match employees::create(&mut work.transaction, workspace_id, id, &profile, now).await {
        Err(rostrum_store::Error::Duplicate(_)) => {
            return Err(ApiError::Conflict("There is an employee with this e-mail address already."));
        }
        outcome => outcome?,
    }
    work.audit("employee.created", "employee", id, json!({})).await?;
    let employee = super::known(&mut work.transaction, workspace_id, id).await?;
    let version = employee.version;
    let answer = Answer::new(StatusCode::CREATED, &Employee::from(employee))?;
    work.finish(answer.at(format!("/api/employees/{id}")).version(version)).await
}
