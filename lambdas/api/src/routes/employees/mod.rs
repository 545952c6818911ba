//! Employees: who the posts are by.

mod archive;
mod change;
mod create;
mod get;
mod list;
mod samples;
mod wire;

use rostrum_core::ids::{UserId, WorkspaceId};
use rostrum_store::employees;
use sqlx::PgExecutor;

use crate::{endpoint::Endpoint, error::ApiError};

/// The routes under `/api/employees`.
pub fn endpoints() -> Vec<Endpoint> {
    vec![
        create::endpoint(),
        list::endpoint(),
        get::endpoint(),
        change::endpoint(),
        archive::endpoint(),
        samples::create_endpoint(),
        samples::list_endpoint(),
    ]
}

/// The employee, or 404.
async fn known(
    executor: impl PgExecutor<'_>,
    workspace_id: WorkspaceId,
    id: UserId,
) -> Result<employees::Employee, ApiError> {
    employees::get(executor, workspace_id, id).await?.ok_or(ApiError::NotFound)
}

const ARCHIVED: ApiError = ApiError::Conflict("The employee is archived.");
