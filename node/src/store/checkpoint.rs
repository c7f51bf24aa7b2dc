//! The last checkpoint this node showed to anyone, kept as the plain text of the C2SP note so that other tools read it.

use std::path::{Path, PathBuf};

use super::error::StoreError;
use super::files;

/// Most bytes of a checkpoint: a note with its signature is under 400 bytes, each cosignature adds about 150.
pub const MAX_CHECKPOINT_BYTES: u64 = 64 * 1024;

/// The file `checkpoint` of a directory. Whoever signs a new one swaps it here first and shows it after
/// (compare-and-swap before publication), so that two copies of a node cannot both extend the log.
#[derive(Debug)]
pub struct CheckpointFile {
    path: PathBuf,
}

impl CheckpointFile {
    /// Uses the file `checkpoint` in `dir`, which is created if absent.
    pub fn open(dir: &Path) -> Result<CheckpointFile, StoreError> {
        files::create_dir(dir)?;
        Ok(CheckpointFile { path: dir.join("checkpoint") })
    }

    /// What is on disk now; `None` before the first swap.
    pub fn read(&self) -> Result<Option<Vec<u8>>, StoreError> {
        files::read_bounded(&self.path, "a checkpoint", MAX_CHECKPOINT_BYTES)
    }

    /// Replaces `expected` (`None`: no file) by `new`, durable when it returns.
    ///
    /// # Errors
    /// [`StoreError::CheckpointConflict`] if the disk now holds something other than `expected`; nothing is changed then.
    pub fn swap(&mut self, expected: Option<&[u8]>, new: &[u8]) -> Result<(), StoreError> {
        let bytes = new.len() as u64;
        if bytes > MAX_CHECKPOINT_BYTES {
            let limit = MAX_CHECKPOINT_BYTES;
            return Err(StoreError::TooLarge { what: "a checkpoint", bytes, limit });
        }
        if self.read()?.as_deref() != expected {
            return Err(StoreError::CheckpointConflict { path: self.path.clone() });
        }
        files::replace(&self.path, &[new]).map(drop)
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn swap_compares_with_the_disk() {
        let home = tempfile::tempdir().unwrap();
        let mut file = CheckpointFile::open(home.path()).unwrap();
        assert!(file.read().unwrap().is_none());
        let conflict = |result| matches!(result, Err(StoreError::CheckpointConflict { .. }));
        assert!(conflict(file.swap(Some(b"1"), b"2")));
        file.swap(None, b"1").unwrap();
        assert!(conflict(file.swap(None, b"2")));
        file.swap(Some(b"1"), b"2").unwrap();

        std::fs::write(home.path().join("checkpoint"), b"1").unwrap(); // a restored backup
        assert!(conflict(file.swap(Some(b"2"), b"3")));
        assert_eq!(file.read().unwrap().unwrap(), b"1");
        let large = vec![0; MAX_CHECKPOINT_BYTES as usize + 1];
        assert!(matches!(file.swap(Some(b"1"), &large), Err(StoreError::TooLarge { .. })));
    }
}
