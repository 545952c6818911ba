//! The typefaces, which are part of the program: no font of the machine is ever used, so that a picture is the same
//! everywhere. Where they come from and how they were made small is told in `fonts/README.md`.

use std::sync::{Arc, LazyLock};

use parley::{
    FontContext, FontFamilyName, FontWeight,
    fontique::{Blob, Collection, CollectionOptions, FontInfoOverride, FontStyle, SourceCache},
};

use crate::template::{Face, Weight};

/// A file and how it is called here.
struct File {
    bytes: &'static [u8],
    family: &'static str,
    weight: f32,
    italic: bool,
}

macro_rules! file {
    ($name:literal, $family:expr, $weight:expr) => {
        file!($name, $family, $weight, false)
    };
    ($name:literal, $family:expr, $weight:expr, $italic:expr) => {
        File {
            bytes: include_bytes!(concat!("../fonts/", $name, ".ttf")),
            family: $family,
            weight: $weight,
            italic: $italic,
        }
    };
}

const MEDIUM: f32 = 500.0;
const HEAVY: f32 = 900.0;

const ANTON: &str = "Anton";
const OSWALD: &str = "Oswald";
const INTER: &str = "Inter";
const LITERATA: &str = "Literata";
const ARABIC: &str = "Noto Sans Arabic";
const HEBREW: &str = "Noto Sans Hebrew";
const DEVANAGARI: &str = "Noto Sans Devanagari";
const CHINESE: &str = "Noto Sans SC";
const JAPANESE: &str = "Noto Sans JP";
const KOREAN: &str = "Noto Sans KR";
const EMOJI: &str = "Noto Color Emoji";

static FILES: [File; 16] = [
    file!("Anton-Regular", ANTON, HEAVY),
    file!("Oswald-Bold", OSWALD, HEAVY),
    file!("Inter-Medium", INTER, MEDIUM),
    file!("Inter-ExtraBold", INTER, HEAVY),
    file!("Literata-SemiBold", LITERATA, MEDIUM),
    file!("Literata-Italic", LITERATA, MEDIUM, true),
    file!("NotoSansArabic-Medium", ARABIC, MEDIUM),
    file!("NotoSansArabic-Black", ARABIC, HEAVY),
    file!("NotoSansHebrew-Medium", HEBREW, MEDIUM),
    file!("NotoSansHebrew-Black", HEBREW, HEAVY),
    file!("NotoSansDevanagari-Medium", DEVANAGARI, MEDIUM),
    file!("NotoSansDevanagari-Black", DEVANAGARI, HEAVY),
    file!("NotoSansSC-Bold", CHINESE, HEAVY),
    file!("NotoSansJP-Bold", JAPANESE, HEAVY),
    file!("NotoSansKR-Bold", KOREAN, HEAVY),
    file!("NotoColorEmoji-Regular", EMOJI, MEDIUM),
];

static FONTS: LazyLock<FontContext> = LazyLock::new(|| {
    let mut collection = Collection::new(CollectionOptions { shared: false, system_fonts: false });
    for file in &FILES {
        let called = FontInfoOverride {
            family_name: Some(file.family),
            weight: Some(FontWeight::new(file.weight)),
            style: Some(if file.italic { FontStyle::Italic } else { FontStyle::Normal }),
            ..FontInfoOverride::default()
        };
        collection.register_fonts(Blob::new(Arc::new(file.bytes)), Some(called));
    }
    FontContext { collection, source_cache: SourceCache::default() }
});

/// The fonts, ready to shape with.
pub(crate) fn context() -> FontContext {
    FONTS.clone()
}

/// Whether these are the bytes of the colour emoji.
pub(crate) fn is_emoji(bytes: &[u8]) -> bool {
    FILES.iter().any(|file| file.family == EMOJI && std::ptr::eq(file.bytes.as_ptr(), bytes.as_ptr()))
}

/// The weight by which a file is found.
pub(crate) const fn weight(weight: Weight) -> FontWeight {
    match weight {
        Weight::Medium => FontWeight::new(MEDIUM),
        Weight::Heavy => FontWeight::new(HEAVY),
    }
}

/// The families of `face`, in the order in which each character looks for its glyph.
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
