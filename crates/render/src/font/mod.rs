//! The typefaces, which lie in a folder beside the program: no font of the machine is ever used, so that a picture is
//! the same everywhere. Where they come from and how they were made small is told in `fonts/README.md`.

use std::{
    collections::HashSet,
    fmt,
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use parley::{
    FontContext,
    fontique::{Blob, Collection, CollectionOptions, SourceCache},
};
use skrifa::{FontRef, MetadataProvider};

use crate::error::RenderError;

mod family;
mod file;

pub(crate) use family::{emoji_families, families, weight};

use family::INTER;
use file::{FIRST, OTHERS};

/// The typefaces of the pictures, in the folder that they lie in: the files of `fonts/`.
///
/// Nothing is read before the first picture is drawn. Then it is less than a MiB, which is enough for texts in Latin,
/// Greek and Cyrillic; the other scripts and the emoji, 12 MiB, are read with the first text that has a character of
/// theirs. What was read is kept, and shared by all threads.
pub struct Fonts {
    folder: PathBuf,
    held: Mutex<Held>,
}

/// What was read so far.
#[derive(Default)]
struct Held {
    first: Option<Typefaces>,
    all: Option<Typefaces>,
}

/// Typefaces that were read, ready to shape with.
#[derive(Clone)]
pub(crate) struct Typefaces {
    pub(crate) context: FontContext,
    /// The characters that these draw as all typefaces would; none where these are all.
    plain: Option<Arc<HashSet<char>>>,
}

impl Fonts {
    /// The typefaces in `folder`, of which no file is missing.
    ///
    /// # Errors
    /// [`RenderError::Font`], which names the file that is missing. A damaged one is refused where a text needs it.
    pub fn open(folder: impl Into<PathBuf>) -> Result<Self, RenderError> {
        let folder = folder.into();
        for file in FIRST.iter().chain(&OTHERS) {
            file.find(&folder)?;
        }
        Ok(Self { folder, held: Mutex::default() })
    }

    /// The typefaces that most texts need.
    ///
    /// # Errors
    /// [`RenderError::Font`] if a file cannot be read. The next call tries it again.
    pub(crate) fn first(&self) -> Result<Typefaces, RenderError> {
        self.first_of(&mut self.held())
    }

    /// All typefaces.
    ///
    /// # Errors
    /// As of [`Self::first`].
    pub(crate) fn all(&self) -> Result<Typefaces, RenderError> {
        let mut held = self.held();
        if let Some(all) = &held.all {
            return Ok(all.clone());
        }
        let mut all = self.first_of(&mut held)?;
        for file in &OTHERS {
            file.register(&self.folder, &mut all.context.collection)?;
        }
        all.plain = None;
        held.all = Some(all.clone());
        Ok(all)
    }

    fn first_of(&self, held: &mut Held) -> Result<Typefaces, RenderError> {
        if let Some(first) = &held.first {
            return Ok(first.clone());
        }
        let mut collection = Collection::new(CollectionOptions { shared: false, system_fonts: false });
        let mut inter = Vec::new();
        for file in &FIRST {
            let bytes = file.register(&self.folder, &mut collection)?;
            if file.family == INTER {
                inter.push(bytes);
            }
        }
        let plain = inter.iter().map(characters).reduce(|one, other| &one & &other).unwrap_or_default();
        let context = FontContext { collection, source_cache: SourceCache::default() };
        let first = Typefaces { context, plain: Some(Arc::new(plain)) };
        held.first = Some(first.clone());
        Ok(first)
    }

    /// A thread that panicked while it read left what had been read whole.
    fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Fonts {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Fonts").field("folder", &self.folder).finish_non_exhaustive()
    }
}

impl Typefaces {
    /// Whether these draw `text` as all typefaces would: if each of its characters is one of Inter in both weights.
    ///
    /// Every face looks for a character in Inter before it looks in a typeface of another script or in the emoji (see
    /// [`families`]), so that these are not asked for what Inter has. U+FE0F, which turns that order round
    /// ([`emoji_families`]), is no character of Inter. A line break is not drawn.
    pub(crate) fn suffice(&self, text: &str) -> bool {
        let plain = |plain: &Arc<HashSet<char>>| text.chars().all(|one| one == '\n' || plain.contains(&one));
        self.plain.as_ref().is_none_or(plain)
    }
}

/// The characters for which a font has a glyph.
fn characters(font: &Blob<u8>) -> HashSet<char> {
    let Ok(font) = FontRef::new(font.data()) else { return HashSet::new() };
    font.charmap().mappings().filter_map(|(point, _)| char::from_u32(point)).collect()
}

#[cfg(test)]
mod tests {
    use std::{fs, path::Path};

    use skrifa::{FontRef, raw::TableProvider};

    use super::{FIRST, Fonts, OTHERS, family::EMOJI};

    const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/fonts");

    #[test]
    fn the_first_typefaces_suffice_for_plain_texts_only() {
        let fonts = Fonts::open(FOLDER).unwrap();
        let (first, all) = (fonts.first().unwrap(), fonts.all().unwrap());
        let check = |text: &str, expected: bool| {
            assert_eq!(first.suffice(text), expected, "{text:?}");
            assert!(all.suffice(text), "{text:?}");
        };
        check("", true);
        check("It's 100 % fine — “really”…\nYES & no", true);
        check("Zażółć gęślą jaźń, Größe, Ελλάδα, Україна, tiếng Việt", true);
        check("e\u{301} → ✓ €", true);
        check("▶ play", true);
        check("▶\u{FE0F} play", false);
        for text in ["سلام", "שלום", "सरल", "漢字", "かな", "한글", "🚀", "ሀ", "one\u{200D}two", "。", "\u{AD}"]
        {
            check(text, false);
            check(&format!("Latin and {text}"), false);
        }
    }

    #[test]
    fn only_the_emoji_have_colours_of_their_own() {
        for file in FIRST.iter().chain(&OTHERS) {
            let bytes = fs::read(Path::new(FOLDER).join(file.name)).unwrap();
            assert_eq!(FontRef::new(&bytes).unwrap().colr().is_ok(), file.family == EMOJI, "{}", file.name);
        }
    }

    #[test]
    fn every_font_of_the_folder_is_used() {
        let listed = FIRST.iter().chain(&OTHERS).map(|file| file.name.to_owned());
        let mut listed: Vec<String> = listed.collect();
        let names = fs::read_dir(FOLDER).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut found: Vec<String> =
            names.filter(|name| Path::new(name).extension().is_some_and(|ttf| ttf == "ttf")).collect();
        listed.sort();
        found.sort();
        assert_eq!(listed, found);
    }
}
