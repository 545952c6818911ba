//! Lights out of focus in the dark.

use tiny_skia::Pixmap;

use super::{
    brush::{glow, sky},
    chance::Chance,
};
use crate::colour::Colour;

/// The dark from top to bottom, and the lights.
const PALETTES: [([Colour; 2], [Colour; 4]); 3] = [
    (
        [Colour::rgb(0x0D, 0x13, 0x21), Colour::rgb(0x2A, 0x2A, 0x4A)],
        [
            Colour::rgb(0xFF, 0xC9, 0x71),
            Colour::rgb(0xFF, 0x8F, 0x5E),
            Colour::rgb(0xF4, 0xE4, 0xBA),
            Colour::rgb(0x7B, 0x9E, 0xD9),
        ],
    ),
    (
        [Colour::rgb(0x0A, 0x1A, 0x1F), Colour::rgb(0x1C, 0x43, 0x4A)],
        [
            Colour::rgb(0x6F, 0xE3, 0xC4),
            Colour::rgb(0xF6, 0xF0, 0xA6),
            Colour::rgb(0x4B, 0xA3, 0xC3),
            Colour::rgb(0xE8, 0xF8, 0xF2),
        ],
    ),
    (
        [Colour::rgb(0x1B, 0x0F, 0x22), Colour::rgb(0x4A, 0x1F, 0x4D)],
        [
            Colour::rgb(0xFF, 0x7A, 0xA8),
            Colour::rgb(0xFF, 0xC8, 0xA2),
            Colour::rgb(0xA7, 0x8B, 0xFA),
            Colour::rgb(0xFF, 0xE9, 0xF0),
        ],
    ),
];

pub(super) fn paint(seed: u64, pixels: &mut Pixmap) {
    let mut chance = Chance::new(seed);
    let (dark, lights) = PALETTES[(seed % 3) as usize];
    let (width, height) = (pixels.width() as f32, pixels.height() as f32);
    let side = width.min(height);
    sky(pixels, &dark);
    // Far and soft ones first, then rings and discs that are nearer.
    for (count, smallest, largest, core, strength) in [
        (7, 0.30, 0.55, 0.0, 0.22),
        (26, 0.03, 0.075, 0.82, 0.20),
        (22, 0.015, 0.05, 0.9, 0.42),
        (9, 0.05, 0.09, 0.93, 0.26),
    ] {
        for _ in 0..count {
            let radius = side * chance.between(smallest, largest);
            // They gather along a band from the lower left to the upper right.
            let along = chance.share();
            let across = chance.share() + chance.share() - 1.0;
            let middle = (width * along, height * (0.78 - 0.56 * along + 0.42 * across));
            let colour = chance.choose(&lights);
            glow(pixels, middle, radius, core, colour, strength * chance.between(0.6, 1.0));
        }
    }
}
