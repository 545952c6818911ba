//! What is made of captions before they are drawn.

use std::collections::BTreeMap;

use rostrum_core::field::FieldError;
use unicode_segmentation::UnicodeSegmentation;

use crate::{request::Note, template::Template, text::is_invisible};

/// The most marks that one letter is drawn with. Languages need three (Vietnamese, Hebrew with cantillation); piles of
/// them climb over the rest of the picture.
const MARKS: usize = 4;

/// The longest caption that is laid out, in grapheme clusters: more than any frame holds at its smallest size.
const LONGEST: usize = 2_000;

/// The captions as they are drawn.
#[derive(Debug, Default)]
pub(crate) struct Clean {
    /// By the names of the fields; without those that are empty.
    pub(crate) texts: BTreeMap<String, Caption>,
    pub(crate) notes: Vec<Note>,
}

/// A caption as it is drawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Caption {
    /// What is drawn if there is room.
    pub(crate) text: String,
    /// How many characters it had before a part beyond [`LONGEST`] was left out.
    pub(crate) characters: usize,
}

impl Caption {
    /// A text of the template itself.
    pub(crate) fn literal(text: &str) -> Self {
        Self { text: text.to_owned(), characters: text.chars().count() }
    }
}

/// See [`Template::check`].
pub(crate) fn check(template: &Template, captions: &BTreeMap<String, String>) -> Vec<FieldError> {
    let missing = template.fields.iter().filter(|field| field.required).filter_map(|field| {
        let text = captions.get(&field.name).map_or("", |text| text.as_str());
        clean(text, 1)
            .0
            .is_empty()
            .then(|| FieldError::new(&field.name, format!("must not be empty: {}", field.purpose)))
    });
    let unknown = captions.keys().filter(|name| template.field(name).is_none()).map(|name| {
        let known: Vec<&str> = template.fields.iter().map(|field| field.name.as_str()).collect();
        FieldError::new(name, format!("is no caption of `{}`, which has {}", template.name, known.join(", ")))
    });
    missing.chain(unknown).collect()
}

/// The captions of `template` without what is never drawn.
pub(crate) fn clean_all(template: &Template, captions: &BTreeMap<String, String>) -> Clean {
    let mut all = Clean::default();
    for field in &template.fields {
        let Some(raw) = captions.get(&field.name) else { continue };
        let (text, dropped) = clean(raw, template.lines(&field.name));
        if dropped {
            all.notes.push(Note::Cleaned { field: field.name.clone() });
        }
        if text.is_empty() {
            continue;
        }
        let characters = text.chars().count();
        let end = text.grapheme_indices(true).nth(LONGEST).map_or(text.len(), |(end, _)| end);
        let text = text.get(..end).unwrap_or_default().to_owned();
        all.texts.insert(field.name.clone(), Caption { text, characters });
    }
    all
}

/// The text with single blanks and line breaks (none if it has one line), and whether more than blanks was dropped:
/// control characters, characters that Unicode keeps for private use or for no use, and piles of marks.
pub(crate) fn clean(raw: &str, lines: usize) -> (String, bool) {
    let mut text = String::with_capacity(raw.len());
    let (mut marks, mut dropped) = (0, false);
    let (mut blank, mut newline) = (false, false);
    for character in raw.chars() {
        // The byte order mark is a blank of no width that says nothing within a text.
        if character.is_whitespace() || character == '\u{FEFF}' {
            blank = true;
            newline |= matches!(character, '\n' | '\r' | '\u{0B}' | '\u{0C}' | '\u{85}' | '\u{2028}' | '\u{2029}');
            marks = 0;
            continue;
        }
        marks = if is_mark(character) { marks + 1 } else { 0 };
        if is_never_drawn(character) || marks > MARKS {
            dropped = true;
            continue;
        }
        if blank && !text.is_empty() {
            text.push(if newline && lines > 1 { '\n' } else { ' ' });
        }
        (blank, newline) = (false, false);
        text.push(character);
    }
    // What only joins or turns other characters is nothing on its own.
    if text.chars().all(|character| character.is_whitespace() || is_invisible(character)) {
        text.clear();
    }
    (text, dropped)
}

/// Whether a text begins in a script that runs from the right: by its first letter, as Unicode's algorithm for both
/// directions decides (UAX #9, P2).
pub(crate) fn is_from_the_right(text: &str) -> bool {
    let first = text.chars().find(|character| character.is_alphabetic());
    first.is_some_and(|letter| matches!(u32::from(letter), 0x590..=0x8FF | 0xFB1D..=0xFDFF | 0xFE70..=0xFEFF))
}

fn is_never_drawn(character: char) -> bool {
    let point = u32::from(character);
    character.is_control()
        || matches!(point, 0xE000..=0xF8FF | 0xF_0000..=0x10_FFFF | 0xFDD0..=0xFDEF | 0xFFF0..=0xFFFB)
        || point & 0xFFFE == 0xFFFE
}

/// The blocks of combining marks that stand on any letter; marks of a script of their own stack by its rules.
fn is_mark(character: char) -> bool {
    matches!(u32::from(character), 0x300..=0x36F | 0x483..=0x489 | 0x1AB0..=0x1AFF | 0x1DC0..=0x1DFF | 0x20D0..=0x20FF)
}

#[cfg(test)]
mod tests {
    use super::clean;

    #[test]
    fn captions_are_cleaned() {
        let check = |raw: &str, lines: usize, expected: (&str, bool)| {
            let (text, dropped) = clean(raw, lines);
            assert_eq!((text.as_str(), dropped), expected, "{raw:?}");
        };
        check("  two \t words ", 2, ("two words", false));
        check("one\r\n\r\n two", 2, ("one\ntwo", false));
        check("one\n two", 1, ("one two", false));
        check("a\0b\u{7}", 1, ("ab", true));
        check("e\u{301}\u{302}\u{303}\u{304}\u{305}\u{306}x", 1, ("e\u{301}\u{302}\u{303}\u{304}x", true));
        check("\u{FEFF}caf\u{E9}", 1, ("caf\u{E9}", false));
        check("\u{E000}\u{FFFF}\u{10FFFF}", 1, ("", true));
        check("\u{2067}\u{5E9}\u{2069}", 1, ("\u{2067}\u{5E9}\u{2069}", false));
        check(" \n ", 3, ("", false));
        check("\u{200B} \u{202E}", 1, ("", false));
    }
}
