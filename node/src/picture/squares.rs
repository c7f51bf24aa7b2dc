//! Square codes (QR codes, ISO/IEC 18004) in a photo of paper.

use super::{BadPicture, opened};
use image::{DynamicImage, GrayImage, imageops::FilterType};
use rqrr::PreparedImage;
use std::cmp::Ordering;

/// The longest side that is looked through: what a phone's photo has. The square of a slip in a photo of two sheets of A4
/// side by side, 25 mm of 420, has five dots a module then.
const LOOKED_AT: u32 = 4_000;
/// The most codes read from one photo: more than anybody lays on a table.
const MAX_SQUARES: usize = 24;
/// The longest text that is taken from one, in bytes: an address of a page.
const MAX_TEXT: usize = 512;

/// The sizes at which a photo is looked through, each as a fraction. Few dots a module are read better when there are more of them,
/// and a coarse photo when it is made smaller; what is larger than a phone's photo then is left out.
const SIZES: [(u32, u32); 5] = [(1, 1), (3, 4), (1, 2), (3, 2), (2, 1)];

/// A code that was read.
struct Square {
    text: String,
    /// Its corners in a photo of one by one, as they follow each other around it.
    corners: [(f64, f64); 4],
}

impl Square {
    /// Whether a code in the same place is this one, seen at another size.
    fn holds(&self, other: &Self) -> bool {
        let (x, y) = other.middle();
        let follows = (0..self.corners.len()).map(|n| (self.corners[n], self.corners[(n + 1) % self.corners.len()]));
        let mut sides = follows.map(|((ax, ay), (bx, by))| (bx - ax) * (y - ay) > (by - ay) * (x - ax));
        let first = sides.next();
        sides.all(|side| Some(side) == first)
    }

    fn middle(&self) -> (f64, f64) {
        let sum = self.corners.iter().fold((0.0, 0.0), |(x, y), corner| (x + corner.0, y + corner.1));
        (sum.0 / 4.0, sum.1 / 4.0)
    }
}

/// The texts of the square codes in a picture, from top to bottom and from left to right. What cannot be read is left out.
///
/// # Errors
/// [`BadPicture`].
pub fn squares(bytes: &[u8]) -> Result<Vec<String>, BadPicture> {
    let picture = DynamicImage::from(opened(bytes, LOOKED_AT)?.into_luma8());
    let (width, height) = (picture.width(), picture.height());
    let mut found: Vec<Square> = Vec::new();
    for (times, parts) in SIZES {
        let (wide, high) = (width * times / parts, height * times / parts);
        if wide.max(high) > LOOKED_AT || wide.min(high) == 0 {
            continue;
        }
        let sized = (times != parts).then(|| picture.resize_exact(wide, high, FilterType::Triangle));
        let read = read(sized.as_ref().unwrap_or(&picture).as_luma8().ok_or(BadPicture::Broken)?)?;
        for square in read {
            if found.len() < MAX_SQUARES && !found.iter().any(|other| other.holds(&square)) {
                found.push(square);
            }
        }
    }
    let place = |square: &Square| (square.corners[0].1, square.corners[0].0);
    found.sort_by(|one, other| place(one).partial_cmp(&place(other)).unwrap_or(Ordering::Equal));
    Ok(found.into_iter().map(|square| square.text).collect())
}

/// What is read at one size.
fn read(picture: &GrayImage) -> Result<Vec<Square>, BadPicture> {
    let (width, height) = picture.dimensions();
    let side = |length: u32| usize::try_from(length).map_err(|_| BadPicture::TooLarge);
    let dots = picture.as_raw();
    let row = side(width)?;
    let mut prepared = PreparedImage::prepare_from_greyscale(row, side(height)?, |x, y| dots[y * row + x]);
    let mut grids = prepared.detect_grids();
    grids.truncate(MAX_SQUARES);
    let texts = grids.iter().filter_map(|grid| Some((grid, grid.decode().ok()?.1)));
    let short = texts.filter(|(_, text)| text.len() <= MAX_TEXT);
    let place = |corner: rqrr::Point| (f64::from(corner.x) / f64::from(width), f64::from(corner.y) / f64::from(height));
    Ok(short.map(|(grid, text)| Square { text, corners: grid.bounds.map(place) }).collect())
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
        jpeg(&imageops::rotate90(&imageops::blur(&paper(codes, DOTS), 1.2)))
    }

    fn jpeg(photo: &GrayImage) -> Vec<u8> {
        let mut bytes = Cursor::new(Vec::new());
        photo.write_to(&mut bytes, ImageFormat::Jpeg).unwrap();
        bytes.into_inner()
    }

    /// The sheet itself, with so many dots a module.
    fn paper(codes: &[(&str, u32, u32)], dots: u32) -> GrayImage {
        let mut sheet = image::GrayImage::from_pixel(1_200, 900, Luma([205]));
        for (text, left, top) in codes {
            let code = QrCode::new(text).unwrap();
            let width = u32::try_from(code.width()).unwrap();
            for (at, color) in (0_u32..).zip(code.to_colors()) {
                let (x, y) = (left + at % width * dots, top + at / width * dots);
                let shade = if color == Color::Dark { 40 } else { 225 };
                for dot in 0..dots * dots {
                    sheet.put_pixel(x + dot % dots, y + dot / dots, Luma([shade]));
                }
            }
        }
        sheet
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
    fn codes_of_few_dots_and_coarse_photos_are_read() {
        let cut =
            |text: &str, dots: u32| imageops::crop_imm(&paper(&[(text, 60, 60)], dots), 0, 0, 560, 560).to_image();
        for n in 0..4 {
            let text = format!("http://127.0.0.1:{}/slips?giver=01040G2081040G2081040G20{}", 20_000 + 7 * n, 20 + n);
            let small = imageops::resize(&cut(&text, 4), 476, 476, FilterType::Triangle);
            assert_eq!(squares(&jpeg(&small)).unwrap(), [text.as_str()], "few dots");
            let mut coarse = cut(&text, 10);
            for (x, y, dot) in coarse.enumerate_pixels_mut() {
                let grain = (x.wrapping_mul(2_654_435_761) ^ y.wrapping_mul(40_503).wrapping_mul(x + n)) >> 8;
                dot.0[0] = dot.0[0].saturating_add_signed(i8::try_from(grain % 80).unwrap() - 40);
            }
            assert_eq!(squares(&jpeg(&coarse)).unwrap(), [text.as_str()], "coarse");
        }
    }

    #[test]
    fn what_is_no_code_gives_nothing() {
        assert_eq!(squares(&sheet(&[])).unwrap(), [""; 0]);
        assert_eq!(squares(&sheet(&[(&"x".repeat(600), 50, 50)])).unwrap(), [""; 0]);
        assert_eq!(squares(b"<svg/>"), Err(BadPicture::Kind));
    }
}
