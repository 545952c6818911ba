//! What the tests ask for.
#![allow(dead_code, reason = "each test file takes what it needs")]

use std::{
    io::Cursor,
    sync::{Arc, LazyLock},
};

use image::{DynamicImage, Rgb, RgbImage, codecs::jpeg::JpegEncoder};
use rostrum_core::platform::Platform;
use rostrum_render::{Background, Fonts, RenderError, Rendered, Request, Style};

/// The folder of the typefaces.
pub(crate) const FONTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/fonts");

/// The picture, with our typefaces, which the tests of a file share.
pub(crate) fn render(request: &Request) -> Result<Rendered, RenderError> {
    static SHARED: LazyLock<Fonts> = LazyLock::new(|| Fonts::open(FONTS).unwrap());
    rostrum_render::render(&SHARED, request)
}

/// A request without a background of its own.
pub(crate) fn request(template: &str, platform: Platform, captions: &[(&str, &str)]) -> Request {
    Request {
        template: template.to_owned(),
        platform,
        captions: captions.iter().map(|(field, text)| ((*field).to_owned(), (*text).to_owned())).collect(),
        background: Background::Template,
        style: Style::default(),
    }
}

/// A meme over `photo`.
pub(crate) fn over(photo: impl Into<Arc<[u8]>>) -> Request {
    let captions = [("top", "Above"), ("bottom", "Below")];
    let background = Background::Photo(photo.into());
    Request { background, ..request("meme-top-bottom", Platform::Instagram, &captions) }
}

/// A picture as a camera might take it: a sky, a sun, hills and a field of noise.
pub(crate) fn landscape(width: u32, height: u32) -> RgbImage {
    let (across, down) = (i64::from(width), i64::from(height));
    let mut state = 7_u32;
    RgbImage::from_fn(width, height, |x, y| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let grain = i64::from(state >> 28) - 8;
        let (x, y) = (i64::from(x), i64::from(y));
        let from_sun = (x - across * 68 / 100).pow(2) + (y - down * 34 / 100).pow(2);
        // A hill in the distance before the land, and a field before it.
        let land = down * 70 / 100;
        let hill = (down * 44 / 100 + (x - across * 36 / 100).pow(2) * 2 / (across + 1)).min(land);
        let field = down * 82 / 100 + (x - across * 3 / 4).pow(2) / (across * 4);
        let colour = if y > field {
            [74 + grain * 2, 96 + x * 40 / across + grain * 3, 48 + grain * 2]
        } else if y > land {
            [96 + grain, 118 + grain, 96 + grain]
        } else if y > hill {
            [88 + grain, 104 + y * 30 / down + grain, 122 + grain]
        } else if from_sun * 200 < down * down {
            [255, 246 + grain / 2, 214 + grain]
        } else {
            [150 + y * 90 / down + grain / 2, 180 + y * 40 / down + grain / 2, 226 - y * 40 / down + grain / 2]
        };
        Rgb(colour.map(|part| part.clamp(0, 255) as u8))
    })
}

/// As a JPEG.
pub(crate) fn jpeg(picture: &RgbImage, quality: u8) -> Vec<u8> {
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(&mut bytes, quality).encode_image(picture).unwrap();
    bytes
}

/// As a PNG.
pub(crate) fn png(picture: impl Into<DynamicImage>) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    picture.into().write_to(&mut bytes, image::ImageFormat::Png).unwrap();
    bytes.into_inner()
}

/// Small files whose headers say 20,000 by 20,000 pixels: a JPEG, a progressive one and a PNG.
pub(crate) fn headers_of_20_000_by_20_000() -> [Vec<u8>; 3] {
    let side = 20_000_u32.to_be_bytes();
    let patched = |mut file: Vec<u8>, marker: u8| {
        let frame = file.windows(2).position(|two| two == [0xFF, marker]).unwrap() + 5;
        file[frame..frame + 4].copy_from_slice(&[side[2], side[3], side[2], side[3]]);
        file
    };
    let progressive = include_bytes!("../backgrounds/progressive.jpg").to_vec();
    [patched(jpeg(&landscape(32, 32), 90), 0xC0), patched(progressive, 0xC2), png_header(20_000, 8, 2)]
}

/// Small files whose headers say 5,000 by 5,000 pixels, and how many bytes they would take: a progressive JPEG with whole
/// colour and a PNG with 16 bits for each of four colours.
pub(crate) fn headers_of_25_million_pixels() -> [(Vec<u8>, u64); 2] {
    let mut progressive = include_bytes!("../backgrounds/progressive.jpg").to_vec();
    let frame = progressive.windows(2).position(|two| two == [0xFF, 0xC2]).unwrap() + 5;
    let side = 5_000_u16.to_be_bytes();
    progressive[frame..frame + 4].copy_from_slice(&[side[0], side[1], side[0], side[1]]);
    assert_eq!(progressive[frame + 4], 3, "luma, blue and red");
    for plane in 0..3 {
        progressive[frame + 6 + 3 * plane] = 0x11;
    }
    [(progressive, 75_000_000 + 150_000_000), (png_header(5_000, 16, 6), 200_000_000 + 100_000_000)]
}

/// A small PNG whose header says that it has such sides, bits for each colour, and colours (ISO/IEC 15948, 11.2.1).
fn png_header(side: u32, bits: u8, colours: u8) -> Vec<u8> {
    let mut large = png(landscape(32, 32));
    large[16..20].copy_from_slice(&side.to_be_bytes());
    large[20..24].copy_from_slice(&side.to_be_bytes());
    large[24..26].copy_from_slice(&[bits, colours]);
    // The checksum of the first chunk (ISO/IEC 15948, annex D).
    let mut sum = u32::MAX;
    for byte in &large[12..29] {
        sum ^= u32::from(*byte);
        for _ in 0..8 {
            sum = if sum & 1 == 1 { sum >> 1 ^ 0xEDB8_8320 } else { sum >> 1 };
        }
    }
    large[29..33].copy_from_slice(&(!sum).to_be_bytes());
    large
}
