//! How long one meme over a photo takes, side by side with Pillow, and what the process holds for it.

use std::{
    collections::BTreeMap,
    env,
    io::{BufRead, BufReader, Write},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    time::Instant,
};

use anyhow::{Context, Result};
use rostrum_core::platform::Platform;
use rostrum_render::{Background, Fonts, Request, Style, render};

use crate::{
    memory,
    report::{Promise, Report, quantile},
};

const WARM_UPS: usize = 10;
const RUNS: usize = 100;
const TEMPLATE: &str = "meme-top-bottom";
const FONTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../crates/render/fonts");

/// 1600 x 1200 pixels, colour at half the resolution, quality 85, as a camera or a telephone writes it: made of fractal noise,
/// edges and grain, so that it belongs to nobody.
const PHOTO: &[u8] = include_bytes!("../photo.jpg");

/// The promise was 12 ms on a machine on which Pillow needs 21 ms for the same. Machines differ, and so does one from minute
/// to minute; the two drawn in turns do so less.
const SHARE_OF_PILLOW: f64 = 12.0 / 21.0;

/// Neighbours on the machine only ever make a run longer, and not both programs' alike. The share of the runs that they
/// disturbed least is told beside that of the medians, which was promised.
const UNDISTURBED: f64 = 0.1;

/// Draws the same picture again and again on one thread, in turns with Pillow.
pub(crate) fn measure() -> Result<Report> {
    let request = asked(Background::Photo(PHOTO.into()));
    let fonts = Fonts::open(FONTS)?;
    let mut pillow = Pillow::start()?;
    for _ in 0..WARM_UPS {
        render(&fonts, &request)?;
        pillow.draw()?;
    }
    let (mut ours, mut theirs, mut bytes) = (Vec::with_capacity(RUNS), Vec::with_capacity(RUNS), 0);
    for _ in 0..RUNS {
        let started = Instant::now();
        let rendered = render(&fonts, &request)?;
        ours.push(started.elapsed().as_secs_f64() * 1000.0);
        bytes = rendered.bytes.len();
        theirs.push(pillow.draw()?);
    }
    let (median, of_pillow) = (quantile(&mut ours, 0.5), quantile(&mut theirs, 0.5));
    let mut report = Report::new("render");
    report.add("a meme of 1080 x 1080 over a photo, median", median, "ms", Promise::None);
    report.add("the same by Pillow, median", of_pillow, "ms", Promise::None);
    report.add("share of Pillow's time, of the medians", median / of_pillow, "", Promise::AtMost(SHARE_OF_PILLOW));
    let share = quantile(&mut ours, UNDISTURBED) / quantile(&mut theirs, UNDISTURBED);
    report.add("share of Pillow's time, of the quickest tenth", share, "", Promise::None);
    report.add("a meme of 1080 x 1080 over a photo, p95", quantile(&mut ours, 0.95), "ms", Promise::None);
    report.add("resident memory at its most", memory::most_resident()?, "MiB", Promise::AtMost(64.0));
    report.add("size of the file", bytes as f64 / 1024.0, "KiB", Promise::None);
    Ok(report)
}

fn asked(background: Background) -> Request {
    let captions = [("top", "When the build passes on the first try"), ("bottom", "Suspicious. Very suspicious.")];
    let captions: BTreeMap<String, String> =
        captions.into_iter().map(|(field, text)| (field.to_owned(), text.to_owned())).collect();
    let template = TEMPLATE.to_owned();
    Request { template, platform: Platform::Instagram, captions, background, style: Style::default() }
}

/// `pillow.py`, which draws once for each line that it reads.
struct Pillow {
    process: Child,
    asks: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Pillow {
    fn start() -> Result<Self> {
        let python = env::var("ROSTRUM_PILLOW_PYTHON").context("ROSTRUM_PILLOW_PYTHON is not set")?;
        let folder = env!("CARGO_MANIFEST_DIR");
        let mut process = Command::new(python)
            .arg(format!("{folder}/pillow.py"))
            .arg(format!("{folder}/photo.jpg"))
            .arg(format!("{FONTS}/Anton-Regular.ttf"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .context("Pillow cannot be started")?;
        let asks = process.stdin.take().context("Pillow reads nothing")?;
        let answers = BufReader::new(process.stdout.take().context("Pillow says nothing")?);
        Ok(Self { process, asks, answers })
    }

    /// Draws once; the milliseconds that it took, as Pillow's process measured them.
    fn draw(&mut self) -> Result<f64> {
        writeln!(self.asks)?;
        let mut line = String::new();
        self.answers.read_line(&mut line)?;
        line.trim().parse().with_context(|| format!("Pillow said {line:?}"))
    }
}

impl Drop for Pillow {
    fn drop(&mut self) {
        // It may have ended already.
        self.process.kill().ok();
        self.process.wait().ok();
    }
}
