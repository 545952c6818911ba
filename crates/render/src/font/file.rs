//! The files of the typefaces, and how one is read.

use std::{fs, path::Path};

use parley::{
    FontWeight,
    fontique::{Blob, Collection, FontInfoOverride, FontStyle},
};

use super::family::{
    ANTON, ARABIC, CHINESE, DEVANAGARI, EMOJI, HEAVY, HEBREW, INTER, JAPANESE, KOREAN, LITERATA, MEDIUM, OSWALD,
};
use crate::error::RenderError;

/// A file and how it is called here.
pub(super) struct File {
    pub(super) name: &'static str,
    pub(super) family: &'static str,
    weight: f32,
    italic: bool,
}

const fn upright(name: &'static str, family: &'static str, weight: f32) -> File {
    File { name, family, weight, italic: false }
}

/// What Latin, Greek and Cyrillic texts are drawn with: less than a MiB.
pub(super) static FIRST: [File; 6] = [
    upright("Anton-Regular.ttf", ANTON, HEAVY),
    upright("Oswald-Bold.ttf", OSWALD, HEAVY),
    upright("Inter-Medium.ttf", INTER, MEDIUM),
    upright("Inter-ExtraBold.ttf", INTER, HEAVY),
    upright("Literata-SemiBold.ttf", LITERATA, MEDIUM),
    File { name: "Literata-Italic.ttf", family: LITERATA, weight: MEDIUM, italic: true },
];

/// The other scripts and the emoji: 12 MiB.
pub(super) static OTHERS: [File; 10] = [
    upright("NotoSansArabic-Medium.ttf", ARABIC, MEDIUM),
    upright("NotoSansArabic-Black.ttf", ARABIC, HEAVY),
    upright("NotoSansHebrew-Medium.ttf", HEBREW, MEDIUM),
    upright("NotoSansHebrew-Black.ttf", HEBREW, HEAVY),
    upright("NotoSansDevanagari-Medium.ttf", DEVANAGARI, MEDIUM),
    upright("NotoSansDevanagari-Black.ttf", DEVANAGARI, HEAVY),
    upright("NotoSansSC-Bold.ttf", CHINESE, HEAVY),
    upright("NotoSansJP-Bold.ttf", JAPANESE, HEAVY),
    upright("NotoSansKR-Bold.ttf", KOREAN, HEAVY),
    upright("NotoColorEmoji-Regular.ttf", EMOJI, MEDIUM),
];

impl File {
    /// Looks whether the file is in `folder`, without reading it.
    ///
    /// # Errors
    /// [`RenderError::Font`] if it is not.
    pub(super) fn find(&self, folder: &Path) -> Result<(), RenderError> {
        let found = fs::metadata(folder.join(self.name)).map_err(|error| self.refused(folder, &error.to_string()))?;
        if found.is_file() { Ok(()) } else { Err(self.refused(folder, "it is no file")) }
    }

    /// Reads the file in `folder` into `collection`, and answers its bytes.
    ///
    /// # Errors
    /// [`RenderError::Font`] if it cannot be read, or is no font, or not a whole one.
    pub(super) fn register(&self, folder: &Path, collection: &mut Collection) -> Result<Blob<u8>, RenderError> {
        let bytes = fs::read(folder.join(self.name)).map_err(|error| self.refused(folder, &error.to_string()))?;
        if !is_whole(&bytes) {
            return Err(self.refused(folder, "it is no font, or it is damaged"));
        }
        let bytes = Blob::from(bytes);
        let called = FontInfoOverride {
            family_name: Some(self.family),
            weight: Some(FontWeight::new(self.weight)),
            style: Some(if self.italic { FontStyle::Italic } else { FontStyle::Normal }),
            ..FontInfoOverride::default()
        };
        if collection.register_fonts(bytes.clone(), Some(called)).is_empty() {
            return Err(self.refused(folder, "it is no font"));
        }
        Ok(bytes)
    }

    fn refused(&self, folder: &Path, reason: &str) -> RenderError {
        RenderError::Font { file: folder.join(self.name).display().to_string(), reason: reason.to_owned() }
    }
}

/// Whether the words of 32 bits of a file add up as those of a whole font do (`checksumAdjustment` in
/// <https://learn.microsoft.com/typography/opentype/spec/head>).
fn is_whole(bytes: &[u8]) -> bool {
    let (words, rest) = bytes.as_chunks::<4>();
    let sum = words.iter().fold(0_u32, |sum, word| sum.wrapping_add(u32::from_be_bytes(*word)));
    rest.is_empty() && sum == 0xB1B0_AFBA
}
