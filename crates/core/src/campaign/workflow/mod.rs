//! The way in which a campaign's posts are written, with its settings.

use serde::Serialize;
use serde_json::Value;

use crate::{check::Check, field::FieldError};

mod council;
mod fields;
mod simple;

pub use council::{Aggregation, BelowQuorum, CouncilConfig, IMAGE_TEMPLATES, Image, MOST_SEATS, Refine, Seat};
pub use simple::{DEFAULT_MODEL, SimpleConfig};

/// Where the settings stand in a campaign.
const PATH: &str = "workflow_config";

/// A workflow that can be run. In JSON it is the `workflow_config` alone, with every default filled in.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Workflow {
    /// One model writes.
    Simple(SimpleConfig),
    /// Several models write, and one post is chosen.
    Council(CouncilConfig),
}

impl Workflow {
    /// Reads a campaign's `workflow_type` and `workflow_config`, as a person wrote them or as they are stored.
    ///
    /// # Errors
    /// Every field that cannot be accepted, by its full path.
    pub fn read(workflow_type: &str, config: &Value) -> Result<Self, Vec<FieldError>> {
        let mut check = Check::default();
        let workflow = Self::check(workflow_type, config, &mut check);
        check.finish(workflow)
    }

    /// The `workflow_type`.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Simple(_) => "simple",
            Self::Council(_) => "council",
        }
    }

    /// The `workflow_config` as it is stored.
    ///
    /// # Errors
    /// If a setting is no JSON, which none is that was read by [`Workflow::read`].
    pub fn config(&self) -> Result<Value, serde_json::Error> {
        serde_json::to_value(self)
    }

    pub(super) fn check(workflow_type: &str, config: &Value, check: &mut Check) -> Self {
        match workflow_type {
            "council" => Self::Council(CouncilConfig::read(config, check)),
            other => {
                if other != "simple" {
                    let message = format!("`{other}` is not available; the workflows are `simple` and `council`");
                    check.fail("workflow_type", message);
                }
                Self::Simple(SimpleConfig::read(config, check))
            }
        }
    }
}
