//! Waiting for something to become true, with an end.

use anyhow::{Result, bail};
use std::{
    thread,
    time::{Duration, Instant},
};

/// How long anything may take to come about. A node repeats what was not answered after fifteen seconds, and tries an
/// absent partner again after fifteen, thirty and sixty: this leaves room for all of them on a busy machine.
pub const PATIENCE: Duration = Duration::from_secs(150);
/// The longest pause between two looks.
const PAUSE: Duration = Duration::from_millis(100);

/// Asks again and again until there is an answer.
///
/// # Errors
/// The asker's, or that it took longer than [`PATIENCE`].
pub fn wait_for<T>(what: &str, ask: impl FnMut() -> Result<Option<T>>) -> Result<T> {
    wait_within(PATIENCE, what, ask)
}

/// Asks again and again until there is an answer or `patience` is over.
///
/// # Errors
/// The asker's, or that it took too long.
pub fn wait_within<T>(patience: Duration, what: &str, mut ask: impl FnMut() -> Result<Option<T>>) -> Result<T> {
    let begun = Instant::now();
    let mut pause = Duration::from_millis(2);
    loop {
        if let Some(answer) = ask()? {
            return Ok(answer);
        }
        if begun.elapsed() >= patience {
            bail!("{what} did not come about within {} s", patience.as_secs());
        }
        thread::sleep(pause);
        pause = (pause * 2).min(PAUSE);
    }
}
