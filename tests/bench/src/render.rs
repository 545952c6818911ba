//! How long one meme over a photo takes, and what the process holds for it.

use std::{collections::BTreeMap, time::Instant};

use anyhow::Result;
use rostrum_core::platform::Platform;
use rostrum_render::{Background, Request, Style, render};

use crate::{
    memory,
    report::{Promise, Report, quantile},
};

const WARM_UPS: usize = 10;
const RUNS: usize = 200;
const TEMPLATE: &str = "meme-top-bottom";

/// 1600 x 1200 pixels, colour at half the resolution, quality 85, as a camera or a telephone writes it: made of fractal noise,
/// edges and grain, so that it belongs to nobody.
const PHOTO: &[u8] = include_bytes!("../photo.jpg");

/// Draws the same picture again and again on one thread.
pub(crate) fn measure() -> Result<Report> {
    let request = asked(Background::Photo(PHOTO.into()));
    for _ in 0..WARM_UPS {
        render(&request)?;
    }
    let (mut times, mut bytes) = (Vec::with_capacity(RUNS), 0);
    for _ in 0..RUNS {
        let started = Instant::now();
        let rendered = render(&request)?;
        times.push(started.elapsed().as_secs_f64() * 1000.0);
        bytes = rendered.bytes.len();
    }
    let mut report = Report::new("render");
    report.add("a meme of 1080 x 1080 over a photo, median", quantile(&mut times, 0.5), "ms", Promise::AtMost(12.0));
    report.add("a meme of 1080 x 1080 over a photo, p95", quantile(&mut times, 0.95), "ms", Promise::None);
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
