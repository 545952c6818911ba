//! What is drawn on: the planes of a JPEG for photos, or plain pixels for cards.

mod pixels;
mod planes;

pub(crate) use pixels::opaque;
pub(crate) use planes::{Plane, Planes};
use tiny_skia::Pixmap;

use crate::{colour::Colour, frame::Area, jpeg, request::Format};

/// A drawing that is laid over the picture: premultiplied RGBA with its upper left corner at a place in the picture,
/// which may lie outside it.
pub(crate) struct Tile {
    pub(crate) pixels: Pixmap,
    pub(crate) x: i32,
    pub(crate) y: i32,
}

/// A picture that is being drawn. Its sides are even.
pub(crate) enum Surface {
    /// Every pixel has its own colour.
    Flat(Pixmap),
    /// Four pixels share a colour, as in a JPEG of a photo.
    Photo(Planes),
}

/// The quality of photos: where the Independent JPEG Group's scale begins to cost bytes that nobody sees.
const PHOTO: u32 = 88;
/// The quality of flat colours and small letters, around which coarser steps show as dirt.
const FLAT: u32 = 93;

impl Surface {
    /// Fills a part with one colour.
    pub(crate) fn fill(&mut self, area: Area, colour: Colour) {
        match self {
            Self::Flat(pixels) => pixels::fill(pixels, area, colour),
            Self::Photo(planes) => planes.fill(area, colour),
        }
    }

    /// Lays `tile` over the picture; what lies outside is left out.
    pub(crate) fn lay(&mut self, tile: &Tile) {
        match self {
            Self::Flat(pixels) => pixels::lay(pixels, tile),
            Self::Photo(planes) => planes.lay(tile),
        }
    }

    /// Fills the whole picture from `from` in the upper left corner to `to` in the lower right one.
    pub(crate) fn gradient(&mut self, from: Colour, to: Colour) {
        match self {
            Self::Flat(pixels) => pixels::gradient(pixels, from, to),
            Self::Photo(planes) => {
                if let Some(mut pixels) = Pixmap::new(planes.luma.width, planes.luma.height) {
                    pixels::gradient(&mut pixels, from, to);
                    *planes = Planes::halved(&pixels);
                }
            }
        }
    }

    /// Puts a photo of the size of `area`, whose corners are even, in its place.
    pub(crate) fn place(&mut self, photo: &Planes, area: Area) {
        match self {
            Self::Flat(pixels) => photo.onto(pixels, area),
            Self::Photo(planes) => planes.place(photo, area),
        }
    }

    /// The file.
    ///
    /// # Errors
    /// What the encoder of PNG says.
    pub(crate) fn encode(self, format: Format) -> Result<Vec<u8>, String> {
        match (self, format) {
            (Self::Photo(planes), Format::Jpeg) => Ok(jpeg::encode(&planes, PHOTO)),
            (Self::Flat(pixels), Format::Jpeg) => Ok(jpeg::encode(&Planes::whole(&pixels), FLAT)),
            (Self::Flat(pixels), Format::Png) => pixels::png(&pixels),
            (Self::Photo(planes), Format::Png) => {
                let mut pixels = Pixmap::new(planes.luma.width, planes.luma.height).ok_or("it has no pixels")?;
                let area = Area { x: 0, y: 0, width: planes.luma.width, height: planes.luma.height };
                planes.onto(&mut pixels, area);
                pixels::png(&pixels)
            }
        }
    }
}
