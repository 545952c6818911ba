//! Writing samples as JSON.

use chrono::{DateTime, Utc};
use rostrum_core::{
    employee::{self, ValidSample},
    platform::Platform,
};
use rostrum_store::samples::WritingSample;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{error::ApiError, extract::Patch, routes::names::PlatformName};

/// A text that an employee wrote.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::routes) struct SampleBody {
    /// The network that it was written for; without, it fits every one.
    #[serde(default)]
    #[schema(value_type = Option<PlatformName>)]
    platform: Option<Platform>,
    /// The text.
    #[schema(min_length = 1, max_length = 10_000)]
    content: String,
}

/// A writing sample.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::routes) struct Sample {
    /// The id.
    id: Uuid,
    /// Who wrote it.
    employee_id: Uuid,
    /// The network that it was written for; null if it fits every one.
    #[schema(value_type = Option<PlatformName>)]
    platform: Option<String>,
    /// The text.
    content: String,
    /// Counts the changes; the ETag is the same number.
    version: i32,
    /// When it was archived; null if it is not.
    archived_at: Option<DateTime<Utc>>,
    /// When it was added.
    created_at: DateTime<Utc>,
    /// When it was last changed.
    updated_at: DateTime<Utc>,
}

/// A change of that.
pub(in crate::routes) type SamplePatch = Patch<SampleBody>;

impl SampleBody {
    /// The sample, if it can be accepted.
    pub(in crate::routes) fn validate(self) -> Result<ValidSample, ApiError> {
        Ok(employee::Sample { platform: self.platform, content: self.content }.validate()?)
    }
}

impl TryFrom<WritingSample> for SampleBody {
    type Error = ApiError;

    fn try_from(stored: WritingSample) -> Result<Self, ApiError> {
        let platform = stored.platform.map(|platform| platform.parse()).transpose();
        let platform = platform.map_err(|_| ApiError::internal("a platform that nobody knows"))?;
        Ok(Self { platform, content: stored.content })
    }
}

impl From<WritingSample> for Sample {
    fn from(stored: WritingSample) -> Self {
        let WritingSample { id, employee_id, platform, content, version, archived_at, created_at, updated_at } = stored;
        Self { id, employee_id, platform, content, version, archived_at, created_at, updated_at }
    }
}
