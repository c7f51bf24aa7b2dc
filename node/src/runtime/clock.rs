//! The only clock of the program's decisions.

use kith_protocol::time::Timestamp;
use std::time::{SystemTime, UNIX_EPOCH};

/// The system's time. Before 1970 it is 1970.
#[must_use]
pub fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp(u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
}

/// A clock that never runs backwards, for the machine: a clock that was set back stands still until it catches up.
#[derive(Debug, Default)]
pub struct Steady(Timestamp);

impl Steady {
    /// The later of the system's time and the time given last.
    pub fn now(&mut self) -> Timestamp {
        self.0 = self.0.max(now());
        self.0
    }
}
