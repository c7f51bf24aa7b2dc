//! When an offer is good or a need wants help: days of the week, times of day, and for needs a last day.

use crate::rejection::Rejection;
use serde::{Deserialize, Serialize};
use std::fmt;

/// The days of a week, from Monday on (ISO 8601), in the words of the API.
pub const DAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
/// The parts of a day, in the words of the API: until noon, until six, and after.
pub const PARTS: [&str; 3] = ["morning", "afternoon", "evening"];
/// Every part of every day.
const ALL: u32 = (1 << (DAYS.len() * PARTS.len())) - 1;
/// The last day that can be named, in days since 1970: the end of the year 9999, the last that ISO 8601 writes in four digits.
pub const LAST_DAY: u32 = 2_932_896;

/// Parts of days of a week, at least one and not all of them: bit `3 × day + part`, Monday and morning being 0. Who can at any
/// time says nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "u32", into = "u32")]
pub struct Times(u32);

impl Times {
    /// These parts of these days, by their places in [`DAYS`] and [`PARTS`]; none when that is none or all there are.
    #[must_use]
    pub fn of(times: impl IntoIterator<Item = (usize, usize)>) -> Option<Self> {
        let fits = |(day, part): &(usize, usize)| *day < DAYS.len() && *part < PARTS.len();
        let bits = times.into_iter().filter(fits).fold(0, |bits, (day, part)| bits | 1 << (day * PARTS.len() + part));
        Self::try_from(bits).ok()
    }

    /// A part of every day, every part of a day, or one part of one day; none when neither is named.
    #[must_use]
    pub fn at(day: Option<usize>, part: Option<usize>) -> Option<Self> {
        let named = |named: Option<usize>, all: usize| named.map_or(0..all, |one| one..one.saturating_add(1));
        let parts = named(part, PARTS.len());
        Self::of(named(day, DAYS.len()).flat_map(|day| parts.clone().map(move |part| (day, part))))
    }

    /// Whether a part of a day is among them.
    #[must_use]
    pub const fn has(self, day: usize, part: usize) -> bool {
        day < DAYS.len() && part < PARTS.len() && self.0 >> (day * PARTS.len() + part) & 1 == 1
    }

    /// Whether any part of any day is in both.
    #[must_use]
    pub const fn meets(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// All of them, in the order of the week.
    pub fn iter(self) -> impl Iterator<Item = (usize, usize)> {
        (0..DAYS.len())
            .flat_map(|day| (0..PARTS.len()).map(move |part| (day, part)))
            .filter(move |at| self.has(at.0, at.1))
    }

    /// The day and the part that a word names, as `friday_morning`.
    #[must_use]
    pub fn place(word: &str) -> Option<(usize, usize)> {
        let (day, part) = word.split_once('_')?;
        Some((DAYS.iter().position(|known| *known == day)?, PARTS.iter().position(|known| *known == part)?))
    }

    /// The words for all of them.
    #[must_use]
    pub fn words(self) -> Vec<String> {
        self.iter().map(|(day, part)| format!("{}_{}", DAYS[day], PARTS[part])).collect()
    }
}

impl TryFrom<u32> for Times {
    type Error = Rejection;

    fn try_from(bits: u32) -> Result<Self, Rejection> {
        if bits == 0 || bits >= ALL {
            let problem = "none or all there are; leave it out when any time is good".to_owned();
            return Err(Rejection::BadText { field: "times", problem });
        }
        Ok(Self(bits))
    }
}

impl From<Times> for u32 {
    fn from(times: Times) -> Self {
        times.0
    }
}

impl fmt::Display for Times {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.words().join(" "))
    }
}

/// When something can be done, or is needed. Nothing said means any time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct When {
    /// On these days, at these times.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub times: Option<Times>,
    /// The last day on which help is of use, in days since 1970; of needs only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<u32>,
}

impl When {
    /// Whether nothing is said.
    #[must_use]
    pub fn is_any(&self) -> bool {
        *self == Self::default()
    }

    /// Checks the last day, which only a need may have.
    ///
    /// # Errors
    /// [`Rejection::BadText`].
    pub fn check(&self, need: bool) -> Result<(), Rejection> {
        let bad = |problem: &str| Err(Rejection::BadText { field: "by", problem: problem.to_owned() });
        match self.by {
            Some(_) if !need => bad("for needs only; an offer ends when it is taken down"),
            Some(day) if day > LAST_DAY => bad("after the year 9999"),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::codec;

    #[test]
    fn times_have_one_form() {
        let friday = Times::of([(4, 0), (4, 1)]).unwrap();
        assert_eq!(friday.words(), ["friday_morning", "friday_afternoon"]);
        assert_eq!(Times::of(friday.words().iter().map(|word| Times::place(word).unwrap())), Some(friday));
        assert_eq!(u32::from(friday), 0b11 << 12);
        assert!(friday.has(4, 1) && !friday.has(4, 2) && !friday.has(5, 0) && !friday.has(9, 9));
        assert!(friday.meets(Times::of([(4, 1), (0, 0)]).unwrap()) && !friday.meets(Times::of([(4, 2)]).unwrap()));
        for word in ["friday", "friday_noon", "friday_morning_", "_", "Friday_morning"] {
            assert_eq!(Times::place(word), None, "{word}");
        }
        assert_eq!(Times::at(Some(4), None).unwrap().iter().count(), 3);
        assert_eq!(Times::at(None, Some(1)).unwrap().iter().count(), 7);
        assert_eq!(Times::at(Some(4), Some(1)), Times::of([(4, 1)]));
        assert_eq!((Times::at(None, None), Times::at(Some(7), None)), (None, None));
        // None and all say the same as nothing, and nothing has one form.
        assert_eq!(Times::of([]), None);
        assert_eq!(Times::of((0..7).flat_map(|day| (0..3).map(move |part| (day, part)))), None);
        for bits in [0_u32, ALL, ALL + 1, u32::MAX] {
            assert!(codec::decode::<Times>(&codec::encode(&bits), 16).is_err(), "{bits}");
        }
        assert_eq!(codec::decode::<Times>(&codec::encode(&(ALL - 1)), 16).unwrap().iter().count(), 20);
    }

    #[test]
    fn only_a_need_has_a_last_day() {
        let when = When { times: None, by: Some(20_000) };
        assert!(when.check(true).is_ok() && !when.is_any());
        assert!(when.check(false).is_err());
        assert!(When { by: Some(LAST_DAY + 1), ..when }.check(true).is_err());
        assert!(When::default().check(false).is_ok() && When::default().is_any());
    }
}
