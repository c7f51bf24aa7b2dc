//! Figures of one thing, one a round, and what stands in their middle.

use std::time::Duration;

/// Figures of one thing, in the order of the rounds.
#[derive(Debug, Clone, Default)]
pub(crate) struct Figures(Vec<f64>);

impl Figures {
    /// Adds the figure of one more round.
    pub(crate) fn push(&mut self, figure: f64) {
        self.0.push(figure);
    }

    /// The figures, in the order of the rounds.
    pub(crate) fn all(&self) -> &[f64] {
        &self.0
    }

    /// Whether nothing was measured.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The one in the middle.
    pub(crate) fn median(&self) -> f64 {
        percentile(&self.0, 0.5)
    }

    /// The smallest and the largest.
    pub(crate) fn range(&self) -> (f64, f64) {
        (percentile(&self.0, 0.0), percentile(&self.0, 1.0))
    }

    /// Each figure over the other's of the same round.
    pub(crate) fn over(&self, other: &Self) -> Self {
        Self(self.0.iter().zip(&other.0).map(|(a, b)| a / b).collect())
    }

    /// Each figure times `factor`.
    pub(crate) fn times(&self, factor: f64) -> Self {
        Self(self.0.iter().map(|figure| figure * factor).collect())
    }
}

/// The value below which the given share of all values lies; the nearest rank, nothing invented between two values.
pub(crate) fn percentile(values: &[f64], share: f64) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let last = sorted.len().saturating_sub(1);
    let rank = (share * last as f64).round() as usize;
    sorted.get(rank).copied().unwrap_or(f64::NAN)
}

/// How many happened in each second.
pub(crate) fn rate(count: usize, time: Duration) -> f64 {
    let count = count as f64;
    count / time.as_secs_f64()
}

/// Microseconds.
pub(crate) fn micros(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6
}
