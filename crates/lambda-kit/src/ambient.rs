//! Time and randomness. This is the only place that reads the system's; everything else is handed an [`Ambient`].

use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};
use rand::{SeedableRng, rngs::StdRng};

/// Where time and randomness come from; cheap to clone.
#[derive(Debug, Clone)]
pub struct Ambient(Source);

#[derive(Debug, Clone)]
enum Source {
    System,
    Fixed(Arc<Mutex<Fixed>>),
}

#[derive(Debug)]
struct Fixed {
    now: DateTime<Utc>,
    random: StdRng,
}

impl Ambient {
    /// The system's clock and randomness.
    pub fn system() -> Self {
        Self(Source::System)
    }

    /// A clock that stands still at `now` and randomness of `seed`, for tests.
    pub fn fixed(now: DateTime<Utc>, seed: u64) -> Self {
        Self(Source::Fixed(Arc::new(Mutex::new(Fixed { now, random: StdRng::seed_from_u64(seed) }))))
    }

    /// The time.
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the system's clock")]
    pub fn now(&self) -> DateTime<Utc> {
        match &self.0 {
            Source::System => Utc::now(),
            Source::Fixed(fixed) => fixed.lock().unwrap_or_else(PoisonError::into_inner).now,
        }
    }

    /// A generator of its own.
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the system's randomness")]
    pub fn random(&self) -> StdRng {
        match &self.0 {
            Source::System => StdRng::from_rng(&mut rand::rng()),
            Source::Fixed(fixed) => fixed.lock().unwrap_or_else(PoisonError::into_inner).random.fork(),
        }
    }

    /// Moves a fixed clock forward; the system's cannot be moved.
    pub fn advance(&self, by: TimeDelta) {
        if let Source::Fixed(fixed) = &self.0 {
            fixed.lock().unwrap_or_else(PoisonError::into_inner).now += by;
        }
    }
}
