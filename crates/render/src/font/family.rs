//! The names of the typefaces, and the order in which a character looks for its glyph.

use parley::{FontFamilyName, FontWeight};

use crate::template::{Face, Weight};

pub(super) const MEDIUM: f32 = 500.0;
pub(super) const HEAVY: f32 = 900.0;

pub(super) const ANTON: &str = "Anton";
pub(super) const OSWALD: &str = "Oswald";
pub(super) const INTER: &str = "Inter";
pub(super) const LITERATA: &str = "Literata";
pub(super) const ARABIC: &str = "Noto Sans Arabic";
pub(super) const HEBREW: &str = "Noto Sans Hebrew";
pub(super) const DEVANAGARI: &str = "Noto Sans Devanagari";
pub(super) const CHINESE: &str = "Noto Sans SC";
pub(super) const JAPANESE: &str = "Noto Sans JP";
pub(super) const KOREAN: &str = "Noto Sans KR";
pub(super) const EMOJI: &str = "Noto Color Emoji";

/// The weight by which a file is found.
pub(crate) const fn weight(weight: Weight) -> FontWeight {
    match weight {
        Weight::Medium => FontWeight::new(MEDIUM),
        Weight::Heavy => FontWeight::new(HEAVY),
    }
}

/// The families of `face`, in the order in which each character looks for its glyph.
///
/// Those of a face itself come first and end with Inter, on which `Typefaces::suffice` relies.
///
/// Chinese and Japanese share characters but write them differently. A text with kana is Japanese, one with Hangul
/// Korean; any other is taken for Chinese.
pub(crate) fn families(face: Face, text: &str) -> Vec<FontFamilyName<'static>> {
    let own: &[&str] = match face {
        Face::Display => &[ANTON, OSWALD, INTER],
        Face::Sans => &[INTER],
        Face::Serif => &[LITERATA, INTER],
    };
    let east: [&str; 3] = if text.chars().any(is_kana) {
        [JAPANESE, CHINESE, KOREAN]
    } else if text.chars().any(is_hangul) {
        [KOREAN, CHINESE, JAPANESE]
    } else {
        [CHINESE, JAPANESE, KOREAN]
    };
    let scripts = [ARABIC, HEBREW, DEVANAGARI];
    let all = own.iter().chain(&scripts).chain(&east).chain(&[EMOJI]);
    all.map(|family| FontFamilyName::named(family)).collect()
}

/// The families of a character that asks to be an emoji (with U+FE0F, as in ▶️) where a typeface has it as a letter too.
pub(crate) fn emoji_families() -> [FontFamilyName<'static>; 2] {
    [FontFamilyName::named(EMOJI), FontFamilyName::named(INTER)]
}

fn is_kana(character: char) -> bool {
    matches!(character, '\u{3041}'..='\u{30FF}' | '\u{31F0}'..='\u{31FF}' | '\u{FF66}'..='\u{FF9D}')
}

fn is_hangul(character: char) -> bool {
    matches!(character, '\u{1100}'..='\u{11FF}' | '\u{3131}'..='\u{318E}' | '\u{AC00}'..='\u{D7A3}')
}
