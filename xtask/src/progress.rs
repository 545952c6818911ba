//! What a person who waits sees: one line per step, with the seconds since the start.

use std::time::{Duration, Instant};

/// Prints the steps of one command, from any thread.
#[derive(Clone, Copy)]
pub(crate) struct Progress {
    quiet: bool,
    begin: Instant,
}

impl Progress {
    /// Starts the clock.
    pub(crate) fn new(quiet: bool) -> Self {
        Self { quiet, begin: Instant::now() }
    }

    /// Seconds since the start.
    pub(crate) fn elapsed(&self) -> Duration {
        self.begin.elapsed()
    }

    /// Prints a line, unless it is to be quiet.
    pub(crate) fn say(&self, text: impl AsRef<str>) {
        if !self.quiet {
            println!("[{:6.1} s] {}", self.begin.elapsed().as_secs_f32(), text.as_ref());
        }
    }
}

/// Prints a line that is wanted even when quiet.
pub(crate) fn announce(text: impl AsRef<str>) {
    println!("{}", text.as_ref());
}
