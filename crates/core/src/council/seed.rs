//! The recorded seed of a council: which candidate is shown where, and how candidates are marked off.
//!
//! Everything that follows from a seed must be the same in every version of this program, so that a decision can be
//! repeated. Hence own, pinned arithmetic instead of a library's: SplitMix64 (Steele, Lea and Flood, "Fast Splittable
//! Pseudorandom Number Generators", 2014) and the shuffle of Fisher and Yates.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A random number that is drawn once for a council and kept with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Seed(i64);

impl Seed {
    /// The seed with these bits.
    pub const fn new(bits: u64) -> Self {
        Self(bits as i64)
    }

    /// The seed that Postgres holds as `BIGINT`.
    pub const fn from_i64(stored: i64) -> Self {
        Self(stored)
    }

    /// What Postgres holds.
    pub const fn to_i64(self) -> i64 {
        self.0
    }

    /// The seats in the order in which their candidates are shown first; does not depend on the order of `seats`.
    pub fn order<'a>(self, seats: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
        let mut order: Vec<&str> = seats.into_iter().collect();
        order.sort_unstable();
        let mut numbers = SplitMix64(self.0 as u64);
        for last in (1..order.len()).rev() {
            order.swap(last, numbers.below(last + 1));
        }
        order
    }

    /// The 32 hexadecimal digits that mark off the candidates in the given round. Whoever writes a candidate does not
    /// know them, as the seed is never shown to a model.
    pub fn key(self, round: u32) -> String {
        let mut numbers = SplitMix64(self.0 as u64 ^ u64::from(round).wrapping_mul(0xd6e8_feb8_6659_fd93));
        // The first number of round zero also decides the order, which the judge sees.
        numbers.number();
        format!("{:016x}{:016x}", numbers.number() ^ 0x6a09_e667_f3bc_c908, numbers.number())
    }
}

/// The name of a candidate for those who must not know whose it is: `A`, `B`, `C` and so on, in the order shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Label(char);

impl Label {
    /// The labels in their order; a council has at most as many seats.
    pub fn all() -> impl Iterator<Item = Self> {
        ('A'..='Z').map(Self)
    }
}

impl fmt::Display for Label {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

/// Numbers that look random.
pub(crate) struct SplitMix64(pub(crate) u64);

impl SplitMix64 {
    /// The next number.
    pub(crate) fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number from 0 up to `bound`, exclusive: the upper half of the 128-bit product, whose bias of `bound` in 2^64 does
    /// not matter here.
    fn below(&mut self, bound: usize) -> usize {
        ((u128::from(self.number()) * bound as u128) >> 64) as usize
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    /// The numbers of the published reference implementation for this seed.
    #[test]
    fn numbers_are_those_of_the_reference() {
        let mut numbers = SplitMix64(1_234_567);
        let first: [u64; 5] = std::array::from_fn(|_| numbers.number());
        assert_eq!(
            first,
            [
                6_457_827_717_110_365_317,
                3_203_168_211_198_807_973,
                9_817_491_932_198_370_423,
                4_593_380_528_125_082_431,
                16_408_922_859_458_223_821,
            ]
        );
    }

    /// A change here would change what old seeds mean: the recorded decisions could not be repeated any more.
    #[test]
    fn orders_and_keys_are_pinned() {
        let order = |seed| Seed::new(seed).order(["claude", "gpt", "grok"]).join(" ");
        assert_eq!((0..8).map(order).collect::<Vec<_>>(), PINNED_ORDERS);
        assert_eq!(Seed::new(1).key(1), PINNED_KEYS[0]);
        assert_eq!(Seed::new(1).key(2), PINNED_KEYS[1]);
        assert_eq!(Seed::new(u64::MAX).key(1), PINNED_KEYS[2]);
    }

    const PINNED_ORDERS: [&str; 8] = [
        "gpt claude grok",
        "claude grok gpt",
        "claude grok gpt",
        "grok gpt claude",
        "claude grok gpt",
        "claude grok gpt",
        "gpt claude grok",
        "grok claude gpt",
    ];
    const PINNED_KEYS: [&str; 3] =
        ["a34d2ac37636983eca52f4bd35be8c82", "20688b2b2a6a5cdf729e1bbde29f30d8", "a90da52102c7e03a34e5a4080a2c4ad6"];

    #[test]
    fn every_order_is_about_as_frequent() {
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        for seed in 0..6_000 {
            *counts.entry(Seed::new(seed).order(["a", "b", "c"]).concat()).or_default() += 1;
        }
        assert_eq!(counts.len(), 6);
        assert!(counts.values().all(|count| (850..1_150).contains(count)), "{counts:?}");
    }

    proptest! {
        #[test]
        fn the_order_holds_every_seat_and_forgets_how_they_came(bits: u64, count in 0_usize..7, rotation in 0_usize..7) {
            let seed = Seed::new(bits);
            prop_assert_eq!(Seed::from_i64(seed.to_i64()), seed);
            let mut seats = ["a", "b", "c", "d", "e", "f"][..count.min(6)].to_vec();
            let order = seed.order(seats.iter().copied());
            let middle = if seats.is_empty() { 0 } else { rotation % seats.len() };
            seats.rotate_left(middle);
            prop_assert_eq!(&seed.order(seats.iter().copied()), &order);
            let mut sorted = order;
            sorted.sort_unstable();
            seats.sort_unstable();
            prop_assert_eq!(sorted, seats);
        }

        #[test]
        fn each_round_has_a_key_of_its_own(bits: u64, round in 0_u32..100) {
            let seed = Seed::new(bits);
            prop_assert_eq!(seed.key(round).len(), 32);
            prop_assert_ne!(seed.key(round), seed.key(round + 1));
        }
    }
}
