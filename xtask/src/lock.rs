//! What only one command of this project may do at a time.

use std::fs::{File, TryLockError};
use std::path::Path;
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result};

use crate::stop;

const POLL: Duration = Duration::from_millis(30);

/// Holds the lock as soon as nobody else does, until what is returned is dropped. Calls `waiting` once if somebody does.
///
/// # Errors
/// If the file cannot be locked, or the program is asked to end meanwhile.
pub(crate) fn hold(file: &Path, waiting: impl FnOnce()) -> Result<File> {
    let lock = File::create(file).with_context(|| format!("cannot write {}", file.display()))?;
    let mut waiting = Some(waiting);
    loop {
        match lock.try_lock() {
            Ok(()) => return Ok(lock),
            Err(TryLockError::WouldBlock) => {}
            Err(TryLockError::Error(error)) => {
                return Err(error).with_context(|| format!("cannot lock {}", file.display()));
            }
        }
        if let Some(waiting) = waiting.take() {
            waiting();
        }
        stop::check()?;
        thread::sleep(POLL);
    }
}

/// Does `work` under the lock unless it is done: before there was anything to wait for, or by whoever held the lock.
///
/// # Errors
/// Those of [`hold`] and of `work`.
pub(crate) fn once(
    file: &Path,
    is_done: impl Fn() -> bool,
    waiting: impl FnOnce(),
    work: impl FnOnce() -> Result<()>,
) -> Result<()> {
    if is_done() {
        return Ok(());
    }
    let _lock = hold(file, waiting)?;
    if is_done() { Ok(()) } else { work() }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::fs::File;
    use std::path::PathBuf;
    use std::{env, fs, process};

    use super::{hold, once};

    fn lock_file(name: &str) -> PathBuf {
        env::temp_dir().join(format!("rostrum-lock-{}-{name}", process::id()))
    }

    #[test]
    fn who_waits_is_told_once_and_goes_on_when_the_lock_is_free() {
        let file = lock_file("wait");
        let mut first = Some(hold(&file, || panic!("nobody holds it")).unwrap());
        assert!(File::create(&file).unwrap().try_lock().is_err());
        let second = hold(&file, || drop(first.take())).unwrap();
        assert!(first.is_none(), "two hold the lock");
        assert!(File::create(&file).unwrap().try_lock().is_err());
        drop(second);
        hold(&file, || {}).unwrap();
        fs::remove_file(&file).unwrap();
    }

    #[test]
    fn work_that_was_done_by_whoever_held_the_lock_is_not_done_again() {
        let (file, works, done) = (lock_file("once"), Cell::new(0), Cell::new(false));
        let work = || {
            works.set(works.get() + 1);
            done.set(true);
            Ok(())
        };
        let mut other = Some(hold(&file, || {}).unwrap());
        let finished_meanwhile = || {
            done.set(true);
            drop(other.take());
        };
        once(&file, || done.get(), finished_meanwhile, work).unwrap();
        assert_eq!(works.get(), 0);
        done.set(false);
        once(&file, || done.get(), || {}, work).unwrap();
        assert_eq!(works.get(), 1);
        // What is done does not wait.
        let _other = hold(&file, || {}).unwrap();
        once(&file, || done.get(), || panic!("there is nothing to wait for"), work).unwrap();
        assert_eq!(works.get(), 1);
        fs::remove_file(&file).unwrap();
    }
}
