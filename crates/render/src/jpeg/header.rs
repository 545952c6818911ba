//! What stands before the pixels of a JPEG.

use image::metadata::Orientation;

use super::{huffman::Decoder, tables::ZIGZAG, transform::factor};

/// Why a file is not read here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// It is a JPEG of a kind that is rare (progressive, arithmetic, CMYK, 12 bits): another decoder may read it.
    Rare,
    /// It is broken.
    Corrupt(&'static str),
}

/// One of the planes of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Component {
    id: u8,
    /// How many blocks it has in a unit, from left to right and from top to bottom: 1 or 2.
    pub(super) across: u32,
    pub(super) down: u32,
    quantisation: usize,
    pub(super) first: usize,
    pub(super) others: usize,
}

/// The head of a baseline JPEG.
pub(crate) struct Header<'file> {
    /// In pixels, as they are stored.
    pub(crate) width: u32,
    /// In pixels, as they are stored.
    pub(crate) height: u32,
    /// How the stored picture must be turned to stand upright.
    pub(crate) orientation: Orientation,
    /// One (grey) or three (luma, blue, red).
    pub(super) components: Vec<Component>,
    /// What each coefficient is multiplied by, transposed.
    tables: [Option<Box<[f32; 64]>>; 4],
    pub(super) first: [Option<Box<Decoder>>; 4],
    pub(super) others: [Option<Box<Decoder>>; 4],
    /// How many units lie between two restarts; 0 for all.
    pub(super) restart: u32,
    /// The entropy-coded data and what follows.
    pub(super) scan: &'file [u8],
}

const ENDS: Refusal = Refusal::Corrupt("it ends within its header");
const TABLES: Refusal = Refusal::Corrupt("a table of it is broken");

impl<'file> Header<'file> {
    /// Reads the head of `file`.
    ///
    /// # Errors
    /// [`Refusal`].
    pub(crate) fn read(file: &'file [u8]) -> Result<Self, Refusal> {
        let mut header = Self {
            width: 0,
            height: 0,
            orientation: Orientation::NoTransforms,
            components: Vec::new(),
            tables: [const { None }; 4],
            first: [const { None }; 4],
            others: [const { None }; 4],
            restart: 0,
            scan: &[],
        };
        let mut rest = file.strip_prefix(&[0xFF, 0xD8]).ok_or(Refusal::Corrupt("it does not begin as a JPEG"))?;
        loop {
            let (marker, after) = next_marker(rest)?;
            let (body, after) = split_segment(after)?;
            rest = after;
            match marker {
                0xC0 | 0xC1 => header.frame(body)?,
                0xC2 | 0xC3 | 0xC5..=0xC7 | 0xC9..=0xCB | 0xCD..=0xCF => return Err(Refusal::Rare),
                0xC4 => header.huffman(body)?,
                0xDB => header.quantisation(body)?,
                0xDD => header.restart = body.get(..2).map_or(0, |two| u32::from(two[0]) << 8 | u32::from(two[1])),
                0xE1 => {
                    let exif = body.strip_prefix(b"Exif\0\0").and_then(Orientation::from_exif_chunk);
                    header.orientation = exif.unwrap_or(header.orientation);
                }
                // Adobe says when three planes are not luma and colour.
                0xEE if body.starts_with(b"Adobe") && body.get(11) != Some(&1) => return Err(Refusal::Rare),
                0xDA => {
                    header.scan(body)?;
                    header.scan = rest;
                    return Ok(header);
                }
                _ => {}
            }
        }
    }

    fn frame(&mut self, body: &[u8]) -> Result<(), Refusal> {
        let [bits, high_y, low_y, high_x, low_x, count, components @ ..] = body else { return Err(ENDS) };
        if *bits != 8 || !matches!(count, 1 | 3) || !self.components.is_empty() {
            return Err(Refusal::Rare);
        }
        self.height = u32::from(*high_y) << 8 | u32::from(*low_y);
        self.width = u32::from(*high_x) << 8 | u32::from(*low_x);
        if self.width == 0 || self.height == 0 {
            return Err(Refusal::Corrupt("it has no pixels"));
        }
        for component in components.chunks_exact(3).take(usize::from(*count)) {
            let [id, sampling, table] = component else { return Err(ENDS) };
            // A plane that is alone has units of one block, whatever is said.
            let (across, down) = if *count == 1 { (1, 1) } else { (sampling >> 4, sampling & 15) };
            if !matches!((across, down), (1 | 2, 1 | 2)) {
                return Err(Refusal::Rare);
            }
            self.components.push(Component {
                id: *id,
                across: u32::from(across),
                down: u32::from(down),
                quantisation: usize::from(*table & 3),
                first: 0,
                others: 0,
            });
        }
        match self.components.as_slice() {
            [_] => Ok(()),
            [_, blue, red] if (blue.across, blue.down, red.across, red.down) == (1, 1, 1, 1) => Ok(()),
            [_, _, _] => Err(Refusal::Rare),
            _ => Err(ENDS),
        }
    }

    fn huffman(&mut self, mut body: &[u8]) -> Result<(), Refusal> {
        while let Some((head, rest)) = body.split_at_checked(17) {
            let [id, lengths @ ..] = head else { return Err(TABLES) };
            let lengths: &[u8; 16] = lengths.try_into().map_err(|_| TABLES)?;
            let count = lengths.iter().map(|count| usize::from(*count)).sum();
            let (symbols, rest) = rest.split_at_checked(count).ok_or(ENDS)?;
            let table = Decoder::new(lengths, symbols).ok_or(TABLES)?;
            let place = usize::from(*id & 3);
            let tables = if *id & 0x10 == 0 { &mut self.first } else { &mut self.others };
            tables[place] = Some(Box::new(table));
            body = rest;
        }
        Ok(())
    }

    fn quantisation(&mut self, mut body: &[u8]) -> Result<(), Refusal> {
        while let Some((id, rest)) = body.split_first() {
            let wide = id >> 4 != 0;
            let (steps, rest) = rest.split_at_checked(if wide { 128 } else { 64 }).ok_or(ENDS)?;
            let mut table = Box::new([0.0; 64]);
            for (at, place) in ZIGZAG.into_iter().map(usize::from).enumerate() {
                let step = match (wide, steps.get(2 * at), steps.get(2 * at + 1), steps.get(at)) {
                    (true, Some(high), Some(low), _) => u16::from(*high) << 8 | u16::from(*low),
                    (_, _, _, Some(step)) => u16::from(*step),
                    _ => return Err(ENDS),
                };
                table[place] = f32::from(step) * factor(place) / 8.0;
            }
            self.tables[usize::from(id & 3)] = Some(table);
            body = rest;
        }
        Ok(())
    }

    fn scan(&mut self, body: &[u8]) -> Result<(), Refusal> {
        let [count, parts @ ..] = body else { return Err(ENDS) };
        if self.components.is_empty() {
            return Err(Refusal::Corrupt("its pixels come before their number"));
        }
        // A file may hold its planes one after the other.
        if usize::from(*count) != self.components.len() {
            return Err(Refusal::Rare);
        }
        for (component, part) in self.components.iter_mut().zip(parts.chunks_exact(2)) {
            if part[0] != component.id {
                return Err(Refusal::Corrupt("its planes are mixed up"));
            }
            (component.first, component.others) = (usize::from(part[1] >> 4 & 3), usize::from(part[1] & 3));
        }
        let complete = |component: &Component| {
            self.tables[component.quantisation].is_some()
                && self.first[component.first].is_some()
                && self.others[component.others].is_some()
        };
        if self.components.iter().all(complete) { Ok(()) } else { Err(Refusal::Corrupt("it lacks a table")) }
    }

    /// What the coefficients of `component` are multiplied by, transposed.
    pub(super) fn steps(&self, component: &Component) -> Option<&[f32; 64]> {
        self.tables[component.quantisation].as_deref()
    }
}

/// The next marker and what follows it.
pub(super) fn next_marker(bytes: &[u8]) -> Result<(u8, &[u8]), Refusal> {
    let [0xFF, rest @ ..] = bytes else { return Err(ENDS) };
    let fill = rest.iter().take_while(|byte| **byte == 0xFF).count();
    let (marker, rest) = rest.get(fill..).and_then(<[u8]>::split_first).ok_or(ENDS)?;
    Ok((*marker, rest))
}

/// What stands behind a marker, and what follows it.
pub(super) fn split_segment(bytes: &[u8]) -> Result<(&[u8], &[u8]), Refusal> {
    let [high, low, rest @ ..] = bytes else { return Err(ENDS) };
    let length = usize::from(*high) << 8 | usize::from(*low);
    length.checked_sub(2).and_then(|length| rest.split_at_checked(length)).ok_or(ENDS)
}
