//! How a text is laid out for its network.

use unicode_segmentation::UnicodeSegmentation;

use super::{less, mark};
use crate::{
    council::{criteria::Mark, points::Points},
    fold::{Accents, Folded},
    platform::{self, Platform},
};

/// The lengths that are usual on a network, in its own unit. Our reading of common advice, not a rule of the networks.
fn usual_length(platform: Platform) -> (usize, usize) {
    match platform {
        Platform::Linkedin => (400, 1_500),
        Platform::X => (70, 280),
        Platform::Instagram => (125, 800),
    }
}

/// Ten points within the usual range; below it in proportion to the length, above it in proportion to the room that is
/// left up to the limit. A thread on X is measured by the mean of its posts.
pub(super) fn length(text: &str, platform: Platform) -> Mark {
    let (least, most) = usual_length(platform);
    let whole = platform::length(platform, text);
    let limit = platform.limits().text;
    let length = if platform == Platform::X && whole > limit { whole / whole.div_ceil(limit) } else { whole };
    let score = if length < least {
        Points::share(length, least)
    } else if length <= most {
        Points::TEN
    } else {
        Points::share(limit.saturating_sub(length), limit - most)
    };
    mark(score, format!("It counts {length} where {least} to {most} are usual."))
}

/// The most words of a sentence that reads easily, and so many that none is left to read it.
const EASY: usize = 20;
const UNREADABLE: usize = 40;

/// Ten points for sentences of up to 20 words on average, none from 40 on, and evenly between.
pub(super) fn readability(text: &str) -> Mark {
    let sentences: Vec<usize> =
        text.split(['.', '!', '?', '\n', '。', '！', '？', '…']).map(words).filter(|words| *words > 0).collect();
    if sentences.is_empty() {
        return mark(Points::ZERO, "It has no sentence.");
    }
    let average = sentences.iter().sum::<usize>().div_ceil(sentences.len());
    let score = Points::share(UNREADABLE.saturating_sub(average.max(EASY)), UNREADABLE - EASY);
    mark(score, format!("Its sentences have {average} words on average."))
}

/// The words of a sentence; two characters of a script without blanks make one. Tags are no words.
fn words(sentence: &str) -> usize {
    let plain = sentence.split_whitespace().filter(|word| !word.starts_with(['#', '@'])).collect::<Vec<_>>().join(" ");
    let (wide, narrow): (Vec<&str>, Vec<&str>) =
        plain.unicode_words().partition(|word| word.chars().all(|letter| u32::from(letter) >= 0x2e80));
    narrow.len() + wide.len().div_ceil(2)
}

/// How much of a post a reader sees before they unfold it.
fn visible(platform: Platform) -> usize {
    match platform {
        Platform::Linkedin => 140,
        Platform::X => 280,
        Platform::Instagram => 125,
    }
}

/// Openings that every reader has seen a thousand times, folded.
const STOCK_OPENINGS: [&str; 14] = [
    "in today's fast-paced",
    "in today's world",
    "in today's digital",
    "in the ever-evolving",
    "in an ever-changing",
    "i'm excited to",
    "i am excited to",
    "i'm thrilled to",
    "we are excited to",
    "we're excited to",
    "did you know",
    "in der heutigen",
    "ich freue mich",
    "dans le monde d'aujourd'hui",
];

/// What a stock opening costs, in thousandths.
const STOCK: i32 = 4_000;

/// Ten points for a first line that is seen whole; a longer one gets the share of it that is seen. A stock phrase costs
/// four points.
pub(super) fn opening(text: &str, platform: Platform) -> Mark {
    let line = text.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default();
    let length = line.chars().count();
    if length == 0 {
        return mark(Points::ZERO, "It has no first line.");
    }
    let seen = visible(platform);
    let score = Points::share(seen.min(length), length);
    let folded: String = Folded::new(line, Accents::Dropped).characters.into_iter().collect();
    match STOCK_OPENINGS.iter().find(|stock| folded.starts_with(**stock)) {
        Some(stock) => {
            mark(score - Points::from_thousandths(STOCK), format!("It begins with the stock phrase \"{stock}\"."))
        }
        None => mark(score, format!("Of its first line {} of {length} characters are seen.", seen.min(length))),
    }
}

/// Ten points for a usual number of hashtags, two less for each beyond, and half of them where some are usual and there
/// are none.
pub(super) fn hashtags(text: &str, platform: Platform) -> Mark {
    let is_tag = |word: &&str| word.strip_prefix('#').is_some_and(|tag| tag.starts_with(char::is_alphanumeric));
    let count = text.split_whitespace().filter(is_tag).count();
    let (least, most) = match platform {
        Platform::Linkedin => (0, 5),
        Platform::X => (0, 2),
        Platform::Instagram => (1, 10),
    };
    let score = if count < least { Points::share(1, 2) } else { less(count.saturating_sub(most), 2_000) };
    mark(score, format!("It has {count} hashtags where {least} to {most} are usual."))
}
