//! Months, as addresses name them and as pages call them.

use super::words::{Words, beginning_of};
use jiff::{ToSpan as _, civil::Date};
use kith_protocol::time::Timestamp;
use std::ops::Range;

/// A month, known by its first day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Month(Date);

impl Month {
    /// The one that a day is in.
    pub(super) fn of(day: Date) -> Self {
        Self(day.first_of_month())
    }

    /// The one that an address names, as in 2026-05.
    pub(super) fn named(text: &str) -> Option<Self> {
        let (year, month) = text.split_once('-')?;
        Date::new(year.parse().ok()?, month.parse().ok()?, 1).ok().map(Self)
    }

    /// What addresses name it.
    pub(super) fn tag(self) -> String {
        format!("{:04}-{:02}", self.0.year(), self.0.month())
    }

    pub(super) fn before(self) -> Option<Self> {
        self.0.checked_sub(1.month()).ok().map(Self)
    }

    pub(super) fn after(self) -> Option<Self> {
        self.0.checked_add(1.month()).ok().map(Self)
    }

    /// From its first moment on to the first of the next, in the community's zone.
    pub(super) fn period(self) -> Option<Range<Timestamp>> {
        Some(beginning_of(self.0)?..beginning_of(self.after()?.0)?)
    }

    /// Its name and its year, in a message that has a place for both.
    pub(super) fn called(self, words: Words, key: &str) -> String {
        let month = words.t(&format!("month-{}", self.0.month()));
        words.filled(key, &[("month", month), ("year", self.0.year().to_string())])
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn a_month_is_named_and_has_neighbours() {
        let month = |text: &str| Month::of(text.parse::<Date>().unwrap());
        assert_eq!(Month::named("2024-02"), Some(month("2024-02-29")));
        assert_eq!(month("2026-03-31").before(), Some(month("2026-02-01")));
        assert_eq!(month("2026-01-05").before(), Some(month("2025-12-31")));
        assert_eq!(month("2025-12-31").after(), Some(month("2026-01-05")));
        assert_eq!(month("2026-05-09").tag(), "2026-05");
        for bad in ["", "2024", "2024-13", "x-1", "2024-0", "2024-02-03", "99999-01"] {
            assert_eq!(Month::named(bad), None, "{bad}");
        }
    }
}
