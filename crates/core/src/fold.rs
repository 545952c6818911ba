//! Texts as they look, for finding words that somebody tried to hide.
//!
//! Folding is compatibility decomposition (NFKD) without accents, in lower case, without what cannot be seen, and with
//! letters of other alphabets replaced by the Latin ones that they look like: the idea of the skeletons of Unicode
//! Technical Standard 39, with the look-alikes that occur in practice instead of its whole table.

use unicode_normalization::UnicodeNormalization;

/// A folded text that knows where each of its characters comes from.
#[derive(Debug, Default)]
pub(crate) struct Folded {
    /// The characters.
    pub(crate) characters: Vec<char>,
    /// For each the byte at which the character that it comes from begins.
    places: Vec<usize>,
}

/// What becomes of accents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Accents {
    /// They are left out: `é` is `e`.
    Dropped,
    /// They follow their letter.
    Kept,
}

impl Folded {
    /// Folds `text`.
    pub(crate) fn new(text: &str, accents: Accents) -> Self {
        let mut folded = Self::default();
        for (place, character) in text.char_indices() {
            if character.is_ascii() {
                folded.push(if character.is_ascii_whitespace() { ' ' } else { character.to_ascii_lowercase() }, place);
                continue;
            }
            for part in plain_letter(character).nfkd().filter(|part| !is_invisible(*part)) {
                if accents == Accents::Dropped && is_accent(part) {
                    continue;
                }
                for lower in part.to_lowercase() {
                    match ligature(lower) {
                        Some(letters) => letters.chars().for_each(|letter| folded.push(letter, place)),
                        None => folded.push(look_alike(lower), place),
                    }
                }
            }
        }
        folded
    }

    /// The part of `text` that the characters from `first` up to `end`, exclusive, come from.
    pub(crate) fn source<'text>(&self, text: &'text str, first: usize, end: usize) -> &'text str {
        let start = self.places.get(first).copied().unwrap_or(text.len());
        // An accent that was dropped belongs to the letter before it.
        let end = self.places.get(end).copied().unwrap_or(text.len());
        text.get(start..end).unwrap_or_default()
    }

    fn push(&mut self, character: char, place: usize) {
        self.characters.push(character);
        self.places.push(place);
    }
}

/// Whether a reader takes `written` for `meant`, both folded: the same letter, or a digit or sign in its place.
pub(crate) fn stands_for(written: char, meant: char) -> bool {
    written == meant
        || match written {
            '0' => meant == 'o',
            '1' | '!' | '|' => matches!(meant, 'i' | 'l'),
            '3' => meant == 'e',
            '4' | '@' => meant == 'a',
            '5' | '$' => meant == 's',
            '7' => meant == 't',
            '8' => meant == 'b',
            _ => false,
        }
}

/// What leaves no mark on the page (Unicode's default ignorable code points, and the byte order mark).
pub(crate) fn is_invisible(character: char) -> bool {
    matches!(u32::from(character),
        0xad | 0x34f | 0x61c | 0x115f..=0x1160 | 0x17b4..=0x17b5 | 0x180b..=0x180f | 0x200b..=0x200f | 0x202a..=0x202e
        | 0x2060..=0x206f | 0x3164 | 0xfe00..=0xfe0f | 0xfeff | 0xffa0 | 0xfff0..=0xfff8 | 0x1bca0..=0x1bca3
        | 0x1d173..=0x1d17a | 0xe0000..=0xe0fff)
}

/// The marks over and under Latin, Greek and Cyrillic letters. The marks of other scripts are letters of their words.
fn is_accent(character: char) -> bool {
    matches!(u32::from(character), 0x300..=0x36f | 0x1ab0..=0x1aff | 0x1dc0..=0x1dff | 0x20d0..=0x20ff | 0xfe20..=0xfe2f)
}

/// The letters in circles, squares and flags that NFKD leaves as they are.
fn plain_letter(character: char) -> std::iter::Once<char> {
    let code = u32::from(character);
    let first = match code {
        0x1f150..=0x1f169 => 0x1f150,
        0x1f170..=0x1f189 => 0x1f170,
        0x1f1e6..=0x1f1ff => 0x1f1e6,
        _ => return std::iter::once(character),
    };
    std::iter::once(char::from_u32(code - first + u32::from('a')).unwrap_or(character))
}

fn ligature(character: char) -> Option<&'static str> {
    Some(match character {
        'ß' => "ss",
        'æ' => "ae",
        'œ' => "oe",
        'þ' => "th",
        _ => return None,
    })
}

/// The Latin letter or ASCII sign that looks the same, or the character itself.
fn look_alike(character: char) -> char {
    match character {
        'а' | 'α' | 'ɑ' | 'ᴀ' => 'a',
        'в' | 'β' | 'ʙ' => 'b',
        'с' | 'ϲ' | 'ᴄ' => 'c',
        'ԁ' | 'đ' | 'ð' | 'ɗ' | 'ᴅ' => 'd',
        'е' | 'ε' | 'є' | 'ɛ' | 'ᴇ' => 'e',
        'ғ' | 'ꜰ' | 'ƒ' => 'f',
        'ɡ' | 'ց' | 'ɢ' => 'g',
        'һ' | 'н' | 'ʜ' | 'հ' => 'h',
        'і' | 'ι' | 'ı' | 'ɪ' | 'ӏ' | 'ɩ' => 'i',
        'ј' | 'ᴊ' => 'j',
        'к' | 'κ' | 'ᴋ' => 'k',
        'ł' | 'ʟ' | 'ⅼ' => 'l',
        'м' | 'μ' | 'ᴍ' => 'm',
        'ո' | 'η' | 'ɴ' | 'п' => 'n',
        'о' | 'ο' | 'ø' | 'σ' | 'օ' | 'ᴏ' => 'o',
        'р' | 'ρ' | 'ᴘ' => 'p',
        'ԛ' | 'զ' => 'q',
        'г' | 'ʀ' => 'r',
        'ѕ' | 'ꜱ' => 's',
        'т' | 'τ' | 'ᴛ' => 't',
        'υ' | 'ս' | 'ᴜ' => 'u',
        'ν' | 'ѵ' | 'ᴠ' => 'v',
        'ѡ' | 'ω' | 'ᴡ' => 'w',
        'х' | 'χ' => 'x',
        'у' | 'γ' | 'ү' | 'ʏ' => 'y',
        'ᴢ' => 'z',
        '‘' | '’' | '‛' | '′' | 'ʼ' => '\'',
        '“' | '”' | '„' | '‟' | '″' => '"',
        '‐' | '‑' | '‒' | '–' | '—' | '−' => '-',
        other if other.is_whitespace() => ' ',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        assert_eq!(Folded::new(text, Accents::Dropped).characters.iter().collect::<String>(), expected, "{text:?}");
    }

    #[test]
    fn what_looks_alike_is_alike() {
        check("Hello World", "hello world");
        check("Сhооsе mе", "choose me");
        check("ch\u{200b}oo\u{ad}se\u{2060} me", "choose me");
        check("ｃｈｏｏｓｅ 𝐦𝐞", "choose me");
        check("ⓒⓗⓞⓞⓢⓔ 🅼🅴", "choose me");
        check("🇨🇭", "ch");
        check("Größe, cœur, Łódź", "grosse, coeur, lodz");
        check("c̷h̶o̵ose", "choose");
        check("“so”\u{a0}—", "\"so\" -");
        check("か゛が हिन्दी 東京", "か ゙か\u{3099} हिन्दी 東京");
    }

    #[test]
    fn accents_are_kept_where_they_matter() {
        let kept: String = Folded::new("Schön", Accents::Kept).characters.iter().collect();
        assert_eq!(kept, "scho\u{308}n");
    }

    #[test]
    fn tells_where_it_comes_from() {
        let text = "Die Größe é\u{301}!";
        let folded = Folded::new(text, Accents::Dropped);
        assert_eq!(folded.source(text, 4, 10), "Größe");
        assert_eq!(folded.source(text, 11, 12), "é\u{301}");
        assert_eq!(folded.source(text, 12, 99), "!");
        assert_eq!(folded.source(text, 99, 100), "");
    }

    #[test]
    fn digits_stand_for_letters_and_not_the_other_way_round() {
        assert!(stands_for('1', 'l') && stands_for('1', 'i') && stands_for('$', 's'));
        assert!(!stands_for('l', '1') && !stands_for('i', 'l'));
    }
}
