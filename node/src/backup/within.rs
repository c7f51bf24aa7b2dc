//! A restore into a directory that is there: one that a service was given, perhaps with settings in it, and without the right
//! to write beside it.
//!
//! ```text
//! DIR/.setup/             where the work is done; one process at a time
//! DIR/.setup/lock
//! DIR/.setup/backup.age   what is to be restored
//! DIR/.setup/whole/       a restored community. It is there only when all of it is durable; from then on it counts
//! ```
//!
//! What is in `whole` moves up file by file. A crash meanwhile is mended by going on: what moved is no longer below. Everything
//! else in `.setup` is thrown away, whenever the work ends.

use super::{error::BackupError, restore::restore_telling};
use crate::{
    config,
    progress::Progress,
    runtime::{Root, home},
    store::{DirectoryLock, files},
};
use kith_protocol::time::Timestamp;
use std::path::{Path, PathBuf};

/// What the place for the work is called.
pub const SETUP: &str = ".setup";
const WHOLE: &str = "whole";

/// The place in a directory where a restore is made ready. Dropped, it is gone with all that is in it, unless a restored
/// community waits there to move up.
#[derive(Debug)]
pub struct Workshop {
    dir: PathBuf,
    path: PathBuf,
    _lock: DirectoryLock,
}

impl Workshop {
    /// Opens one in `dir`.
    ///
    /// # Errors
    /// The disk, or another process that works there.
    pub fn open(dir: &Path) -> Result<Self, BackupError> {
        let path = dir.join(SETUP);
        let lock = DirectoryLock::acquire(&path)?;
        Ok(Self { dir: dir.to_path_buf(), path, _lock: lock })
    }

    /// Where the backup to be restored is put.
    #[must_use]
    pub fn backup(&self) -> PathBuf {
        self.path.join("backup.age")
    }

    /// Restores the backup into the directory, and tells how far it is. Settings that are there stay; those of the backup take
    /// no file's place.
    ///
    /// # Errors
    /// [`BackupError`]. Before the restored community was whole, the directory is as it was; after that, [`settle`] or
    /// another try goes on.
    pub fn restore(&self, root: &Root, now: Timestamp, progress: &Progress) -> Result<(), BackupError> {
        if home::admin_token(&self.dir)?.is_some() {
            return Err(BackupError::NotEmpty { dir: self.dir.clone() });
        }
        let whole = self.path.join(WHOLE);
        if !self.is_whole() {
            restore_telling(&self.backup(), &whole, root, now, progress)?;
        }
        self.move_up()
    }

    /// Whether a restored community waits here to move up.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.path.join(WHOLE).is_dir()
    }

    fn move_up(&self) -> Result<(), BackupError> {
        let whole = self.path.join(WHOLE);
        let listed = std::fs::read_dir(&whole).map_err(BackupError::file("look into", &whole))?;
        for entry in listed {
            let entry = entry.map_err(BackupError::file("look into", &whole))?;
            let (from, to) = (entry.path(), self.dir.join(entry.file_name()));
            if entry.file_name() == config::FILE && to.exists() {
                std::fs::remove_file(&from).map_err(BackupError::file("remove", &from))?;
            } else {
                std::fs::rename(&from, &to).map_err(BackupError::file("make", &to))?;
            }
        }
        files::sync_dir(&self.dir)?;
        std::fs::remove_dir(&whole).map_err(BackupError::file("remove", &whole))
    }
}

impl Drop for Workshop {
    fn drop(&mut self) {
        if self.is_whole() {
            return;
        }
        if let Err(error) = std::fs::remove_dir_all(&self.path) {
            tracing::warn!(%error, path = %self.path.display(), "what is left of a restore cannot be removed; remove it");
        }
    }
}

/// Ends in `dir` what a process left there that ended in the middle: a restored community moves up, everything else of
/// it is removed.
///
/// # Errors
/// The disk, or another process that works there.
pub fn settle(dir: &Path) -> Result<(), BackupError> {
    if !dir.join(SETUP).is_dir() {
        return Ok(());
    }
    let workshop = Workshop::open(dir)?;
    if workshop.is_whole() { workshop.move_up() } else { Ok(()) }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::{
        backup::{make, restored},
        runtime::{Founding, clock, found},
    };
    use kith_protocol::community::Charter;

    /// A directory with a backup where it is to be restored from, and its words.
    fn ready() -> (tempfile::TempDir, PathBuf, Root) {
        let scratch = tempfile::tempdir().unwrap();
        let founding = Founding { charter: Charter::new("Elm Street".into(), None), coordinator: "Rosa M".into() };
        let (old, dir) = (scratch.path().join("old"), scratch.path().join("elm"));
        let (_, _, words) = found(&old, &founding).unwrap();
        std::fs::write(old.join(config::FILE), "[log]\nlevel = \"warn\"\n").unwrap();
        std::fs::create_dir(&dir).unwrap();
        make(&old, &scratch.path().join("elm.age")).unwrap().unwrap();
        (scratch, dir, Root::from_words(&words).unwrap())
    }

    fn taken(scratch: &tempfile::TempDir, dir: &Path) -> Workshop {
        let workshop = Workshop::open(dir).unwrap();
        std::fs::copy(scratch.path().join("elm.age"), workshop.backup()).unwrap();
        workshop
    }

    #[test]
    fn settings_of_the_backup_come_along_only_where_there_are_none() {
        let (scratch, dir, root) = ready();
        taken(&scratch, &dir).restore(&root, clock::now(), &Progress::default()).unwrap();
        assert!(std::fs::read_to_string(dir.join(config::FILE)).unwrap().contains("warn"));
        let refused = taken(&scratch, &dir).restore(&root, clock::now(), &Progress::default()).unwrap_err();
        assert_eq!(refused.code(), "not-empty");
        let other = scratch.path().join("other");
        std::fs::create_dir(&other).unwrap();
        std::fs::write(other.join(config::FILE), "").unwrap();
        taken(&scratch, &other).restore(&root, clock::now(), &Progress::default()).unwrap();
        assert_eq!(std::fs::read(other.join(config::FILE)).unwrap(), b"");
        for dir in [dir, other] {
            assert_eq!(home::open(&dir).unwrap().identity.community, root.community());
            assert!(restored(&dir).unwrap().is_some() && !dir.join(SETUP).exists());
        }
    }

    #[test]
    fn whatever_a_process_left_that_ended_in_the_middle_is_settled() {
        let (scratch, dir, root) = ready();
        // While the backup came in, or while it was restored.
        std::mem::forget(taken(&scratch, &dir));
        std::fs::create_dir(dir.join(SETUP).join(".whole.restoring-0")).unwrap();
        // The lock ends with the process; this one goes on, so it is taken away.
        std::fs::remove_file(dir.join(SETUP).join("lock")).unwrap();
        settle(&dir).unwrap();
        assert_eq!(std::fs::read_dir(&dir).unwrap().count(), 0);
        // Between any two of the files that move up.
        for moved in 0.. {
            let dir = scratch.path().join(format!("cut-{moved}"));
            let whole = dir.join(SETUP).join(WHOLE);
            let workshop = taken(&scratch, &dir);
            restore_telling(&workshop.backup(), &whole, &root, clock::now(), &Progress::default()).unwrap();
            drop(workshop);
            let entries: Vec<_> = std::fs::read_dir(&whole).unwrap().map(|entry| entry.unwrap().file_name()).collect();
            for name in entries.iter().take(moved) {
                std::fs::rename(whole.join(name), dir.join(name)).unwrap();
            }
            settle(&dir).unwrap();
            assert_eq!(home::open(&dir).unwrap().identity.community, root.community());
            assert!(!dir.join(SETUP).exists());
            if moved >= entries.len() {
                break;
            }
        }
    }

    #[test]
    fn two_do_not_work_in_one_directory() {
        let (_scratch, dir, _) = ready();
        let first = Workshop::open(&dir).unwrap();
        assert_eq!(Workshop::open(&dir).unwrap_err().code(), "disk");
        assert!(settle(&dir).is_err() && first.path.is_dir());
        drop(first);
        assert!(settle(&dir).is_ok() && !dir.join(SETUP).exists());
    }
}
