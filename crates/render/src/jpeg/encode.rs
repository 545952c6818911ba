//! Writing a baseline JPEG.

use std::array::from_fn;

use super::{
    bits::Writer,
    huffman::Encoder,
    tables::{FIRST, OTHERS, QUANTISATION, ZIGZAG},
    transform::{Block, ZEROS, factor, forward, round},
};
use crate::surface::{Plane, Planes};

/// The picture as a JPEG file; its colour has the resolution that the planes have.
///
/// `quality` is 1 to 100 as the Independent JPEG Group counts it.
pub(crate) fn encode(planes: &Planes, quality: u32) -> Vec<u8> {
    let tables = QUANTISATION.map(|table| quantisation(&table, quality));
    let mut bytes = Vec::with_capacity(planes.luma.data.len() / 3);
    head(&mut bytes, planes, &tables);
    let mut scan = Scan::new(bytes, &tables);
    let step = if planes.is_subsampled() { 2 } else { 1 };
    let (columns, rows) = (planes.luma.width.div_ceil(8 * step), planes.luma.height.div_ceil(8 * step));
    for row in 0..rows {
        for column in 0..columns {
            for y in 0..step {
                for x in 0..step {
                    scan.block(0, &planes.luma, column * step + x, row * step + y);
                }
            }
            scan.block(1, &planes.blue, column, row);
            scan.block(2, &planes.red, column, row);
        }
    }
    let mut bytes = scan.bits.finish();
    bytes.extend([0xFF, 0xD9]);
    bytes
}

/// The table for a quality, in the order of writing.
fn quantisation(base: &[u8; 64], quality: u32) -> [u8; 64] {
    let quality = quality.clamp(1, 100);
    let percent = if quality < 50 { 5000 / quality } else { 200 - 2 * quality };
    base.map(|step| ((u32::from(step) * percent + 50) / 100).clamp(1, 255) as u8)
}

fn head(bytes: &mut Vec<u8>, planes: &Planes, tables: &[[u8; 64]; 2]) {
    bytes.extend([0xFF, 0xD8]);
    // JFIF 1.1, square pixels, no thumbnail.
    segment(bytes, 0xE0, b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0");
    for (id, table) in (0..).zip(tables) {
        let mut body = vec![id];
        body.extend(table);
        segment(bytes, 0xDB, &body);
    }
    let [height, width] = [planes.luma.height, planes.luma.width].map(|length| (length as u16).to_be_bytes());
    let sampling = if planes.is_subsampled() { 0x22 } else { 0x11 };
    let frame = [8, height[0], height[1], width[0], width[1], 3, 1, sampling, 0, 2, 0x11, 1, 3, 0x11, 1];
    segment(bytes, 0xC0, &frame);
    for (class, pair) in [(0x00, &FIRST), (0x10, &OTHERS)] {
        for (id, codes) in (class..).zip(pair) {
            let mut body = vec![id];
            body.extend(codes.lengths);
            body.extend(codes.symbols);
            segment(bytes, 0xC4, &body);
        }
    }
    segment(bytes, 0xDA, &[3, 1, 0x00, 2, 0x11, 3, 0x11, 0, 63, 0]);
}

fn segment(bytes: &mut Vec<u8>, marker: u8, body: &[u8]) {
    bytes.extend([0xFF, marker]);
    bytes.extend((body.len() as u16 + 2).to_be_bytes());
    bytes.extend(body);
}

/// The entropy-coded part.
struct Scan {
    bits: Writer,
    /// For luma and for colour, what each coefficient is multiplied by, transposed.
    steps: [Block; 2],
    first: [Encoder; 2],
    others: [Encoder; 2],
    /// The first coefficient of the block before, for each component.
    before: [i32; 3],
}

impl Scan {
    fn new(bytes: Vec<u8>, tables: &[[u8; 64]; 2]) -> Self {
        let steps = tables.map(|table| {
            let mut steps = ZEROS;
            for (step, place) in table.iter().zip(ZIGZAG) {
                let place = usize::from(place);
                steps[place / 8].0[place % 8] = 1.0 / (f32::from(*step) * factor(place) * 8.0);
            }
            steps
        });
        Self {
            bits: Writer::new(bytes),
            steps,
            first: FIRST.each_ref().map(Encoder::new),
            others: OTHERS.each_ref().map(Encoder::new),
            before: [0; 3],
        }
    }

    fn block(&mut self, component: usize, plane: &Plane, column: u32, row: u32) {
        let table = component.min(1);
        let whole = quantised(&forward(samples(plane, column, row)), &self.steps[table]);
        let ordered = ZIGZAG.map(|place| whole[usize::from(place) & 63]);
        let first = i32::from(ordered[0]);
        let (bits, size) = magnitude(first - self.before[component]);
        self.before[component] = first;
        let (code, length) = self.first[table].0[size as usize];
        self.bits.put(code << size | bits, length + size);
        self.others(table, &ordered, present(&ordered) & !1);
    }

    fn others(&mut self, table: usize, ordered: &[i16; 64], mut present: u64) {
        let codes = &self.others[table].0;
        let mut last = 0;
        while present != 0 {
            let at = present.trailing_zeros();
            present &= present - 1;
            let mut zeros = at - last - 1;
            last = at;
            while zeros >= 16 {
                let (code, length) = codes[0xF0];
                self.bits.put(code, length);
                zeros -= 16;
            }
            let (bits, size) = magnitude(i32::from(ordered[at as usize & 63]));
            let (code, length) = codes[(zeros << 4 | size) as usize & 255];
            self.bits.put(code << size | bits, length + size);
        }
        if last < 63 {
            let (code, length) = codes[0];
            self.bits.put(code, length);
        }
    }
}

/// The coefficients in steps of quantisation, eight at once.
#[inline]
fn quantised(coefficients: &Block, steps: &Block) -> [i16; 64] {
    let mut whole = [0; 64];
    let (rows, _) = whole.as_chunks_mut::<8>();
    for ((whole, row), steps) in rows.iter_mut().zip(coefficients).zip(steps) {
        *whole = from_fn(|lane| round(row.0[lane] * steps.0[lane]) as i16);
    }
    whole
}

/// One bit for each coefficient that is not 0, the first one lowest.
#[inline]
fn present(coefficients: &[i16; 64]) -> u64 {
    let (rows, _) = coefficients.as_chunks::<8>();
    rows.iter().rev().fold(0, |present, row| {
        let bits: [u16; 8] = from_fn(|lane| u16::from(row[lane] != 0) << lane);
        present << 8 | u64::from(bits.into_iter().fold(0, |all, bit| all | bit))
    })
}

/// The bits that tell a coefficient, and how many they are (T.81, F.1.2.1).
#[inline]
const fn magnitude(value: i32) -> (u32, u32) {
    let size = 32 - value.unsigned_abs().leading_zeros();
    let bits = (value - (value < 0) as i32) as u32 & ((1 << size) - 1);
    (bits, size)
}

/// The samples of a block around 0. Beyond the plane its last row and column go on.
#[inline]
fn samples(plane: &Plane, column: u32, row: u32) -> Block {
    let mut block = ZEROS;
    let (x, y) = (column as usize * 8, row as usize * 8);
    let (width, height) = (plane.width as usize, plane.height as usize);
    for (line, samples) in block.iter_mut().enumerate() {
        let line = (y + line).min(height.saturating_sub(1));
        let source = plane.data.get(line * width..(line + 1) * width).unwrap_or_default();
        if let Some(source) = source.get(x..x + 8) {
            for (sample, source) in samples.0.iter_mut().zip(source) {
                *sample = f32::from(*source) - 128.0;
            }
        } else {
            let last = source.last().copied().unwrap_or(128);
            for (at, sample) in samples.0.iter_mut().enumerate() {
                *sample = f32::from(source.get(x + at).copied().unwrap_or(last)) - 128.0;
            }
        }
    }
    block
}
