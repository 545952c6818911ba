//! Whether a council is worth its price: what became of its posts, against those of one model alone.
//!
//! A post is reviewed when it was approved or rejected. Of two sides the better one is the one with the greater share of
//! approved among its reviewed posts; at equal shares, the one whose approved posts people changed less. Nothing is said
//! while one side has fewer than [`LEAST_REVIEWS`] reviewed posts: a coin would show such differences, too.

use std::{iter::Sum, ops::Add};

/// How many reviewed posts each side needs.
pub const LEAST_REVIEWS: i64 = 30;

/// What became of some posts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// How many there are.
    pub posts: i64,
    /// How many of them were approved, whatever happened then.
    pub approved: i64,
    /// How many were rejected.
    pub rejected: i64,
    /// How far people moved the approved ones, added up; one that nobody changed adds nothing.
    pub edit_distance: i64,
    /// What those with a known price cost, in millionths of a US dollar.
    pub cost_microusd: i64,
    /// How many have a known price.
    pub priced: i64,
}

impl Tally {
    /// How many were approved or rejected.
    pub const fn reviewed(&self) -> i64 {
        self.approved + self.rejected
    }

    /// Whether there are enough reviews to compare with.
    pub const fn is_telling(&self) -> bool {
        self.reviewed() >= LEAST_REVIEWS
    }

    /// The share of approved among the reviewed, 0 to 1; `None` of nothing.
    pub fn approval_rate(&self) -> Option<f64> {
        mean(self.approved, self.reviewed())
    }

    /// How far people moved an approved post; `None` of nothing.
    pub fn mean_edit_distance(&self) -> Option<f64> {
        mean(self.edit_distance, self.approved)
    }

    /// What one cost, in millionths of a US dollar, rounded down; `None` if no price is known.
    pub const fn mean_cost_microusd(&self) -> Option<i64> {
        self.cost_microusd.checked_div(self.priced)
    }
}

fn mean(sum: i64, count: i64) -> Option<f64> {
    (count > 0).then(|| sum as f64 / count as f64)
}

impl Add for Tally {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            posts: self.posts + other.posts,
            approved: self.approved + other.approved,
            rejected: self.rejected + other.rejected,
            edit_distance: self.edit_distance + other.edit_distance,
            cost_microusd: self.cost_microusd + other.cost_microusd,
            priced: self.priced + other.priced,
        }
    }
}

impl Sum for Tally {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        all.fold(Self::default(), Add::add)
    }
}

/// Whether `ours` did better than `theirs`, by the rule of this module; `None` while one of them has too few reviews.
pub fn is_better(ours: &Tally, theirs: &Tally) -> Option<bool> {
    (ours.is_telling() && theirs.is_telling()).then(|| {
        // The shares and means multiplied out, so that equal ones are equal.
        let product = |left: i64, right: i64| i128::from(left) * i128::from(right);
        let (rate, other_rate) = (product(ours.approved, theirs.reviewed()), product(theirs.approved, ours.reviewed()));
        let (edits, other_edits) =
            (product(ours.edit_distance, theirs.approved), product(theirs.edit_distance, ours.approved));
        rate > other_rate || (rate == other_rate && edits < other_edits)
    })
}

/// A seat of a campaign's councils, with one model: if its model was changed, there are two.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Seat {
    /// Its name.
    pub seat: String,
    /// The model that was asked.
    pub model: String,
    /// How often it was asked for a candidate.
    pub asked: i64,
    /// How often it wrote one.
    pub answered: i64,
    /// The mean of its candidates' points where a judge decided, chosen or not; `None` if none did.
    pub mean_points: Option<f64>,
    /// What its candidates with a known price cost, in millionths of a US dollar.
    pub cost_microusd: i64,
    /// How many candidates have a known price.
    pub priced: i64,
    /// The posts of full councils that are its candidate as it was.
    pub unrefined: Tally,
    /// The posts of full councils that are its candidate made better.
    pub refined: Tally,
    /// The posts that its model wrote alone, in the workflow `simple`, as far as whoever asks sees them; `None` if there
    /// are none.
    pub simple: Option<Tally>,
}

impl Seat {
    /// What a candidate cost, in millionths of a US dollar, rounded down; `None` if no price is known.
    pub const fn mean_cost_microusd(&self) -> Option<i64> {
        self.cost_microusd.checked_div(self.priced)
    }
}

/// A campaign's councils.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Record {
    /// Every seat and model that was asked.
    pub seats: Vec<Seat>,
    /// The posts for which too few seats answered: nobody's but their writer's.
    pub below_quorum: Tally,
}

impl Record {
    /// The posts of full councils.
    pub fn council(&self) -> Tally {
        self.seats.iter().flat_map(|seat| [seat.unrefined, seat.refined]).sum()
    }

    /// The seat whose own candidates did best where they became the post as they were; `None` while no seat has enough
    /// of them. Of equals the first.
    pub fn best_single_seat(&self) -> Option<&Seat> {
        let telling = self.seats.iter().filter(|seat| seat.unrefined.is_telling());
        telling.reduce(|best, seat| if is_better(&seat.unrefined, &best.unrefined) == Some(true) { seat } else { best })
    }

    /// Whether the council did better than its best single seat.
    pub fn beats_best_single_seat(&self) -> Option<bool> {
        is_better(&self.council(), &self.best_single_seat()?.unrefined)
    }

    /// Whether the council did better than the model of `seat` alone, in the workflow `simple`.
    pub fn beats_simple(&self, seat: &Seat) -> Option<bool> {
        is_better(&self.council(), seat.simple.as_ref()?)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn tally(approved: i64, rejected: i64, edit_distance: i64) -> Tally {
        Tally { posts: approved + rejected, approved, rejected, edit_distance, ..Tally::default() }
    }

    fn check(ours: Tally, theirs: Tally, expected: Option<bool>) {
        assert_eq!(is_better(&ours, &theirs), expected, "{ours:?} {theirs:?}");
    }

    #[test]
    fn the_greater_share_wins_and_then_the_fewer_edits() {
        check(tally(29, 0, 0), tally(10, 30, 0), None);
        check(tally(30, 0, 0), tally(10, 19, 0), None);
        check(tally(30, 0, 0), tally(20, 10, 0), Some(true));
        check(tally(20, 10, 0), tally(30, 0, 900), Some(false));
        check(tally(20, 10, 100), tally(40, 20, 300), Some(true));
        check(tally(20, 10, 150), tally(40, 20, 300), Some(false));
        check(tally(20, 10, 160), tally(40, 20, 300), Some(false));
        check(tally(0, 30, 0), tally(0, 30, 0), Some(false));
    }

    #[test]
    fn means_of_nothing_are_unknown() {
        let nothing = Tally::default();
        assert_eq!((nothing.approval_rate(), nothing.mean_edit_distance()), (None, None));
        assert_eq!(nothing.mean_cost_microusd(), None);
        let some = Tally { cost_microusd: 301, priced: 2, ..tally(3, 1, 6) };
        assert_eq!((some.approval_rate(), some.mean_edit_distance()), (Some(0.75), Some(2.0)));
        assert_eq!(some.mean_cost_microusd(), Some(150));
    }

    fn seat(name: &str, unrefined: Tally, refined: Tally) -> Seat {
        Seat { seat: name.to_owned(), unrefined, refined, ..Seat::default() }
    }

    #[test]
    fn the_council_is_compared_with_its_best_seat_as_it_was() {
        let mut record = Record {
            seats: vec![
                seat("claude", tally(20, 10, 0), tally(30, 0, 0)),
                seat("gpt", tally(24, 6, 0), tally(0, 0, 0)),
                seat("grok", tally(29, 0, 0), tally(0, 0, 0)),
            ],
            below_quorum: tally(0, 100, 0),
        };
        assert_eq!(record.council(), tally(103, 16, 0));
        assert_eq!(record.best_single_seat().map(|seat| seat.seat.as_str()), Some("gpt"));
        assert_eq!(record.beats_best_single_seat(), Some(true));
        record.seats[2].unrefined = tally(30, 0, 0);
        assert_eq!(record.best_single_seat().map(|seat| seat.seat.as_str()), Some("grok"));
        assert_eq!(record.beats_best_single_seat(), Some(false));
        assert_eq!(record.beats_simple(&record.seats[0]), None);
        let alone = Seat { simple: Some(tally(20, 20, 0)), ..Seat::default() };
        assert_eq!(record.beats_simple(&alone), Some(true));
        record.seats.clear();
        assert_eq!((record.best_single_seat(), record.beats_best_single_seat()), (None, None));
    }

    proptest! {
        #[test]
        fn not_both_are_better(ours in any::<[u16; 3]>(), theirs in any::<[u16; 3]>()) {
            let of = |[approved, rejected, edits]: [u16; 3]| tally(approved.into(), rejected.into(), edits.into());
            let (ours, theirs) = (of(ours), of(theirs));
            let both = is_better(&ours, &theirs) == Some(true) && is_better(&theirs, &ours) == Some(true);
            prop_assert!(!both);
        }
    }
}
