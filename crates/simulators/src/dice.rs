/// A small generator of repeatable numbers (SplitMix64, Steele, Lea and Flood 2014).
///
/// Answers must stay the same over versions of libraries, because benchmarks and tests compare them.
pub(crate) struct Dice(u64);

impl Dice {
    /// Dice for a text: its FNV-1a hash is the seed.
    pub(crate) fn of(text: &str) -> Self {
        Self(
            text.bytes()
                .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)),
        )
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number in `0.0..1.0`.
    pub(crate) fn fraction(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// A number in `0..limit`, 0 if the limit is.
    pub(crate) fn below(&mut self, limit: usize) -> usize {
        (self.fraction() * limit as f64) as usize
    }

    pub(crate) fn pick<T: Copy>(&mut self, choices: &[T]) -> Option<T> {
        choices.get(self.below(choices.len())).copied()
    }
}
