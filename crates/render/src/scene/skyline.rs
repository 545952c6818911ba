//! A town in the evening.

use tiny_skia::{PathBuilder, Pixmap, Rect};

use super::{
    brush::{glow, shape, sky},
    chance::Chance,
};
use crate::colour::Colour;

/// The sky from top to bottom, the nearest houses and their windows.
const PALETTES: [([Colour; 3], Colour, Colour); 3] = [
    (
        [Colour::rgb(0x1C, 0x24, 0x4B), Colour::rgb(0x6B, 0x4C, 0x8A), Colour::rgb(0xF2, 0x9E, 0x7C)],
        Colour::rgb(0x12, 0x14, 0x2B),
        Colour::rgb(0xFF, 0xD8, 0x8A),
    ),
    (
        [Colour::rgb(0x0F, 0x2A, 0x43), Colour::rgb(0x2F, 0x6D, 0x8C), Colour::rgb(0xF4, 0xD3, 0x9B)],
        Colour::rgb(0x0A, 0x19, 0x2A),
        Colour::rgb(0xFF, 0xE6, 0xA8),
    ),
    (
        [Colour::rgb(0x2A, 0x1B, 0x3D), Colour::rgb(0x8C, 0x3F, 0x5F), Colour::rgb(0xFA, 0xB3, 0x6B)],
        Colour::rgb(0x1A, 0x0F, 0x26),
        Colour::rgb(0xFF, 0xDF, 0x9E),
    ),
];

const ROWS: u32 = 4;

pub(super) fn paint(seed: u64, pixels: &mut Pixmap) {
    let mut chance = Chance::new(seed);
    let (colours, near, window) = PALETTES[(seed % 3) as usize];
    let (width, height) = (pixels.width() as f32, pixels.height() as f32);
    let side = width.min(height);
    sky(pixels, &[colours[0], colours[1], colours[2], colours[2]]);
    glow(
        pixels,
        (width * chance.between(0.3, 0.7), height * 0.66),
        side * 0.7,
        0.0,
        colours[2].mix(Colour::WHITE, 100),
        0.5,
    );
    for row in 0..ROWS {
        let depth = row as f32 / (ROWS - 1) as f32;
        let colour = colours[1].mix(colours[2], 90).mix(near, 50 + 206 * row / (ROWS - 1));
        let mut x = -side * chance.between(0.0, 0.06);
        while x < width {
            let across = side * chance.between(0.06, 0.14) * (0.7 + 0.6 * depth);
            let tall = side * chance.between(0.10, 0.34) * (1.0 - 0.35 * depth);
            let roof = height * (0.70 + 0.12 * depth) - tall;
            let house = Rect::from_ltrb(x, roof, x + across, height);
            shape(pixels, house.map(PathBuilder::from_rect), colour);
            if row + 2 >= ROWS {
                windows(pixels, &mut chance, (x, roof, across), side, colour.mix(window, 60 + 150 * (row + 2 - ROWS)));
            }
            x += across + side * chance.between(-0.01, 0.02);
        }
    }
}

/// Some of a house's windows are lit.
fn windows(pixels: &mut Pixmap, chance: &mut Chance, (x, roof, across): (f32, f32, f32), side: f32, light: Colour) {
    let (wide, tall) = (side * 0.0085, side * 0.0125);
    let columns = ((across - wide) / (wide * 2.4)) as u32;
    let margin = f32::midpoint(across - columns as f32 * wide * 2.4, wide * 1.4);
    let bottom = pixels.height() as f32;
    let mut all = PathBuilder::new();
    let mut y = roof + tall * 1.6;
    while y + tall < bottom {
        for column in 0..columns {
            if chance.share() < 0.34 {
                let left = x + margin + column as f32 * wide * 2.4;
                if let Some(one) = Rect::from_xywh(left, y, wide, tall) {
                    all.push_rect(one);
                }
            }
        }
        y += tall * 2.1;
    }
    shape(pixels, all.finish(), light);
}
