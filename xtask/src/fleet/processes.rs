//! The processes of a fleet: started in their own groups, written down before anything else happens, ended exactly.

use std::fs::{self, File};
use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};

use crate::house::State;
use crate::{run, stop};

/// Every process of a fleet carries its id under this name, and so does all that they start.
const MARK: &str = "ROSTRUM_FLEET_ID";
const POLL: Duration = Duration::from_millis(30);
/// The emulator writes its state down when it ends.
const PATIENCE: Duration = Duration::from_secs(10);

/// A process that was started, as it is kept in `processes.json`.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Process {
    /// The part of the fleet.
    pub(crate) name: String,
    pid: u32,
    /// Clock ticks between boot and its start: tells it from a later process with the same number.
    started: u64,
    /// Where it listens.
    pub(crate) port: u16,
    /// What it was started from; a process of another make is replaced.
    make: String,
    /// The signal that asks it to end.
    ends_at: String,
}

#[derive(Default, Serialize, Deserialize)]
struct Written {
    fleet_id: String,
    processes: Vec<Process>,
}

/// The processes of one fleet.
pub(crate) struct Processes {
    file: PathBuf,
    written: Mutex<Written>,
}

/// What to start.
pub(crate) struct Start<'a> {
    /// The part of the fleet.
    pub(crate) name: &'a str,
    /// How it is started.
    pub(crate) command: Command,
    /// Where it will listen.
    pub(crate) port: u16,
    /// What it is started from.
    pub(crate) make: String,
    /// The signal that asks it to end.
    pub(crate) ends_at: &'a str,
}

impl Processes {
    /// Reads what was started, by this or an earlier run.
    ///
    /// # Errors
    /// If the list cannot be read or written.
    pub(crate) fn of(state: &State) -> Result<Self> {
        let file = state.path("processes.json");
        let mut written: Written = match fs::read(&file) {
            Ok(bytes) => serde_json::from_slice(&bytes)
                .with_context(|| format!("{} is damaged; end its processes by hand, then remove it", file.display()))?,
            Err(_) => Written::default(),
        };
        // Only a new list is written: whoever merely reads must not undo what another command writes meanwhile.
        let is_new = written.fleet_id.is_empty();
        if is_new {
            written.fleet_id = super::secrets::random_word()?;
        }
        let processes = Self { file, written: Mutex::new(written) };
        if is_new {
            processes.save(&processes.lock())?;
        }
        Ok(processes)
    }

    /// Lets everything that this command starts be found again by `down`.
    pub(crate) fn mark(&self, command: &mut Command) {
        command.env(MARK, &self.lock().fleet_id);
    }

    /// The process of that name, if it runs.
    pub(crate) fn running(&self, name: &str) -> Option<Process> {
        self.lock().processes.iter().find(|process| process.name == name && process.runs()).cloned()
    }

    /// The port that the part used last.
    pub(crate) fn last_port(&self, name: &str) -> Option<u16> {
        self.lock().processes.iter().find(|process| process.name == name).map(|process| process.port)
    }

    /// Whether everything was ended on purpose.
    pub(crate) fn ended(&self) -> bool {
        self.lock().processes.iter().all(|process| process.pid == 0)
    }

    /// The names of those that were started and have ended by themselves.
    pub(crate) fn dead(&self) -> Vec<String> {
        self.lock()
            .processes
            .iter()
            .filter(|process| process.pid != 0 && !process.runs())
            .map(|process| process.name.clone())
            .collect()
    }

    /// The part, if it runs and is of that make; one of another make is ended.
    pub(crate) fn usable(&self, name: &str, make: &str) -> Option<Process> {
        let process = self.running(name)?;
        if process.make == make {
            return Some(process);
        }
        process.end();
        None
    }

    /// Starts a part with its output in `log/<name>.log`.
    ///
    /// # Errors
    /// If it cannot be started or written down.
    pub(crate) fn start(&self, state: &State, start: Start<'_>) -> Result<Process> {
        stop::check()?;
        let Start { name, mut command, port, make, ends_at } = start;
        let log = File::options()
            .create(true)
            .append(true)
            .open(state.log(name))
            .with_context(|| format!("cannot write the log of {name}"))?;
        self.mark(&mut command);
        command
            .stdin(Stdio::null())
            .stdout(log.try_clone().context("cannot share the log")?)
            .stderr(log)
            .process_group(0);
        let mut written = self.lock();
        let child =
            command.spawn().with_context(|| format!("cannot start {name} ({})", command.get_program().display()))?;
        let pid = child.id();
        // A child of ours that has ended stays a zombie until somebody waits for it, and would look alive to `kill`.
        thread::spawn(move || {
            let mut child = child;
            child.wait()
        });
        let process = Process {
            name: name.to_owned(),
            pid,
            started: start_time(pid).unwrap_or_default(),
            port,
            make,
            ends_at: ends_at.to_owned(),
        };
        written.processes.retain(|other| other.name != name);
        written.processes.push(process.clone());
        self.save(&written)?;
        Ok(process)
    }

    /// Ends every process of the fleet, the last started first, then what they left behind. Returns how many there were.
    ///
    /// # Errors
    /// If the list cannot be written.
    pub(crate) fn end_all(&self) -> Result<usize> {
        let mut written = self.lock();
        let mut ended = 0;
        for process in written.processes.iter().rev().filter(|process| process.runs()) {
            process.end();
            ended += 1;
        }
        for (pid, started) in marked(&written.fleet_id) {
            ended += 1;
            for signal in ["TERM", "KILL"] {
                run::signal_process(signal, pid);
                let begin = Instant::now();
                while start_time(pid) == Some(started) && begin.elapsed() < Duration::from_secs(2) {
                    thread::sleep(POLL);
                }
            }
        }
        let ports = std::mem::take(&mut written.processes);
        // The ports are worth keeping: addresses in the deployed functions stay true when the fleet comes back.
        written.processes = ports.into_iter().map(|process| Process { pid: 0, started: 0, ..process }).collect();
        self.save(&written)?;
        Ok(ended)
    }

    /// Forgets all of them, after they were ended.
    ///
    /// # Errors
    /// If the list cannot be written.
    pub(crate) fn forget(&self) -> Result<()> {
        let mut written = self.lock();
        written.processes.clear();
        self.save(&written)
    }

    fn lock(&self) -> MutexGuard<'_, Written> {
        self.written.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn save(&self, written: &Written) -> Result<()> {
        let next = self.file.with_extension("json.next");
        fs::write(&next, serde_json::to_vec_pretty(written)?)
            .and_then(|()| fs::rename(&next, &self.file))
            .with_context(|| format!("cannot write {}", self.file.display()))
    }
}

impl Process {
    /// Whether it still runs, and is still the one that was started.
    pub(crate) fn runs(&self) -> bool {
        self.pid != 0 && start_time(self.pid) == Some(self.started)
    }

    /// Waits until `ready` says so.
    ///
    /// # Errors
    /// With the end of its log if the process ends or takes longer than `bound`.
    pub(crate) fn await_ready(&self, state: &State, bound: Duration, mut ready: impl FnMut() -> bool) -> Result<()> {
        let begin = Instant::now();
        loop {
            stop::check()?;
            if ready() {
                return Ok(());
            }
            let what = if !self.runs() {
                "ended"
            } else if begin.elapsed() > bound {
                "is not ready in time"
            } else {
                thread::sleep(POLL);
                continue;
            };
            let log = state.log(&self.name);
            bail!("{} {what}; the end of {}:\n{}", self.name, log.display(), run::tail(&log, 25));
        }
    }

    fn end(&self) {
        // Only the leader gets the polite signal: it ends what it started in the order that it needs.
        run::signal_process(&self.ends_at, self.pid);
        let begin = Instant::now();
        while self.runs() && begin.elapsed() < PATIENCE {
            thread::sleep(POLL);
        }
        run::signal_group("KILL", self.pid);
        while self.runs() && begin.elapsed() < PATIENCE * 2 {
            thread::sleep(POLL);
        }
    }
}

/// Field 22 of `/proc/<pid>/stat`, unless there is no such process or it has ended and only waits to be collected.
fn start_time(pid: u32) -> Option<u64> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The second field is the name in parentheses and may hold spaces.
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace();
    let state = fields.next()?;
    if matches!(state, "Z" | "X") { None } else { fields.nth(18)?.parse().ok() }
}

/// Processes that carry the fleet's id: what an ended process left behind, or what an interrupted `up` did not write down.
fn marked(fleet_id: &str) -> Vec<(u32, u64)> {
    let mark = format!("{MARK}={fleet_id}");
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    let pids = entries.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    pids.filter(|pid| *pid != std::process::id())
        .filter(|pid| {
            fs::read(format!("/proc/{pid}/environ"))
                .is_ok_and(|all| all.split(|byte| *byte == 0).any(|one| one == mark.as_bytes()))
        })
        .filter_map(|pid| Some((pid, start_time(pid)?)))
        .collect()
}

#[cfg(test)]
mod tests;
