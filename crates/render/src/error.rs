//! Why a picture could not be drawn, in words for the person who asked for it.

use rostrum_core::field::FieldError;
use thiserror::Error;

use crate::photo::{MAX_BYTES, MAX_MEMORY, MAX_PIXELS, MAX_SIDE};

/// Nothing was drawn. Drawing changes nothing outside, so that every one of these can be asked for again.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum RenderError {
    /// No template has this name.
    #[error("there is no image template `{name}`; there are {}", known.join(", "))]
    UnknownTemplate {
        /// The name that was asked for.
        name: String,
        /// The names that there are.
        known: Vec<String>,
    },
    /// Captions are missing, empty or of fields that the template does not have.
    #[error("the captions do not fit the template: {}", list(.0))]
    Captions(Vec<FieldError>),
    /// No font of ours has a glyph for these characters; a box in their place would be posted in public.
    #[error("the caption `{field}` has characters that cannot be drawn: {}; write it without them", spelled(.characters))]
    NoGlyph {
        /// The field of the caption.
        field: String,
        /// What cannot be drawn, each once, in the order of the text. An emoji of several characters stands as one.
        characters: Vec<String>,
    },
    /// Not even one word and an ellipsis fit where the caption stands.
    #[error("the caption `{field}` does not fit its place even when it is cut; write it shorter")]
    NoRoom {
        /// The field of the caption.
        field: String,
    },
    /// A file of the typefaces is missing or damaged. The other files may be good: pictures are drawn whose texts do not
    /// need this one.
    #[error("the font {file} cannot be used: {reason}; put it there again as it is in crates/render/fonts")]
    Font {
        /// Its path.
        file: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The background has more bytes than are read.
    #[error("the background has {bytes} bytes; send at most {MAX_BYTES}")]
    BackgroundTooHeavy {
        /// How many it has.
        bytes: usize,
    },
    /// The background has more pixels than are decoded. Its header was read and nothing else.
    #[error("the background has {width} x {height} pixels; send at most {MAX_SIDE} a side and {MAX_PIXELS} in all")]
    BackgroundTooLarge {
        /// Its width in pixels.
        width: u32,
        /// Its height in pixels.
        height: u32,
    },
    /// The background is of a kind that takes more memory than is given. Its header was read and nothing else.
    #[error(
        "the background would take {bytes} bytes of memory, and {MAX_MEMORY} are the most; send it smaller, or as a JPEG that \
         is not progressive"
    )]
    BackgroundTooDemanding {
        /// How many it would take.
        bytes: u64,
    },
    /// The background is neither JPEG nor PNG.
    #[error("the background is neither a JPEG nor a PNG; send one of these")]
    BackgroundFormat,
    /// The background says that it is a JPEG or a PNG, and cannot be decoded.
    #[error("the background cannot be decoded ({0}); save it anew and send it again")]
    BackgroundCorrupt(String),
    /// What was drawn cannot be stored as a picture of its format. This is a defect of ours.
    #[error("the picture cannot be encoded: {0}")]
    Encode(String),
}

fn list(errors: &[FieldError]) -> String {
    errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

/// Each with its code points, because many of them cannot be seen in a message either.
fn spelled(characters: &[String]) -> String {
    let one = |text: &String| {
        let points: Vec<String> = text.chars().map(|character| format!("U+{:04X}", u32::from(character))).collect();
        format!("`{text}` ({})", points.join(" "))
    };
    characters.iter().map(one).collect::<Vec<_>>().join(", ")
}
