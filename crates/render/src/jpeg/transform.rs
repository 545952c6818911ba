//! The discrete cosine transform of 8 x 8 blocks and its inverse, after Arai, Agui and Nakajima (1988): five
//! multiplications for eight values, the rest of the factors is part of the quantisation.
//!
//! Both work on columns, turn the block and work on columns again; what they leave is transposed.

use std::ops::{Add, Mul, Sub};

/// Eight values that are worked on alike, which the compiler puts into vector registers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Row(pub(super) [f32; 8]);

/// Eight rows.
pub(super) type Block = [Row; 8];

pub(super) const ZEROS: Block = [Row([0.0; 8]); 8];

/// cos(k π / 16) √2 for k = 1 to 7, and 1 for k = 0: what the transform leaves each row and column multiplied by.
const FACTORS: [f32; 8] = [1.0, 1.387_039_8, 1.306_563, 1.175_875_6, 1.0, 0.785_694_96, 0.541_196_1, 0.275_899_38];

/// What the coefficient at `place` (column * 8 + row, or the other way round) is too large by after [`forward`], and what
/// it must be multiplied by before [`inverse`], each but for a factor of 8.
pub(super) fn factor(place: usize) -> f32 {
    FACTORS[place / 8 % 8] * FACTORS[place % 8]
}

/// The coefficients of a block of samples around 0.
#[inline]
pub(super) fn forward(block: Block) -> Block {
    analyse(transpose(analyse(block)))
}

/// The samples around 0 of a block of coefficients.
#[inline]
pub(super) fn inverse(block: Block) -> Block {
    synthesise(transpose(synthesise(block)))
}

#[inline]
#[expect(clippy::many_single_char_names, reason = "eight numbers of one row, as the literature names them")]
fn analyse([a, b, c, d, e, f, g, h]: Block) -> Block {
    let (sum0, difference0) = (a + h, a - h);
    let (sum1, difference1) = (b + g, b - g);
    let (sum2, difference2) = (c + f, c - f);
    let (sum3, difference3) = (d + e, d - e);

    let (outer, inner) = (sum0 + sum3, sum1 + sum2);
    let (left, right) = (sum1 - sum2, sum0 - sum3);
    let turned = (left + right) * std::f32::consts::FRAC_1_SQRT_2;

    let (low, middle, high) = (difference3 + difference2, difference2 + difference1, difference1 + difference0);
    let shared = (low - high) * 0.382_683_43;
    let low = low * 0.541_196_1 + shared;
    let high = high * 1.306_563 + shared;
    let middle = middle * std::f32::consts::FRAC_1_SQRT_2;
    let (plus, minus) = (difference0 + middle, difference0 - middle);

    [outer + inner, plus + high, right + turned, minus - low, outer - inner, minus + low, right - turned, plus - high]
}

#[inline]
#[expect(clippy::many_single_char_names, reason = "eight numbers of one row, as the literature names them")]
fn synthesise([a, b, c, d, e, f, g, h]: Block) -> Block {
    let (sum, difference) = (a + e, a - e);
    let both = c + g;
    let turned = (c - g) * std::f32::consts::SQRT_2 - both;
    let (even0, even3) = (sum + both, sum - both);
    let (even1, even2) = (difference + turned, difference - turned);

    let (plus0, minus0) = (f + d, f - d);
    let (plus1, minus1) = (b + h, b - h);
    let odd0 = plus1 + plus0;
    let middle = (plus1 - plus0) * std::f32::consts::SQRT_2;
    let shared = (minus0 + minus1) * 1.847_759_1;
    let odd1 = shared - minus0 * 2.613_126 - odd0;
    let odd2 = middle - odd1;
    let odd3 = shared - minus1 * 1.082_392_2 - odd2;

    [even0 + odd0, even1 + odd1, even2 + odd2, even3 + odd3, even3 - odd3, even2 - odd2, even1 - odd1, even0 - odd0]
}

#[inline]
fn transpose(block: Block) -> Block {
    let mut turned = ZEROS;
    for (row, values) in block.iter().enumerate() {
        for (column, value) in values.0.iter().enumerate() {
            turned[column].0[row] = *value;
        }
    }
    turned
}

/// The nearest whole number, ties to the even one, for values below 2^22; the same on every machine and in vector
/// registers, which `f32::round` is not.
#[inline]
pub(super) fn round(value: f32) -> i32 {
    // Adding 1.5 * 2^23 leaves the whole number in the lowest bits of the significand.
    const SHIFT: f32 = 12_582_912.0;
    (value + SHIFT).to_bits() as i32 - SHIFT.to_bits() as i32
}

impl Add for Row {
    type Output = Self;
    #[inline]
    fn add(self, other: Self) -> Self {
        Self(std::array::from_fn(|lane| self.0[lane] + other.0[lane]))
    }
}

impl Sub for Row {
    type Output = Self;
    #[inline]
    fn sub(self, other: Self) -> Self {
        Self(std::array::from_fn(|lane| self.0[lane] - other.0[lane]))
    }
}

impl Mul<f32> for Row {
    type Output = Self;
    #[inline]
    fn mul(self, factor: f32) -> Self {
        Self(std::array::from_fn(|lane| self.0[lane] * factor))
    }
}

#[cfg(test)]
#[expect(clippy::needless_range_loop, reason = "the formula counts places")]
mod tests {
    use std::f64::consts::PI;

    use super::{Block, ZEROS, factor, forward, inverse, round};

    fn samples() -> Block {
        let mut block = ZEROS;
        let mut state = 7_u32;
        for value in block.iter_mut().flat_map(|row| &mut row.0) {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            *value = (state >> 24) as f32 - 128.0;
        }
        block
    }

    /// T.81, A.3.3.
    fn by_definition(block: &Block, u: usize, v: usize) -> f64 {
        let scale = |index: usize| if index == 0 { 0.5_f64.sqrt() } else { 1.0 };
        let wave = |at: usize, index: usize| ((2 * at + 1) as f64 * index as f64 * PI / 16.0).cos();
        let mut sum = 0.0;
        for (y, row) in block.iter().enumerate() {
            for (x, value) in row.0.iter().enumerate() {
                sum += f64::from(*value) * wave(x, u) * wave(y, v);
            }
        }
        sum * scale(u) * scale(v) / 4.0
    }

    #[test]
    fn it_is_the_transform_of_the_standard() {
        let block = samples();
        let coefficients = forward(block);
        for u in 0..8 {
            for v in 0..8 {
                // Transposed: the row is the horizontal frequency.
                let found = f64::from(coefficients[u].0[v] / factor(u * 8 + v) / 8.0);
                let expected = by_definition(&block, u, v);
                assert!((found - expected).abs() < 0.01, "{u}, {v}: {found}, not {expected}");
            }
        }
    }

    #[test]
    fn the_inverse_takes_it_back() {
        let block = samples();
        let mut coefficients = forward(block);
        for (place, value) in coefficients.iter_mut().flat_map(|row| &mut row.0).enumerate() {
            *value = *value / factor(place) / 8.0 * factor(place) / 8.0;
        }
        let back = inverse(coefficients);
        for (found, expected) in back.iter().flat_map(|row| row.0).zip(block.iter().flat_map(|row| row.0)) {
            assert!((found - expected).abs() < 0.01, "{found}, not {expected}");
        }
    }

    #[test]
    fn rounding_is_to_the_nearest() {
        for (value, expected) in [(0.4, 0), (0.6, 1), (-0.6, -1), (1.5, 2), (2.5, 2), (-2000.4, -2000)] {
            assert_eq!(round(value), expected, "{value}");
        }
    }
}
