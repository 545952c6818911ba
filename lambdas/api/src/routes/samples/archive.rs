//! `POST /api/samples/{id}/archive`

use axum::extract::State;
use http::StatusCode;
use rostrum_core::{access::Permission, ids::SampleId};
use rostrum_store::samples;
use serde_json::json;

use super::wire::Sample;
use crate::{
    App,
    answer::Answer,
    authentication::Caller,
    endpoint::{Endpoint, own, route},
    error::ApiError,
    extract::{IfMatch, Path},
    work::Work,
};

pub(super) fn endpoint() -> Endpoint {
    own(Permission::SamplesWrite, route!(archive_sample))
}

/// Archive a writing sample
///
/// No prompt shows it any more. Archiving it again changes nothing.
#[utoipa::path(
    post, path = "/api/samples/{id}/archive", tag = "samples",
    params(
        ("id" = uuid::Uuid, Path, description = "The sample."),
        ("If-Match" = Option<String>, Header, description = "The ETag of the version that is to be archived."),
    ),
    responses((status = 200, description = "It is archived.", body = Sample, headers(
        ("ETag" = String, description = "Its version."),
    ))),
)]
async fn archive_sample(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<SampleId>,
    if_match: IfMatch,
) -> Result<Answer, ApiError> {
    let mut work = Work::begin(&app, &caller).await?;
    let before = samples::lock(&mut work.transaction, caller.workspace_id, id).await?.ok_or(ApiError::NotFound)?;
    caller.must_own(before.employee_id)?;
    if_match.check(before.version)?;
    if before.archived_at.is_none() {
        samples::archive(&mut work.transaction, caller.workspace_id, id, work.now).await?;
        work.audit("sample.archived", "sample", id, json!({})).await?;
    }
    let sample = super::known(&mut work.transaction, caller.workspace_id, id).await?;
    let version = sample.version;
    let answer = Answer::new(StatusCode::OK, &Sample::from(sample))?.version(version);
    work.finish(answer).await
}
