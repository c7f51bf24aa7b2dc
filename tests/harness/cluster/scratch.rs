//! A directory for one test.

use anyhow::{Context as _, Result};
use std::{io::Write as _, path::Path};
use tempfile::TempDir;

/// With this variable in the environment the directories of all tests stay.
const KEEP: &str = "KITH_KEEP";

/// A directory that is gone after the test, unless the test panicked: then it stays, for whoever looks for the reason.
pub struct Scratch(Option<TempDir>);

impl Scratch {
    /// A new empty one.
    ///
    /// # Errors
    /// When the system gives none.
    pub fn new() -> Result<Self> {
        let dir = tempfile::Builder::new().prefix("kith-test-").tempdir().context("no temporary directory")?;
        Ok(Self(Some(dir)))
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.0.as_ref().expect("it is taken only when dropped").path()
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if let Some(dir) = self.0.take()
            && (std::thread::panicking() || std::env::var_os(KEEP).is_some())
        {
            say(format_args!("what the test left behind is in {}", dir.keep().display()));
        }
    }
}

/// Says something beside the test's own output, which is only shown when the test fails.
pub fn say(words: std::fmt::Arguments<'_>) {
    // Words for people; losing them is no harm.
    let _ = writeln!(std::io::stderr(), "{words}");
}
