//! A small file that says that it is large costs no memory. Alone in its process, because it watches the whole of it.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "what a test stands on ends it where it cannot be had")]

mod requests;

use std::fs;

use requests::{headers_of_20_000_by_20_000, headers_of_25_million_pixels, jpeg, landscape, over, render};
use rostrum_render::RenderError;

/// The most that this process has held, in KiB (`VmHWM` of proc(5)).
fn most_resident() -> usize {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches("kB").trim().parse().unwrap()
}

#[test]
fn only_the_header_of_a_photo_that_is_too_large_is_read() {
    render(&over(jpeg(&landscape(640, 480), 90))).unwrap();
    let before = most_resident();
    for file in headers_of_20_000_by_20_000() {
        let error = render(&over(file)).unwrap_err();
        assert!(matches!(error, RenderError::BackgroundTooLarge { .. }), "{error:?}");
    }
    for (file, _) in headers_of_25_million_pixels() {
        let error = render(&over(file)).unwrap_err();
        assert!(matches!(error, RenderError::BackgroundTooDemanding { .. }), "{error:?}");
    }
    let grown = most_resident() - before;
    assert!(grown < 8 * 1024, "{grown} KiB were taken");
}
