//! A private Postgres for the time of some tests.

use anyhow::Result;

use crate::fleet::postgres::{self, Cluster, Durability};
use crate::fleet::{down, processes::Processes};
use crate::house::State;
use crate::progress::Progress;

/// Starts an empty cluster, hands it to `work`, and ends it in every case.
///
/// # Errors
/// If it cannot be started, or what `work` fails with.
pub(crate) fn with_cluster<T>(name: &str, work: impl FnOnce(&Cluster) -> Result<T>) -> Result<T> {
    let state = State::at(&format!(".rostrum/{name}"))?;
    let _lock = down::lock(&state)?;
    let processes = Processes::of(&state)?;
    processes.end_all()?;
    postgres::wipe_elsewhere(&state)?;
    state.wipe()?;
    let done = postgres::start(&state, &processes, Durability::Forgotten, Progress::new(true))
        .and_then(|cluster| work(&cluster));
    processes.end_all()?;
    postgres::wipe_elsewhere(&state)?;
    done
}
