//! Ctrl-C and SIGTERM: the first asks every loop to end, so that what was started is ended too.

use std::error::Error;
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, LazyLock};

use anyhow::Result;

static REQUESTED: LazyLock<Arc<AtomicBool>> = LazyLock::new(Arc::default);
static CANCELLED: AtomicBool = AtomicBool::new(false);

/// The step ended because it was asked to, not because anything went wrong with it.
#[derive(Debug)]
pub(crate) struct Stopped;

impl fmt::Display for Stopped {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("stopped")
    }
}

impl Error for Stopped {}

/// Starts to listen; called once, first.
pub(crate) fn listen() {
    for signal in [signal_hook::consts::SIGINT, signal_hook::consts::SIGTERM, signal_hook::consts::SIGHUP] {
        // Without the handler the default action ends the program, which `cargo xtask down` can clean up after.
        let _ = signal_hook::flag::register(signal, Arc::clone(&REQUESTED));
    }
}

/// Whether somebody asked the program to end.
pub(crate) fn requested() -> bool {
    REQUESTED.load(Ordering::Relaxed)
}

/// Takes the request as met: what follows is done because of it, until somebody asks again.
pub(crate) fn heed() {
    REQUESTED.store(false, Ordering::Relaxed);
}

/// Makes every parallel step end because one of them failed.
pub(crate) fn cancel() {
    CANCELLED.store(true, Ordering::Relaxed);
}

/// Lets later steps run again, after what was cancelled has ended.
pub(crate) fn resume() {
    CANCELLED.store(false, Ordering::Relaxed);
}

/// Fails once the program shall end or a parallel step has failed.
///
/// # Errors
/// Says that it was stopped.
pub(crate) fn check() -> Result<()> {
    if requested() || CANCELLED.load(Ordering::Relaxed) {
        return Err(Stopped.into());
    }
    Ok(())
}
