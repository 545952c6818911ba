//! `GET /api/samples/{id}`

use axum::extract::State;
use http::StatusCode;
use rostrum_core::{access::Permission, ids::SampleId};

use super::wire::Sample;
use crate::{
    App,
    answer::Answer,
    authentication::Caller,
    endpoint::{Endpoint, own, route},
    error::ApiError,
    extract::Path,
};

pub(super) fn endpoint() -> Endpoint {
    own(Permission::SamplesRead, route!(get_sample))
}

/// Read a writing sample
#[utoipa::path(
    get, path = "/api/samples/{id}", tag = "samples",
    params(("id" = uuid::Uuid, Path, description = "The sample.")),
    responses((status = 200, description = "The sample, archived or not.", body = Sample, headers(
        ("ETag" = String, description = "Its version."),
    ))),
)]
async fn get_sample(State(app): State<App>, caller: Caller, Path(id): Path<SampleId>) -> Result<Answer, ApiError> {
    let sample = super::known(app.database().await?, caller.workspace_id, id).await?;
    caller.must_own(sample.employee_id)?;
    let version = sample.version;
    Ok(Answer::new(StatusCode::OK, &Sample::from(sample))?.version(version))
}
