//! The settings of the simple workflow.

use serde::{Deserialize, Serialize};

use crate::check::Check;

/// The model that writes where a campaign names none.
pub const DEFAULT_MODEL: &str = "claude-sonnet-5-5";

/// How the simple workflow writes a post; the `workflow_config` of a campaign, as it is stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct WorkflowConfig {
    /// The model that writes.
    pub model: String,
    /// The most tokens that it may write.
    pub max_output_tokens: u32,
    /// How many writing samples of the employee it is shown.
    pub few_shot_samples: u32,
}

impl Default for WorkflowConfig {
    fn default() -> Self {
        Self { model: DEFAULT_MODEL.to_owned(), max_output_tokens: 1500, few_shot_samples: 3 }
    }
}

impl WorkflowConfig {
    /// What the ids of the models that we can call begin with.
    const FAMILIES: [&str; 3] = ["claude-", "gpt-", "grok-"];

    pub(super) fn check(&self, check: &mut Check) {
        let rest = Self::FAMILIES.iter().find_map(|family| self.model.strip_prefix(family));
        let is_id = |rest: &str| {
            let allowed = |character: char| character.is_ascii_alphanumeric() || ".-_:".contains(character);
            (1..=100).contains(&rest.len()) && rest.chars().all(allowed)
        };
        if !rest.is_some_and(is_id) {
            let message = "must be the id of a model that begins with `claude-`, `gpt-` or `grok-`";
            check.fail("workflow_config.model", message);
        }
        check.range("workflow_config.max_output_tokens", &self.max_output_tokens, &(64..=16_000));
        check.range("workflow_config.few_shot_samples", &self.few_shot_samples, &(0..=10));
    }
}
