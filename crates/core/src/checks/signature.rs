//! What two texts have in common, from a few hundred bytes each.
//!
//! A text is the set of its runs of five letters (its shingles). The share of shingles that two texts have in common is
//! estimated from 64 minima under 64 hash functions (MinHash: Broder, "On the resemblance and containment of documents",
//! 1997): each minimum is the same in both with just that probability, so the estimate's standard error is at most 1/16.

use std::collections::BTreeSet;

use crate::{
    council::seed::SplitMix64,
    fold::{Accents, Folded},
};

/// How many letters a shingle has.
const SHINGLE: usize = 5;

/// How many hash functions there are.
const HASHES: usize = 64;

/// The first byte of a stored signature. Signatures of different kinds cannot be compared.
const KIND: u8 = 1;

/// From here on the hash functions are derived; a change makes all stored signatures worthless.
const SEED: u64 = 0x726f_7374_7275_6d31;

/// A text in 261 bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    shingles: u32,
    minima: [u32; HASHES],
}

impl Signature {
    /// How many bytes [`Signature::to_bytes`] gives.
    pub const BYTES: usize = 1 + 4 + 4 * HASHES;

    /// The signature of `text` without tags, links and the `shared` texts.
    pub fn of(text: &str, shared: &[String]) -> Self {
        Self::of_shingles(&shingles(text, shared))
    }

    /// What the database holds: one byte for the kind, the number of shingles and the minima, in big endian.
    pub fn to_bytes(&self) -> Vec<u8> {
        let numbers = [self.shingles].into_iter().chain(self.minima);
        [KIND].into_iter().chain(numbers.flat_map(u32::to_be_bytes)).collect()
    }

    /// Reads what the database holds; `None` if it is of another kind.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (kind, rest) = bytes.split_first()?;
        let (numbers, left) = rest.as_chunks::<4>();
        if *kind != KIND || bytes.len() != Self::BYTES || !left.is_empty() {
            return None;
        }
        let (shingles, minima) = numbers.split_first()?;
        let minima: Vec<u32> = minima.iter().map(|number| u32::from_be_bytes(*number)).collect();
        Some(Self { shingles: u32::from_be_bytes(*shingles), minima: minima.try_into().ok()? })
    }

    /// How many of the minima are the same: the estimated likeness in 64ths. Texts without letters are like nothing.
    pub fn alike(&self, other: &Self) -> u32 {
        if self.shingles == 0 || other.shingles == 0 {
            return 0;
        }
        self.minima.iter().zip(&other.minima).map(|(left, right)| u32::from(left == right)).sum()
    }

    fn of_shingles(shingles: &BTreeSet<u64>) -> Self {
        let mut minima = [u32::MAX; HASHES];
        let mut numbers = SplitMix64(SEED);
        // Multiplying by an odd number and adding another one, modulo 2^64, permutes the hashes; the upper half counts.
        for minimum in &mut minima {
            let (factor, summand) = (numbers.number() | 1, numbers.number());
            for shingle in shingles {
                let hash = (shingle.wrapping_mul(factor).wrapping_add(summand) >> 32) as u32;
                *minimum = hash.min(*minimum);
            }
        }
        Self { shingles: u32::try_from(shingles.len()).unwrap_or(u32::MAX), minima }
    }
}

/// The hashes of the runs of five letters; of a shorter text the hash of all of it.
pub(super) fn shingles(text: &str, shared: &[String]) -> BTreeSet<u64> {
    let shared = shared.iter().map(|shared| shared.trim()).filter(|shared| !shared.is_empty());
    let own = shared.fold(text.to_owned(), |text, shared| text.replace(shared, "\n"));
    let letters = letters(&own);
    if letters.is_empty() {
        return BTreeSet::new();
    }
    letters.windows(SHINGLE.min(letters.len())).map(hash).collect()
}

/// The folded words without signs, one blank between them. Tags and links are the same in many posts.
fn letters(text: &str) -> Vec<char> {
    let is_word = |word: &&str| !word.starts_with(['#', '@']) && !word.contains("://") && !word.starts_with("www.");
    let mut letters: Vec<char> = Vec::new();
    for word in text.split_whitespace().filter(is_word) {
        let before = letters.len();
        letters.extend(Folded::new(word, Accents::Dropped).characters.iter().filter(|letter| letter.is_alphanumeric()));
        if letters.len() > before {
            letters.push(' ');
        }
    }
    letters.pop();
    letters
}

/// FNV-1a over the code points, with the last step of SplitMix64 to spread its bits.
fn hash(letters: &[char]) -> u64 {
    let step = |hash: u64, letter: &char| (hash ^ u64::from(u32::from(*letter))).wrapping_mul(0x0100_0000_01b3);
    SplitMix64(letters.iter().fold(0xcbf2_9ce4_8422_2325, step)).number()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const TEXT: &str = "We do not build bridges. We build the next hundred years.";

    /// A change here makes every stored signature worthless.
    #[test]
    fn the_signature_is_pinned() {
        let signature = Signature::of(TEXT, &[]);
        assert_eq!(signature.shingles, 48);
        assert_eq!(signature.minima[..4], [105_797_655, 87_866_601, 108_820_439, 19_646_361]);
        assert_eq!(Signature::of("", &[]).shingles, 0);
    }

    #[test]
    fn what_many_posts_share_does_not_count() {
        let shared = ["Come and see us.".to_owned()];
        let post = format!("{TEXT}\n\nCome and see us.\n\n#Bridges @ada https://rostrum.example/1");
        assert_eq!(Signature::of(&post, &shared), Signature::of(TEXT, &[]));
        assert_eq!(Signature::of("#Bridges @ada", &[]).alike(&Signature::of("#Bridges @ada", &[])), 0);
    }

    #[test]
    fn bytes_of_another_kind_are_no_signature() {
        let bytes = Signature::of(TEXT, &[]).to_bytes();
        assert_eq!(bytes.len(), Signature::BYTES);
        assert_eq!(Signature::from_bytes(&bytes[1..]), None);
        assert_eq!(Signature::from_bytes(&[&bytes[..], &[0]].concat()), None);
        assert_eq!(Signature::from_bytes(&[&[2], &bytes[1..]].concat()), None);
        assert_eq!(Signature::from_bytes(&[]), None);
    }

    proptest! {
        #[test]
        fn survives_the_database(text in "\\PC{0,200}") {
            let signature = Signature::of(&text, &[]);
            prop_assert_eq!(Signature::from_bytes(&signature.to_bytes()), Some(signature.clone()));
            prop_assert!(signature.shingles == 0 || signature.alike(&signature) == 64);
        }

        #[test]
        fn the_estimate_is_near_the_truth(words in prop::collection::vec("[a-z]{3,9}", 40..80), changed in 0_usize..40) {
            let one = words.join(" ");
            let other = words.iter().enumerate().map(|(at, word)| if at < changed { word.to_uppercase() + "x" } else { word.clone() });
            let (one, other) = (shingles(&one, &[]), shingles(&other.collect::<Vec<_>>().join(" "), &[]));
            let truth = one.intersection(&other).count() as f64 / one.union(&other).count() as f64;
            let estimate = f64::from(Signature::of_shingles(&one).alike(&Signature::of_shingles(&other))) / 64.0;
            // Five standard errors.
            prop_assert!((truth - estimate).abs() < 5.0 / 16.0, "{truth} {estimate}");
        }
    }
}
