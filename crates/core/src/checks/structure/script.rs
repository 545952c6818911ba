//! Letters that slipped in from another script, as they do when a model changes its language in the middle.

use std::collections::BTreeMap;

use crate::checks::{Finding, Severity, What};

/// The scripts that posts are written in, by the ranges of their letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Script {
    Latin,
    Greek,
    Cyrillic,
    Hebrew,
    Arabic,
    Devanagari,
    Thai,
    /// Han, kana and bopomofo, which are mixed in one language.
    EastAsian,
    Hangul,
}

fn script(letter: char) -> Option<Script> {
    Some(match u32::from(letter) {
        0x41..=0x5a | 0x61..=0x7a | 0xc0..=0x24f | 0x1e00..=0x1eff if letter.is_alphabetic() => Script::Latin,
        0x370..=0x3ff | 0x1f00..=0x1fff if letter.is_alphabetic() => Script::Greek,
        0x400..=0x52f => Script::Cyrillic,
        0x5d0..=0x5ea => Script::Hebrew,
        0x620..=0x6d3 | 0x750..=0x77f => Script::Arabic,
        0x900..=0x97f => Script::Devanagari,
        0xe01..=0xe30 => Script::Thai,
        0x3041..=0x312f | 0x3400..=0x9fff | 0xf900..=0xfaff | 0x20000..=0x3ffff => Script::EastAsian,
        0x1100..=0x11ff | 0xac00..=0xd7a3 => Script::Hangul,
        _ => return None,
    })
}

/// Languages that are not written in Latin letters, by the first part of their tag, as far as we tell scripts apart.
fn script_of(language: &str) -> Script {
    let primary = language.split('-').next().unwrap_or_default().to_ascii_lowercase();
    match primary.as_str() {
        "el" => Script::Greek,
        "ru" | "uk" | "bg" | "be" | "mk" | "kk" | "mn" => Script::Cyrillic,
        "he" | "yi" => Script::Hebrew,
        "ar" | "fa" | "ur" => Script::Arabic,
        "hi" | "mr" | "ne" => Script::Devanagari,
        "th" => Script::Thai,
        "zh" | "ja" => Script::EastAsian,
        "ko" => Script::Hangul,
        _ => Script::Latin,
    }
}

/// Latin words are at home in every language, and some languages are written in two scripts (`sr`); so only letters that
/// are neither Latin nor of the text's own script are foreign, and a text that has none of its language's letters is.
pub(super) fn check(content: &str, language: &str) -> Option<Finding> {
    let expected = script_of(language);
    let mut counts: BTreeMap<Script, usize> = BTreeMap::new();
    for script in content.chars().filter_map(script) {
        *counts.entry(script).or_default() += 1;
    }
    let (own, _) = counts.iter().max_by_key(|(_, count)| **count)?;
    let is_at_home =
        |script: Script| script == Script::Latin || script == expected || script == *own && language.starts_with("sr");
    let is_japanese_or_korean = |script: Script| expected == Script::Hangul && script == Script::EastAsian;
    let is_foreign =
        |letter: char| script(letter).is_some_and(|script| !is_at_home(script) && !is_japanese_or_korean(script));
    let word = content.split_whitespace().find(|word| word.chars().any(is_foreign))?;
    let mixed = word.chars().filter_map(script).any(|script| script == Script::Latin);
    let severity = if mixed || *own != Script::Latin && *own != expected { Severity::Warning } else { Severity::Note };
    let message = format!("\"{word}\" has letters of another script.");
    Some(Finding::new(severity, message, What::ForeignScript { word: word.to_owned() }))
}
