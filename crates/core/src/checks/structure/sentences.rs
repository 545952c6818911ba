//! Sentences that are missing, doubled or cut off.

use std::collections::BTreeSet;

use crate::{
    checks::{Finding, Severity, What, excerpt},
    fold::{Accents, Folded},
};

/// Words after which a sentence goes on, folded. Prepositions are not among them: many a sentence ends with one.
const UNFINISHED: &str = "and or the a an because und oder der ein eine einen einem einer weil dass et ou le les des un une \
parce y el los las una porque";

/// Shorter sentences are repeated on purpose.
const WORDS: usize = 4;

pub(super) fn check(content: &str) -> Vec<Finding> {
    let spoken: Vec<String> = content.split("\n\n").map(spoken).filter(|paragraph| !paragraph.is_empty()).collect();
    if spoken.is_empty() {
        let message = "There is nothing in it but tags and links.";
        return vec![Finding::new(Severity::Blocking, message, What::OnlyTags)];
    }
    let mut findings = Vec::new();
    if let Some(sentence) = repeated(content) {
        let message = format!("It says twice: \"{}\"", excerpt(&sentence));
        findings.push(Finding::new(Severity::Warning, message, What::RepeatedSentence { sentence }));
    }
    // A call to action stands behind the body, so every paragraph may be the one that was cut off.
    let ends_open = spoken.iter().find(|paragraph| is_unfinished(paragraph));
    let last = spoken.last().filter(|paragraph| paragraph.ends_with([',', ';', '-']));
    if let Some(paragraph) = ends_open.or(last) {
        let ending = ending(paragraph);
        let message = format!("It breaks off in the middle of a sentence: \"…{ending}\"");
        findings.push(Finding::new(Severity::Warning, message, What::CutOff { ending }));
    }
    findings
}

/// The words of a paragraph, without the tags, mentions and links.
fn spoken(paragraph: &str) -> String {
    let is_spoken = |word: &&str| {
        !word.starts_with(['#', '@'])
            && !word.contains("://")
            && !word.starts_with("www.")
            && word.chars().any(|letter| letter.is_alphanumeric() || letter.is_ascii_punctuation())
    };
    let words: Vec<&str> = paragraph.split_whitespace().filter(is_spoken).collect();
    if words.iter().any(|word| word.chars().any(char::is_alphanumeric)) { words.join(" ") } else { String::new() }
}

fn is_unfinished(paragraph: &str) -> bool {
    let last = paragraph.split_whitespace().next_back().unwrap_or_default();
    // Written in capitals it is a letter or a name: `vitamin A`, `Plan A`.
    let word: String = Folded::new(last, Accents::Dropped).characters.into_iter().collect();
    last.chars().all(char::is_lowercase) && UNFINISHED.split_whitespace().any(|open| open == word)
}

fn ending(paragraph: &str) -> String {
    let words: Vec<&str> = paragraph.split_whitespace().collect();
    words.get(words.len().saturating_sub(4)..).unwrap_or_default().join(" ")
}

fn repeated(content: &str) -> Option<String> {
    let mut seen = BTreeSet::new();
    content.split_inclusive(['.', '!', '?', '\n']).map(str::trim).find_map(|sentence| {
        let folded: String = Folded::new(sentence, Accents::Dropped).characters.into_iter().collect();
        let words: Vec<&str> =
            folded.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
        (words.len() >= WORDS && !seen.insert(words.join(" "))).then(|| sentence.to_owned())
    })
}
