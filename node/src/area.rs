//! Where things are, as coarsely as people say it: the cells of geohashes, and how far apart they are.

use kith_protocol::text;

/// The letters of a geohash: 32 of them, each five bits, in turn of east and north.
const LETTERS: &[u8; 32] = b"0123456789bcdefghjkmnpqrstuvwxyz";
/// The mean radius of the earth in kilometres (IUGG).
const EARTH_KM: f64 = 6_371.0;
/// Letters of a geohash that are shown to everybody: five kilometres or so.
pub const PUBLIC_LETTERS: usize = 5;

/// The cell of a geohash: from west to east and from south to north, in degrees.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Cell {
    east: (f64, f64),
    north: (f64, f64),
}

/// How far apart two ranges are, and 0 when they touch; with where each is nearest to the other.
fn gap(one: (f64, f64), other: (f64, f64)) -> (f64, f64) {
    if one.1 < other.0 {
        (one.1, other.0)
    } else if other.1 < one.0 {
        (one.0, other.1)
    } else {
        let shared = f64::midpoint(one.0.max(other.0), one.1.min(other.1));
        (shared, shared)
    }
}

/// The distance on the sphere between two places, each as degrees east and north (the haversine formula).
fn kilometres(one: (f64, f64), other: (f64, f64)) -> f64 {
    let (north, east) = ((other.1 - one.1).to_radians() / 2.0, (other.0 - one.0).to_radians() / 2.0);
    let chord = north.sin().powi(2) + one.1.to_radians().cos() * other.1.to_radians().cos() * east.sin().powi(2);
    2.0 * EARTH_KM * chord.clamp(0.0, 1.0).sqrt().asin()
}

/// Degrees of one direction: a number, with a letter for the direction or a sign.
fn degrees(written: &str, [plus, minus]: [char; 2], most: f64) -> Option<f64> {
    let bare = written.trim_end_matches([plus, minus]);
    // Where a comma begins the fraction of a number, maps put it there.
    let number: f64 = bare.trim().replace(',', ".").parse().ok()?;
    let signed = if written.ends_with(minus) { -number } else { number };
    // Neither infinite nor twice signed.
    let fits = signed.abs() <= most && (bare == written || number >= 0.0);
    fits.then_some(signed)
}

/// Degrees north and east, as maps on phones and computers copy them: `51.45, -0.02`, `51.45° N, 0.02° W`,
/// `40,41; -3,70`, `geo:51.45,-0.02`. None for anything else.
#[must_use]
pub fn coordinates(written: &str) -> Option<(f64, f64)> {
    let text = written.trim().to_uppercase().replace('−', "-").replace('°', "");
    let text = text.strip_prefix("GEO:").unwrap_or(&text);
    let text =
        ['N', 'S', 'E', 'W'].iter().fold(text.to_owned(), |text, to| text.replace(&format!(" {to}"), &to.to_string()));
    let parts = [";", ", ", " ", ","].iter().find_map(|between| text.split_once(between));
    let (north, east) = parts?;
    Some((degrees(north.trim(), ['N', 'S'], 90.0)?, degrees(east.trim(), ['E', 'W'], 180.0)?))
}

/// A place as everybody may see it: a finer code is cut. None for what is no geohash, because words may be an address.
#[must_use]
pub fn shown_to_all(place: &str) -> Option<String> {
    text::check_area(place).is_ok().then(|| place.chars().take(PUBLIC_LETTERS).collect())
}

impl Cell {
    /// The cell that a geohash names; none for what is no geohash.
    #[must_use]
    pub fn of(geohash: &str) -> Option<Self> {
        let mut cell = Self { east: (-180.0, 180.0), north: (-90.0, 90.0) };
        let mut turn = 0_usize;
        for letter in geohash.bytes() {
            let bits = LETTERS.iter().position(|known| *known == letter.to_ascii_lowercase())?;
            for bit in (0..5).rev() {
                let range = if turn.is_multiple_of(2) { &mut cell.east } else { &mut cell.north };
                let half = f64::midpoint(range.0, range.1);
                *range = if bits >> bit & 1 == 1 { (half, range.1) } else { (range.0, half) };
                turn += 1;
            }
        }
        (turn > 0).then_some(cell)
    }

    /// The geohash of so many letters that a place lies in, given as degrees north and east.
    #[must_use]
    pub fn geohash((north, east): (f64, f64), letters: usize) -> String {
        let mut cell = Self { east: (-180.0, 180.0), north: (-90.0, 90.0) };
        let mut turn = 0_usize;
        let letter = |_| {
            let mut bits = 0_usize;
            for _ in 0..5 {
                let (range, at) =
                    if turn.is_multiple_of(2) { (&mut cell.east, east) } else { (&mut cell.north, north) };
                let half = f64::midpoint(range.0, range.1);
                let upper = at >= half;
                *range = if upper { (half, range.1) } else { (range.0, half) };
                bits = bits << 1 | usize::from(upper);
                turn += 1;
            }
            char::from(LETTERS[bits])
        };
        (0..letters).map(letter).collect()
    }

    /// Its middle: degrees east and north.
    #[must_use]
    pub fn middle(&self) -> (f64, f64) {
        (f64::midpoint(self.east.0, self.east.1), f64::midpoint(self.north.0, self.north.1))
    }

    /// How far the two are apart where they are nearest, in kilometres: 0 when one lies within the other, or they touch.
    #[must_use]
    pub fn apart(&self, other: &Self) -> f64 {
        // Across the line at which east becomes west, the other way round is shorter.
        let turn = match self.middle().0 - other.middle().0 {
            far if far > 180.0 => 360.0,
            far if far < -180.0 => -360.0,
            _ => 0.0,
        };
        let east = gap(self.east, (other.east.0 + turn, other.east.1 + turn));
        let north = gap(self.north, other.north);
        kilometres((east.0, north.0), (east.1, north.1))
    }

    /// How far apart their middles are, in whole kilometres, as somebody would say it.
    #[must_use]
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "at most half the way around the earth"
    )]
    pub fn about(&self, other: &Self) -> u32 {
        kilometres(self.middle(), other.middle()).round() as u32
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn a_geohash_has_a_middle() {
        // The example of the scheme's author: ezs42 is 42.6 north, 5.6 west.
        let (east, north) = Cell::of("ezs42").unwrap().middle();
        assert!((east + 5.603).abs() < 0.03 && (north - 42.605).abs() < 0.03, "{east} {north}");
        assert_eq!(Cell::of("s").unwrap().middle(), (22.5, 22.5));
        let (east, north) = Cell::of("gcpuv").unwrap().middle();
        assert!((east - -0.11).abs() < 0.03 && (north - 51.5).abs() < 0.03, "{east} {north}");
        assert_eq!(Cell::of("GCPUV"), Cell::of("gcpuv"));
        for bad in ["", "a", "gcp!v", "il"] {
            assert_eq!(Cell::of(bad), None, "{bad}");
        }
    }

    #[test]
    fn places_are_read_as_maps_copy_them() {
        let lewisham = (51.45, -0.02);
        for written in [
            "51.45, -0.02",
            "51.45,-0.02",
            " 51.45 -0.02 ",
            "51.45° N, 0.02° W",
            "51.45N 0.02W",
            "51,45; -0,02",
            "51,45, -0,02",
            "geo:51.45,-0.02",
            "51.45, −0.02",
        ] {
            assert_eq!(coordinates(written), Some(lewisham), "{written}");
        }
        for bad in
            ["", "gcpuv", "51.45", "91, 0", "0, 181", "51.45, west", "inf, 0", "nan, 0", "-51 S, 0", "1, 2, 3", "N, W"]
        {
            assert_eq!(coordinates(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_place_is_shown_no_finer_than_all_may_see_it() {
        for (place, shown) in [("gcpuvx", Some("gcpuv")), ("gcp", Some("gcp")), ("gcpuvxr", None), ("12 Elm Row", None)]
        {
            assert_eq!(shown_to_all(place).as_deref(), shown, "{place}");
        }
    }

    #[test]
    fn a_place_lies_in_its_geohash() {
        assert_eq!(Cell::geohash((42.605, -5.603), 5), "ezs42");
        assert_eq!(Cell::geohash((51.5, -0.11), 5), "gcpuv");
        for place in [(0.0, 0.0), (90.0, 180.0), (-90.0, -180.0), (-33.86, 151.21)] {
            let cell = Cell::of(&Cell::geohash(place, 5)).unwrap();
            assert!(cell.north.0 <= place.0 && place.0 <= cell.north.1, "{place:?}");
            assert!(cell.east.0 <= place.1 && place.1 <= cell.east.1, "{place:?}");
        }
    }

    #[test]
    fn distances_are_those_of_the_map() {
        let cell = |geohash| Cell::of(geohash).unwrap();
        // London and Cardiff are 210 km apart, London and Madrid 1,260.
        let (london, cardiff, madrid) = (cell("gcpvj"), cell("gcjsz"), cell("ezjmu"));
        assert!((200..=220).contains(&london.about(&cardiff)), "{}", london.about(&cardiff));
        assert!((1_240..=1_290).contains(&london.about(&madrid)), "{}", london.about(&madrid));
        assert!(london.apart(&cardiff) < 210.0 && london.apart(&cardiff) > 195.0);
        // Within, or next to each other: no way at all, whichever is coarser.
        assert!(cell("gcp").apart(&london) < 0.001 && london.apart(&cell("gcp")) < 0.001);
        assert!(cell("gcpvj").apart(&cell("gcpvn")) < 0.001);
        assert_eq!(london.about(&london), 0);
        // On both sides of the line at which east becomes west: next to each other.
        assert!(cell("rzzzz").apart(&cell("2pbpb")) < 1.0, "{}", cell("rzzzz").apart(&cell("2pbpb")));
    }
}
