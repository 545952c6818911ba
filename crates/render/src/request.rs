//! What is asked for and what is answered.

use std::{collections::BTreeMap, sync::Arc};

use rostrum_core::platform::Platform;

use crate::{colour::Colour, scene::Scene};

/// A picture that is asked for. The same request has the same answer, byte by byte, on every machine.
#[derive(Debug, Clone)]
pub struct Request {
    /// The name of the template.
    pub template: String,
    /// Where the picture is posted; it decides size and format.
    pub platform: Platform,
    /// The texts by the names of the template's fields.
    pub captions: BTreeMap<String, String>,
    /// What stands behind the texts.
    pub background: Background,
    /// The brand that cards wear.
    pub style: Style,
}

/// What stands behind the texts.
#[derive(Debug, Clone, Default)]
pub enum Background {
    /// The template's own.
    #[default]
    Template,
    /// A scene that is painted by code; the seed chooses among its variations.
    Scene {
        /// Which scene.
        scene: Scene,
        /// Any number: the same one paints the same picture.
        seed: u64,
    },
    /// A photo, as a JPEG or a PNG; it is cropped to the centre to fill its place.
    Photo(Arc<[u8]>),
}

/// The brand that cards wear.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Style {
    /// The colour of the brand.
    pub colour: Colour,
    /// The name that stands on cards; nothing stands there without one.
    pub name: Option<String>,
}

impl Default for Style {
    /// A deep blue without a name.
    fn default() -> Self {
        Self { colour: Colour::rgb(0x17, 0x3F, 0x5F), name: None }
    }
}

/// A picture and what is to be known of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendered {
    /// The file.
    pub bytes: Vec<u8>,
    /// What the bytes are.
    pub format: Format,
    /// In pixels.
    pub width: u32,
    /// In pixels.
    pub height: u32,
    /// The SHA-256 of the bytes, in lower-case hexadecimal.
    pub sha256: String,
    /// What the picture shows, for those who do not see it; at most 1,000 characters, Instagram's limit.
    pub alt_text: String,
    /// Where the picture says less than the request.
    pub notes: Vec<Note>,
}

/// The format of a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// `image/jpeg`, baseline.
    Jpeg,
    /// `image/png`.
    Png,
}

impl Format {
    /// Its media type.
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
        }
    }

    /// How the name of a file ends, without the dot.
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Jpeg => "jpg",
            Self::Png => "png",
        }
    }
}

/// A way in which the picture says less than the request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Note {
    /// The caption did not fit at the smallest size that can be read; it ends in an ellipsis.
    Truncated {
        /// The field of the caption.
        field: String,
        /// How many of its characters are drawn.
        kept: usize,
        /// How many it has.
        of: usize,
    },
    /// Characters that are never drawn (control characters, piled-up marks) were taken out of the caption.
    Cleaned {
        /// The field of the caption.
        field: String,
    },
    /// The template has no place for a background; the one that was sent is not used.
    BackgroundUnused,
}
