//! The form in which texts are kept.

use unicode_normalization::UnicodeNormalization;

/// Brings a text into the form that is stored and published.
///
/// NFC; line ends as `\n`; no control characters, byte order marks or direction overrides (X refuses
/// them); single spaces, none at the ends of a line; at most one blank line in a row, none at the ends.
/// Every white space inside is then one character, `"\n"` or `"\n\n"`. Applying it twice changes nothing.
pub(super) fn normalise(text: &str) -> String {
    let clean: String = text.replace("\r\n", "\n").chars().filter_map(keep).nfc().collect();
    let mut normal = String::with_capacity(clean.len());
    let mut line_ends = 0_usize;
    for line in clean.split('\n').map(single_spaces) {
        if !line.is_empty() {
            if !normal.is_empty() {
                normal.push_str(if line_ends > 1 { "\n\n" } else { "\n" });
            }
            normal.push_str(&line);
            line_ends = 0;
        }
        line_ends += 1;
    }
    normal
}

/// The text on one line, for what must not hold a break.
pub(super) fn one_line(text: &str) -> String {
    single_spaces(&normalise(text).replace('\n', " "))
}

/// Whether a reader would see anything.
pub(super) fn is_visible(text: &str) -> bool {
    text.chars().any(|character| {
        !character.is_whitespace()
            && !matches!(character, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}')
    })
}

fn keep(character: char) -> Option<char> {
    match character {
        '\n' | '\r' | '\u{85}' | '\u{b}' | '\u{c}' | '\u{2028}' | '\u{2029}' => Some('\n'),
        '\t' => Some(' '),
        '\u{feff}' | '\u{fffe}' | '\u{ffff}' | '\u{202a}'..='\u{202e}' => None,
        _ if character.is_control() => None,
        _ => Some(character),
    }
}

/// A run of white space becomes one space; a single one stays what it is, such as a no-break space.
fn single_spaces(line: &str) -> String {
    let mut single = String::with_capacity(line.len());
    let mut spaces = line.trim().chars().peekable();
    while let Some(character) = spaces.next() {
        let mut run = false;
        while character.is_whitespace() && spaces.next_if(|next| next.is_whitespace()).is_some() {
            run = true;
        }
        single.push(if run { ' ' } else { character });
    }
    single
}
