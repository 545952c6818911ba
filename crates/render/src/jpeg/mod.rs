//! Baseline JPEG (ITU-T T.81), written and read on the planes that JPEG itself has: luma, and two of colour at half the
//! resolution.
//!
//! It is our own because nothing kept in Rust is both fast and the same everywhere. `jpeg-encoder` needs 12 ms for 1080 x
//! 1080 pixels in its portable path, ours 4, and its AVX2 path writes other bytes than the portable one, so that a picture
//! would have two addresses. Decoders hand out RGB at full resolution, of which half is thrown away again: a photo of 12
//! million pixels takes 36 MB there and 4 MB here. Everything is integers, or 32-bit floats in a fixed order of additions
//! and multiplications, which IEEE 754 defines to the last bit.

mod bits;
mod decode;
mod encode;
mod header;
mod huffman;
mod memory;
mod tables;
#[cfg(test)]
mod tests;
mod transform;

pub(crate) use decode::{Crop, decode};
pub(crate) use encode::encode;
pub(crate) use header::{Header, Refusal};
pub(crate) use memory::coefficient_bytes;
