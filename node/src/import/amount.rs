//! Amounts of foreign systems, exactly: sums are kept in millionths of a unit, and become minutes once, at the end.

use super::problem::Wrong;

/// Millionths of a foreign unit: six decimal places, more than any system known writes.
pub const SCALE: i64 = 1_000_000;

/// The most digits before and after the mark: far beyond the hours of a town, and far from the end of the numbers here.
const MAX_WHOLE: usize = 10;
const MAX_PART: usize = 6;

/// An amount in millionths of a unit.
pub type Units = i128;

/// Reads a number like `90`, `-1.5` or `1,5`.
///
/// # Errors
/// [`Wrong::NotAmount`].
pub fn decimal(text: &str) -> Result<Units, Wrong> {
    let (below, digits) = sign(text);
    let (whole, part) = digits.split_once(['.', ',']).unwrap_or((digits, ""));
    let plain = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let fits = (1..=MAX_WHOLE).contains(&whole.len()) && part.len() <= MAX_PART && plain(whole) && plain(part);
    if !fits {
        return Err(Wrong::NotAmount);
    }
    let number = |text: &str| text.parse::<Units>().map_err(|_| Wrong::NotAmount);
    let part = if part.is_empty() { 0 } else { number(&format!("{part:0<MAX_PART$}"))? };
    let units = number(whole)? * Units::from(SCALE) + part;
    Ok(if below { -units } else { units })
}

/// Reads hours and minutes like `1:30` as seconds, or seconds alone.
///
/// # Errors
/// [`Wrong::NotAmount`].
pub fn clock(text: &str) -> Result<Units, Wrong> {
    let Some((hours, minutes)) = text.split_once(':') else { return decimal(text) };
    let (below, hours) = sign(hours);
    let (hours, minutes) = (decimal(hours)?, decimal(minutes)?);
    let whole = |units: Units| units % Units::from(SCALE) == 0 && units >= 0;
    if !whole(hours) || !whole(minutes) || minutes >= 60 * Units::from(SCALE) {
        return Err(Wrong::NotAmount);
    }
    let seconds = hours * 3_600 + minutes * 60;
    Ok(if below { -seconds } else { seconds })
}

fn sign(text: &str) -> (bool, &str) {
    match text.strip_prefix(['-', '\u{2212}']) {
        Some(rest) => (true, rest),
        None => (false, text),
    }
}

/// Whole minutes nearest to an amount, where `hour` units are an hour. Halves go away from zero.
#[must_use]
pub fn minutes(units: Units, hour: u32) -> i64 {
    let hour = Units::from(hour.max(1)) * Units::from(SCALE);
    let doubled = units * 120;
    let rounded = (doubled.abs() + hour) / (2 * hour);
    i64::try_from(if units < 0 { -rounded } else { rounded }).unwrap_or(if units < 0 { i64::MIN } else { i64::MAX })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_exactly() {
        for (text, units) in [
            ("90", 90_000_000),
            ("-1.5", -1_500_000),
            ("1,25", 1_250_000),
            ("0.000001", 1),
            ("9999999999", 9_999_999_999_000_000),
        ] {
            assert_eq!(decimal(text), Ok(units), "{text}");
        }
        for bad in ["", "-", ".5", "1.2.3", "1e3", "0.0000001", "12345678901", "one", "1 000"] {
            assert_eq!(decimal(bad), Err(Wrong::NotAmount), "{bad}");
        }
    }

    #[test]
    fn clocks_are_seconds() {
        assert_eq!(clock("1:30"), Ok(5_400_000_000));
        assert_eq!(clock("-0:15"), Ok(-900_000_000));
        assert_eq!(clock("3600"), Ok(3_600_000_000));
        for bad in ["1:60", "1:-5", "1:2:3", ":30", "1.5:00"] {
            assert_eq!(clock(bad), Err(Wrong::NotAmount), "{bad}");
        }
    }

    #[test]
    fn minutes_are_the_nearest() {
        assert_eq!(minutes(5_400_000_000, 3_600), 90);
        assert_eq!(minutes(1_750_000, 1), 105);
        assert_eq!(minutes(330_000, 1), 20);
        assert_eq!(minutes(29_000_000, 3_600), 0);
        assert_eq!(minutes(30_000_000, 3_600), 1);
        assert_eq!(minutes(-30_000_000, 3_600), -1);
        assert_eq!(minutes(-29_000_000, 3_600), 0);
    }
}
