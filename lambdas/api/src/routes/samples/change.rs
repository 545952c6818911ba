//! `PATCH /api/samples/{id}`

use axum::extract::State;
use http::StatusCode;
use rostrum_core::{access::Permission, ids::SampleId};
use rostrum_store::samples;
use serde_json::json;

use super::wire::{Sample, SamplePatch};
use crate::{
    App,
    answer::Answer,
    authentication::Caller,
    endpoint::{Endpoint, own, route},
    error::ApiError,
    extract::{Path, RequiredIfMatch},
    work::Work,
};

pub(super) fn endpoint() -> Endpoint {
    own(Permission::SamplesWrite, route!(change_sample))
}

/// Change a writing sample
#[utoipa::path(
    patch, path = "/api/samples/{id}", tag = "samples",
    params(
        ("id" = uuid::Uuid, Path, description = "The sample."),
        ("If-Match" = String, Header, description = "The ETag of the version that is to be changed."),
    ),
    request_body(content = SamplePatch, content_type = "application/merge-patch+json"),
    responses(
        (status = 200, description = "It is changed.", body = Sample, headers(("ETag" = String, description = "Its new version."))),
        (status = 409, description = "The employee has this text already, or the sample is archived."),
    ),
)]
async fn change_sample(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<SampleId>,
    if_match: RequiredIfMatch,
    patch: SamplePatch,
) -> Result<Answer, ApiError> {
    let mut work = Work::begin(&app, &caller).await?;
    let before = samples::lock(&mut work.transaction, caller.workspace_id, id).await?.ok_or(ApiError::NotFound)?;
    caller.must_own(before.employee_id)?;
    if before.archived_at.is_some() {
        return Err(ApiError::Conflict("The sample is archived."));
    }
    if_match.check(before.version)?;
    let sample = patch.apply(&before.try_into()?)?.validate()?;
    super::or_double(samples::update(&mut work.transaction, caller.workspace_id, id, &sample, work.now).await)?;
    work.audit("sample.changed", "sample", id, json!({ "fields": patch.fields() })).await?;
    let sample = super::known(&mut work.transaction, caller.workspace_id, id).await?;
    let version = sample.version;
    let answer = Answer::new(StatusCode::OK, &Sample::from(sample))?.version(version);
    work.finish(answer).await
}
