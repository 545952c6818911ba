//! The binary: its one line, its port file and its end.

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

#[test]
fn it_tells_its_address_and_ends_on_sigterm() {
    let folder = env!("CARGO_TARGET_TMPDIR");
    let port_file = format!("{folder}/command-test-{}.port", std::process::id());
    let mut child = Command::new(env!("CARGO_BIN_EXE_simulators"))
        .args(["models", "--port", "0", "--canned-latency-ms", "1"])
        .args(["--port-file", &port_file])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut line = String::new();
    let mut output = BufReader::new(child.stdout.take().unwrap());
    output.read_line(&mut line).unwrap();
    let port = line.trim().strip_prefix("listening http://127.0.0.1:").unwrap();
    assert_eq!(std::fs::read_to_string(&port_file).unwrap(), port);
    std::net::TcpStream::connect(format!("127.0.0.1:{port}")).unwrap();

    let id = child.id().to_string();
    Command::new("kill").args(["-TERM", &id]).status().unwrap();
    let started = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        assert!(started.elapsed() < Duration::from_secs(10), "it does not end");
        std::thread::sleep(Duration::from_millis(20));
    };
    assert!(status.success(), "{status}");
    std::fs::remove_file(port_file).unwrap();
}

#[test]
fn wrong_arguments_are_refused_with_the_usage() {
    for arguments in [
        &[][..],
        &["models"],
        &["models", "--port", "x"],
        &["models", "--port", "0", "--colour", "red"],
        &["edge", "--port", "0"],
        &["oidc", "--port", "0", "--api", "x"],
        &["teapot", "--port", "0"],
    ] {
        let output = Command::new(env!("CARGO_BIN_EXE_simulators")).args(arguments).output().unwrap();
        assert!(!output.status.success());
        let text = String::from_utf8_lossy(&output.stderr);
        assert!(text.contains("simulators edge --port"), "{text}");
    }
}
