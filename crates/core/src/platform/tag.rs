//! Hashtags and mentions: their syntax on each network, and which ones a text already carries.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::Platform;
use super::normalise::one_line;

/// The longest name of a person or company that is taken for a LinkedIn mention, in characters.
const LINKEDIN_NAME: usize = 100;

/// A hashtag without its `#`: letters, digits and underscores, at least one of them no digit, as all
/// three networks link it. Separators inside are closed up; `None` if another character remains.
pub(super) fn clean_hashtag(text: &str) -> Option<String> {
    let text: String = text.nfc().collect();
    let text = text.trim().trim_start_matches(['#', '＃']).trim_end_matches(['.', ',', ';', ':', '!', '?']);
    let separators = |character: &char| character.is_whitespace() || matches!(character, '-' | '.' | '\'' | '’');
    let clean: String = text.chars().filter(|character| !separators(character)).collect();
    // A mark at the start would fuse with the `#`.
    let starts_well = clean.starts_with(|first: char| !is_combining_mark(first));
    let links = clean.chars().any(|character| !character.is_numeric() && character != '_');
    (starts_well && links && clean.chars().all(is_tag_character)).then(|| clean.nfc().collect())
}

/// A mention without its `@`, or `None` if it cannot be one on that network.
///
/// X: up to 15 of `A-Z a-z 0-9 _`. Instagram: up to 30 of those and `.`, which neither starts, ends nor
/// doubles. LinkedIn: a plain name, because only the publisher can know the URN behind it.
pub(super) fn clean_mention(platform: Platform, text: &str) -> Option<String> {
    let text = one_line(text);
    let name = text.trim_start_matches(['@', '＠']).trim();
    let word = |character: char| character.is_ascii_alphanumeric() || character == '_';
    let valid = match platform {
        Platform::X => (1..=15).contains(&name.len()) && name.chars().all(word),
        Platform::Instagram => {
            (1..=30).contains(&name.len())
                && name.chars().all(|character| word(character) || character == '.')
                && !name.starts_with('.')
                && !name.ends_with('.')
                && !name.contains("..")
        }
        Platform::Linkedin => {
            name.chars().count() <= LINKEDIN_NAME
                && name.starts_with(char::is_alphanumeric)
                && name.chars().all(|character| {
                    character.is_alphanumeric() || is_combining_mark(character) || " \u{a0}-.,'’&/".contains(character)
                })
        }
    };
    valid.then(|| name.to_owned())
}

/// Whether the text carries the hashtag (given without `#`), in any case.
pub(super) fn has_hashtag(text: &str, hashtag: &str) -> bool {
    let wanted = hashtag.to_lowercase();
    marked(text, ['#', '＃'], is_tag_character).any(|found| found.to_lowercase() == wanted)
}

/// Whether the text carries the mention (given without `@`), in any case.
pub(super) fn has_mention(platform: Platform, text: &str, mention: &str) -> bool {
    match platform {
        Platform::Linkedin => has_phrase(text, mention),
        Platform::X | Platform::Instagram => {
            let handle = |character: char| {
                character.is_ascii_alphanumeric()
                    || character == '_'
                    || (character == '.' && platform == Platform::Instagram)
            };
            // A full stop behind a handle ends the sentence.
            marked(text, ['@', '＠'], handle).any(|found| found.trim_end_matches('.').eq_ignore_ascii_case(mention))
        }
    }
}

/// How many hashtags a network may count in the text: everything that starts like one.
pub(super) fn count_hashtags(text: &str) -> usize {
    count_marked(text, ['#', '＃'])
}

/// How many mentions a network may count in the text: everything that starts like one.
pub(super) fn count_mentions(text: &str) -> usize {
    count_marked(text, ['@', '＠'])
}

/// Whether the words of `phrase` stand in `text` one after the other, in any case and spacing.
pub(super) fn has_phrase(text: &str, phrase: &str) -> bool {
    let flat = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
    let (text, phrase) = (flat(text), flat(phrase));
    let inside = |character: Option<char>| character.is_some_and(char::is_alphanumeric);
    let starts_inside = inside(phrase.chars().next());
    let ends_inside = inside(phrase.chars().next_back());
    text.match_indices(&phrase).any(|(start, _)| {
        let before = text[..start].chars().next_back();
        let after = text[start + phrase.len()..].chars().next();
        !(starts_inside && inside(before) || ends_inside && inside(after))
    })
}

/// What follows each mark that does not stand inside a word.
fn marked(text: &str, marks: [char; 2], inside: impl Fn(char) -> bool) -> impl Iterator<Item = &str> {
    text.match_indices(marks).filter_map(move |(start, mark)| {
        let attached =
            text[..start].chars().next_back().is_some_and(|before| before.is_alphanumeric() || before == '_');
        let rest = &text[start + mark.len()..];
        let end = rest.find(|character| !inside(character)).unwrap_or(rest.len());
        (!attached && end > 0).then(|| &rest[..end])
    })
}

fn count_marked(text: &str, marks: [char; 2]) -> usize {
    let follows = |(start, mark): &(usize, &str)| text[start + mark.len()..].starts_with(is_tag_character);
    text.match_indices(marks).filter(follows).count()
}

fn is_tag_character(character: char) -> bool {
    character.is_alphanumeric() || character == '_' || is_combining_mark(character)
}
