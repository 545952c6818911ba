//! What the checks found, as JSON.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::names::Severity;
use crate::{error::ApiError, extract::read_stored};

/// Something that a person should know before they approve.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(super) struct Finding {
    /// How bad it is.
    #[schema(value_type = Severity)]
    severity: String,
    /// What it is, as a word: `prohibited_word`, `near_identical`, `no_picture` and so on.
    code: String,
    /// What it is, one sentence.
    message: String,
    /// What belongs to the code, for example the `term` of a prohibited word; null if nothing does.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    detail: Value,
}

/// The findings as they are kept.
pub(super) fn read(kept: Value) -> Result<Vec<Finding>, ApiError> {
    read_stored("findings", kept)
}
