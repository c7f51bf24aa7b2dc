//! One process per directory.

use std::fs::{File, OpenOptions, TryLockError};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use super::error::StoreError;
use super::files;

/// Held for as long as a process uses a directory; the system lets go of it when the process ends, however it ends.
#[derive(Debug)]
pub struct DirectoryLock {
    _file: File,
}

impl DirectoryLock {
    /// Takes the lock on `dir`, which is created if absent.
    ///
    /// # Errors
    /// [`StoreError::Locked`] if another process holds it. It never waits.
    pub fn acquire(dir: &Path) -> Result<DirectoryLock, StoreError> {
        files::create_dir(dir)?;
        let path = dir.join("lock");
        let file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .mode(0o600)
            .open(&path)
            .map_err(StoreError::io("open", &path))?;
        match file.try_lock() {
            Ok(()) => Ok(DirectoryLock { _file: file }),
            Err(TryLockError::WouldBlock) => Err(StoreError::Locked { path: dir.to_owned() }),
            Err(TryLockError::Error(error)) => Err(StoreError::io("lock", &path)(error)),
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn the_second_is_refused_until_the_first_is_gone() {
        let home = tempfile::tempdir().unwrap();
        let first = DirectoryLock::acquire(home.path()).unwrap();
        let refusal = DirectoryLock::acquire(home.path()).unwrap_err();
        assert!(refusal.to_string().contains("another kith is running on"));
        drop(first);
        DirectoryLock::acquire(home.path()).unwrap();
    }
}
