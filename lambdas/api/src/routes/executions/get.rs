//! `GET /api/executions/{id}`

use std::collections::HashMap;

use axum::extract::State;
use http::StatusCode;
use rostrum_core::{access::Permission, ids::ExecutionId};
use rostrum_store::{councils, executions::view};
use uuid::Uuid;

use super::{
    council::CouncilSummary,
    wire::{ExecutionDetails, Log, Slot},
};
use crate::{
    App,
    answer::Answer,
    authentication::Caller,
    endpoint::{Endpoint, of_team, route},
    error::ApiError,
    extract::{Path, Query},
};

pub(super) fn endpoint() -> Endpoint {
    of_team(Permission::ExecutionsRead, route!(get_execution))
}

/// The most slots that are shown: 50 employees with 20 posts are half of it. With their councils they are 2 MB.
const MOST_SLOTS: i64 = 2000;

/// The most steps of a page, so that their raw outputs stay below the 6 MB that Lambda answers at most.
const MOST_LOGS: i64 = 200;

/// Read how a run goes
///
/// With every slot and, in short, its council; and every try of every step (a model call, say), a page at a time.
#[utoipa::path(
    get, path = "/api/executions/{id}", tag = "executions",
    params(
        ("id" = uuid::Uuid, Path, description = "The run."),
        ("logs_limit" = Option<i64>, Query, description = "How many steps a page of the log has: 1 to 200, 100 if not given."),
        ("logs_cursor" = Option<String>, Query, description = "`next_logs_cursor` of the page before."),
    ),
    responses((status = 200, description = "The run.", body = ExecutionDetails)),
)]
async fn get_execution(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<ExecutionId>,
    mut query: Query,
) -> Result<Answer, ApiError> {
    let request = query.page_named("logs_limit", "logs_cursor", 100, MOST_LOGS);
    query.finish()?;
    let workspace_id = caller.workspace_id;
    let database = app.database().await?;
    let execution = view::get(database, workspace_id, id, caller.scope()).await?.ok_or(ApiError::NotFound)?;
    let counts = view::counts(database, workspace_id, id).await?;
    let slots = view::slots(database, workspace_id, id, MOST_SLOTS).await?;
    let councils = councils::view::summaries(database, workspace_id, id, MOST_SLOTS).await?;
    let mut councils: HashMap<_, _> =
        councils.into_iter().map(|council| ((council.employee_id, council.slot), council)).collect();
    let slots = slots.into_iter().map(|slot| {
        let is_stored = slot.status == "stored";
        let council = councils.remove(&(slot.employee_id, slot.slot));
        Slot::new(slot, council.map(|council| CouncilSummary::new(council, is_stored)))
    });
    let after = request.after.unwrap_or(Uuid::nil());
    let logs = view::logs(database, workspace_id, id, after, request.rows()).await?;
    let logs = request.page(logs, |log| log.id, Log::from);
    let details = ExecutionDetails {
        execution: execution.into(),
        counts: counts.into(),
        slots: slots.collect(),
        logs: logs.items,
        next_logs_cursor: logs.next_cursor,
    };
    Answer::new(StatusCode::OK, &details)
}
