//! Runs commands that end: with their output in a log, ended when the program is asked to end.

use std::fs::{self, File};
use std::io::{BufRead as _, BufReader};
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::progress::Progress;
use crate::stop;

const POLL: Duration = Duration::from_millis(30);
const STILL_AT_IT: Duration = Duration::from_secs(15);

/// Runs a command with its output in `log`; every quarter of a minute a line tells how far it is.
///
/// # Errors
/// With the end of the log if the command fails.
pub(crate) fn logged(command: &mut Command, what: &str, log: &Path, progress: Progress) -> Result<()> {
    let file = File::create(log).with_context(|| format!("cannot write {}", log.display()))?;
    command.stdout(file.try_clone().context("cannot share the log")?).stderr(file);
    let status = supervised(command, what, || {
        let last = last_words(log);
        progress.say(format!(
            "  still at it: {what}{}",
            if last.is_empty() { String::new() } else { format!(" ({})", last.trim()) }
        ));
    })?;
    if status.success() {
        return Ok(());
    }
    stop::check()?;
    bail!("{what} failed ({status}); the end of {}:\n{}", log.display(), tail(log, 25))
}

/// Runs a command whose output goes to the terminal and tells how it ended.
///
/// # Errors
/// If it cannot be started or the program is asked to end.
pub(crate) fn shown(command: &mut Command, what: &str) -> Result<ExitStatus> {
    supervised(command, what, || {})
}

/// Runs a command and returns what it prints.
///
/// # Errors
/// With what it printed to standard error if it fails.
pub(crate) fn captured(command: &mut Command, what: &str) -> Result<String> {
    let output = command.stdin(Stdio::null()).output().with_context(|| format!("cannot start {what}"))?;
    if !output.status.success() {
        // Ctrl-C reaches the command as well.
        stop::check()?;
        bail!("{what} failed ({}): {}", output.status, String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

fn supervised(command: &mut Command, what: &str, mut waiting: impl FnMut()) -> Result<ExitStatus> {
    stop::check()?;
    let mut child =
        command.stdin(Stdio::null()).process_group(0).spawn().with_context(|| format!("cannot start {what}"))?;
    let mut spoke = Instant::now();
    loop {
        if let Some(status) = child.try_wait().with_context(|| format!("cannot wait for {what}"))? {
            return Ok(status);
        }
        if let Err(stopped) = stop::check() {
            end_group(&mut child);
            return Err(stopped);
        }
        if spoke.elapsed() >= STILL_AT_IT {
            spoke = Instant::now();
            waiting();
        }
        thread::sleep(POLL);
    }
}

/// Ends a child that leads its own process group, at first politely.
pub(crate) fn end_group(child: &mut Child) {
    for (signal, patience) in [("TERM", Duration::from_secs(5)), ("KILL", Duration::from_secs(2))] {
        signal_group(signal, child.id());
        let begin = Instant::now();
        while begin.elapsed() < patience {
            if matches!(child.try_wait(), Ok(Some(_)) | Err(_)) {
                return;
            }
            thread::sleep(POLL);
        }
    }
}

/// Sends a signal to a process group.
pub(crate) fn signal_group(signal: &str, leader: u32) {
    shell_kill(&format!("kill -s {signal} -- -{leader}"));
}

/// Sends a signal to one process.
pub(crate) fn signal_process(signal: &str, process: u32) {
    shell_kill(&format!("kill -s {signal} {process}"));
}

/// The shell has `kill` built in; the program of that name is missing on small systems. Only `-s NAME --` is understood
/// by every shell for a group.
fn shell_kill(line: &str) {
    // A process that has ended meanwhile is what is wanted; whether it has is looked up afterwards.
    let _ = Command::new("sh").args(["-c", line]).stdout(Stdio::null()).stderr(Stdio::null()).status();
}

/// The last line that is meant for people: cargo mixes it with JSON.
fn last_words(log: &Path) -> String {
    let text = tail(log, 200);
    text.lines().rev().find(|line| !line.starts_with('{')).unwrap_or_default().chars().take(100).collect()
}

/// The last lines of a file.
pub(crate) fn tail(file: &Path, lines: usize) -> String {
    let bytes = fs::read(file).unwrap_or_default();
    let text = String::from_utf8_lossy(&bytes);
    let all: Vec<&str> = text.lines().collect();
    all[all.len().saturating_sub(lines)..].join("\n")
}

/// Runs a command and hands on each line that it prints; what it complains about goes to `log`.
///
/// # Errors
/// With its complaint if it fails.
pub(crate) fn streamed(command: &mut Command, what: &str, log: &Path, line: impl FnMut(&str)) -> Result<()> {
    let file = File::create(log).with_context(|| format!("cannot write {}", log.display()))?;
    let status = read_lines(command.stderr(file), what, line)?;
    if status.success() {
        return Ok(());
    }
    bail!("{what} failed ({status}):\n{}", tail(log, 25))
}

/// Runs a command, hands on each line of its output, leaves its complaints on the terminal and tells how it ended.
///
/// # Errors
/// If it cannot be started or the program is asked to end.
pub(crate) fn relayed(command: &mut Command, what: &str, line: impl FnMut(&str)) -> Result<ExitStatus> {
    command.stderr(Stdio::inherit());
    read_lines(command, what, line)
}

fn read_lines(command: &mut Command, what: &str, mut line: impl FnMut(&str)) -> Result<ExitStatus> {
    stop::check()?;
    command.stdin(Stdio::null()).stdout(Stdio::piped()).process_group(0);
    let mut child = command.spawn().with_context(|| format!("cannot start {what}"))?;
    let (sender, lines) = mpsc::channel();
    let reader = child.stdout.take().map(BufReader::new).with_context(|| format!("{what} has no output"))?;
    thread::spawn(move || reader.lines().map_while(Result::ok).try_for_each(|text| sender.send(text)));
    loop {
        match lines.recv_timeout(POLL) {
            Ok(text) => line(&text),
            Err(mpsc::RecvTimeoutError::Disconnected) => {
                return child.wait().with_context(|| format!("cannot wait for {what}"));
            }
            Err(mpsc::RecvTimeoutError::Timeout) => {
                if let Err(stopped) = stop::check() {
                    end_group(&mut child);
                    return Err(stopped);
                }
            }
        }
    }
}
