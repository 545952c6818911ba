//! The unit of every score.

use std::{fmt, iter::Sum, ops};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

/// A score, a mean of scores or a difference of them, in points of which 10 is the best. In JSON it is a number with at
/// most three decimals; inside it counts thousandths, so that sums and comparisons are exact on every machine.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Points(i32);

impl Points {
    /// Nothing.
    pub const ZERO: Self = Self(0);
    /// The best.
    pub const TEN: Self = Self(10_000);

    /// So many thousandths.
    pub const fn from_thousandths(thousandths: i32) -> Self {
        Self(thousandths)
    }

    /// The thousandths.
    pub const fn thousandths(self) -> i32 {
        self.0
    }

    /// `number` rounded to thousandths; `None` unless it is finite and at most a million.
    pub fn from_number(number: f64) -> Option<Self> {
        (number.is_finite() && number.abs() <= 1_000_000.0).then(|| Self((number * 1000.0).round() as i32))
    }

    /// The number that stands in JSON.
    pub fn number(self) -> f64 {
        f64::from(self.0) / 1000.0
    }

    /// `part` of `whole` as a share of ten points, rounded down. No whole has no part: zero.
    pub fn share(part: usize, whole: usize) -> Self {
        let thousandths = part.saturating_mul(10_000).checked_div(whole).unwrap_or(0);
        Self(i32::try_from(thousandths).unwrap_or(i32::MAX))
    }

    /// The mean, rounded to the nearest thousandth and away from zero at the half; `None` of nothing.
    pub fn mean(all: impl IntoIterator<Item = Self>) -> Option<Self> {
        let (sum, count) =
            all.into_iter().fold((0_i64, 0_i64), |(sum, count), points| (sum + i64::from(points.0), count + 1));
        let half = if sum < 0 { -count / 2 } else { count / 2 };
        i32::try_from((sum + half).checked_div(count)?).ok().map(Self)
    }

    /// Not below 0 and not above 10.
    pub fn clamped(self) -> Self {
        self.clamp(Self::ZERO, Self::TEN)
    }

    /// Whether it is a score: from 0 to 10.
    pub fn is_score(self) -> bool {
        (Self::ZERO..=Self::TEN).contains(&self)
    }
}

impl ops::Add for Points {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl ops::Sub for Points {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

impl Sum for Points {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        all.fold(Self::ZERO, ops::Add::add)
    }
}

impl fmt::Display for Points {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.number().fmt(formatter)
    }
}

impl Serialize for Points {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64(self.number())
    }
}

impl<'de> Deserialize<'de> for Points {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let number = f64::deserialize(deserializer)?;
        Self::from_number(number).ok_or_else(|| D::Error::custom(format!("{number} is no number of points")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn means_are_rounded_to_the_nearest_thousandth() {
        let check = |all: &[i32], expected: Option<i32>| {
            let mean = Points::mean(all.iter().map(|thousandths| Points(*thousandths)));
            assert_eq!(mean.map(Points::thousandths), expected, "{all:?}");
        };
        check(&[], None);
        check(&[7], Some(7));
        check(&[1, 2], Some(2));
        check(&[-1, -2], Some(-2));
        check(&[1, 1, 2], Some(1));
        check(&[10_000, 0, 0], Some(3333));
    }

    #[test]
    fn json_holds_a_number() {
        let check = |points: i32, json: &str| {
            assert_eq!(serde_json::to_string(&Points(points)).unwrap(), json);
            assert_eq!(serde_json::from_str::<Points>(json).unwrap(), Points(points));
        };
        check(7_500, "7.5");
        check(333, "0.333");
        check(-200, "-0.2");
        assert_eq!(serde_json::from_str::<Points>("7").unwrap(), Points(7_000));
        assert!(serde_json::from_str::<Points>("1e300").is_err());
    }

    #[test]
    fn a_share_is_of_ten() {
        assert_eq!(Points::share(1, 3).to_string(), "3.333");
        assert_eq!(Points::share(0, 0), Points::ZERO);
        assert_eq!(Points::share(5, 5), Points::TEN);
    }
}
