//! The words that a workspace does not want to read.
//!
//! Text and words are folded, so that capitals, accents, invisible characters and letters of other alphabets hide
//! nothing; a digit or sign counts as the letter that it stands for. A word with accents is only found with them, as
//! `schön` and `schon` are two words.

use unicode_normalization::char::is_combining_mark;

use super::{Finding, Severity, What, excerpt};
use crate::fold::{Accents, Folded, stands_for};

pub(super) fn check(content: &str, words: &[String]) -> Vec<Finding> {
    if words.is_empty() {
        return Vec::new();
    }
    let plain = Folded::new(content, Accents::Dropped);
    let accented = Folded::new(content, Accents::Kept);
    let mut findings = Vec::new();
    for term in words {
        let with_accents = letters(term, Accents::Kept);
        let without = letters(term, Accents::Dropped);
        let (folded, wanted) = if with_accents == without { (&plain, without) } else { (&accented, with_accents) };
        if let Some((first, end)) = find(&folded.characters, &wanted) {
            let matched = folded.source(content, first, end).to_owned();
            let message = format!("It says \"{}\", which the workspace does not allow.", excerpt(&matched));
            findings.push(Finding::new(
                Severity::Blocking,
                message,
                What::ProhibitedWord { term: term.clone(), matched },
            ));
        }
    }
    findings
}

/// The folded term, with one blank for every stretch of blanks and none around it.
fn letters(term: &str, accents: Accents) -> Vec<char> {
    let folded: String = Folded::new(term, accents).characters.into_iter().collect();
    folded.split_whitespace().collect::<Vec<_>>().join(" ").chars().collect()
}

/// Where `wanted` first stands as a word of its own, or as words.
fn find(text: &[char], wanted: &[char]) -> Option<(usize, usize)> {
    let (first, last) = (wanted.first()?, wanted.last()?);
    (0..text.len()).find_map(|start| {
        let before = start.checked_sub(1).and_then(|before| text.get(before));
        if !borders(before, *first) {
            return None;
        }
        let end = matched(text, start, wanted)?;
        borders(text.get(end), *last).then_some((start, end))
    })
}

/// Whether a word may begin or end with `letter` next to `neighbour`. Scripts without blanks know no such borders.
fn borders(neighbour: Option<&char>, letter: char) -> bool {
    let is_part = |neighbour: &char| neighbour.is_alphanumeric() || is_combining_mark(*neighbour);
    !letter.is_alphanumeric() || is_unspaced(letter) || !neighbour.is_some_and(is_part)
}

/// Han, kana, Hangul parts, Thai, Lao, Khmer, Burmese.
fn is_unspaced(letter: char) -> bool {
    matches!(u32::from(letter), 0x0e00..=0x0eff | 0x1000..=0x109f | 0x1780..=0x17ff | 0x2e80..=0x9fff | 0xf900..=0xfaff
        | 0x20000..=0x3ffff)
}

/// The end of `wanted` if it begins at `start`; a blank stands for any stretch of blanks and hyphens.
fn matched(text: &[char], start: usize, wanted: &[char]) -> Option<usize> {
    let mut at = start;
    for meant in wanted {
        if *meant == ' ' {
            let gap = text.get(at..)?.iter().take_while(|sign| matches!(sign, ' ' | '-' | '_')).count();
            if gap == 0 {
                return None;
            }
            at += gap;
        } else if stands_for(*text.get(at)?, *meant) {
            at += 1;
        } else {
            return None;
        }
    }
    Some(at)
}
