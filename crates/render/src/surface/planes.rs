//! Luma and colour in planes of their own (JFIF: the full range of ITU-R BT.601).

use tiny_skia::{Pixmap, PremultipliedColorU8};

use super::Tile;
use crate::{colour::Colour, frame::Area};

/// One number for each sample.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Plane {
    pub(crate) width: u32,
    pub(crate) height: u32,
    /// Row by row; as many as width times height.
    pub(crate) data: Vec<u8>,
}

/// A picture in planes. Those of colour have the resolution of luma or, rounded up, half of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Planes {
    pub(crate) luma: Plane,
    /// How much more blue there is than luma, around 128.
    pub(crate) blue: Plane,
    /// How much more red there is than luma, around 128.
    pub(crate) red: Plane,
}

impl Plane {
    pub(crate) fn filled(width: u32, height: u32, value: u8) -> Self {
        Self { width, height, data: vec![value; width as usize * height as usize] }
    }

    fn rows_mut(&mut self, first: u32, count: u32) -> impl Iterator<Item = &mut [u8]> {
        let width = self.width.max(1) as usize;
        self.data.chunks_exact_mut(width).skip(first as usize).take(count as usize)
    }

    fn fill(&mut self, area: Area, value: u8) {
        for row in self.rows_mut(area.y, area.height) {
            let end = (area.x + area.width).min(row.len() as u32) as usize;
            if let Some(part) = row.get_mut(area.x as usize..end) {
                part.fill(value);
            }
        }
    }

    fn place(&mut self, from: &Self, x: u32, y: u32) {
        let rows = from.data.chunks_exact(from.width.max(1) as usize);
        for (row, from) in self.rows_mut(y, from.height).zip(rows) {
            for (value, from) in row.iter_mut().skip(x as usize).zip(from) {
                *value = *from;
            }
        }
    }
}

/// Luma and the two of colour, of numbers that are not negative and whose sum with `alpha` is in range. The factors are
/// those of JFIF times 2^16, and each row of them has the sum that it must have.
#[inline]
fn convert([red, green, blue]: [i32; 3], alpha: i32) -> [i32; 3] {
    const HALF: i32 = 1 << 15;
    let middle = (alpha << 23) / 255;
    [
        (19_595 * red + 38_470 * green + 7_471 * blue + HALF) >> 16,
        (-11_059 * red - 21_709 * green + 32_768 * blue + middle + HALF) >> 16,
        (32_768 * red - 27_439 * green - 5_329 * blue + middle + HALF) >> 16,
    ]
}

#[inline]
fn byte(value: i32) -> u8 {
    value.clamp(0, 255) as u8
}

/// `value` seen through something that covers `alpha` of 255 parts and adds `over`.
#[inline]
fn blend(value: u8, over: i32, alpha: i32) -> u8 {
    // The quotient by 255, rounded, which this is for all products of two bytes.
    let through = i32::from(value) * (255 - alpha) + 128;
    byte(((through + (through >> 8)) >> 8) + over)
}

impl Planes {
    /// A picture of one colour whose planes of colour have half the resolution.
    pub(crate) fn filled(width: u32, height: u32, colour: Colour) -> Self {
        let [luma, blue, red] = parts(colour);
        let (half_width, half_height) = (width.div_ceil(2), height.div_ceil(2));
        Self {
            luma: Plane::filled(width, height, luma),
            blue: Plane::filled(half_width, half_height, blue),
            red: Plane::filled(half_width, half_height, red),
        }
    }

    /// Whether the planes of colour have half the resolution.
    pub(crate) const fn is_subsampled(&self) -> bool {
        self.blue.width < self.luma.width || self.blue.height < self.luma.height
    }

    /// The planes of a picture without transparency, colour at full resolution.
    pub(crate) fn whole(pixels: &Pixmap) -> Self {
        let (width, height) = (pixels.width(), pixels.height());
        let mut planes = [(); 3].map(|()| Vec::with_capacity(width as usize * height as usize));
        for pixel in pixels.pixels() {
            for (plane, value) in planes.iter_mut().zip(convert(rgb(*pixel), 255)) {
                plane.push(byte(value));
            }
        }
        let [luma, blue, red] = planes.map(|data| Plane { width, height, data });
        Self { luma, blue, red }
    }

    /// The planes of a picture without transparency and with even sides, colour at half the resolution.
    pub(crate) fn halved(pixels: &Pixmap) -> Self {
        let mut planes = Self::filled(pixels.width(), pixels.height(), Colour::WHITE);
        planes.cover(pixels, 0, 0);
        planes
    }

    pub(super) fn fill(&mut self, area: Area, colour: Colour) {
        let [luma, blue, red] = parts(colour);
        self.luma.fill(area, luma);
        let (right, bottom) = ((area.x + area.width).div_ceil(2), (area.y + area.height).div_ceil(2));
        let (x, y) = (area.x.div_ceil(2), area.y.div_ceil(2));
        let half = Area { x, y, width: right.saturating_sub(x), height: bottom.saturating_sub(y) };
        self.blue.fill(half, blue);
        self.red.fill(half, red);
    }

    pub(super) fn place(&mut self, photo: &Self, area: Area) {
        self.luma.place(&photo.luma, area.x, area.y);
        self.blue.place(&photo.blue, area.x / 2, area.y / 2);
        self.red.place(&photo.red, area.x / 2, area.y / 2);
    }

    pub(super) fn lay(&mut self, tile: &Tile) {
        self.cover(&tile.pixels, tile.x, tile.y);
    }

    /// Lays premultiplied pixels over the picture, four at a time, since four share a colour.
    fn cover(&mut self, pixels: &Pixmap, x: i32, y: i32) {
        let (width, height) = (pixels.width() as i32, pixels.height() as i32);
        let first = (y.max(0) / 2, x.max(0) / 2);
        let last = ((y + height + 1) / 2, (x + width + 1) / 2);
        let (across, down) = (self.blue.width as i32, self.blue.height as i32);
        let line = |row: i32| -> &[PremultipliedColorU8] {
            let row = row - y;
            let start = row.max(0) as usize * width as usize;
            if (0..height).contains(&row) { pixels.pixels().get(start..start + width as usize) } else { None }
                .unwrap_or_default()
        };
        // Most of a letter is of one colour, which is converted once.
        let mut solid = (PremultipliedColorU8::TRANSPARENT, [0; 3]);
        for row in first.0..last.0.min(down) {
            let lines = [line(2 * row), line(2 * row + 1)];
            for column in first.1..last.1.min(across) {
                let four = cell(lines, 2 * column - x);
                let [pixel, others @ ..] = four;
                if pixel.alpha() == 255 && others == [pixel; 3] {
                    if solid.0 != pixel {
                        solid = (pixel, convert(rgb(pixel), 255).map(byte));
                    }
                    self.fill_cell(row as usize, column as usize, solid.1);
                } else if four.iter().any(|pixel| pixel.alpha() > 0) {
                    self.cover_cell(row as usize, column as usize, four);
                }
            }
        }
    }

    #[inline]
    fn fill_cell(&mut self, row: usize, column: usize, [luma, blue, red]: [u8; 3]) {
        let width = self.luma.width as usize;
        let start = 2 * row * width + 2 * column;
        // A picture with an odd side has half a cell at its end.
        let across = 2.min(width - 2 * column);
        for start in [start, start + width] {
            if let Some(place) = self.luma.data.get_mut(start..start + across) {
                place.fill(luma);
            }
        }
        let place = row * self.blue.width as usize + column;
        if let (Some(place_of_blue), Some(place_of_red)) = (self.blue.data.get_mut(place), self.red.data.get_mut(place))
        {
            (*place_of_blue, *place_of_red) = (blue, red);
        }
    }

    #[inline]
    fn cover_cell(&mut self, row: usize, column: usize, four: [PremultipliedColorU8; 4]) {
        let width = self.luma.width as usize;
        let mut sum = [0; 4];
        for (at, pixel) in four.into_iter().enumerate() {
            let colour = rgb(pixel);
            let alpha = i32::from(pixel.alpha());
            for (sum, value) in sum.iter_mut().zip([colour[0], colour[1], colour[2], alpha]) {
                *sum += value;
            }
            // A picture with an odd side has no pixel there.
            let x = 2 * column + at % 2;
            let place = (2 * row + at / 2) * width + x;
            if x < width
                && let Some(luma) = self.luma.data.get_mut(place)
            {
                *luma = blend(*luma, convert(colour, alpha)[0], alpha);
            }
        }
        let [red, green, blue, alpha] = sum.map(|sum| (sum + 2) / 4);
        let [_, over_blue, over_red] = convert([red, green, blue], alpha);
        let place = row * self.blue.width as usize + column;
        if let (Some(blue), Some(red)) = (self.blue.data.get_mut(place), self.red.data.get_mut(place)) {
            *blue = blend(*blue, over_blue, alpha);
            *red = blend(*red, over_red, alpha);
        }
    }

    /// Draws the picture, whose colour may have half the resolution, as pixels at the corner of `area`.
    pub(super) fn onto(&self, pixels: &mut Pixmap, area: Area) {
        let width = pixels.width() as usize;
        let step = if self.is_subsampled() { 2 } else { 1 };
        let rows = pixels.pixels_mut().chunks_exact_mut(width).skip(area.y as usize);
        let lumas = self.luma.data.chunks_exact(self.luma.width.max(1) as usize);
        for (y, (row, lumas)) in rows.zip(lumas).enumerate() {
            for (x, (pixel, luma)) in row.iter_mut().skip(area.x as usize).zip(lumas).enumerate() {
                let place = y / step * self.blue.width as usize + x / step;
                let part = |plane: &Plane| i32::from(plane.data.get(place).copied().unwrap_or(128)) - 128;
                let (luma, blue, red) = (i32::from(*luma), part(&self.blue), part(&self.red));
                // The inverse of `convert`, times 2^16.
                let colour = Colour::rgb(
                    byte(luma + ((91_881 * red + (1 << 15)) >> 16)),
                    byte(luma - ((22_554 * blue + 46_802 * red + (1 << 15)) >> 16)),
                    byte(luma + ((116_130 * blue + (1 << 15)) >> 16)),
                );
                *pixel = super::pixels::opaque(colour);
            }
        }
    }
}

/// The four pixels of two lines that begin at `at`; what is beside a line is transparent.
#[inline]
fn cell(lines: [&[PremultipliedColorU8]; 2], at: i32) -> [PremultipliedColorU8; 4] {
    let [upper, lower] = lines.map(|line| {
        if let Ok(at) = usize::try_from(at)
            && let Some(&[left, right]) = line.get(at..at + 2)
        {
            return [left, right];
        }
        [at, at + 1].map(|at| {
            let pixel = usize::try_from(at).ok().and_then(|at| line.get(at));
            pixel.copied().unwrap_or(PremultipliedColorU8::TRANSPARENT)
        })
    });
    [upper[0], upper[1], lower[0], lower[1]]
}

fn parts(colour: Colour) -> [u8; 3] {
    convert([colour.red, colour.green, colour.blue].map(i32::from), 255).map(byte)
}

#[inline]
fn rgb(pixel: PremultipliedColorU8) -> [i32; 3] {
    [pixel.red(), pixel.green(), pixel.blue()].map(i32::from)
}
