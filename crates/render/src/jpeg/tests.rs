use image::{ImageFormat, RgbImage};
use proptest::prelude::*;

use super::{Crop, Header, Refusal, decode, encode};
use crate::surface::{Plane, Planes};

/// Waves of luma and colour that are never steep, as JPEG keeps them well.
fn waves(width: u32, height: u32, seed: u32, subsampled: bool) -> Planes {
    let plane = |step: u32, phase: u32, swing: f32| {
        let (width, height) = (width.div_ceil(step), height.div_ceil(step));
        let at = |place: u32| {
            let (x, y) = ((place % width * step) as f32, (place / width * step) as f32);
            let wave = (x * 0.05 + phase as f32).sin() + (y * 0.07 + (phase + seed % 7) as f32).cos();
            (128.0 + swing * wave) as u8
        };
        Plane { width, height, data: (0..width * height).map(at).collect() }
    };
    let step = if subsampled { 2 } else { 1 };
    Planes { luma: plane(1, seed, 55.0), blue: plane(step, seed + 1, 15.0), red: plane(step, seed + 2, 15.0) }
}

/// The same picture without colour, in which luma is what other decoders answer.
fn grey(mut planes: Planes) -> Planes {
    planes.blue.data.fill(128);
    planes.red.data.fill(128);
    planes
}

/// The whole picture, `shrink` pixels made one.
fn decoded(bytes: &[u8], shrink: u32) -> Result<(Planes, Crop), Refusal> {
    let header = Header::read(bytes)?;
    let whole = Crop { x: 0.0, y: 0.0, width: f64::from(header.width), height: f64::from(header.height) };
    decode(&header, whole, shrink)
}

fn decoded_by_others(bytes: &[u8]) -> RgbImage {
    image::load_from_memory_with_format(bytes, ImageFormat::Jpeg).unwrap().into_rgb8()
}

/// The largest difference between what was drawn and what was decoded, which may be larger at its edges.
fn difference(drawn: &Plane, found: &Plane) -> u8 {
    let drawn_rows = drawn.data.chunks_exact(drawn.width as usize);
    let found_rows = found.data.chunks_exact(found.width as usize);
    assert!(found.width >= drawn.width && found.height >= drawn.height);
    let pairs = drawn_rows.zip(found_rows).flat_map(|(drawn, found)| drawn.iter().zip(found));
    pairs.map(|(drawn, found)| drawn.abs_diff(*found)).max().unwrap_or(0)
}

/// As a red, green and blue pixel with the colour of its cell (JFIF 1.02).
fn pixel(planes: &Planes, x: u32, y: u32) -> [f32; 3] {
    let step = if planes.is_subsampled() { 2 } else { 1 };
    let part = |plane: &Plane, x: u32, y: u32| f32::from(plane.data[(y * plane.width + x) as usize]);
    let luma = part(&planes.luma, x, y);
    let (blue, red) = (part(&planes.blue, x / step, y / step) - 128.0, part(&planes.red, x / step, y / step) - 128.0);
    let colour = [luma + 1.402 * red, luma - 0.344_14 * blue - 0.714_14 * red, luma + 1.772 * blue];
    colour.map(|part| part.clamp(0.0, 255.0))
}

#[test]
fn sizes_that_fill_no_block_are_kept() {
    for (width, height) in [(1, 1), (1, 9), (9, 1), (2, 2), (7, 8), (8, 7), (15, 17), (16, 16), (17, 23), (33, 1)] {
        for subsampled in [false, true] {
            let planes = waves(width, height, 3, subsampled);
            let bytes = encode(&planes, 92);
            let other = decoded_by_others(&bytes);
            assert_eq!((other.width(), other.height()), (width, height));
            let (found, crop) = decoded(&bytes, 1).unwrap();
            assert_eq!((crop.width as u32, crop.height as u32), (width, height));
            for (drawn, found) in [(&planes.luma, &found.luma), (&planes.blue, &found.blue), (&planes.red, &found.red)]
            {
                assert!(difference(drawn, found) <= 12, "{width} x {height}, {}", difference(drawn, found));
            }
        }
    }
}

#[test]
fn samples_out_of_all_range_are_white_or_black() {
    // The first quantisation step of luma is made as large as a table of 16 bits can hold.
    let bytes = encode(&grey(waves(16, 16, 0, true)), 92);
    let table = bytes.windows(5).position(|five| five == [0xFF, 0xDB, 0, 67, 0]).unwrap();
    let mut broken = bytes[..table].to_vec();
    broken.extend([0xFF, 0xDB, 0, 131, 0x10]);
    broken.extend([0xFF; 128]);
    broken.extend(&bytes[table + 69..]);
    let (found, _) = decoded(&broken, 1).unwrap();
    assert!(found.luma.data.iter().all(|sample| [0, 255].contains(sample) || *sample == 128), "{:?}", found.luma);
}

#[test]
fn a_part_is_decoded_as_in_the_whole() {
    let bytes = encode(&waves(203, 151, 5, true), 90);
    let (whole, _) = decoded(&bytes, 1).unwrap();
    let header = Header::read(&bytes).unwrap();
    let crop = Crop { x: 61.0, y: 40.0, width: 90.0, height: 70.0 };
    let (part, place) = decode(&header, crop, 1).unwrap();
    for y in 0..70 {
        for x in 0..90 {
            let in_part = (place.y as usize + y) * part.luma.width as usize + place.x as usize + x;
            let in_whole = (40 + y) * whole.luma.width as usize + 61 + x;
            assert_eq!(part.luma.data[in_part], whole.luma.data[in_whole], "{x}, {y}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn what_is_written_is_read_by_us_and_by_others(
        (width, height) in (1..90_u32, 1..90_u32),
        seed in 0..1000_u32,
        quality in 85..=98_u32,
        subsampled in any::<bool>(),
    ) {
        let planes = waves(width, height, seed, subsampled);
        let bytes = encode(&planes, quality);
        let (found, _) = decoded(&bytes, 1).unwrap();
        prop_assert!(difference(&planes.luma, &found.luma) <= 12, "{}", difference(&planes.luma, &found.luma));
        prop_assert!(difference(&planes.blue, &found.blue) <= 12 && difference(&planes.red, &found.red) <= 12);
        let other = decoded_by_others(&bytes);
        let mut sum = 0.0;
        for (x, y, other) in other.enumerate_pixels() {
            let ours = pixel(&found, x, y);
            sum += ours.iter().zip(other.0).map(|(ours, other)| (ours - f32::from(other)).abs()).sum::<f32>();
        }
        let mean = sum / (3 * width * height) as f32;
        prop_assert!(mean < if subsampled { 3.0 } else { 1.5 }, "{}", mean);
    }

    #[test]
    fn without_colour_both_decoders_agree(
        (width, height) in (1..90_u32, 1..90_u32),
        seed in 0..1000_u32,
        quality in 30..=100_u32,
        subsampled in any::<bool>(),
    ) {
        let bytes = encode(&grey(waves(width, height, seed, subsampled)), quality);
        let (found, _) = decoded(&bytes, 1).unwrap();
        let other = decoded_by_others(&bytes);
        let other = Plane { width, height, data: other.pixels().map(|pixel| pixel.0[1]).collect() };
        prop_assert!(difference(&other, &found.luma) <= 2, "{}", difference(&other, &found.luma));
    }

    #[test]
    fn a_shrunk_picture_is_the_mean_of_the_whole(
        (width, height) in (1..90_u32, 1..90_u32),
        seed in 0..1000_u32,
        shrink in proptest::sample::select(vec![2_u32, 4, 8]),
    ) {
        let bytes = encode(&waves(width, height, seed, true), 90);
        let (whole, _) = decoded(&bytes, 1).unwrap();
        let (small, crop) = decoded(&bytes, shrink).unwrap();
        prop_assert_eq!(small.luma.width * shrink, whole.luma.width);
        prop_assert_eq!((crop.width * f64::from(shrink)) as u32, width);
        for (at, found) in small.luma.data.iter().enumerate() {
            let (x, y) = (at as u32 % small.luma.width * shrink, at as u32 / small.luma.width * shrink);
            let cells = (0..shrink * shrink).map(|cell| (y + cell / shrink) * whole.luma.width + x + cell % shrink);
            let sum: u32 = cells.map(|place| u32::from(whole.luma.data[place as usize])).sum();
            prop_assert!((sum / (shrink * shrink)).abs_diff(u32::from(*found)) <= 2);
        }
    }

    #[test]
    fn broken_files_are_refused_or_decoded(
        changes in proptest::collection::vec((any::<proptest::sample::Index>(), any::<u8>()), 1..20),
        length in proptest::option::of(any::<proptest::sample::Index>()),
        shrink in proptest::sample::select(vec![1_u32, 2, 4, 8]),
    ) {
        let mut bytes = encode(&waves(50, 41, 1, true), 90);
        for (place, value) in changes {
            let place = place.index(bytes.len());
            bytes[place] = value;
        }
        if let Some(length) = length {
            bytes.truncate(length.index(bytes.len()));
        }
        // The size is checked before anything is decoded; see `photo`.
        if Header::read(&bytes).is_ok_and(|header| header.width * header.height <= 1_000_000) {
            drop(decoded(&bytes, shrink));
        }
    }

    #[test]
    fn any_bytes_after_a_header_are_refused_or_decoded(scan in proptest::collection::vec(any::<u8>(), 0..2_000)) {
        let mut bytes = encode(&waves(40, 40, 1, false), 90);
        let begin = bytes.windows(2).position(|two| two == [0xFF, 0xDA]).unwrap() + 14;
        bytes.truncate(begin);
        bytes.extend(scan);
        if let Ok((planes, _)) = decoded(&bytes, 1) {
            prop_assert_eq!(planes.luma.data.len(), 40 * 40);
        }
    }
}
