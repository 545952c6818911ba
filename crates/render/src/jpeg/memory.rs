//! What a decoder must hold of a JPEG that is not read here.

use super::header::{Refusal, next_marker, split_segment};

/// How many bytes the coefficients of `file` have that a decoder holds at once, two for each. They are those of all planes,
/// because a progressive file tells each of them in several scans, and others may tell one plane after the other. 0 if the
/// first scan of a file that is not progressive tells all planes side by side: then a row of blocks is enough.
///
/// # Errors
/// [`Refusal::Corrupt`] if it does not say how large it is.
pub(crate) fn coefficient_bytes(file: &[u8]) -> Result<u64, Refusal> {
    const NO_FRAME: Refusal = Refusal::Corrupt("it does not say how large it is");
    let mut segments = segments(file);
    let (marker, frame) = segments.find(|(marker, _)| is_frame(*marker)).ok_or(NO_FRAME)?;
    let [_, high_y, low_y, high_x, low_x, count, planes @ ..] = frame else { return Err(NO_FRAME) };
    let first_scan = segments.find(|(marker, _)| *marker == SCAN).and_then(|(_, scan)| scan.first());
    if marker != PROGRESSIVE && first_scan == Some(count) {
        return Ok(0);
    }
    let side = |high: &u8, low: &u8| u64::from(*high) << 8 | u64::from(*low);
    let (width, height) = (side(high_x, low_x), side(high_y, low_y));
    let sampling = planes.chunks_exact(3).take(usize::from(*count)).filter_map(|plane| plane.get(1));
    // A plane that is alone has units of one block, whatever is said.
    let of = |sampling: &u8| if *count == 1 { (1, 1) } else { (u64::from(sampling >> 4), u64::from(sampling & 15)) };
    let factors: Vec<(u64, u64)> = sampling.map(of).collect();
    let across = factors.iter().map(|(across, _)| *across).max().unwrap_or(1).max(1);
    let down = factors.iter().map(|(_, down)| *down).max().unwrap_or(1).max(1);
    let units = width.div_ceil(8 * across) * height.div_ceil(8 * down);
    let blocks: u64 = factors.iter().map(|(across, down)| across * down).sum();
    Ok(units * blocks * 64 * 2)
}

/// Begins a scan.
const SCAN: u8 = 0xDA;
/// Begins the frame of a progressive file.
const PROGRESSIVE: u8 = 0xC2;

/// Whether this marker says how large the file is: all of that row but those of tables and of what is reserved.
fn is_frame(marker: u8) -> bool {
    matches!(marker, 0xC0..=0xCF) && !matches!(marker, 0xC4 | 0xC8 | 0xCC)
}

/// The markers up to the first scan with what they hold, as far as they can be read.
fn segments(file: &[u8]) -> impl Iterator<Item = (u8, &[u8])> {
    let mut rest = file.get(2..).unwrap_or_default();
    std::iter::from_fn(move || {
        let (marker, after) = next_marker(rest).ok()?;
        let (body, after) = split_segment(after).ok()?;
        rest = after;
        Some((marker, body))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A head whose frame has `marker`, these sides and a plane for each sampling, and whose first scan has so many planes.
    fn head(marker: u8, [width, height]: [u16; 2], sampling: &[u8], scan: u8) -> Vec<u8> {
        let count = u8::try_from(sampling.len()).unwrap();
        let mut file = vec![0xFF, 0xD8, 0xFF, 0xC4, 0, 3, 0, 0xFF, marker, 0, 8 + 3 * count, 8];
        file.extend(height.to_be_bytes().into_iter().chain(width.to_be_bytes()));
        file.push(count);
        file.extend(sampling.iter().zip(1..).flat_map(|(sampling, id)| [id, *sampling, 0]));
        file.extend([0xFF, SCAN, 0, 3, scan]);
        file
    }

    #[track_caller]
    fn check(marker: u8, sides: [u16; 2], sampling: &[u8], scan: u8, expected: u64) {
        assert_eq!(coefficient_bytes(&head(marker, sides, sampling, scan)), Ok(expected));
    }

    #[test]
    fn planes_that_are_not_told_at_once_are_held_whole() {
        // Whole colour, half of it in one and in both directions, grey, and four inks.
        check(0xC2, [16, 16], &[0x11, 0x11, 0x11], 3, 16 * 16 * 3 * 2);
        check(0xC2, [16, 16], &[0x21, 0x11, 0x11], 3, 16 * 16 * 2 * 2);
        check(0xC2, [16, 16], &[0x22, 0x11, 0x11], 3, 16 * 16 * 3);
        check(0xC2, [16, 16], &[0x22], 1, 16 * 16 * 2);
        check(0xC2, [16, 16], &[0x11, 0x11, 0x11, 0x11], 4, 16 * 16 * 4 * 2);
        // Blocks at the edge are whole.
        check(0xC2, [17, 1], &[0x22, 0x11, 0x11], 3, 32 * 16 * 3);
        check(0xC2, [5_000, 5_000], &[0x11, 0x11, 0x11], 3, 150_000_000);
        // One plane after the other, and side by side.
        check(0xC0, [16, 16], &[0x11, 0x11, 0x11], 1, 16 * 16 * 3 * 2);
        check(0xC0, [16, 16], &[0x41, 0x11, 0x11], 3, 0);
        check(0xC1, [65_535, 65_535], &[0x11, 0x11, 0x11, 0x11], 4, 0);
        // What makes no sense is no reason to stop.
        check(0xC2, [16, 16], &[0x00, 0x00, 0x00], 3, 0);
        check(0xC2, [65_535, 65_535], &[0xFF; 80], 1, 65_640 * 65_640 * 80 * 2);
    }

    #[test]
    fn a_file_without_a_size_is_broken() {
        for file in [&b""[..], b"\xFF\xD8", b"\xFF\xD8\xFF\xC4\0\x03\0", b"\xFF\xD8\xFF\xC2\0\x04\x08\0"] {
            assert!(matches!(coefficient_bytes(file), Err(Refusal::Corrupt(_))), "{file:?}");
        }
    }
}
