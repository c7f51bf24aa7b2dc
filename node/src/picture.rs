//! Pictures that people send: looked at before they are opened, turned the right way up, made small, and written anew, so
//! that nothing but what is seen is left. Where and with what a photo was taken does not survive that.

mod squares;

pub use squares::squares;

use image::{
    DynamicImage, ImageDecoder as _, ImageFormat, ImageReader, Limits, codecs::jpeg::JpegEncoder, metadata::Orientation,
};
use std::io::Cursor;
use thiserror::Error;

/// The largest file that is taken: what a phone of today makes.
pub const MAX_SENT_BYTES: usize = 12 * 1024 * 1024;
/// The largest that is kept: good on a phone, and small beside an offer's words.
pub const MAX_KEPT_BYTES: usize = 24 * 1024;
/// The most dots that are opened: what phones call 24 megapixels is up to 5,712 times 4,284. In memory they are 100 MB at most,
/// one picture at a time.
const MAX_DOTS: u64 = 25_000_000;
/// The longest side that is opened.
const MAX_SIDE: u32 = 12_000;
/// What decoding may take in memory: four bytes a dot, and as much again for work on the way.
const MAX_MEMORY: u64 = 192 * 1024 * 1024;
/// Sizes and qualities tried in turn, until the picture is small enough.
const TRIES: [(u32, u8); 8] = [(640, 78), (640, 65), (560, 60), (480, 60), (480, 45), (400, 45), (320, 40), (240, 30)];

/// Why a picture is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum BadPicture {
    /// Neither JPEG, PNG nor WebP.
    #[error("this is no photo in JPEG, PNG or WebP; save it as one of these")]
    Kind,
    /// Too many dots, or too large a file.
    #[error("this picture is too large; make it smaller first")]
    TooLarge,
    /// It cannot be opened.
    #[error("this picture cannot be opened; choose another one")]
    Broken,
}

/// The picture, small, as a JPEG without anything but dots.
///
/// # Errors
/// [`BadPicture`]. Sizes are looked at before anything is decoded.
pub fn small(bytes: &[u8]) -> Result<Vec<u8>, BadPicture> {
    written(&opened(bytes, TRIES[0].0)?)
}

/// A picture the right way up, with no side longer than `side`.
fn opened(bytes: &[u8], side: u32) -> Result<DynamicImage, BadPicture> {
    if bytes.len() > MAX_SENT_BYTES {
        return Err(BadPicture::TooLarge);
    }
    let format = image::guess_format(bytes).map_err(|_| BadPicture::Kind)?;
    if !matches!(format, ImageFormat::Jpeg | ImageFormat::Png | ImageFormat::WebP) {
        return Err(BadPicture::Kind);
    }
    let mut limits = Limits::default();
    limits.max_image_width = Some(MAX_SIDE);
    limits.max_image_height = Some(MAX_SIDE);
    limits.max_alloc = Some(MAX_MEMORY);
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(|error| judged(&error))?;
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > MAX_DOTS {
        return Err(BadPicture::TooLarge);
    }
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let mut picture = DynamicImage::from_decoder(decoder).map_err(|error| judged(&error))?;
    // Made small first: turning a large picture takes its memory twice.
    if picture.width().max(picture.height()) > side {
        picture = picture.thumbnail(side, side);
    }
    picture.apply_orientation(orientation);
    Ok(picture)
}

fn judged(error: &image::ImageError) -> BadPicture {
    match error {
        image::ImageError::Limits(_) => BadPicture::TooLarge,
        _ => BadPicture::Broken,
    }
}

fn written(picture: &DynamicImage) -> Result<Vec<u8>, BadPicture> {
    for (side, quality) in TRIES {
        let fits = picture.width() <= side && picture.height() <= side;
        let shown = if fits { picture.to_rgb8() } else { picture.thumbnail(side, side).to_rgb8() };
        let mut bytes = Vec::new();
        JpegEncoder::new_with_quality(&mut bytes, quality).encode_image(&shown).map_err(|_| BadPicture::Broken)?;
        if bytes.len() <= MAX_KEPT_BYTES {
            return Ok(bytes);
        }
    }
    Err(BadPicture::TooLarge)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use image::{Rgb, RgbImage};

    fn noise(width: u32, height: u32) -> RgbImage {
        let mut seed = 1_u32;
        RgbImage::from_fn(width, height, |_, _| {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            Rgb([(seed >> 24) as u8, (seed >> 16) as u8, (seed >> 8) as u8])
        })
    }

    fn encoded(picture: &RgbImage, format: ImageFormat) -> Vec<u8> {
        let mut bytes = Cursor::new(Vec::new());
        picture.write_to(&mut bytes, format).unwrap();
        bytes.into_inner()
    }

    /// A photo lying on its side, with a place in its EXIF part.
    fn photo() -> Vec<u8> {
        let jpeg = encoded(&RgbImage::from_pixel(80, 40, Rgb([200, 30, 30])), ImageFormat::Jpeg);
        // TIFF, little-endian: one entry, orientation 6 (turn right), then words that stand for a place.
        let mut exif = b"Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0".to_vec();
        exif.extend_from_slice(b"GPS 51.5N 0.1W");
        let length = u16::try_from(exif.len() + 2).unwrap().to_be_bytes();
        [&jpeg[..2], &[0xFF, 0xE1], &length, &exif, &jpeg[2..]].concat()
    }

    #[test]
    fn a_photo_is_small_upright_and_bare() {
        let sent = photo();
        assert!(sent.windows(3).any(|part| part == b"GPS"));
        let kept = small(&sent).unwrap();
        assert!(!kept.windows(3).any(|part| part == b"GPS") && !kept.windows(4).any(|part| part == b"Exif"));
        let picture = image::load_from_memory(&kept).unwrap();
        assert_eq!((picture.width(), picture.height()), (40, 80));
    }

    #[test]
    fn the_hardest_picture_is_kept_small() {
        for format in [ImageFormat::Png, ImageFormat::Jpeg] {
            let kept = small(&encoded(&noise(900, 1_200), format)).unwrap();
            assert!(kept.len() <= MAX_KEPT_BYTES, "{}", kept.len());
            assert_eq!(image::guess_format(&kept).unwrap(), ImageFormat::Jpeg);
        }
    }

    #[test]
    fn bombs_and_other_things_are_refused_before_they_are_opened() {
        // Claims 60,000 by 60,000 dots, and has none of them.
        let mut bomb = encoded(&noise(8, 8), ImageFormat::Png);
        bomb[16..24].copy_from_slice(&[0, 0, 0xEA, 0x60, 0, 0, 0xEA, 0x60]);
        let crc = crc32fast::hash(&bomb[12..29]).to_be_bytes();
        bomb[29..33].copy_from_slice(&crc);
        assert_eq!(small(&bomb), Err(BadPicture::TooLarge));
        // Within the sides, and too many dots.
        bomb[16..24].copy_from_slice(&[0, 0, 0x27, 0x10, 0, 0, 0x27, 0x10]);
        let crc = crc32fast::hash(&bomb[12..29]).to_be_bytes();
        bomb[29..33].copy_from_slice(&crc);
        assert_eq!(small(&bomb), Err(BadPicture::TooLarge));
        for other in [&b"<svg xmlns='http://www.w3.org/2000/svg'/>"[..], b"GIF89a....", b"", b"%PDF-1.7"] {
            assert_eq!(small(other), Err(BadPicture::Kind));
        }
        let whole = encoded(&noise(64, 64), ImageFormat::Png);
        assert_eq!(small(&whole[..whole.len() / 2]), Err(BadPicture::Broken));
        assert_eq!(small(&vec![0xFF; MAX_SENT_BYTES + 1]), Err(BadPicture::TooLarge));
    }
}
