//! Text that people wrote, checked for length and for characters that have no business in it.

use crate::rejection::Rejection;

/// Checks that `text` has between 1 and `most` characters, none of them a control character other than a line feed,
/// and no character that changes the direction of what stands around it.
///
/// # Errors
/// [`Rejection::BadText`] naming `field` and what to do.
pub fn check(field: &'static str, text: &str, most: usize) -> Result<(), Rejection> {
    let bad = |problem: String| Err(Rejection::BadText { field, problem });
    if text.trim().is_empty() {
        return bad("empty; write something".into());
    }
    if text.len() > most.saturating_mul(4) || text.chars().count() > most {
        return bad(format!("too long; at most {most} characters fit"));
    }
    let strange =
        |c: char| (c.is_control() && c != '\n') || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    if text.chars().any(strange) {
        return bad("written with characters that cannot be shown; type it again".into());
    }
    Ok(())
}

/// Checks an area: a geohash of 1 to 6 characters, which is never finer than about a kilometre.
///
/// # Errors
/// [`Rejection::BadText`].
pub fn check_area(area: &str) -> Result<(), Rejection> {
    const ALPHABET: &str = "0123456789bcdefghjkmnpqrstuvwxyz";
    if (1..=6).contains(&area.len()) && area.chars().all(|c| ALPHABET.contains(c)) {
        Ok(())
    } else {
        Err(Rejection::BadText { field: "area", problem: format!("'{area}', not a geohash of 1 to 6 characters") })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_what_is_wrong() {
        assert!(check("title", "Help in the garden\nany day", 40).is_ok());
        for bad in ["", "   ", "a\u{7}b", "x\u{202e}y", &"m".repeat(41)] {
            assert_eq!(check("title", bad, 40).map_err(|e| e.code()), Err("bad-text"), "{bad:?}");
        }
        assert!(check_area("gcpuv").is_ok());
        assert!(check_area("gcpuvxr").is_err());
        assert!(check_area("aaaa").is_err());
    }
}
