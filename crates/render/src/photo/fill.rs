//! From what was decoded to planes of the size of the place.

use fast_image_resize::{
    FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer,
    images::{Image, ImageRef},
};
use image::{DynamicImage, imageops, metadata::Orientation};
use tiny_skia::{IntSize, Pixmap};

use crate::{
    error::RenderError,
    jpeg::Crop,
    surface::{Plane, Planes},
};

/// What was decoded.
pub(super) enum Source {
    /// The planes of a JPEG.
    Planes(Planes),
    /// Pixels of any kind.
    Pixels(DynamicImage),
}

/// The part `crop` of `source`, turned upright, as planes of `width` by `height` with colour at half the resolution.
/// What is transparent becomes white.
pub(super) fn fill(
    source: Source,
    crop: Crop,
    orientation: Orientation,
    width: u32,
    height: u32,
) -> Result<Planes, RenderError> {
    let (across, down) = turned(orientation, width, height);
    let (luma, blue, red) = match source {
        Source::Planes(planes) => {
            let luma = resize(&planes.luma, crop, across, down)?;
            let [blue, red] = [planes.blue, planes.red].map(|plane| {
                // Its samples lie in the middle of those of luma that they belong to, so that a place in one is in
                // proportion a place in the other.
                let (x, y) = (
                    f64::from(plane.width) / f64::from(planes.luma.width),
                    f64::from(plane.height) / f64::from(planes.luma.height),
                );
                let crop = Crop { x: crop.x * x, y: crop.y * y, width: crop.width * x, height: crop.height * y };
                resize(&plane, crop, across.div_ceil(2), down.div_ceil(2))
            });
            (luma, blue?, red?)
        }
        Source::Pixels(pixels) => {
            let pixels = resize_pixels(pixels, crop, across, down)?;
            let Planes { luma, blue, red } = Planes::halved(&pixels);
            (luma, blue, red)
        }
    };
    let [luma, blue, red] = [luma, blue, red].map(|plane| turn(plane, orientation));
    Ok(Planes { luma, blue, red })
}

/// The sides of the stored picture that becomes `width` by `height` when it is turned.
pub(super) const fn turned(orientation: Orientation, width: u32, height: u32) -> (u32, u32) {
    match orientation {
        Orientation::Rotate90 | Orientation::Rotate270 | Orientation::Rotate90FlipH | Orientation::Rotate270FlipH => {
            (height, width)
        }
        _ => (width, height),
    }
}

/// Catmull and Rom's filter: sharp, and its weights are polynomials, which are the same on every machine. The weights
/// are applied as whole numbers, so that every set of vector instructions has the same result.
fn options(crop: Crop, width: u32, height: u32) -> ResizeOptions {
    // A part that ends at the edge must not end beyond it by the last bit of a division.
    let (x, y) = (crop.x.max(0.0), crop.y.max(0.0));
    let (across, down) = (crop.width.min(f64::from(width) - x), crop.height.min(f64::from(height) - y));
    ResizeOptions::new()
        .resize_alg(ResizeAlg::Convolution(FilterType::CatmullRom))
        .use_alpha(false)
        .crop(x, y, across, down)
}

#[expect(clippy::needless_pass_by_value, reason = "what map_err hands over")]
fn failed(error: impl ToString) -> RenderError {
    RenderError::BackgroundCorrupt(error.to_string())
}

fn resize(plane: &Plane, crop: Crop, width: u32, height: u32) -> Result<Plane, RenderError> {
    let source = ImageRef::new(plane.width, plane.height, &plane.data, PixelType::U8).map_err(failed)?;
    let mut target = Image::new(width, height, PixelType::U8);
    Resizer::new().resize(&source, &mut target, &options(crop, plane.width, plane.height)).map_err(failed)?;
    Ok(Plane { width, height, data: target.into_vec() })
}

fn resize_pixels(pixels: DynamicImage, crop: Crop, width: u32, height: u32) -> Result<Pixmap, RenderError> {
    let mut pixels = pixels.into_rgba8();
    for pixel in pixels.pixels_mut() {
        let [red, green, blue, alpha] = pixel.0;
        if alpha < 255 {
            let on_white = |value: u8| {
                let alpha = u16::from(alpha);
                ((u16::from(value) * alpha + 255 * (255 - alpha) + 127) / 255) as u8
            };
            pixel.0 = [on_white(red), on_white(green), on_white(blue), 255];
        }
    }
    let source = ImageRef::new(pixels.width(), pixels.height(), pixels.as_raw(), PixelType::U8x4).map_err(failed)?;
    let mut target = Image::new(width, height, PixelType::U8x4);
    let options = options(crop, pixels.width(), pixels.height());
    Resizer::new().resize(&source, &mut target, &options).map_err(failed)?;
    let size = IntSize::from_wh(width, height);
    size.and_then(|size| Pixmap::from_vec(target.into_vec(), size)).ok_or_else(|| failed("it has no pixels"))
}

/// The plane turned as a camera says that it must be.
fn turn(plane: Plane, orientation: Orientation) -> Plane {
    if orientation == Orientation::NoTransforms {
        return plane;
    }
    let Plane { width, height, data } = plane;
    let Some(grey) = image::GrayImage::from_raw(width, height, data) else {
        return Plane { width: 0, height: 0, data: Vec::new() };
    };
    let turned = match orientation {
        Orientation::NoTransforms => grey,
        Orientation::Rotate90 => imageops::rotate90(&grey),
        Orientation::Rotate180 => imageops::rotate180(&grey),
        Orientation::Rotate270 => imageops::rotate270(&grey),
        Orientation::FlipHorizontal => imageops::flip_horizontal(&grey),
        Orientation::FlipVertical => imageops::flip_vertical(&grey),
        Orientation::Rotate90FlipH => imageops::flip_horizontal(&imageops::rotate90(&grey)),
        Orientation::Rotate270FlipH => imageops::flip_horizontal(&imageops::rotate270(&grey)),
    };
    Plane { width: turned.width(), height: turned.height(), data: turned.into_raw() }
}
