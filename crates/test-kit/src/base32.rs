//! Base 32, in which a second factor is typed into an app.

/// The bytes of a text in base 32 as RFC 4648 has it, without padding.
pub fn decode(text: &str) -> Vec<u8> {
    let bits = text.bytes().flat_map(|letter| {
        let value = if letter.is_ascii_uppercase() { letter - b'A' } else { letter - b'2' + 26 };
        (0..5).rev().map(move |bit| value >> bit & 1)
    });
    bits.collect::<Vec<_>>().chunks_exact(8).map(|byte| byte.iter().fold(0, |sum, bit| sum << 1 | bit)).collect()
}
