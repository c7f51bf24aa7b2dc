//! The life of a node's machine (see `protocol/SPEC/11-mail.md`): letters of an earlier one count no more, so it must end
//! whenever something may have been lost.
//!
//! A life outlasts a stop only if the next start finds the very journal that was closed: the file that says so is written at an
//! orderly stop, names the journal's last segment by what the system alone gives (inode and time of change, which no copy
//! and no restore can set), and is removed before anything else at the next start. After a crash, a copy, or a restore of
//! whatever kind a new life begins.

use super::clock;
use crate::store::{StoreError, files};
use serde::{Deserialize, Serialize};
use std::{
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
};

/// Most bytes of the file: a few numbers and a name.
const MAX_BYTES: u64 = 1024;

/// The journal's last segment, as no other file can be.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Mark {
    segment: String,
    device: u64,
    inode: u64,
    changed: i64,
    changed_nanos: i64,
}

#[derive(Debug, Serialize, Deserialize)]
struct Kept {
    life: u64,
    mark: Mark,
}

fn path(dir: &Path) -> PathBuf {
    dir.join("life")
}

fn mark(dir: &Path) -> Option<Mark> {
    let entries = std::fs::read_dir(dir.join("journal")).ok()?;
    let last = entries.filter_map(Result::ok).max_by_key(std::fs::DirEntry::file_name)?;
    let about = last.metadata().ok()?;
    Some(Mark {
        segment: last.file_name().into_string().ok()?,
        device: about.dev(),
        inode: about.ino(),
        changed: about.ctime(),
        changed_nanos: about.ctime_nsec(),
    })
}

/// The life in which the node of `dir` starts. To be asked before the journal is opened.
///
/// # Errors
/// The disk: what said that the last life goes on must be gone for good before the node does anything.
pub(super) fn begin(dir: &Path) -> Result<u64, StoreError> {
    let path = path(dir);
    let kept = files::read_bounded(&path, "the life of the node", MAX_BYTES)?;
    if kept.is_some() {
        let failed = |source| StoreError::Io { context: "remove", path: path.clone(), source };
        std::fs::remove_file(&path).map_err(failed)?;
        files::sync_dir(dir)?;
    }
    let kept = kept.and_then(|bytes| serde_json::from_slice::<Kept>(&bytes).ok());
    let same = kept.filter(|kept| mark(dir).is_some_and(|now| now == kept.mark));
    Ok(same.map_or_else(|| clock::now().0, |kept| kept.life))
}

/// Lets a life outlast an orderly stop: the journal is closed and nothing writes to it any more.
///
/// # Errors
/// The disk.
pub(super) fn keep(dir: &Path, life: u64) -> Result<(), StoreError> {
    let Some(mark) = mark(dir) else { return Ok(()) };
    let bytes = serde_json::to_vec(&Kept { life, mark }).unwrap_or_default();
    files::replace(&path(dir), &[&bytes]).map(drop)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn home() -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir(dir.path().join("journal")).unwrap();
        std::fs::write(dir.path().join("journal").join("0001"), b"hours").unwrap();
        dir
    }

    #[test]
    fn a_life_outlasts_an_orderly_stop_once() {
        let dir = home();
        keep(dir.path(), 7).unwrap();
        assert_eq!(begin(dir.path()).unwrap(), 7);
        assert!(begin(dir.path()).unwrap() > 7, "a crash follows, or nobody stopped it");
    }

    #[test]
    fn a_journal_that_was_touched_or_copied_begins_another() {
        let dir = home();
        keep(dir.path(), 7).unwrap();
        let segment = dir.path().join("journal").join("0001");
        std::fs::write(&segment, b"other").unwrap();
        assert!(begin(dir.path()).unwrap() > 7);
        keep(dir.path(), 7).unwrap();
        let copy = home();
        std::fs::copy(dir.path().join("life"), copy.path().join("life")).unwrap();
        std::fs::copy(&segment, copy.path().join("journal").join("0001")).unwrap();
        assert!(begin(copy.path()).unwrap() > 7);
        assert_eq!(begin(dir.path()).unwrap(), 7, "the copy does not end the life of the original");
    }
}
