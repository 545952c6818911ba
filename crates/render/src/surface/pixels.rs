//! Plain pixels, opaque.

use image::{ExtendedColorType, ImageEncoder, codecs::png};
use tiny_skia::{Pixmap, PixmapPaint, PremultipliedColorU8, Transform};

use super::Tile;
use crate::{colour::Colour, frame::Area};

pub(super) fn fill(pixels: &mut Pixmap, area: Area, colour: Colour) {
    let width = pixels.width() as usize;
    let colour = opaque(colour);
    let rows = pixels.pixels_mut().chunks_exact_mut(width).skip(area.y as usize).take(area.height as usize);
    for row in rows {
        for pixel in row.iter_mut().skip(area.x as usize).take(area.width as usize) {
            *pixel = colour;
        }
    }
}

pub(super) fn lay(pixels: &mut Pixmap, tile: &Tile) {
    let paint = PixmapPaint::default();
    pixels.draw_pixmap(tile.x, tile.y, tile.pixels.as_ref(), &paint, Transform::identity(), None);
}

pub(super) fn gradient(pixels: &mut Pixmap, from: Colour, to: Colour) {
    let (width, height) = (pixels.width(), pixels.height());
    let far = (width + height).saturating_sub(2).max(1);
    // Every diagonal has one colour.
    let colours: Vec<PremultipliedColorU8> = (0..=far).map(|at| opaque(from.mix(to, at * 256 / far))).collect();
    for (y, row) in pixels.pixels_mut().chunks_exact_mut(width as usize).enumerate() {
        for (pixel, colour) in row.iter_mut().zip(colours.iter().skip(y)) {
            *pixel = *colour;
        }
    }
}

/// The file, the smallest of what the filters make of it.
pub(super) fn png(pixels: &Pixmap) -> Result<Vec<u8>, String> {
    let rgb: Vec<u8> = pixels.pixels().iter().flat_map(|pixel| [pixel.red(), pixel.green(), pixel.blue()]).collect();
    let mut bytes = Vec::new();
    let encoder =
        png::PngEncoder::new_with_quality(&mut bytes, png::CompressionType::Default, png::FilterType::Adaptive);
    encoder
        .write_image(&rgb, pixels.width(), pixels.height(), ExtendedColorType::Rgb8)
        .map_err(|error| error.to_string())?;
    Ok(bytes)
}

pub(crate) fn opaque(colour: Colour) -> PremultipliedColorU8 {
    tiny_skia::ColorU8::from_rgba(colour.red, colour.green, colour.blue, 255).premultiply()
}
