//! Photos that people send: checked before they are decoded, and cropped to fill their place.

use std::io::Cursor;

use image::{
    ColorType, DynamicImage, ImageDecoder, ImageError, ImageFormat, ImageReader, Limits, metadata::Orientation,
};

use crate::{
    error::RenderError,
    jpeg::{self, Crop, Header, Refusal},
    surface::Planes,
};

mod fill;

use fill::{Source, fill, turned};

/// The most bytes that a background may have: 20 MiB, more than a camera writes.
pub const MAX_BYTES: usize = 20 * 1024 * 1024;
/// The most pixels of a background's side.
pub const MAX_SIDE: u32 = 10_000;
/// The most pixels of a background in all: 25 millions, as a camera has them.
pub const MAX_PIXELS: u64 = 25_000_000;
/// The most memory that a rare JPEG or a PNG may take beside its file, in bytes: 192 MiB. [`MAX_PIXELS`] of 8 bits for each
/// colour fit, also of a progressive JPEG with colour at half the resolution, as cameras and the web have it. 16 bits for each
/// colour, or a progressive JPEG with whole colour, are more than any picture of a post needs.
pub const MAX_MEMORY: u64 = 192 * 1024 * 1024;

/// The photo, cropped around its middle and made as large as its place.
///
/// # Errors
/// Those of [`RenderError`] that begin with `Background`.
pub(crate) fn cover(bytes: &[u8], width: u32, height: u32) -> Result<Planes, RenderError> {
    if bytes.len() > MAX_BYTES {
        return Err(RenderError::BackgroundTooHeavy { bytes: bytes.len() });
    }
    match image::guess_format(bytes) {
        Ok(ImageFormat::Jpeg) => match Header::read(bytes) {
            Ok(header) => baseline(&header, width, height),
            Err(Refusal::Rare) => general(bytes, ImageFormat::Jpeg, width, height),
            Err(Refusal::Corrupt(what)) => Err(RenderError::BackgroundCorrupt(what.to_owned())),
        },
        Ok(ImageFormat::Png) => general(bytes, ImageFormat::Png, width, height),
        _ => Err(RenderError::BackgroundFormat),
    }
}

/// Decodes the part that is seen, in no more detail than twice what is shown.
fn baseline(header: &Header<'_>, width: u32, height: u32) -> Result<Planes, RenderError> {
    check_size(header.width, header.height)?;
    let (across, down) = turned(header.orientation, width, height);
    let crop = crop(header.width, header.height, across, down);
    let scale = (crop.width / f64::from(across)).min(crop.height / f64::from(down));
    let shrink = [8, 4, 2].into_iter().find(|shrink| f64::from(*shrink) <= scale).unwrap_or(1);
    let (planes, crop) = jpeg::decode(header, crop, shrink).map_err(|refusal| match refusal {
        Refusal::Corrupt(what) => RenderError::BackgroundCorrupt(what.to_owned()),
        Refusal::Rare => RenderError::BackgroundFormat,
    })?;
    fill(Source::Planes(planes), crop, header.orientation, width, height)
}

/// Decodes with `image`, which reads every kind of JPEG and PNG, into pixels.
fn general(bytes: &[u8], format: ImageFormat, width: u32, height: u32) -> Result<Planes, RenderError> {
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    // Ours come first, because they say more; these hold against what a header hides.
    let mut limits = Limits::default();
    limits.max_alloc = Some(MAX_MEMORY);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(|error| refused(&error, (0, 0)))?;
    let (stored_width, stored_height) = decoder.dimensions();
    check_size(stored_width, stored_height)?;
    // The decoders hold to the limit for some of what they need only.
    let held = held(bytes, format, &decoder)?;
    if held > MAX_MEMORY {
        return Err(RenderError::BackgroundTooDemanding { bytes: held });
    }
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let pixels = DynamicImage::from_decoder(decoder).map_err(|error| refused(&error, (stored_width, stored_height)))?;
    let (across, down) = turned(orientation, width, height);
    let crop = crop(stored_width, stored_height, across, down);
    fill(Source::Pixels(pixels), crop, orientation, width, height)
}

/// How many bytes are held at once: the pixels as they are stored, with what they are decoded from before, or with those
/// that they are turned into after.
fn held(bytes: &[u8], format: ImageFormat, decoder: &impl ImageDecoder) -> Result<u64, RenderError> {
    let before = match format {
        ImageFormat::Jpeg => jpeg::coefficient_bytes(bytes).map_err(|refusal| match refusal {
            Refusal::Corrupt(what) => RenderError::BackgroundCorrupt(what.to_owned()),
            Refusal::Rare => RenderError::BackgroundFormat,
        })?,
        _ => 0,
    };
    let (width, height) = decoder.dimensions();
    let after = if decoder.color_type() == ColorType::Rgba8 { 0 } else { 4 * u64::from(width) * u64::from(height) };
    Ok(decoder.total_bytes() + before.max(after))
}

fn refused(error: &ImageError, (width, height): (u32, u32)) -> RenderError {
    match error {
        ImageError::Limits(_) => RenderError::BackgroundTooLarge { width, height },
        _ => RenderError::BackgroundCorrupt(error.to_string()),
    }
}

fn check_size(width: u32, height: u32) -> Result<(), RenderError> {
    if width == 0 || height == 0 {
        return Err(RenderError::BackgroundCorrupt("it has no pixels".to_owned()));
    }
    let fits = width <= MAX_SIDE && height <= MAX_SIDE && u64::from(width) * u64::from(height) <= MAX_PIXELS;
    if fits { Ok(()) } else { Err(RenderError::BackgroundTooLarge { width, height }) }
}

/// The largest part around the middle with the proportions of `across` by `down`.
fn crop(width: u32, height: u32, across: u32, down: u32) -> Crop {
    let (whole_width, whole_height) = (f64::from(width), f64::from(height));
    let ratio = f64::from(across) / f64::from(down);
    let width = whole_width.min(whole_height * ratio);
    let height = whole_height.min(whole_width / ratio);
    Crop { x: (whole_width - width) / 2.0, y: (whole_height - height) / 2.0, width, height }
}
