//! Hours are counted in whole minutes. All arithmetic is checked; nothing wraps and nothing is rounded.

use serde::{Deserialize, Serialize};
use std::fmt;
use thiserror::Error;

/// The longest single exchange anybody can record, whatever a charter says: 1,000,000 minutes, almost two years.
/// Larger numbers are slips of a finger, and sums of them could leave the range of a balance.
pub const MAX_MINUTES: u32 = 1_000_000;

/// The largest balance, either way, that any account may reach: 2^53 - 1, exact in JSON's numbers.
pub const MAX_BALANCE: i64 = (1 << 53) - 1;

/// A number that is not an acceptable count of minutes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum BadMinutes {
    /// Zero or below: an exchange takes some time.
    #[error("{0} is not a length of time; give at least 1 minute")]
    NotPositive(i64),
    /// More than [`MAX_MINUTES`].
    #[error("{0} minutes is more than the largest exchange there is ({MAX_MINUTES}); check the number")]
    TooMany(i64),
    /// A balance would leave [`MAX_BALANCE`].
    #[error("the balance would grow beyond what can be counted ({MAX_BALANCE} minutes)")]
    Overflow,
}

impl BadMinutes {
    /// A stable code for programs, in kebab case.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NotPositive(_) => "minutes-not-positive",
            Self::TooMany(_) => "minutes-too-many",
            Self::Overflow => "balance-overflow",
        }
    }
}

/// A positive length of time given or received, in minutes: 1 to [`MAX_MINUTES`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "u32", into = "u32")]
pub struct Minutes(u32);

impl Minutes {
    /// Checks a number of minutes.
    ///
    /// # Errors
    /// [`BadMinutes`] when it is not between 1 and [`MAX_MINUTES`].
    pub fn new(minutes: i64) -> Result<Self, BadMinutes> {
        if minutes <= 0 {
            return Err(BadMinutes::NotPositive(minutes));
        }
        match u32::try_from(minutes) {
            Ok(n) if n <= MAX_MINUTES => Ok(Self(n)),
            _ => Err(BadMinutes::TooMany(minutes)),
        }
    }

    /// The number of minutes.
    #[must_use]
    pub const fn get(self) -> u32 {
        self.0
    }

    /// As a change of balance upwards.
    #[must_use]
    pub fn given(self) -> Balance {
        Balance(i64::from(self.0))
    }

    /// As a change of balance downwards.
    #[must_use]
    pub fn received(self) -> Balance {
        Balance(-i64::from(self.0))
    }
}

impl TryFrom<u32> for Minutes {
    type Error = BadMinutes;

    fn try_from(n: u32) -> Result<Self, BadMinutes> {
        Self::new(i64::from(n))
    }
}

impl From<Minutes> for u32 {
    fn from(minutes: Minutes) -> Self {
        minutes.0
    }
}

/// A sum of minutes given less minutes received, within ±[`MAX_BALANCE`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(try_from = "i64", into = "i64")]
pub struct Balance(i64);

impl Balance {
    /// Nothing given and nothing received, or as much of both.
    pub const ZERO: Self = Self(0);

    /// Checks a balance.
    ///
    /// # Errors
    /// [`BadMinutes::Overflow`] outside ±[`MAX_BALANCE`].
    pub fn new(minutes: i64) -> Result<Self, BadMinutes> {
        if minutes.unsigned_abs() <= MAX_BALANCE.unsigned_abs() { Ok(Self(minutes)) } else { Err(BadMinutes::Overflow) }
    }

    /// The number of minutes, negative when more was received than given.
    #[must_use]
    pub const fn get(self) -> i64 {
        self.0
    }

    /// The sum.
    ///
    /// # Errors
    /// [`BadMinutes::Overflow`] outside ±[`MAX_BALANCE`].
    pub fn plus(self, other: Self) -> Result<Self, BadMinutes> {
        self.0.checked_add(other.0).ok_or(BadMinutes::Overflow).and_then(Self::new)
    }

    /// The same amount the other way.
    #[must_use]
    pub const fn negated(self) -> Self {
        Self(-self.0)
    }
}

impl TryFrom<i64> for Balance {
    type Error = BadMinutes;

    fn try_from(n: i64) -> Result<Self, BadMinutes> {
        Self::new(n)
    }
}

impl From<Balance> for i64 {
    fn from(balance: Balance) -> Self {
        balance.0
    }
}

impl fmt::Display for Minutes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} h {:02} min", self.0 / 60, self.0 % 60)
    }
}

impl fmt::Display for Balance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let n = self.0.unsigned_abs();
        write!(f, "{sign}{} h {:02} min", n / 60, n % 60)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn absurd_numbers_have_names() {
        assert_eq!(Minutes::new(0), Err(BadMinutes::NotPositive(0)));
        assert_eq!(Minutes::new(-60), Err(BadMinutes::NotPositive(-60)));
        assert_eq!(Minutes::new(1 << 40), Err(BadMinutes::TooMany(1 << 40)));
        assert_eq!(Minutes::new(90).unwrap().to_string(), "1 h 30 min");
        assert_eq!(Balance::new(i64::MIN), Err(BadMinutes::Overflow));
        assert_eq!(
            Balance::new(MAX_BALANCE).unwrap().plus(Minutes::new(1).unwrap().given()),
            Err(BadMinutes::Overflow)
        );
    }

    proptest! {
        #[test]
        fn given_and_received_cancel(n in 1u32..=MAX_MINUTES, start in -MAX_BALANCE/2..MAX_BALANCE/2) {
            let m = Minutes::try_from(n).unwrap();
            let b = Balance::new(start).unwrap();
            prop_assert_eq!(b.plus(m.given()).unwrap().plus(m.received()).unwrap(), b);
        }
    }
}
