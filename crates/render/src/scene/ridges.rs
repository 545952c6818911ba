//! Mountains behind each other in the haze.

use tiny_skia::{PathBuilder, Pixmap};

use super::{
    brush::{Hills, glow, shape, sky},
    chance::Chance,
};
use crate::colour::Colour;

/// The sky from top to bottom, and the nearest mountain.
const PALETTES: [([Colour; 3], Colour); 4] = [
    // Evening.
    (
        [Colour::rgb(0x2B, 0x2D, 0x5B), Colour::rgb(0xB0, 0x5A, 0x7A), Colour::rgb(0xFB, 0xC1, 0x7E)],
        Colour::rgb(0x1B, 0x1A, 0x33),
    ),
    // Morning.
    (
        [Colour::rgb(0x5B, 0x8F, 0xB9), Colour::rgb(0xB6, 0xD4, 0xE3), Colour::rgb(0xFD, 0xEB, 0xC8)],
        Colour::rgb(0x17, 0x37, 0x45),
    ),
    // Forest.
    (
        [Colour::rgb(0x2F, 0x5D, 0x62), Colour::rgb(0x8F, 0xB9, 0xA8), Colour::rgb(0xF1, 0xEB, 0xCB)],
        Colour::rgb(0x12, 0x2B, 0x2A),
    ),
    // Dusk.
    (
        [Colour::rgb(0x14, 0x1E, 0x46), Colour::rgb(0x3E, 0x58, 0x8F), Colour::rgb(0xD7, 0x9C, 0xA8)],
        Colour::rgb(0x0B, 0x10, 0x26),
    ),
];

const LAYERS: u32 = 6;

pub(super) fn paint(seed: u64, pixels: &mut Pixmap) {
    let mut chance = Chance::new(seed);
    let (colours, near) = PALETTES[(seed % 4) as usize];
    let (width, height) = (pixels.width() as f32, pixels.height() as f32);
    let side = width.min(height);
    sky(pixels, &[colours[0], colours[1], colours[2], colours[2]]);
    let sun = (width * chance.between(0.25, 0.75), height * chance.between(0.38, 0.46));
    let light = colours[2].mix(Colour::WHITE, 150);
    glow(pixels, sun, side * 0.62, 0.0, light, 0.5);
    glow(pixels, sun, side * 0.085, 0.94, light, 1.0);
    for layer in 0..LAYERS {
        let depth = layer as f32 / (LAYERS - 1) as f32;
        let haze = colours[1].mix(colours[2], 110);
        let colour = haze.mix(near, 30 + 226 * layer / (LAYERS - 1));
        let hills = Hills::new(&mut chance, 6);
        let base = height * (0.5 + 0.42 * depth);
        let swing = side * (0.11 + 0.05 * depth);
        let mut outline = PathBuilder::new();
        outline.move_to(0.0, height);
        let mut x = 0.0;
        while x <= width + 4.0 {
            let place = x / side * (3.4 - 1.7 * depth) + 1.3 * depth;
            outline.line_to(x, base - swing * hills.at(place));
            x += 3.0;
        }
        outline.line_to(width, height);
        outline.close();
        shape(pixels, outline.finish(), colour);
    }
}
