//! A directory for one test.

use anyhow::{Context as _, Result};
use std::{io::Write as _, path::Path};
use tempfile::TempDir;

/// A directory that is gone after the test, unless the test failed: then it stays, for whoever looks for the reason.
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
            && std::thread::panicking()
        {
            let kept = dir.keep();
            // Words for people; losing them is no harm.
            let _ = writeln!(std::io::stderr(), "what the failed test left behind is in {}", kept.display());
        }
    }
}
