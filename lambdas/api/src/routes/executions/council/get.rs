//! `GET /api/executions/{id}/slots/{employee_id}/{slot}/council`

use axum::extract::State;
use http::StatusCode;
use rostrum_core::{
    access::Permission,
    ids::{ExecutionId, UserId},
};
use rostrum_store::{councils::view, executions::slots::Key};

use super::details::CouncilDetails;
use crate::{
    App,
    answer::Answer,
    authentication::Caller,
    endpoint::{Endpoint, of_team, route},
    error::ApiError,
    extract::Path,
};

pub(in crate::routes::executions) fn endpoint() -> Endpoint {
    of_team(Permission::ExecutionsRead, route!(get_slot_council))
}

/// The most steps that are shown: six seats, their votes, judges and retries are a tenth of it.
const MOST_STEPS: i64 = 1000;

/// Read how a council came to its post
///
/// Every candidate, every score with its reason, the order in which the judges saw them, what was refined and drawn, and
/// every call on the way. 404 also for a slot that no council works on, or whose council has not begun.
#[utoipa::path(
    get, path = "/api/executions/{id}/slots/{employee_id}/{slot}/council", tag = "executions",
    params(
        ("id" = uuid::Uuid, Path, description = "The run."),
        ("employee_id" = uuid::Uuid, Path, description = "Who the post is by."),
        ("slot" = i32, Path, description = "Which of the employee's posts of this run, from 1."),
    ),
    responses((status = 200, description = "The council.", body = CouncilDetails)),
)]
async fn get_slot_council(
    State(app): State<App>,
    caller: Caller,
    Path((execution_id, employee_id, slot)): Path<(ExecutionId, UserId, i32)>,
) -> Result<Answer, ApiError> {
    let key = Key { workspace_id: caller.workspace_id, execution_id, employee_id, slot };
    let database = app.database().await?;
    let council = view::council(database, key, caller.scope()).await?.ok_or(ApiError::NotFound)?;
    let candidates = view::candidates(database, key).await?;
    let steps = view::steps(database, key, MOST_STEPS).await?;
    Answer::new(StatusCode::OK, &CouncilDetails::new(&app, key, council, candidates, steps).await?)
}
