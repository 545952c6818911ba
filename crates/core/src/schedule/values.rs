//! The set of values that a plain field allows.

/// A set of the numbers `base..base + 256`: wide enough for the 230 years of a cron expression.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Values {
    base: u32,
    bits: [u64; 4],
}

impl Values {
    pub(super) fn empty(base: u32) -> Self {
        Self { base, bits: [0; 4] }
    }

    pub(super) fn insert(&mut self, value: u32) {
        let index = value.saturating_sub(self.base) as usize;
        if let Some(word) = self.bits.get_mut(index / 64) {
            *word |= 1 << (index % 64);
        }
    }

    pub(super) fn contains(&self, value: u32) -> bool {
        let Some(index) = value.checked_sub(self.base) else { return false };
        let word = self.bits.get(index as usize / 64).copied().unwrap_or(0);
        word >> (index % 64) & 1 == 1
    }

    /// The values from `from` on, rising. Empty words are skipped as a whole.
    pub(super) fn from(&self, from: u32) -> impl Iterator<Item = u32> + '_ {
        let start = from.saturating_sub(self.base);
        (0_u32..).zip(self.bits).flat_map(move |(index, word)| {
            let first = index * 64;
            let mut rest = match start.saturating_sub(first) {
                skipped @ 0..64 => word >> skipped << skipped,
                _ => 0,
            };
            std::iter::from_fn(move || {
                (rest != 0).then(|| {
                    let bit = rest.trailing_zeros();
                    rest &= rest - 1;
                    self.base + first + bit
                })
            })
        })
    }

    /// The shortest of the documented ways to write the set, where `maximum` is the field's last value.
    ///
    /// `*` for all, `start/step` for a progression that runs to the end (unless `steps` is false, because
    /// the day of the week has no `/`), ranges for three and more in a row, a list for the rest.
    pub(super) fn text(&self, maximum: u32, steps: bool) -> String {
        let all: Vec<u32> = self.from(self.base).collect();
        if all.len() == (maximum - self.base + 1) as usize {
            return "*".to_owned();
        }
        if let [first, second, .., last] = all[..] {
            let step = second - first;
            let even = all.windows(2).all(|pair| pair[1] - pair[0] == step);
            if steps && step > 1 && even && last + step > maximum {
                return format!("{first}/{step}");
            }
        }
        let runs = all.chunk_by(|left, right| left + 1 == *right);
        let items: Vec<String> = runs
            .map(|run| match run {
                [first, _, .., last] if run.len() > 2 => format!("{first}-{last}"),
                _ => run.iter().map(u32::to_string).collect::<Vec<_>>().join(","),
            })
            .collect();
        items.join(",")
    }
}
