//! One value of one field, from text.

use jiff::civil::Date;

use super::{Kind, MAX_LISTING_CHARS, MAX_LISTINGS, Role};
use crate::import::problem::Wrong;

/// The longest e-mail address, in bytes: RFC 5321, 4.5.3.1.3, a path of 256 less its brackets.
const MAX_EMAIL_BYTES: usize = 254;

/// The longest phone number, in characters: the 15 digits of ITU-T E.164, spaced and with an
/// extension.
const MAX_PHONE_CHARS: usize = 40;

/// The fewest digits of a phone number: the shortest numbers people are reached at.
const MIN_PHONE_DIGITS: usize = 3;

/// The earliest year anybody joined: time banks are younger, and spreadsheets turn an empty
/// date into 1899 or 1900.
const EARLIEST_YEAR: i16 = 1901;

/// The most minutes to begin with, either way: the largest single exchange there is.
const MAX_OPENING_MINUTES: u32 = 1_000_000;

/// A value as text without spaces around it.
pub(in crate::import) fn text(bytes: &[u8], most: usize) -> Result<&str, Wrong> {
    if bytes.len() > most {
        return Err(Wrong::TooManyBytes { most });
    }
    let text = std::str::from_utf8(bytes).map_err(|_| Wrong::NotUtf8)?;
    Ok(text.trim())
}

/// A value on one line, its runs of spaces made single.
pub(in crate::import) fn line(value: &str, most: usize) -> Result<String, Wrong> {
    if value.contains(['\n', '\r']) {
        return Err(Wrong::LineBreak);
    }
    let line = value.split_whitespace().collect::<Vec<_>>().join(" ");
    let turns = |c: char| matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    if line.chars().any(|c| c.is_control() || turns(c)) {
        return Err(Wrong::Strange);
    }
    if line.chars().count() > most {
        return Err(Wrong::TooLong { most });
    }
    Ok(line)
}

/// An e-mail address by its shape alone: only a message that arrives proves one.
pub(in crate::import) fn email(value: &str) -> Result<String, Wrong> {
    let whole = value.len() <= MAX_EMAIL_BYTES && !value.chars().any(|c| c.is_whitespace() || c.is_control());
    match value.split_once('@') {
        Some((user, host)) if whole && !user.is_empty() && !host.is_empty() && !host.contains('@') => {
            Ok(value.to_owned())
        }
        _ => Err(Wrong::NotEmail),
    }
}

/// A phone number as written. A spreadsheet's 4.47E+11 is refused: its digits are lost.
pub(in crate::import) fn phone(value: &str) -> Result<String, Wrong> {
    let known = |c: char| c.is_ascii_digit() || " +()-./".contains(c);
    let digits = value.chars().filter(char::is_ascii_digit).count();
    if digits < MIN_PHONE_DIGITS || value.chars().count() > MAX_PHONE_CHARS || !value.chars().all(known) {
        return Err(Wrong::NotPhone);
    }
    Ok(value.to_owned())
}

/// A day as ISO 8601 writes it; a time of day after it is left out.
pub(in crate::import) fn day(value: &str) -> Result<Date, Wrong> {
    let day = value.split(['T', ' ']).next().unwrap_or_default();
    let day: Date = day.parse().map_err(|_| Wrong::NotDay)?;
    if day.year() < EARLIEST_YEAR { Err(Wrong::NotDay) } else { Ok(day) }
}

/// Hours as `2:30` or minutes as `150`, with a sign in front if below zero.
pub(in crate::import) fn minutes(value: &str) -> Result<i32, Wrong> {
    let (below, digits) = match value.strip_prefix(['-', '\u{2212}']) {
        Some(rest) => (true, rest),
        None => (false, value.strip_prefix('+').unwrap_or(value)),
    };
    let number = |text: &str| {
        let plain = !text.is_empty() && text.len() <= 9 && text.bytes().all(|byte| byte.is_ascii_digit());
        plain.then(|| text.parse::<u64>().ok()).flatten().ok_or(Wrong::NotMinutes)
    };
    let minutes = match digits.split_once(':') {
        None => number(digits)?,
        Some((hours, minutes)) if minutes.len() == 2 => {
            let rest = number(minutes)?;
            if rest >= 60 {
                return Err(Wrong::NotMinutes);
            }
            number(hours)? * 60 + rest
        }
        Some(_) => return Err(Wrong::NotMinutes),
    };
    match i32::try_from(minutes) {
        Ok(minutes) if minutes.unsigned_abs() <= MAX_OPENING_MINUTES => Ok(if below { -minutes } else { minutes }),
        _ => Err(Wrong::TooManyMinutes { most: MAX_OPENING_MINUTES }),
    }
}

/// Entries separated by `;`, `|` or line breaks.
pub(in crate::import) fn listings(value: &str) -> Result<Vec<String>, Wrong> {
    let entries = value.split([';', '|', '\n', '\r']).map(str::trim).filter(|entry| !entry.is_empty());
    let entries = entries.map(|entry| line(entry, MAX_LISTING_CHARS)).collect::<Result<Vec<_>, _>>()?;
    if entries.len() > MAX_LISTINGS { Err(Wrong::TooManyListings) } else { Ok(entries) }
}

/// Person or organisation, in either spelling and any case.
pub(in crate::import) fn kind(value: &str) -> Result<Kind, Wrong> {
    match value.to_ascii_lowercase().as_str() {
        "person" => Ok(Kind::Person),
        "organisation" | "organization" => Ok(Kind::Organisation),
        _ => Err(Wrong::NotKind),
    }
}

/// Member or coordinator, in any case.
pub(in crate::import) fn role(value: &str) -> Result<Role, Wrong> {
    match value.to_ascii_lowercase().as_str() {
        "member" => Ok(Role::Member),
        "coordinator" => Ok(Role::Coordinator),
        _ => Err(Wrong::NotRole),
    }
}
