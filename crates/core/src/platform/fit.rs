//! From a model's or a person's draft to what is stored and published.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::normalise::{is_visible, normalise, one_line};
use super::tag::{clean_hashtag, clean_mention, count_hashtags, count_mentions, has_hashtag, has_mention, has_phrase};
use super::thread::{Overflow, Shape, split};
use super::weight::weighted_length;
use super::{Platform, length};

/// A text as it was written, with the parts that are kept apart from it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Draft {
    /// The body. It may already hold hashtags, mentions and the call to action.
    pub text: String,
    /// What the reader is asked to do, if anything.
    pub call_to_action: Option<String>,
    /// Hashtags, with or without `#`, the most important first.
    pub hashtags: Vec<String>,
    /// Mentions, with or without `@`, the most important first.
    pub mentions: Vec<String>,
}

/// What a draft must fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FitRules {
    /// The network it is meant for.
    pub platform: Platform,
    /// The most posts that a thread may have. 0 and 1 mean no threads; only X has them.
    pub max_thread_posts: usize,
}

/// A draft that its network accepts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fitted {
    /// The posts in order, at least one; each within the limits of the network.
    pub parts: Vec<String>,
    /// The hashtags of the draft that the content carries, without `#`.
    pub hashtags: Vec<String>,
    /// The mentions of the draft that the content carries, without `@`.
    pub mentions: Vec<String>,
    /// The call to action that the content carries, on one line; empty if there is none.
    pub call_to_action: String,
    /// What was changed on the way, in the order in which it happened.
    pub adjustments: Vec<Adjustment>,
}

impl Fitted {
    /// The whole text: the posts joined by blank lines.
    pub fn content(&self) -> String {
        self.parts.join("\n\n")
    }

    /// The posts of a thread, or nothing if one post holds all.
    pub fn thread(&self) -> &[String] {
        if self.parts.len() > 1 { &self.parts } else { &[] }
    }
}

/// One thing that was changed so that a draft fits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Adjustment {
    /// Line ends, spaces, control characters or the Unicode form of the text.
    TextNormalised,
    /// A hashtag was brought into the form that links.
    HashtagCleaned {
        /// As it was written.
        from: String,
        /// As it is kept, without `#`.
        to: String,
    },
    /// A hashtag that no network would link was left out.
    HashtagInvalid {
        /// As it was written.
        hashtag: String,
    },
    /// A hashtag was left out to stay within a limit.
    HashtagDropped {
        /// Without `#`.
        hashtag: String,
    },
    /// A mention that the network does not know as a name was left out.
    MentionInvalid {
        /// As it was written.
        mention: String,
    },
    /// A mention was left out to stay within a limit.
    MentionDropped {
        /// Without `@`.
        mention: String,
    },
    /// The text became a thread.
    SplitIntoThread {
        /// How many posts it has.
        posts: usize,
    },
}

/// Why a draft cannot be stored as it is. Its author has to change it: the body is never cut.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum FitError {
    /// There is nothing to read in the body.
    #[error("the text is empty")]
    Empty,
    /// The body with its call to action is too long, or holds something too long that cannot be split.
    #[error("the text counts {length} where {limit} fit")]
    TooLong {
        /// How long it is, in the unit of [`length`].
        length: usize,
        /// How long it may be. For a thread: as much of the text as the thread can hold.
        limit: usize,
    },
    /// The body itself holds more hashtags than the network takes.
    #[error("the text holds {count} hashtags where {limit} are allowed")]
    TooManyHashtags {
        /// How many there are.
        count: usize,
        /// How many there may be.
        limit: usize,
    },
    /// The body itself holds more mentions than the network takes.
    #[error("the text mentions {count} accounts where {limit} are allowed")]
    TooManyMentions {
        /// How many there are.
        count: usize,
        /// How many there may be.
        limit: usize,
    },
}

/// Turns a draft into posts that the network accepts.
///
/// The body is normalised; the call to action becomes a paragraph behind it and hashtags and mentions a
/// last paragraph, unless the text has them already. What is too long first loses added hashtags from the
/// end, then added mentions. On X, a body that is still too long becomes a thread, which keeps what tags it
/// can on its last post. Fitting the content of a result again changes nothing.
///
/// # Errors
///
/// A [`FitError`] if there is no body, or if the body alone breaks a limit.
pub fn fit(draft: &Draft, rules: &FitRules) -> Result<Fitted, FitError> {
    let mut adjustments = Vec::new();
    let mut text = normalise(&draft.text);
    if !is_visible(&text) {
        return Err(FitError::Empty);
    }
    if text != draft.text {
        adjustments.push(Adjustment::TextNormalised);
    }
    let call_to_action = one_line(draft.call_to_action.as_deref().unwrap_or_default());
    if is_visible(&call_to_action) && !has_phrase(&text, &call_to_action) {
        text = format!("{text}\n\n{call_to_action}");
    }
    let mut tags = Tags::read(draft, rules.platform, &text, &mut adjustments);
    tags.keep_to_counts(rules.platform, &text, &mut adjustments)?;
    let parts = arrange(&text, &call_to_action, rules, &mut tags, &mut adjustments)?;
    if parts.len() > 1 {
        adjustments.push(Adjustment::SplitIntoThread { posts: parts.len() });
    }
    let (hashtags, mentions) = (names(tags.hashtags), names(tags.mentions));
    Ok(Fitted { parts, hashtags, mentions, call_to_action, adjustments })
}

/// Lays the text and its tags out in posts, leaving out the tags that do not fit.
fn arrange(
    text: &str,
    call_to_action: &str,
    rules: &FitRules,
    tags: &mut Tags,
    adjustments: &mut Vec<Adjustment>,
) -> Result<Vec<String>, FitError> {
    let limit = rules.platform.limits().text;
    let alone = length(rules.platform, text);
    if alone <= limit {
        // Ends at the latest when no added tag is left.
        while length(rules.platform, &tags.append_to(text)) > limit && tags.drop_last(adjustments) {}
        return Ok(vec![tags.append_to(text)]);
    }
    if rules.platform != Platform::X || rules.max_thread_posts < 2 {
        return Err(FitError::TooLong { length: alone, limit });
    }
    let shape = Shape { limit, parts: rules.max_thread_posts, closing: call_to_action, weigh: weighted_length };
    loop {
        match split(&tags.append_to(text), &shape) {
            Ok(parts) => return Ok(parts),
            Err(_) if tags.drop_last(adjustments) => {}
            Err(Overflow { length, limit }) => return Err(FitError::TooLong { length, limit }),
        }
    }
}

/// A hashtag or mention, cleaned.
struct Tag {
    name: String,
    /// Whether it has to be added because the text does not carry it.
    added: bool,
}

/// The hashtags and mentions that are to stand in the content.
struct Tags {
    hashtags: Vec<Tag>,
    mentions: Vec<Tag>,
}

impl Tags {
    fn read(draft: &Draft, platform: Platform, text: &str, adjustments: &mut Vec<Adjustment>) -> Self {
        let mut hashtags = Vec::new();
        for written in &draft.hashtags {
            match clean_hashtag(written) {
                None => adjustments.push(Adjustment::HashtagInvalid { hashtag: written.clone() }),
                Some(name) => {
                    if name != written.trim_start_matches('#') {
                        adjustments.push(Adjustment::HashtagCleaned { from: written.clone(), to: name.clone() });
                    }
                    insert(&mut hashtags, Tag { added: !has_hashtag(text, &name), name });
                }
            }
        }
        let mut mentions = Vec::new();
        for written in &draft.mentions {
            match clean_mention(platform, written) {
                None => adjustments.push(Adjustment::MentionInvalid { mention: written.clone() }),
                Some(name) => insert(&mut mentions, Tag { added: !has_mention(platform, text, &name), name }),
            }
        }
        Self { hashtags, mentions }
    }

    /// Leaves out added tags beyond the number that the network takes; what the text itself holds stays.
    fn keep_to_counts(
        &mut self,
        platform: Platform,
        text: &str,
        adjustments: &mut Vec<Adjustment>,
    ) -> Result<(), FitError> {
        let limits = platform.limits();
        if let Some(limit) = limits.hashtags {
            let count = count_hashtags(text);
            let room = limit.checked_sub(count).ok_or(FitError::TooManyHashtags { count, limit })?;
            while added(&self.hashtags) > room {
                drop_added(&mut self.hashtags, adjustments, |hashtag| Adjustment::HashtagDropped { hashtag });
            }
        }
        if let Some(limit) = limits.mentions {
            let count = count_mentions(text);
            let room = limit.checked_sub(count).ok_or(FitError::TooManyMentions { count, limit })?;
            while added(&self.mentions) > room {
                drop_added(&mut self.mentions, adjustments, |mention| Adjustment::MentionDropped { mention });
            }
        }
        Ok(())
    }

    /// The text with the added mentions and hashtags as its last lines.
    fn append_to(&self, text: &str) -> String {
        let line = |tags: &[Tag], mark: char| {
            let added = tags.iter().filter(|tag| tag.added);
            added.map(|tag| format!("{mark}{}", tag.name)).collect::<Vec<_>>().join(" ")
        };
        let lines = [line(&self.mentions, '@'), line(&self.hashtags, '#')];
        let lines: Vec<String> = lines.into_iter().filter(|line| !line.is_empty()).collect();
        if lines.is_empty() { text.to_owned() } else { format!("{text}\n\n{}", lines.join("\n")) }
    }

    /// Leaves out the last added hashtag, or mention when no hashtag is left; false when there is neither.
    fn drop_last(&mut self, adjustments: &mut Vec<Adjustment>) -> bool {
        drop_added(&mut self.hashtags, adjustments, |hashtag| Adjustment::HashtagDropped { hashtag })
            || drop_added(&mut self.mentions, adjustments, |mention| Adjustment::MentionDropped { mention })
    }
}

fn insert(tags: &mut Vec<Tag>, tag: Tag) {
    let lower = tag.name.to_lowercase();
    if tags.iter().all(|known| known.name.to_lowercase() != lower) {
        tags.push(tag);
    }
}

fn added(tags: &[Tag]) -> usize {
    tags.iter().filter(|tag| tag.added).count()
}

fn drop_added(tags: &mut Vec<Tag>, adjustments: &mut Vec<Adjustment>, tell: fn(String) -> Adjustment) -> bool {
    let Some(last) = tags.iter().rposition(|tag| tag.added) else { return false };
    adjustments.push(tell(tags.remove(last).name));
    true
}

fn names(tags: Vec<Tag>) -> Vec<String> {
    tags.into_iter().map(|tag| tag.name).collect()
}
