//! Bits in and out of entropy-coded data, where a byte 0xFF is followed by a 0.

/// Bits that are written.
pub(super) struct Writer {
    bytes: Vec<u8>,
    /// The bits that wait, in the lowest places.
    waiting: u64,
    count: u32,
}

impl Writer {
    /// Goes on after `bytes`.
    pub(super) const fn new(bytes: Vec<u8>) -> Self {
        Self { bytes, waiting: 0, count: 0 }
    }

    /// Writes the lowest `count` (at most 32) bits of `bits`, the others of which are 0.
    #[inline]
    pub(super) fn put(&mut self, bits: u32, count: u32) {
        self.waiting = self.waiting << count | u64::from(bits);
        self.count += count;
        if self.count >= 32 {
            self.count -= 32;
            let word = (self.waiting >> self.count) as u32;
            // A byte of it is 0xFF if and only if a byte of its complement is 0.
            let complement = !word;
            if complement.wrapping_sub(0x0101_0101) & word & 0x8080_8080 == 0 {
                self.bytes.extend_from_slice(&word.to_be_bytes());
            } else {
                for byte in word.to_be_bytes() {
                    self.push(byte);
                }
            }
        }
    }

    fn push(&mut self, byte: u8) {
        self.bytes.push(byte);
        if byte == 0xFF {
            self.bytes.push(0);
        }
    }

    /// The bytes, the last one filled up with ones.
    pub(super) fn finish(mut self) -> Vec<u8> {
        let fill = (8 - self.count % 8) % 8;
        let waiting = self.waiting << fill | ((1 << fill) - 1);
        let mut left = self.count + fill;
        while left > 0 {
            left -= 8;
            self.push((waiting >> left) as u8);
        }
        self.bytes
    }
}

/// Bits that are read.
pub(super) struct Reader<'data> {
    data: &'data [u8],
    at: usize,
    /// The next bits, in the highest places; below them are zeros.
    waiting: u64,
    count: u32,
    /// How many of the bits are not in the data, which ends or is interrupted by a marker.
    invented: u32,
}

impl<'data> Reader<'data> {
    pub(super) const fn new(data: &'data [u8]) -> Self {
        Self { data, at: 0, waiting: 0, count: 0, invented: 0 }
    }

    /// Sees to it that at least 32 bits wait. After the end of the data they are zeros.
    #[inline]
    pub(super) fn refill(&mut self) {
        if self.count >= 32 {
            return;
        }
        if let Some(next) = self.data.get(self.at..self.at + 4)
            && let Ok(next) = next.try_into()
        {
            let word = u32::from_be_bytes(next);
            if (!word).wrapping_sub(0x0101_0101) & word & 0x8080_8080 == 0 {
                self.waiting |= u64::from(word) << (32 - self.count);
                self.count += 32;
                self.at += 4;
                return;
            }
        }
        self.refill_slowly();
    }

    #[cold]
    fn refill_slowly(&mut self) {
        while self.count <= 56 {
            let byte = match (self.data.get(self.at), self.data.get(self.at + 1)) {
                (Some(0xFF), Some(0)) => {
                    self.at += 2;
                    0xFF
                }
                (Some(0xFF) | None, _) => {
                    self.invented += 8;
                    0
                }
                (Some(byte), _) => {
                    self.at += 1;
                    *byte
                }
            };
            self.waiting |= u64::from(byte) << (56 - self.count);
            self.count += 8;
        }
    }

    /// The next `count` (1 to 32) bits, which stay.
    #[inline]
    pub(super) const fn peek(&self, count: u32) -> u32 {
        (self.waiting >> (64 - count)) as u32
    }

    /// Takes `count` bits.
    #[inline]
    pub(super) const fn take(&mut self, count: u32) {
        self.waiting <<= count;
        self.count = self.count.saturating_sub(count);
    }

    /// Whether bits were taken that are not in the data.
    pub(super) const fn is_past_end(&self) -> bool {
        self.invented > self.count
    }

    /// Passes the marker that restarts the decoder; whether there was one.
    pub(super) fn restart(&mut self) -> bool {
        // What waits belongs to the data before the marker, which is the next thing that was not read.
        (self.waiting, self.count, self.invented) = (0, 0, 0);
        while let Some([0xFF, 0xFF]) = self.data.get(self.at..self.at + 2) {
            self.at += 1;
        }
        let found = matches!(self.data.get(self.at..self.at + 2), Some([0xFF, 0xD0..=0xD7]));
        self.at += 2;
        found
    }
}

#[cfg(test)]
mod tests {
    use super::{Reader, Writer};

    #[test]
    fn what_is_written_is_read() {
        let mut writer = Writer::new(Vec::new());
        let all: Vec<(u32, u32)> =
            (0..400_u32).map(|at| (at.wrapping_mul(2_654_435_761_u64.wrapping_mul(7) as u32), at % 16 + 1)).collect();
        for &(value, count) in &all {
            writer.put(value & ((1 << count) - 1), count);
            writer.put(0xFF, 8);
        }
        let bytes = writer.finish();
        let mut reader = Reader::new(&bytes);
        for &(value, count) in &all {
            reader.refill();
            assert_eq!(reader.peek(count), value & ((1 << count) - 1));
            reader.take(count);
            reader.refill();
            assert_eq!(reader.peek(8), 0xFF);
            reader.take(8);
        }
        assert!(!reader.is_past_end());
        reader.refill();
        reader.take(20);
        assert!(reader.is_past_end());
    }
}
