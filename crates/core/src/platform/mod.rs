//! The social networks: what a text may be there, how long it counts, and how a draft is made to fit.
//!
//! Wherever a network does not say how it counts, the reading taken here is the one that counts more: a
//! text that passes must never be refused by the network. Sources: `external-apis.md` 1.1, 1.2, 1.3.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;
use unicode_normalization::UnicodeNormalization;

mod fit;
mod link;
mod normalise;
mod tag;
mod thread;
mod top_level_domain;
mod weight;

pub use fit::{Adjustment, Draft, FitError, FitRules, Fitted, fit};

/// A network that posts are published to; `platform_type` in the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Platform {
    /// LinkedIn, member posts.
    Linkedin,
    /// X, formerly Twitter, without the long posts of paid accounts.
    X,
    /// Instagram, professional accounts.
    Instagram,
}

/// What a network accepts in the text of one post.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The longest text, in the unit of [`length`].
    pub text: usize,
    /// The most hashtags in a text, where there is a limit.
    pub hashtags: Option<usize>,
    /// The most `@` mentions in a text, where there is a limit.
    pub mentions: Option<usize>,
}

impl Platform {
    /// Every network, in the order in which they are listed to people.
    pub const ALL: [Self; 3] = [Self::Linkedin, Self::X, Self::Instagram];

    /// What people call it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Linkedin => "LinkedIn",
            Self::X => "X",
            Self::Instagram => "Instagram",
        }
    }

    /// The name in the database, in JSON and in addresses: lower case.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Linkedin => "linkedin",
            Self::X => "x",
            Self::Instagram => "instagram",
        }
    }

    /// The limits of one post: LinkedIn 3,000 characters of commentary, X a weighted length of 280,
    /// Instagram 2,200 characters of caption with at most 30 hashtags and 20 mentions.
    pub const fn limits(self) -> Limits {
        match self {
            Self::Linkedin => Limits { text: 3_000, hashtags: None, mentions: None },
            Self::X => Limits { text: 280, hashtags: None, mentions: None },
            Self::Instagram => Limits { text: 2_200, hashtags: Some(30), mentions: Some(20) },
        }
    }
}

/// How long `text` counts on `platform`, after Unicode normalisation to NFC.
///
/// * X: the weighted length of twitter-text, configuration v3: 23 for a link, 2 for an emoji, 1 for a
///   character of the Latin and neighbouring alphabets, 2 for any other. What only X's own list of top
///   level domains could decide counts as whichever is more, a link or plain characters.
/// * Instagram: UTF-16 code units. Meta says "characters" without a unit; of the usual readings this
///   is the largest, because no character has fewer code units than one.
/// * LinkedIn: UTF-16 code units too, and each reserved character of its "little text" markup counts
///   2: it is sent escaped with a backslash, and nothing says that the backslashes are not counted.
pub fn length(platform: Platform, text: &str) -> usize {
    match platform {
        Platform::X => weight::weighted_length(text),
        Platform::Instagram => text.nfc().map(char::len_utf16).sum(),
        Platform::Linkedin => {
            text.nfc().map(|character| character.len_utf16() + usize::from(is_escaped_on_linkedin(character))).sum()
        }
    }
}

/// A text that names no network of ours.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("`{0}` is not a platform; it must be linkedin, x or instagram")]
pub struct UnknownPlatform(String);

impl FromStr for Platform {
    type Err = UnknownPlatform;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let found = Self::ALL.into_iter().find(|platform| platform.as_str() == text);
        found.ok_or_else(|| UnknownPlatform(text.to_owned()))
    }
}

impl fmt::Display for Platform {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// The reserved characters of LinkedIn's commentary markup (`external-apis.md` 1.1).
fn is_escaped_on_linkedin(character: char) -> bool {
    matches!(character, '\\' | '|' | '{' | '}' | '@' | '[' | ']' | '(' | ')' | '<' | '>' | '*' | '_' | '~')
}
