//! The names of language models, and whose they are.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The company behind a model. A model that judges is not asked to decide alone on what its own family wrote.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Family {
    /// Models named `claude-…`.
    Anthropic,
    /// Models named `gpt-…`.
    OpenAi,
    /// Models named `grok-…`.
    Xai,
}

impl Family {
    /// Every family that can be called.
    pub const ALL: [Self; 3] = [Self::Anthropic, Self::OpenAi, Self::Xai];

    /// What the names of its models begin with.
    pub const fn prefix(self) -> &'static str {
        match self {
            Self::Anthropic => "claude-",
            Self::OpenAi => "gpt-",
            Self::Xai => "grok-",
        }
    }

    /// The name in the database and in JSON: lower case.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Anthropic => "anthropic",
            Self::OpenAi => "openai",
            Self::Xai => "xai",
        }
    }

    /// The family that a model's name belongs to.
    pub fn of_model(model: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|family| model.starts_with(family.prefix()))
    }
}

impl fmt::Display for Family {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// What [`is_id`] asks for, in words for the person who wrote something else.
pub(crate) const EXPECTED_ID: &str = "must be the id of a model that begins with `claude-`, `gpt-` or `grok-`";

/// Whether `model` can be the id of a model of a known family.
pub(crate) fn is_id(model: &str) -> bool {
    let rest = Family::of_model(model).and_then(|family| model.strip_prefix(family.prefix()));
    let allowed = |character: char| character.is_ascii_alphanumeric() || ".-_:".contains(character);
    rest.is_some_and(|rest| (1..=100).contains(&rest.len()) && rest.chars().all(allowed))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_prefix_tells_the_family() {
        let check = |model: &str, expected| assert_eq!(Family::of_model(model), expected, "{model}");
        check("claude-sonnet-5-5", Some(Family::Anthropic));
        check("gpt-6.1-sol", Some(Family::OpenAi));
        check("grok-4.7", Some(Family::Xai));
        check("my-claude-haiku", None);
        check("llama-4", None);
        check("", None);
        for family in Family::ALL {
            assert_eq!(serde_json::to_value(family).unwrap(), family.as_str());
        }
    }

    #[test]
    fn an_id_is_one_word_behind_its_prefix() {
        assert!(is_id("claude-haiku-4-5-20251001"));
        for wrong in ["gpt-", "gpt-6 sol", "llama-4", "grok-4\n"] {
            assert!(!is_id(wrong), "{wrong:?}");
        }
    }
}
