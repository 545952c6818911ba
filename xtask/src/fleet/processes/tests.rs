use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::{self, Child, Command};
use std::time::{Duration, Instant};
use std::{env, fs, thread};

use serde_json::json;

use super::{MARK, POLL, Process, Processes, Start, start_time};
use crate::house::State;

/// How long a process may take to begin or to end.
const BOUND: Duration = Duration::from_secs(10);
/// What all processes of these tests become. Should a test be ended before them, they end soon.
const PROGRAM: &str = "exec sleep 60";
const PORT: u16 = 4566;

/// A fleet in a folder of its own, which ends with the test.
struct Fleet {
    folder: PathBuf,
    state: State,
    processes: Processes,
}

impl Fleet {
    fn new(name: &str) -> Self {
        let folder = env::temp_dir().join(format!("rostrum-processes-{name}-{}", process::id()));
        let state = State::at(&folder.to_string_lossy()).unwrap();
        let processes = Processes::of(&state).unwrap();
        Self { folder, state, processes }
    }

    /// Starts the fleet's only part.
    fn start(&self, script: &str) -> Process {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        let start = Start { name: "part", command, port: PORT, make: String::new(), ends_at: "TERM" };
        self.processes.start(&self.state, start).unwrap()
    }

    /// The two processes whose numbers the part writes into its log, with when they started.
    fn children(&self, part: &Process) -> Vec<(u32, u64)> {
        let mut children = Vec::new();
        let told = || {
            let text = fs::read_to_string(self.state.log("part")).unwrap();
            let numbers = text.lines().map(|line| line.parse().unwrap());
            children = numbers.map(|number| (number, start_time(number).unwrap())).collect();
            children.len() == 2
        };
        part.await_ready(&self.state, BOUND, told).unwrap();
        children
    }
}

impl Drop for Fleet {
    fn drop(&mut self) {
        // A test that failed says more than what was left undone because of it.
        let _ = self.processes.end_all();
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// A process that no fleet started.
struct Stranger(Child);

impl Stranger {
    fn start() -> Self {
        Self(Command::new("sh").args(["-c", PROGRAM]).process_group(0).spawn().unwrap())
    }

    fn lives(&mut self) -> bool {
        self.0.try_wait().unwrap().is_none()
    }
}

impl Drop for Stranger {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn ends((number, started): (u32, u64)) -> bool {
    let begin = Instant::now();
    while start_time(number) == Some(started) {
        if begin.elapsed() > BOUND {
            return false;
        }
        thread::sleep(POLL);
    }
    true
}

#[test]
fn what_a_fleet_started_ends_and_nothing_else() {
    let (fleet, neighbour, mut stranger) = (Fleet::new("ended"), Fleet::new("neighbour"), Stranger::start());
    let other = neighbour.start(PROGRAM);
    // One child leaves the group and one forgets the mark: each is found by the other of the two.
    let part = fleet
        .start(&format!("setsid sh -c 'echo $$; {PROGRAM}' & env -u {MARK} sh -c 'echo $$; {PROGRAM}' & {PROGRAM}"));
    let children = fleet.children(&part);
    assert!(part.runs() && other.runs() && stranger.lives());

    let ended = fleet.processes.end_all().unwrap();
    assert!(!part.runs());
    for child in children {
        assert!(ends(child), "{child:?} was left behind");
    }
    assert!(other.runs(), "a process of another fleet was ended");
    assert!(stranger.lives(), "a process of nobody's was ended");
    // The child that forgot the mark ended with its group, and is not counted.
    assert_eq!(ended, 2);
    assert!(fleet.processes.ended());
    assert_eq!(fleet.processes.last_port("part"), Some(PORT));

    for again in [&fleet.processes, &Processes::of(&fleet.state).unwrap()] {
        assert_eq!(again.end_all().unwrap(), 0);
    }
    assert!(other.runs() && stranger.lives());
}

#[test]
fn a_number_that_somebody_else_got_is_left_alone() {
    let (fleet, mut stranger) = (Fleet::new("number"), Stranger::start());
    let began_with_the_machine = 1;
    let written = json!({"fleet_id": "one-that-ended-with-the-machine", "processes": [{
        "name": "part", "pid": stranger.0.id(), "started": began_with_the_machine,
        "port": PORT, "make": "", "ends_at": "TERM",
    }]});
    fs::write(fleet.state.path("processes.json"), written.to_string()).unwrap();
    let processes = Processes::of(&fleet.state).unwrap();
    assert!(processes.running("part").is_none());
    assert_eq!(processes.dead(), ["part"]);
    assert_eq!(processes.end_all().unwrap(), 0);
    assert!(stranger.lives(), "a process of nobody's was ended");
}
