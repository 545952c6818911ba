//! What is looked at before a post is stored for review.
//!
//! A finding stops nothing: the post is stored with it, and people see it before they approve. A blocking one keeps
//! every automatic approval away.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{ids::PostId, platform::Platform};

mod likeness;
mod limits;
mod prohibited;
pub mod signature;
mod structure;

pub use likeness::worth_comparing;

/// The post that is checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Subject<'a> {
    /// Where it is to appear.
    pub platform: Platform,
    /// Its whole text.
    pub content: &'a str,
    /// Its posts in order, if it is a thread; otherwise empty.
    pub thread: &'a [String],
    /// Its language, a BCP 47 tag.
    pub language: &'a str,
}

impl Subject<'_> {
    /// Each post of it as it is sent.
    fn parts(&self) -> impl Iterator<Item = &str> {
        let alone = self.thread.is_empty().then_some(self.content);
        alone.into_iter().chain(self.thread.iter().map(String::as_str))
    }
}

/// What it is checked against.
#[derive(Debug, Clone, Copy, Default)]
pub struct Against<'a> {
    /// The words and phrases that the workspace does not want to read.
    pub prohibited_words: &'a [String],
    /// Texts that many posts share, such as the campaign's call to action: they make no two posts alike.
    pub shared: &'a [String],
    /// Earlier posts that are [worth comparing](worth_comparing), of this employee and of others.
    pub others: &'a [Other<'a>],
}

/// An earlier post.
#[derive(Debug, Clone, Copy)]
pub struct Other<'a> {
    /// Its id.
    pub post_id: PostId,
    /// In whose name it is.
    pub author: &'a str,
    /// Whether that is the employee whose post is checked.
    pub same_author: bool,
    /// When it was written.
    pub created_at: DateTime<Utc>,
    /// Its whole text.
    pub content: &'a str,
}

/// Something that a person should know before they approve.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// How bad it is.
    pub severity: Severity,
    /// For people, one sentence.
    pub message: String,
    /// What it is: `code` and `detail` in JSON.
    #[serde(flatten)]
    pub what: What,
}

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Worth a look.
    Note,
    /// Probably wrong.
    Warning,
    /// Not to be published like this.
    Blocking,
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "code", content = "detail", rename_all = "snake_case")]
pub enum What {
    /// The network refuses a text of this length.
    TooLong {
        /// Which post of the thread, from 1; 1 if it is none.
        part: usize,
        /// How long it counts there.
        length: usize,
        /// How long it may be.
        limit: usize,
    },
    /// The network refuses so many hashtags.
    TooManyHashtags {
        /// How many there are.
        count: usize,
        /// How many there may be.
        limit: usize,
    },
    /// The network refuses so many mentions.
    TooManyMentions {
        /// How many there are.
        count: usize,
        /// How many there may be.
        limit: usize,
    },
    /// A word of the workspace's list.
    ProhibitedWord {
        /// The entry of the list.
        term: String,
        /// As the post has it.
        matched: String,
    },
    /// Nearly the text of another post.
    NearIdentical {
        /// Its id.
        post_id: PostId,
        /// In whose name it is.
        author: String,
        /// Whether that is the same employee.
        same_author: bool,
        /// When it was written.
        created_at: DateTime<Utc>,
        /// The share of runs of letters that both have, of those that either has; 0 to 1.
        likeness: f64,
        /// The share of the shorter text's runs of letters that the longer has, too; 0 to 1.
        containment: f64,
    },
    /// Something that was to be replaced is still there.
    Placeholder {
        /// It.
        found: String,
    },
    /// A fence or other markup that no network shows.
    Markup {
        /// It.
        found: String,
    },
    /// Parts of the model's answer that are not the post.
    JsonRemains {
        /// Them.
        found: String,
    },
    /// The model speaks about itself or about its task.
    ModelTalk {
        /// Its words.
        found: String,
    },
    /// A bracket or quotation mark without its counterpart.
    Unbalanced {
        /// The sign.
        sign: char,
    },
    /// The same sentence twice.
    RepeatedSentence {
        /// The sentence.
        sentence: String,
    },
    /// The text ends in the middle of a sentence.
    CutOff {
        /// Its last words.
        ending: String,
    },
    /// There is nothing but tags and links.
    OnlyTags,
    /// The post has no picture although the campaign asks for one.
    NoPicture {
        /// Why.
        reason: String,
    },
    /// The words of the picture did not fit into it and were cut.
    CaptionCut {
        /// The field of the picture's template.
        field: String,
    },
    /// Letters of another script than the text's.
    ForeignScript {
        /// The first word with them.
        word: String,
    },
}

impl Finding {
    /// The post has no picture although the campaign asks for one.
    pub fn no_picture(reason: &str) -> Self {
        let message = format!("The picture could not be drawn: {reason}");
        Self::new(Severity::Warning, message, What::NoPicture { reason: reason.to_owned() })
    }

    /// The words in this field of the picture were cut.
    pub fn caption_cut(field: &str) -> Self {
        let message = format!("The words of the picture's {field} did not fit and were cut.");
        Self::new(Severity::Note, message, What::CaptionCut { field: field.to_owned() })
    }

    fn new(severity: Severity, message: impl Into<String>, what: What) -> Self {
        Self { severity, message: message.into(), what }
    }
}

/// Everything that is to be said about the post, the worst first.
pub fn check(subject: &Subject<'_>, against: &Against<'_>) -> Vec<Finding> {
    let mut findings = limits::check(subject);
    findings.extend(prohibited::check(subject.content, against.prohibited_words));
    findings.extend(likeness::check(subject, against));
    findings.extend(structure::check(subject));
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    findings
}

/// Adds to `findings` of the post what it has in common with these others, which were not known when it was checked.
pub fn compare_again(findings: &mut Vec<Finding>, subject: &Subject<'_>, against: &Against<'_>) {
    for finding in likeness::check(subject, against) {
        if !findings.contains(&finding) {
            findings.push(finding);
        }
    }
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
}

/// The first characters of `text`, for a message.
fn excerpt(text: &str) -> String {
    const LONGEST: usize = 80;
    let mut excerpt: String = text.chars().take(LONGEST).collect();
    if excerpt.len() < text.len() {
        excerpt.push('…');
    }
    excerpt
}

#[cfg(test)]
mod tests;
