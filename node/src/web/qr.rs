//! Square codes for paper, as shapes in the page.

use qrcode::{Color, EcLevel, QrCode};

/// Light modules around a code: what scanners need (ISO/IEC 18004).
const QUIET: usize = 4;

/// A square code.
#[derive(Debug)]
pub(super) struct Square {
    /// Modules from edge to edge, with the quiet zone.
    pub(super) size: usize,
    /// The dark modules as an SVG path.
    pub(super) path: String,
}

impl Square {
    /// The code of a text; none when the text is too long for one.
    pub(super) fn new(text: &str) -> Option<Self> {
        let level = if text.len() > 400 { EcLevel::L } else { EcLevel::M };
        let code = QrCode::with_error_correction_level(text, level).ok()?;
        let width = code.width();
        let mut path = String::new();
        for (at, color) in code.to_colors().into_iter().enumerate() {
            if color == Color::Dark {
                path.push_str(&format!("M{} {}h1v1h-1z", at % width + QUIET, at / width + QUIET));
            }
        }
        Some(Self { size: width + 2 * QUIET, path })
    }
}

#[cfg(test)]
mod tests {
    use super::Square;

    #[test]
    fn a_code_has_its_corners_and_room_around() {
        let square = Square::new("http://127.0.0.1:8380/sign-in?code=BCDFG-HJKMN").expect("a short text");
        assert!(square.path.starts_with("M4 4h1v1h-1z"));
        assert!(square.size > 21 + 8);
        assert!(Square::new(&"x".repeat(5_000)).is_none());
    }
}
