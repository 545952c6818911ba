//! Bands that flow over each other.

use tiny_skia::{PathBuilder, Pixmap};

use super::{
    brush::{Hills, glow, shape, sky},
    chance::Chance,
};
use crate::colour::Colour;

/// From the farthest band to the nearest.
const PALETTES: [[Colour; 2]; 4] = [
    [Colour::rgb(0xCF, 0xE8, 0xF3), Colour::rgb(0x12, 0x3A, 0x66)],
    [Colour::rgb(0xFF, 0xE3, 0xC2), Colour::rgb(0xA8, 0x32, 0x4A)],
    [Colour::rgb(0xDF, 0xF2, 0xE1), Colour::rgb(0x0F, 0x51, 0x4B)],
    [Colour::rgb(0xE9, 0xE2, 0xF8), Colour::rgb(0x3B, 0x23, 0x6B)],
];

const BANDS: u32 = 9;

pub(super) fn paint(seed: u64, pixels: &mut Pixmap) {
    let mut chance = Chance::new(seed);
    let [far, near] = PALETTES[(seed % 4) as usize];
    let (width, height) = (pixels.width() as f32, pixels.height() as f32);
    let side = width.min(height);
    sky(pixels, &[far.mix(Colour::WHITE, 90), far]);
    glow(pixels, (width * 0.7, height * 0.12), side * 0.7, 0.0, Colour::WHITE, 0.55);
    for band in 0..BANDS {
        let depth = band as f32 / (BANDS - 1) as f32;
        let hills = Hills::new(&mut chance, 2);
        let colour = far.mix(near, 40 + 216 * band / (BANDS - 1));
        let base = height * (0.2 + 0.72 * depth);
        // All of them lean the same way, so that they read as one stream.
        let lean = side * 0.16;
        let mut outline = PathBuilder::new();
        outline.move_to(0.0, height);
        let mut x = 0.0;
        while x <= width + 4.0 {
            let place = x / side * 1.5 + 0.21 * band as f32;
            outline.line_to(x, base + lean * (0.5 - x / width) - side * 0.13 * hills.at(place));
            x += 4.0;
        }
        outline.line_to(width, height);
        outline.close();
        shape(pixels, outline.finish(), colour);
    }
}
