//! Writing samples: the texts that show a model how an employee writes.

mod archive;
mod change;
mod get;
mod wire;

use rostrum_core::ids::{SampleId, WorkspaceId};
use rostrum_store::samples;
use sqlx::PgExecutor;

pub(super) use self::wire::{Sample, SampleBody};
use crate::{endpoint::Endpoint, error::ApiError};

/// The routes under `/api/samples`.
pub fn endpoints() -> Vec<Endpoint> {
    vec![get::endpoint(), change::endpoint(), archive::endpoint()]
}

/// The sample, or 404.
pub(super) async fn known(
    executor: impl PgExecutor<'_>,
    workspace_id: WorkspaceId,
    id: SampleId,
) -> Result<samples::WritingSample, ApiError> {
    samples::get(executor, workspace_id, id).await?.ok_or(ApiError::NotFound)
}

/// A text that the employee has already is a conflict.
pub(super) fn or_double(outcome: Result<(), rostrum_store::Error>) -> Result<(), ApiError> {
    match outcome {
        Err(rostrum_store::Error::Duplicate(constraint)) if constraint == samples::DISTINCT => {
            Err(ApiError::Conflict("The employee has a sample with this text already."))
        }
        outcome => Ok(outcome?),
    }
}
