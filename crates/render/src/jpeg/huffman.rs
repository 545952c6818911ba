//! Huffman codes (T.81, Annex C): from symbols to codes and back.

use super::{bits::Reader, tables::Codes};

/// For writing: by symbol, the code and its length.
pub(super) struct Encoder(pub(super) [(u32, u32); 256]);

impl Encoder {
    pub(super) fn new(codes: &Codes) -> Self {
        let mut table = [(0, 0); 256];
        for (symbol, code, length) in assign(&codes.lengths, codes.symbols) {
            table[usize::from(symbol)] = (code, length);
        }
        Self(table)
    }
}

/// How many bits are looked up at once.
const QUICK: u32 = 10;

/// For reading.
pub(super) struct Decoder {
    /// By the next [`QUICK`] bits, the symbol and the length of its code; 0 where it is longer.
    quick: [(u8, u8); 1 << QUICK],
    /// By length, the first code that is longer, aligned to 16 bits.
    ends: [u32; 17],
    /// By length, what a code of it is moved by to be a place among the symbols.
    offsets: [i32; 17],
    symbols: [u8; 256],
}

impl Decoder {
    /// From the table of a file; none if it has more codes than there are.
    pub(super) fn new(lengths: &[u8; 16], symbols: &[u8]) -> Option<Self> {
        let total: usize = lengths.iter().map(|count| usize::from(*count)).sum();
        if total > 256 || total > symbols.len() {
            return None;
        }
        let mut table = Self { quick: [(0, 0); 1 << QUICK], ends: [0; 17], offsets: [0; 17], symbols: [0; 256] };
        for (place, symbol) in table.symbols.iter_mut().zip(symbols) {
            *place = *symbol;
        }
        let (mut code, mut place) = (0_u32, 0_i32);
        for (length, count) in (1_u32..).zip(lengths) {
            let first = code;
            code += u32::from(*count);
            if code > 1 << length {
                return None;
            }
            table.offsets[length as usize] = place - first as i32;
            table.ends[length as usize] = code << (16 - length);
            place += i32::from(*count);
            code <<= 1;
        }
        for (symbol, code, length) in assign(lengths, symbols).filter(|(_, _, length)| *length <= QUICK) {
            let first = (code << (QUICK - length)) as usize;
            for entry in table.quick.iter_mut().skip(first).take(1 << (QUICK - length)) {
                *entry = (symbol, length as u8);
            }
        }
        Some(table)
    }

    /// The next symbol, of which at least 16 bits wait; none if it is no code.
    #[inline]
    pub(super) fn symbol(&self, bits: &mut Reader<'_>) -> Option<u8> {
        let (symbol, length) = self.quick[bits.peek(QUICK) as usize];
        if length > 0 {
            bits.take(u32::from(length));
            return Some(symbol);
        }
        self.long_symbol(bits)
    }

    fn long_symbol(&self, bits: &mut Reader<'_>) -> Option<u8> {
        let next = bits.peek(16);
        let length = (QUICK + 1..=16).find(|length| next < self.ends[*length as usize])?;
        let place = (next >> (16 - length)) as i32 + self.offsets[length as usize];
        bits.take(length);
        self.symbols.get(usize::try_from(place).ok()?).copied()
    }
}

/// Each symbol with its code and its length, in the order of the codes.
fn assign<'table>(lengths: &'table [u8; 16], symbols: &'table [u8]) -> impl Iterator<Item = (u8, u32, u32)> + 'table {
    let mut code = 0;
    let all = (1_u32..).zip(lengths).flat_map(move |(length, count)| {
        let first = code;
        code = (first + u32::from(*count)) << 1;
        (0..u32::from(*count)).map(move |at| (first + at, length))
    });
    symbols.iter().zip(all).map(|(symbol, (code, length))| (*symbol, code, length))
}
