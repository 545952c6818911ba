//! Replaces the key under which the running fleet's secrets are sealed.

use std::fs;
use std::process::ExitCode;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde::Deserialize;
use serde_json::{Value, json};

use super::emulator;
use super::processes::Processes;
use crate::house::State;
use crate::progress::Progress;
use crate::{run, stop};

/// What the key rotator answers.
#[derive(Deserialize)]
struct Answer {
    begun: bool,
    resealed: i64,
    remaining: i64,
    done: bool,
}

/// Between two looks at a rotation that only waits.
const PAUSE: Duration = Duration::from_secs(10);
/// The old key is retired two minutes after the beginning; nothing else takes so long without a secret sealed anew.
const BOUND: Duration = Duration::from_mins(4);

/// Has the key rotator begin a rotation, or go on with one that is under way, and calls it until the old key is retired.
///
/// # Errors
/// If the fleet does not run, the function fails, or secrets are left that cannot be sealed anew.
pub(crate) fn rotate(state: &State) -> Result<ExitCode> {
    let progress = Progress::new(false);
    let processes = Processes::of(state)?;
    let Some(process) = processes.running("emulator") else {
        bail!("the fleet does not run; start it with `cargo xtask up{}`", state.option());
    };
    let endpoint = format!("http://127.0.0.1:{}", process.port);
    let function = function(state)?;
    let first = invoke(state, &processes, &endpoint, &function, &json!({ "begin": true }))?;
    if first.done && !first.begun && first.resealed == 0 {
        progress.say("no rotation was begun: there is no key yet, or one was rotated within the last 15 minutes");
        return Ok(ExitCode::SUCCESS);
    }
    progress.say(if first.begun { "the rotation has begun" } else { "a rotation was under way" });
    let (mut answer, mut total, mut moved) = (first, 0, Instant::now());
    loop {
        total += answer.resealed;
        let Answer { remaining, .. } = answer;
        if answer.done {
            progress.say(format!("{total} secrets sealed anew; the old key is retired"));
            return Ok(ExitCode::SUCCESS);
        }
        if answer.resealed > 0 {
            moved = Instant::now();
            progress.say(format!("{total} secrets sealed anew, {remaining} left"));
        } else if moved.elapsed() > BOUND {
            bail!(
                "{remaining} secrets are left that cannot be sealed anew; see `cargo xtask logs key-rotator{}`. The old key still opens them.",
                state.option()
            );
        }
        if answer.resealed == 0 || remaining == 0 {
            progress.say(match remaining {
                0 => "nothing is left; waiting for those who sealed something just before".to_owned(),
                _ => format!("{remaining} left; waiting for those who hold them"),
            });
            pause()?;
        }
        answer = invoke(state, &processes, &endpoint, &function, &json!({}))?;
    }
}

/// The function's name in the stack that was deployed last.
fn function(state: &State) -> Result<String> {
    let file = state.path("outputs.json");
    let text = fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?;
    let outputs: Value = serde_json::from_str(&text).with_context(|| format!("{} is damaged", file.display()))?;
    let name = outputs["KeyRotatorFunctionName"].as_str().context("the stack has no output KeyRotatorFunctionName")?;
    Ok(name.to_owned())
}

fn invoke(state: &State, processes: &Processes, endpoint: &str, function: &str, payload: &Value) -> Result<Answer> {
    let mut command = emulator::client("local/deploy.py", endpoint);
    command.args(["invoke", function, "--payload", &payload.to_string()]);
    processes.mark(&mut command);
    let mut text = String::new();
    run::streamed(&mut command, "the key rotator", &state.log("rotate-keys"), |line| text.push_str(line))?;
    serde_json::from_str(&text).with_context(|| format!("the key rotator answers {text:?}"))
}

fn pause() -> Result<()> {
    let begin = Instant::now();
    while begin.elapsed() < PAUSE {
        stop::check()?;
        thread::sleep(Duration::from_millis(100));
    }
    Ok(())
}
