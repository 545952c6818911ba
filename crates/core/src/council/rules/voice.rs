//! How near a text is to the employee's own.

use std::collections::BTreeMap;

use super::{NEUTRAL, mark};
use crate::{
    council::{criteria::Mark, points::Points},
    fold::{Accents, Folded},
};

/// Runs of three characters: long enough for endings, particles and punctuation, short enough for small samples.
const GRAM: usize = 3;

/// Ten times the cosine between the counts of the text's runs of three characters and those of all samples together,
/// after folding and with every stretch of white space as one blank. Texts of one language and register come to 5 to 8.
pub(super) fn voice(text: &str, samples: &[String]) -> Mark {
    if samples.is_empty() {
        return mark(NEUTRAL, "There are no writing samples to compare with.");
    }
    let mut known = BTreeMap::new();
    for sample in samples {
        count(sample, &mut known);
    }
    let mut own = BTreeMap::new();
    count(text, &mut own);
    let score = Points::from_number(10.0 * cosine(&own, &known)).unwrap_or_default();
    mark(score, format!("Its letters follow each other as in the writing samples to {score} of 10."))
}

type Counts = BTreeMap<[char; GRAM], u32>;

fn count(text: &str, counts: &mut Counts) {
    let folded: String = Folded::new(text, Accents::Kept).characters.into_iter().collect();
    let letters: Vec<char> = folded.split_whitespace().flat_map(|word| word.chars().chain([' '])).collect();
    for gram in letters.windows(GRAM) {
        if let Ok(gram) = gram.try_into() {
            *counts.entry(gram).or_default() += 1;
        }
    }
}

/// Sums of whole numbers and one division, so that the result is the same on every machine.
fn cosine(left: &Counts, right: &Counts) -> f64 {
    let product: u64 =
        left.iter().filter_map(|(gram, count)| Some(u64::from(*count) * u64::from(*right.get(gram)?))).sum();
    let square = |counts: &Counts| counts.values().map(|count| u64::from(*count).pow(2)).sum::<u64>() as f64;
    let norm = square(left).sqrt() * square(right).sqrt();
    if norm == 0.0 { 0.0 } else { product as f64 / norm }
}
