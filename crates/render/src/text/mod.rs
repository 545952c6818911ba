//! Text: shaped, broken into lines, fitted and drawn.

mod emoji;
mod fit;
mod glyph;
mod paint;
mod shape;

pub(crate) use fit::{Bounds, Side, Unfit, fit};
pub(crate) use paint::{Look, paint};
pub(crate) use shape::{Shaper, Type, is_invisible};
