//! `POST` and `GET /api/employees/{id}/samples`

use axum::extract::State;
use http::StatusCode;
use rostrum_core::{
    access::Permission,
    ids::{SampleId, UserId},
};
use rostrum_store::{employees, samples};
use serde_json::json;

use crate::{
    App,
    answer::Answer,
    authentication::Caller,
    endpoint::{Endpoint, own, route},
    error::ApiError,
    extract::{Path, Query, Submitted},
    page::Page,
    routes::samples::{Sample, SampleBody, known, or_double},
    work::Begun,
};

pub(super) fn create_endpoint() -> Endpoint {
    own(Permission::SamplesWrite, route!(create_sample))
}

pub(super) fn list_endpoint() -> Endpoint {
    own(Permission::SamplesRead, route!(list_samples))
}

/// Add a writing sample of an employee
#[utoipa::path(
    post, path = "/api/employees/{id}/samples", tag = "samples",
    params(
        ("id" = uuid::Uuid, Path, description = "The employee."),
        ("Idempotency-Key" = Option<String>, Header, description = "Makes sending it again harmless."),
    ),
    request_body = SampleBody,
    responses(
        (status = 201, description = "It is added.", body = Sample, headers(
            ("Location" = String, description = "Its address."), ("ETag" = String, description = "Its version."),
        )),
        (status = 409, description = "The employee has this text already, or is archived."),
    ),
)]
async fn create_sample(
    State(app): State<App>,
    caller: Caller,
    Path(employee): Path<UserId>,
    Submitted { value, once }: Submitted<SampleBody>,
) -> Result<Answer, ApiError> {
    caller.must_own(employee)?;
    let sample = value.validate()?;
    let mut work = match once.begin(&app, &caller).await? {
        Begun::Work(work) => work,
        Begun::Answered(answer) => return Ok(answer),
    };
    let workspace_id = caller.workspace_id;
    let author = employees::lock(&mut work.transaction, workspace_id, employee).await?.ok_or(ApiError::NotFound)?;
    if author.archived_at.is_some() {
        return Err(super::ARCHIVED);
    }
    let id: SampleId = work.new_id();
    or_double(samples::create(&mut work.transaction, id, workspace_id, employee, &sample, work.now).await)?;
    work.audit("sample.created", "sample", id, json!({ "employee_id": employee })).await?;
    let sample = known(&mut work.transaction, workspace_id, id).await?;
    let version = sample.version;
    let answer = Answer::new(StatusCode::CREATED, &Sample::from(sample))?;
    work.finish(answer.at(format!("/api/samples/{id}")).version(version)).await
}

/// List the writing samples of an employee, newest first
///
/// Without the archived ones.
#[utoipa::path(
    get, path = "/api/employees/{id}/samples", tag = "samples",
    params(
        ("id" = uuid::Uuid, Path, description = "The employee."),
        ("limit" = Option<i64>, Query, minimum = 1, maximum = 100, description = "1 to 100, 50 if not given."),
        ("cursor" = Option<String>, Query, description = "`next_cursor` of the page before."),
    ),
    responses((status = 200, description = "A page.", body = Page<Sample>)),
)]
async fn list_samples(
    State(app): State<App>,
    caller: Caller,
    Path(employee): Path<UserId>,
    mut query: Query,
) -> Result<Answer, ApiError> {
    caller.must_own(employee)?;
    let request = query.page();
    query.finish()?;
    let database = app.database().await?;
    super::known(database, caller.workspace_id, employee).await?;
    let rows = samples::list(database, caller.workspace_id, employee, request.before(), request.rows()).await?;
    Answer::new(StatusCode::OK, &request.page(rows, |row| row.id, Sample::from))
}
