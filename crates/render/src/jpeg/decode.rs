//! Reading a baseline JPEG, no more of it than is needed.

use super::{
    bits::Reader,
    header::{Component, Header, Refusal},
    huffman::Decoder,
    tables::ZIGZAG,
    transform::{Block, Row, ZEROS, inverse, round},
};
use crate::surface::{Plane, Planes};

/// A part of a picture, in pixels as they are stored.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Crop {
    pub(crate) x: f64,
    pub(crate) y: f64,
    pub(crate) width: f64,
    pub(crate) height: f64,
}

/// Samples around the crop that a resampling filter looks at.
const MARGIN: f64 = 8.0;

/// Decodes what `crop` needs, with `shrink` (1, 2, 4 or 8) pixels in each direction made one, and answers with the place
/// of the crop in what it decoded.
///
/// # Errors
/// [`Refusal::Corrupt`].
pub(crate) fn decode(header: &Header<'_>, crop: Crop, shrink: u32) -> Result<(Planes, Crop), Refusal> {
    let unit = Unit::of(header);
    let (left, right) = Unit::range(crop.x, crop.width, unit.width, header.width);
    let (top, bottom) = Unit::range(crop.y, crop.height, unit.height, header.height);
    let mut targets: Vec<Target<'_>> = Vec::new();
    for component in &header.components {
        let size = |units: u32, blocks: u32| (units * blocks * 8).div_ceil(shrink);
        targets.push(Target {
            component: *component,
            steps: header.steps(component).ok_or(BROKEN)?,
            first: header.first[component.first].as_deref().ok_or(BROKEN)?,
            others: header.others[component.others].as_deref().ok_or(BROKEN)?,
            plane: Plane::filled(size(right - left, component.across), size(bottom - top, component.down), 128),
            before: 0,
        });
    }
    let mut bits = Reader::new(header.scan);
    let columns = header.width.div_ceil(unit.width);
    let mut count = 0;
    for row in 0..bottom {
        for column in 0..columns {
            if header.restart > 0 && count == header.restart {
                if bits.is_past_end() || !bits.restart() {
                    return Err(BROKEN);
                }
                for target in &mut targets {
                    target.before = 0;
                }
                count = 0;
            }
            count += 1;
            let wanted = row >= top && (left..right).contains(&column);
            for target in &mut targets {
                let at = wanted.then(|| (column - left, row - top));
                target.unit(&mut bits, at, shrink)?;
            }
        }
        if bits.is_past_end() {
            return Err(Refusal::Corrupt("it ends before its last pixel"));
        }
    }
    let shrink = f64::from(shrink);
    let crop = Crop {
        x: (crop.x - f64::from(left * unit.width)) / shrink,
        y: (crop.y - f64::from(top * unit.height)) / shrink,
        width: crop.width / shrink,
        height: crop.height / shrink,
    };
    Ok((planes(targets), crop))
}

const BROKEN: Refusal = Refusal::Corrupt("its pixels are broken");

/// The planes as they were decoded; a grey picture gets two of no colour.
fn planes(targets: Vec<Target<'_>>) -> Planes {
    let mut planes = targets.into_iter().map(|target| target.plane);
    let empty = || Plane::filled(0, 0, 128);
    let luma = planes.next().unwrap_or_else(empty);
    let grey = || Plane::filled(luma.width.div_ceil(2), luma.height.div_ceil(2), 128);
    let blue = planes.next().unwrap_or_else(grey);
    let red = planes.next().unwrap_or_else(grey);
    Planes { luma, blue, red }
}

/// The pixels that are stored together: one to four blocks of luma, and one of each colour.
struct Unit {
    width: u32,
    height: u32,
}

impl Unit {
    fn of(header: &Header<'_>) -> Self {
        let most = |blocks: fn(&Component) -> u32| header.components.iter().map(blocks).max().unwrap_or(1);
        Self { width: 8 * most(|component| component.across), height: 8 * most(|component| component.down) }
    }

    /// The units that hold the pixels from `start`, and a margin.
    fn range(start: f64, length: f64, unit: u32, whole: u32) -> (u32, u32) {
        let last = whole.div_ceil(unit);
        let first = ((start - MARGIN).max(0.0) / f64::from(unit)).floor() as u32;
        let end = ((start + length + MARGIN) / f64::from(unit)).ceil() as u32;
        let first = first.min(last.saturating_sub(1));
        (first, end.clamp(first + 1, last))
    }
}

/// Where a component is decoded to.
struct Target<'header> {
    component: Component,
    steps: &'header [f32; 64],
    first: &'header Decoder,
    others: &'header Decoder,
    plane: Plane,
    before: i32,
}

impl Target<'_> {
    /// Reads the blocks of a unit, and decodes them where they are wanted.
    fn unit(&mut self, bits: &mut Reader<'_>, at: Option<(u32, u32)>, shrink: u32) -> Result<(), Refusal> {
        for down in 0..self.component.down {
            for across in 0..self.component.across {
                let mut block = ZEROS;
                let last = self.read(bits, &mut block)?;
                let Some((column, row)) = at else { continue };
                let column = column * self.component.across + across;
                let row = row * self.component.down + down;
                if last == 0 {
                    // Only the mean.
                    block = [Row([block[0].0[0]; 8]); 8];
                } else {
                    block = inverse(block);
                }
                store(&mut self.plane, &block, column, row, shrink);
            }
        }
        Ok(())
    }

    /// Reads a block and answers with the place of its last coefficient in the order of writing.
    #[inline]
    fn read(&mut self, bits: &mut Reader<'_>, block: &mut Block) -> Result<usize, Refusal> {
        bits.refill();
        let size = u32::from(self.first.symbol(bits).filter(|size| *size <= 15).ok_or(BROKEN)?);
        self.before = self.before.wrapping_add(value(bits, size));
        block[0].0[0] = self.before as f32 * self.steps[0];
        let (mut at, mut last) = (1, 0);
        while at < 64 {
            bits.refill();
            let symbol = self.others.symbol(bits).ok_or(BROKEN)?;
            let size = u32::from(symbol & 15);
            if size == 0 {
                if symbol != 0xF0 {
                    break;
                }
                at += 16;
                continue;
            }
            at += usize::from(symbol >> 4);
            let place = usize::from(*ZIGZAG.get(at).ok_or(BROKEN)?) & 63;
            block[place / 8].0[place % 8] = value(bits, size) as f32 * self.steps[place];
            last = at;
            at += 1;
        }
        Ok(last)
    }
}

/// The number that the next `size` bits tell (T.81, F.2.2.1).
#[inline]
fn value(bits: &mut Reader<'_>, size: u32) -> i32 {
    if size == 0 {
        return 0;
    }
    let read = bits.peek(size) as i32;
    bits.take(size);
    if read >> (size - 1) == 0 { read - (1 << size) + 1 } else { read }
}

/// A sample around 0 as it is stored. A broken file makes samples of any size, which [`round`] does not take.
#[inline]
fn byte(sample: f32) -> u8 {
    // Unlike `clamp`, this has a result for what is not a number, and the same one everywhere.
    let sample = if sample > -128.0 { sample } else { -128.0 };
    let sample = if sample < 127.0 { sample } else { 127.0 };
    (round(sample) + 128) as u8
}

/// Puts the samples of a block in their place.
#[inline]
fn store(plane: &mut Plane, block: &Block, column: u32, row: u32, shrink: u32) {
    let width = plane.width as usize;
    if shrink == 1 {
        let start = row as usize * 8 * width + column as usize * 8;
        for (line, samples) in block.iter().enumerate() {
            let start = start + line * width;
            if let Some(line) = plane.data.get_mut(start..start + 8) {
                for (place, sample) in line.iter_mut().zip(samples.0) {
                    *place = byte(sample);
                }
            }
        }
        return;
    }
    let shrink = shrink as usize;
    let side = 8 / shrink;
    let share = 1.0 / (shrink * shrink) as f32;
    for y in 0..side {
        let start = (row as usize * side + y) * width + column as usize * side;
        for x in 0..side {
            let lines = block.iter().skip(y * shrink).take(shrink);
            let sum: f32 = lines.flat_map(|line| line.0.iter().skip(x * shrink).take(shrink)).sum();
            if let Some(place) = plane.data.get_mut(start + x) {
                *place = byte(sum * share);
            }
        }
    }
}
