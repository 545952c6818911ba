#![doc = include_str!("../README.md")]

mod alt;
mod captions;
mod colour;
mod compose;
mod error;
mod font;
mod frame;
mod jpeg;
mod photo;
mod request;
mod scene;
mod surface;
mod template;
mod text;

pub use alt::alt_text;
pub use colour::Colour;
pub use compose::render;
pub use error::RenderError;
pub use font::Fonts;
pub use photo::{MAX_BYTES, MAX_MEMORY, MAX_PIXELS, MAX_SIDE};
pub use request::{Background, Format, Note, Rendered, Request, Style};
pub use scene::Scene;
pub use template::{CaptionField, Size, Template};
