//! How far long work is, for those who wait for it.

use std::sync::{Arc, Mutex, PoisonError};

/// How far all the work is that is told here. Cheap to clone; all clones tell the same.
#[derive(Debug, Clone, Default)]
pub struct Progress(Arc<Mutex<Sum>>);

/// In steps of any size: bytes, rows.
#[derive(Debug, Default)]
struct Sum {
    done: u64,
    all: u64,
}

/// One piece of work. It counts until it is dropped.
#[derive(Debug)]
pub struct Piece {
    progress: Progress,
    done: u64,
    all: u64,
}

impl Progress {
    /// Begins a piece of work of so many steps.
    #[must_use]
    pub fn begin(&self, all: u64) -> Piece {
        self.change(|sum| sum.all += all);
        Piece { progress: self.clone(), done: 0, all }
    }

    /// How far it is, from 0 to 100; nothing while there is nothing to do.
    #[must_use]
    pub fn percent(&self) -> Option<u8> {
        let sum = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let hundredths = u128::from(sum.done) * 100 / u128::from(sum.all.max(1));
        (sum.all > 0).then(|| u8::try_from(hundredths).unwrap_or(100).min(100))
    }

    fn change(&self, change: impl FnOnce(&mut Sum)) {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

impl Piece {
    /// So many steps are done, counted from the beginning.
    pub fn reach(&mut self, done: u64) {
        let done = done.clamp(self.done, self.all.max(self.done));
        let more = done - self.done;
        self.progress.change(|sum| sum.done += more);
        self.done = done;
    }

    /// So many more steps are done.
    pub fn advance(&mut self, steps: u64) {
        self.reach(self.done.saturating_add(steps));
    }
}

impl Drop for Piece {
    fn drop(&mut self) {
        let (done, all) = (self.done, self.all);
        self.progress.change(|sum| (sum.done, sum.all) = (sum.done - done, sum.all - all));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_count_together_until_they_are_over() {
        let progress = Progress::default();
        assert_eq!(progress.percent(), None);
        let mut first = progress.begin(300);
        first.reach(75);
        assert_eq!(progress.percent(), Some(25));
        let mut second = progress.clone().begin(100);
        second.advance(40);
        second.advance(90);
        assert_eq!(progress.percent(), Some(43), "no more than all of it: 175 of 400");
        first.reach(10);
        assert_eq!(progress.percent(), Some(43), "nothing goes back");
        drop(first);
        assert_eq!(progress.percent(), Some(100));
        drop(second);
        assert_eq!(progress.percent(), None);
    }
}
