//! Square codes (QR codes, ISO/IEC 18004) in a photo of paper.

use super::{BadPicture, opened};
use rqrr::PreparedImage;

/// The longest side that is looked through: what a phone's photo has. The square of a slip in a photo of two sheets of A4
/// side by side, 25 mm of 420, has five dots a module then.
const LOOKED_AT: u32 = 4_000;
/// The most codes read from one photo: more than anybody lays on a table.
const MAX_SQUARES: usize = 24;
/// The longest text that is taken from one, in bytes: an address of a page.
const MAX_TEXT: usize = 512;

/// The texts of the square codes in a picture, from top to bottom and from left to right. What cannot be read is left out.
///
/// # Errors
/// [`BadPicture`].
pub fn squares(bytes: &[u8]) -> Result<Vec<String>, BadPicture> {
    let picture = opened(bytes, LOOKED_AT)?.into_luma8();
    let (width, height) = picture.dimensions();
    let side = |length: u32| usize::try_from(length).map_err(|_| BadPicture::TooLarge);
    let dots = picture.as_raw();
    let row = side(width)?;
    let mut prepared = PreparedImage::prepare_from_greyscale(row, side(height)?, |x, y| dots[y * row + x]);
    let mut found = prepared.detect_grids();
    found.truncate(MAX_SQUARES);
    found.sort_by_key(|grid| {
        let corner = grid.bounds[0];
        (corner.y, corner.x)
    });
    let texts = found.iter().filter_map(|grid| grid.decode().ok()).map(|(_, text)| text);
    Ok(texts.filter(|text| text.len() <= MAX_TEXT).collect())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use image::{ImageFormat, Luma, imageops};
    use qrcode::{Color, QrCode};
    use std::io::Cursor;

    /// A sheet with codes in places, as a phone takes it: grey, not quite sharp, and turned.
    fn sheet(codes: &[(&str, u32, u32)]) -> Vec<u8> {
        const DOTS: u32 = 5;
        let mut sheet = image::GrayImage::from_pixel(1_200, 900, Luma([205]));
        for (text, left, top) in codes {
            let code = QrCode::new(text).unwrap();
            let width = u32::try_from(code.width()).unwrap();
            for (at, color) in (0_u32..).zip(code.to_colors()) {
                let (x, y) = (left + at % width * DOTS, top + at / width * DOTS);
                let shade = if color == Color::Dark { 40 } else { 225 };
                for dot in 0..DOTS * DOTS {
                    sheet.put_pixel(x + dot % DOTS, y + dot / DOTS, Luma([shade]));
                }
            }
        }
        let photo = imageops::rotate90(&imageops::blur(&sheet, 1.2));
        let mut bytes = Cursor::new(Vec::new());
        photo.write_to(&mut bytes, ImageFormat::Jpeg).unwrap();
        bytes.into_inner()
    }

    #[test]
    fn codes_on_a_sheet_are_read() {
        let (one, two) =
            ("http://192.168.1.20:8380/slips?giver=01040G2081040G2081040G2081", "http://elm.example/slips");
        let photo = sheet(&[(one, 100, 100), (two, 600, 200), (one, 200, 550)]);
        let mut read = squares(&photo).unwrap();
        read.sort();
        assert_eq!(read, [one, one, two]);
    }

    #[test]
    fn what_is_no_code_gives_nothing() {
        assert_eq!(squares(&sheet(&[])).unwrap(), [""; 0]);
        assert_eq!(squares(&sheet(&[(&"x".repeat(600), 50, 50)])).unwrap(), [""; 0]);
        assert_eq!(squares(b"<svg/>"), Err(BadPicture::Kind));
    }
}
