//! Photos of every kind, whole and broken.
#![expect(clippy::unwrap_used, reason = "what a test stands on ends it where it cannot be had")]

mod requests;

use image::{DynamicImage, GrayImage, Luma, Rgb, RgbImage, Rgba, RgbaImage};
use proptest::{collection::vec, prelude::*, sample::Index};
use requests::{jpeg, landscape, over, png, render, request};
use rostrum_core::platform::Platform;
use rostrum_render::{Background, MAX_BYTES, RenderError, Request};

/// The meme over `photo`, or what is wrong with the photo.
fn drawn(photo: impl Into<Vec<u8>>) -> Result<RgbImage, RenderError> {
    let rendered = render(&over(photo.into()))?;
    Ok(image::load_from_memory(&rendered.bytes).unwrap().into_rgb8())
}

/// Whether the picture has about this colour at a place, in hundredths of its sides.
#[track_caller]
fn shows(picture: &RgbImage, (x, y): (u32, u32), colour: [u8; 3]) {
    let found = picture.get_pixel(picture.width() * x / 100, picture.height() * y / 100).0;
    let near = found.iter().zip(colour).all(|(found, wanted)| found.abs_diff(wanted) <= 14);
    assert!(near, "{found:?} at {x}, {y}, not {colour:?}");
}

const RED: [u8; 3] = [230, 40, 40];
const BLUE: [u8; 3] = [40, 60, 220];
const GREEN: [u8; 3] = [30, 160, 70];

/// Red at the left and blue at the right.
fn halves(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, _| Rgb(if x < width / 2 { RED } else { BLUE }))
}

#[test]
fn a_photo_of_any_size_fills_its_place() {
    for (width, height) in [(1, 1), (17, 23), (23, 17), (16, 16), (1, 300), (300, 1), (801, 603)] {
        let flat = RgbImage::from_pixel(width, height, Rgb(GREEN));
        for bytes in [jpeg(&flat, 95), png(flat.clone())] {
            let picture = drawn(bytes).unwrap();
            for place in [(1, 50), (50, 50), (99, 50), (1, 99), (99, 1)] {
                shows(&picture, place, GREEN);
            }
        }
    }
}

#[test]
fn the_middle_of_a_wide_photo_is_shown() {
    let wide = RgbImage::from_fn(900, 300, |x, _| Rgb(if (300..600).contains(&x) { GREEN } else { RED }));
    for bytes in [jpeg(&wide, 95), png(wide.clone())] {
        let picture = drawn(bytes).unwrap();
        for place in [(2, 50), (50, 50), (98, 50)] {
            shows(&picture, place, GREEN);
        }
    }
}

#[test]
fn grey_photos_are_grey() {
    let grey = GrayImage::from_pixel(121, 77, Luma([90]));
    let mut stored = Vec::new();
    image::codecs::jpeg::JpegEncoder::new_with_quality(&mut stored, 95).encode_image(&grey).unwrap();
    for bytes in [stored, png(grey.clone())] {
        shows(&drawn(bytes).unwrap(), (50, 50), [90, 90, 90]);
    }
}

#[test]
fn what_is_transparent_becomes_white() {
    let pixels = RgbaImage::from_fn(64, 64, |x, _| if x < 32 { Rgba([200, 0, 0, 0]) } else { Rgba([0, 0, 0, 128]) });
    let picture = drawn(png(pixels)).unwrap();
    shows(&picture, (10, 50), [255, 255, 255]);
    shows(&picture, (90, 50), [127, 127, 127]);
}

#[test]
fn sixteen_bits_are_read() {
    let deep = DynamicImage::from(halves(40, 40)).into_rgb16();
    let picture = drawn(png(deep)).unwrap();
    shows(&picture, (10, 50), RED);
    shows(&picture, (90, 50), BLUE);
}

#[test]
fn rare_jpegs_are_read() {
    for (name, file) in [
        ("progressive", include_bytes!("backgrounds/progressive.jpg").as_slice()),
        ("in inks", include_bytes!("backgrounds/cmyk.jpg")),
        ("in red, green and blue", include_bytes!("backgrounds/rgb.jpg")),
        ("with restarts", include_bytes!("backgrounds/restarts.jpg")),
    ] {
        let picture = drawn(file).unwrap_or_else(|error| panic!("{name}: {error}"));
        shows(&picture, (10, 50), RED);
        shows(&picture, (90, 50), BLUE);
    }
}

/// The JPEG with a camera's note of how it was held (Exif 2.3, tag 0x0112).
fn held(mut file: Vec<u8>, orientation: u8) -> Vec<u8> {
    let mut note = vec![0xFF, 0xE1, 0, 34];
    note.extend(b"Exif\0\0MM\0\x2A\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0");
    note.extend([orientation, 0, 0, 0, 0, 0, 0]);
    file.splice(2..2, note);
    file
}

#[test]
fn photos_stand_upright() {
    // Red above, green at the lower left, blue at the lower right.
    let upright = RgbImage::from_fn(96, 96, |x, y| {
        Rgb(match (x < 48, y < 48) {
            (_, true) => RED,
            (true, false) => GREEN,
            (false, false) => BLUE,
        })
    });
    let stored = [
        upright.clone(),
        image::imageops::flip_horizontal(&upright),
        image::imageops::rotate180(&upright),
        image::imageops::flip_vertical(&upright),
        image::imageops::flip_horizontal(&image::imageops::rotate90(&upright)),
        image::imageops::rotate270(&upright),
        image::imageops::rotate90(&image::imageops::flip_horizontal(&upright)),
        image::imageops::rotate90(&upright),
    ];
    for (orientation, stored) in (1..).zip(stored) {
        let picture = drawn(held(jpeg(&stored, 95), orientation)).unwrap();
        for (place, colour) in [((10, 40), RED), ((90, 40), RED), ((10, 60), GREEN), ((90, 60), BLUE)] {
            let found = picture.get_pixel(1080 * place.0 / 100, 1080 * place.1 / 100).0;
            let near = found.iter().zip(colour).all(|(found, wanted)| found.abs_diff(wanted) <= 14);
            assert!(near, "orientation {orientation}: {found:?} at {place:?}");
        }
    }
}

#[test]
fn what_is_no_photo_is_refused() {
    for bytes in [b"".as_slice(), b"GIF89a\x01\0\x01\0", b"<svg/>", b"\xFF\xD8", b"RIFF\0\0\0\0WEBP"] {
        assert_eq!(drawn(bytes), Err(RenderError::BackgroundFormat), "{bytes:?}");
    }
    let heavy = vec![0xFF; MAX_BYTES + 1];
    assert_eq!(drawn(heavy), Err(RenderError::BackgroundTooHeavy { bytes: MAX_BYTES + 1 }));
}

#[test]
fn a_file_that_ends_too_early_is_refused() {
    let picture = landscape(203, 151);
    for file in [jpeg(&picture, 90), png(picture.clone()), include_bytes!("backgrounds/progressive.jpg").to_vec()] {
        for sixteenth in 0..16 {
            let part = &file[..file.len() * sixteenth / 16];
            let error = drawn(part).err();
            let said = matches!(error, Some(RenderError::BackgroundFormat | RenderError::BackgroundCorrupt(_)));
            // What is missing at the end of a progressive file is only its finest detail.
            let progressive = file.len() < 8_000 && sixteenth > 4 && error.is_none();
            assert!(said || progressive, "{sixteenth} of 16 of {} bytes: {error:?}", file.len());
        }
    }
}

#[test]
fn a_header_of_too_many_pixels_is_refused() {
    let huge = RenderError::BackgroundTooLarge { width: 20_000, height: 20_000 };
    for file in requests::headers_of_20_000_by_20_000() {
        assert_eq!(drawn(file), Err(huge.clone()));
    }
}

#[test]
fn a_header_of_pixels_that_take_too_much_memory_is_refused() {
    for (file, bytes) in requests::headers_of_25_million_pixels() {
        let error = drawn(file).unwrap_err();
        assert_eq!(error, RenderError::BackgroundTooDemanding { bytes });
        assert!(error.to_string().contains("send it smaller"), "{error}");
    }
}

#[test]
fn a_card_without_a_photo_reads_no_file() {
    let card = request("quote-card", Platform::X, &[("quote", "Less is more."), ("author", "A. Mies")]);
    let broken = Request { background: Background::Photo(b"\xFF\xD8\xFF broken".as_slice().into()), ..card };
    assert!(render(&broken).is_ok());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, ..ProptestConfig::default() })]

    #[test]
    fn broken_photos_are_drawn_or_refused(
        kind in 0..4_usize,
        changes in vec((any::<Index>(), any::<u8>()), 0..12),
        length in proptest::option::of(any::<Index>()),
    ) {
        let mut file = match kind {
            0 => jpeg(&landscape(61, 47), 90),
            1 => png(landscape(61, 47)),
            2 => include_bytes!("backgrounds/progressive.jpg").to_vec(),
            _ => include_bytes!("backgrounds/restarts.jpg").to_vec(),
        };
        for (place, value) in changes {
            let place = place.index(file.len());
            file[place] = value;
        }
        if let Some(length) = length {
            file.truncate(length.index(file.len()));
        }
        let answer = drawn(file);
        let refused = matches!(
            answer,
            Err(
                RenderError::BackgroundFormat
                    | RenderError::BackgroundCorrupt(_)
                    | RenderError::BackgroundTooLarge { .. }
                    | RenderError::BackgroundTooDemanding { .. }
            )
        );
        prop_assert!(answer.is_ok() || refused, "{:?}", answer);
    }

    #[test]
    fn any_bytes_are_refused(bytes in vec(any::<u8>(), 0..600), kind in 0..3_usize) {
        let mut file = [b"".as_slice(), b"\xFF\xD8\xFF", b"\x89PNG\r\n\x1A\n"][kind].to_vec();
        file.extend(bytes);
        prop_assert!(drawn(file).is_err());
    }
}
