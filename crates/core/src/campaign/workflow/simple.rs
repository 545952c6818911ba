//! The settings of the simple workflow.

use serde::Serialize;
use serde_json::Value;

use super::{PATH, fields::Fields};
use crate::check::Check;

/// The model that writes where a campaign names none.
pub const DEFAULT_MODEL: &str = "claude-sonnet-5-5";

/// How the simple workflow writes a post.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SimpleConfig {
    /// The model that writes.
    pub model: String,
    /// The most tokens that it may write.
    pub max_output_tokens: u32,
    /// How many writing samples of the employee it is shown.
    pub few_shot_samples: u32,
}

impl Default for SimpleConfig {
    fn default() -> Self {
        Self {
            model: DEFAULT_MODEL.to_owned(),
            max_output_tokens: DEFAULT_OUTPUT_TOKENS,
            few_shot_samples: DEFAULT_SAMPLES,
        }
    }
}

const DEFAULT_OUTPUT_TOKENS: u32 = 1500;
const DEFAULT_SAMPLES: u32 = 3;

impl SimpleConfig {
    /// Reads the settings and fills in what they leave out.
    pub(super) fn read(config: &Value, check: &mut Check) -> Self {
        let known = ["model", "max_output_tokens", "few_shot_samples"];
        let Some(fields) = Fields::of(config, PATH, &known, check) else { return Self::default() };
        Self {
            model: fields.model("model", check).unwrap_or_else(|| DEFAULT_MODEL.to_owned()),
            max_output_tokens: max_output_tokens(&fields, check),
            few_shot_samples: few_shot_samples(&fields, check),
        }
    }
}

/// The field `max_output_tokens` of every workflow.
pub(super) fn max_output_tokens(fields: &Fields<'_>, check: &mut Check) -> u32 {
    let tokens = fields.whole_number("max_output_tokens", check).unwrap_or(DEFAULT_OUTPUT_TOKENS);
    check.range(&fields.path_of("max_output_tokens"), &tokens, &(64..=16_000));
    tokens
}

/// The field `few_shot_samples` of every workflow.
pub(super) fn few_shot_samples(fields: &Fields<'_>, check: &mut Check) -> u32 {
    let samples = fields.whole_number("few_shot_samples", check).unwrap_or(DEFAULT_SAMPLES);
    check.range(&fields.path_of("few_shot_samples"), &samples, &(0..=10));
    samples
}
