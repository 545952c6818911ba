//! `GET /api/employees`

use axum::extract::State;
use http::StatusCode;
use rostrum_core::access::Permission;
use rostrum_store::employees;

use super::wire::Employee;
use crate::{
    App,
    answer::Answer,
    authentication::Caller,
    endpoint::{Endpoint, needs, route},
    error::ApiError,
    extract::Query,
    page::Page,
};

pub(super) fn endpoint() -> Endpoint {
    needs(Permission::EmployeesRead, route!(list_employees))
}

/// List the employees, youngest first
#[utoipa::path(
    get, path = "/api/employees", tag = "employees",
    params(
        ("archived" = Option<bool>, Query, description = "`true`: only the archived ones; without, only the others."),
        ("limit" = Option<i64>, Query, minimum = 1, maximum = 100, description = "1 to 100, 50 if not given."),
        ("cursor" = Option<String>, Query, description = "`next_cursor` of the page before."),
    ),
    responses((status = 200, description = "A page.", body = Page<Employee>)),
)]
async fn list_employees(State(app): State<App>, caller: Caller, mut query: Query) -> Result<Answer, ApiError> {
    let archived = query.take("archived", "true or false").unwrap_or(false);
    let request = query.page();
    query.finish()?;
    let database = app.database().await?;
    let rows = employees::list(database, caller.workspace_id, archived, request.before(), request.rows()).await?;
    Answer::new(StatusCode::OK, &request.page(rows, |row| row.id, Employee::from))
}
