//! What all scenes paint with.

use tiny_skia::{FillRule, Paint, Path, Pixmap, PremultipliedColorU8, Transform};

use crate::colour::Colour;

/// Thresholds in a 4 x 4 pattern (Bayer, 1973), which hide the steps between neighbouring colours.
const PATTERN: [[u32; 4]; 4] = [[0, 8, 2, 10], [12, 4, 14, 6], [3, 11, 1, 9], [15, 7, 13, 5]];

/// `from` with `share` (0 to 1) of `to`, in the finest steps that the place lets look smooth.
pub(super) fn blend(from: Colour, to: Colour, share: f32, x: usize, y: usize) -> Colour {
    let share = (share.clamp(0.0, 1.0) * 4096.0) as u32;
    let threshold = PATTERN[y % 4][x % 4] * 256 + 128;
    let part = |from: u8, to: u8| {
        ((u32::from(from) * (4096 - share) + u32::from(to) * share + threshold) / 4096).min(255) as u8
    };
    Colour::rgb(part(from.red, to.red), part(from.green, to.green), part(from.blue, to.blue))
}

/// Fills the picture from top to bottom through `colours`, evenly spaced.
pub(super) fn sky(pixels: &mut Pixmap, colours: &[Colour]) {
    let last = colours.len().saturating_sub(1);
    let (width, height) = (pixels.width() as usize, pixels.height().max(2) as f32 - 1.0);
    for (y, row) in pixels.pixels_mut().chunks_exact_mut(width).enumerate() {
        let place = y as f32 / height * last as f32;
        let begin = (place as usize).min(last.saturating_sub(1));
        let from = colours.get(begin).copied().unwrap_or(Colour::WHITE);
        let to = colours.get(begin + 1).copied().unwrap_or(from);
        for (x, pixel) in row.iter_mut().enumerate() {
            *pixel = opaque(blend(from, to, place - begin as f32, x, y));
        }
    }
}

/// A round light: `strength` (0 to 1) in the middle, nothing at `radius`, and flat up to `core` (0 to 1) of it.
pub(super) fn glow(
    pixels: &mut Pixmap,
    (middle_x, middle_y): (f32, f32),
    radius: f32,
    core: f32,
    colour: Colour,
    strength: f32,
) {
    let width = pixels.width() as usize;
    let reach = |middle: f32, end: u32| {
        ((middle - radius).max(0.0) as usize, ((middle + radius).max(0.0) as usize + 1).min(end as usize))
    };
    let ((left, right), (top, bottom)) = (reach(middle_x, pixels.width()), reach(middle_y, pixels.height()));
    let rows = pixels.pixels_mut().chunks_exact_mut(width).enumerate().skip(top).take(bottom.saturating_sub(top));
    for (y, row) in rows {
        for (x, pixel) in row.iter_mut().enumerate().skip(left).take(right.saturating_sub(left)) {
            let (dx, dy) = (x as f32 + 0.5 - middle_x, y as f32 + 0.5 - middle_y);
            let distance = (dx * dx + dy * dy).sqrt() / radius;
            let fall = ((1.0 - distance) / (1.0 - core)).clamp(0.0, 1.0);
            // A smooth beginning and a smooth end.
            let share = fall * fall * (3.0 - 2.0 * fall) * strength;
            if share > 0.0 {
                let under = Colour::rgb(pixel.red(), pixel.green(), pixel.blue());
                *pixel = opaque(blend(under, colour, share, x, y));
            }
        }
    }
}

/// Fills a shape with one colour.
pub(super) fn shape(pixels: &mut Pixmap, path: Option<Path>, colour: Colour) {
    let Some(path) = path else { return };
    let mut paint = Paint::default();
    paint.set_color_rgba8(colour.red, colour.green, colour.blue, 255);
    pixels.fill_path(&path, &paint, FillRule::Winding, Transform::identity(), None);
}

/// Smooth hills between -1 and 1: value noise in octaves, each half as high as the one before.
pub(super) struct Hills {
    values: [f32; 64],
    octaves: u32,
}

impl Hills {
    pub(super) fn new(chance: &mut super::chance::Chance, octaves: u32) -> Self {
        Self { values: std::array::from_fn(|_| chance.between(-1.0, 1.0)), octaves }
    }

    /// The height at `place`, where 1 is the distance between two tops.
    pub(super) fn at(&self, place: f32) -> f32 {
        let (mut sum, mut size, mut place) = (0.0, 0.55, place.max(0.0));
        for octave in 0..self.octaves as usize {
            let cell = place as usize;
            let within = place - cell as f32;
            let smooth = within * within * (3.0 - 2.0 * within);
            let value = |cell: usize| self.values[(cell + octave * 17) % 64];
            sum += size * (value(cell) + (value(cell + 1) - value(cell)) * smooth);
            size /= 2.0;
            place *= 2.0;
        }
        sum
    }
}

fn opaque(colour: Colour) -> PremultipliedColorU8 {
    crate::surface::opaque(colour)
}
