//! From what was decoded to planes of the size of the place.

use std::array::from_fn;

use fast_image_resize::{
    FilterType, ResizeAlg, ResizeOptions, Resizer,
    images::{TypedImage, TypedImageRef},
    pixels::U8,
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

/// Each direction by itself, both as columns: a row of a plane has one sample a pixel, of which vector instructions take
/// many at once only if they belong to different columns.
fn resize(plane: &Plane, crop: Crop, width: u32, height: u32) -> Result<Plane, RenderError> {
    // The filter reaches two samples to each side, those of the smaller of both pictures; one more for what is rounded.
    let reach = 2.0 * (crop.width / f64::from(width)).max(1.0) + 1.0;
    let left = (crop.x - reach).floor().max(0.0);
    let right = (crop.x + crop.width + reach).ceil().min(f64::from(plane.width));
    let lower = Crop { x: left, y: crop.y, width: right - left, height: crop.height };
    let lower = transposed(&resize_columns(plane, lower, height)?);
    let narrower = Crop { x: 0.0, y: crop.x - left, width: f64::from(lower.width), height: crop.width };
    Ok(transposed(&resize_columns(&lower, narrower, width)?))
}

/// The part `crop`, which has whole columns, as `height` rows of as many samples.
fn resize_columns(plane: &Plane, crop: Crop, height: u32) -> Result<Plane, RenderError> {
    let width = crop.width as u32;
    let mut data = vec![0; width as usize * height as usize];
    // The kind of pixels is chosen here, not by a value, so that the code for all the others is no part of the program.
    let source = TypedImageRef::<U8>::from_buffer(plane.width, plane.height, &plane.data).map_err(failed)?;
    let mut target = TypedImage::<U8>::from_buffer(width, height, &mut data).map_err(failed)?;
    Resizer::new().resize_typed(&source, &mut target, &options(crop, plane.width, plane.height)).map_err(failed)?;
    Ok(Plane { width, height, data })
}

/// The plane with rows for columns.
fn transposed(plane: &Plane) -> Plane {
    let (width, height) = (plane.width as usize, plane.height as usize);
    let mut turned = Plane { width: plane.height, height: plane.width, data: vec![0; plane.data.len()] };
    for strip in (0..height).step_by(STRIP) {
        for left in (0..width).step_by(SQUARE) {
            for top in (strip..height.min(strip + STRIP)).step_by(SQUARE) {
                transpose_square(plane, &mut turned, left, top);
            }
        }
    }
    turned
}

/// Rows that are transposed together: what they become fills whole lines of the processor's cache.
const STRIP: usize = 64;

/// The square of `plane` that begins at `left` and `top`, or what there is of it, in its place in `turned`.
#[inline]
fn transpose_square(plane: &Plane, turned: &mut Plane, left: usize, top: usize) {
    let (width, height) = (plane.width as usize, plane.height as usize);
    let (across, down) = (SQUARE.min(width - left), SQUARE.min(height - top));
    let mut square = [[0; SQUARE]; SQUARE];
    for (samples, row) in square.iter_mut().zip(top..top + down) {
        let start = row * width + left;
        if let Some(row) = plane.data.get(start..start + SQUARE) {
            samples.copy_from_slice(row);
        } else if let Some(row) = plane.data.get(start..start + across) {
            samples[..across].copy_from_slice(row);
        }
    }
    for (samples, row) in transposed_square(square).iter().zip(left..left + across) {
        let start = row * height + top;
        if down == SQUARE
            && let Some(row) = turned.data.get_mut(start..start + SQUARE)
        {
            row.copy_from_slice(samples);
        } else if let Some(row) = turned.data.get_mut(start..start + down) {
            row.copy_from_slice(&samples[..down]);
        }
    }
}

/// Samples of a side of a square that is transposed at once: those of a row fit a register.
const SQUARE: usize = 16;

/// Shuffles the rows of the upper half with those of the lower one, sample by sample, as often as it takes for each sample
/// to change its row for its column: every time doubles how many of a column stand together.
#[inline]
fn transposed_square(mut square: [[u8; SQUARE]; SQUARE]) -> [[u8; SQUARE]; SQUARE] {
    for _ in 0..SQUARE.ilog2() {
        let mut shuffled = [[0; SQUARE]; SQUARE];
        for (row, pair) in shuffled.as_chunks_mut::<2>().0.iter_mut().enumerate() {
            *pair = interleaved(square[row], square[row + SQUARE / 2]);
        }
        square = shuffled;
    }
    square
}

/// The samples of both in turns.
#[inline]
fn interleaved(even: [u8; SQUARE], odd: [u8; SQUARE]) -> [[u8; SQUARE]; 2] {
    const HALF: usize = SQUARE / 2;
    // Written out twice, or the compiler finds no instruction for it.
    [
        from_fn(|at| if at % 2 == 0 { even[at / 2] } else { odd[at / 2] }),
        from_fn(|at| if at % 2 == 0 { even[HALF + at / 2] } else { odd[HALF + at / 2] }),
    ]
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
    let mut data = vec![255; width as usize * height as usize * 4];
    for channel in 0..3 {
        let samples = pixels.as_raw().iter().skip(channel).step_by(4).copied().collect();
        let plane = Plane { width: pixels.width(), height: pixels.height(), data: samples };
        let resized = resize(&plane, crop, width, height)?;
        for (pixel, sample) in data.as_chunks_mut::<4>().0.iter_mut().zip(resized.data) {
            pixel[channel] = sample;
        }
    }
    let size = IntSize::from_wh(width, height);
    size.and_then(|size| Pixmap::from_vec(data, size)).ok_or_else(|| failed("it has no pixels"))
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
