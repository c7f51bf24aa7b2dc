//! The mark of a copy that was handed over: it says that another copy of the community lives elsewhere, and that this
//! one must never sign again.

use crate::store::{StoreError, files};
use kith_protocol::time::Timestamp;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// Most bytes of the mark: a number and a sentence.
const MAX_MARK_BYTES: u64 = 4 * 1024;

/// What the file says.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Mark {
    /// When it was handed over.
    at: Timestamp,
    /// For people who find the file.
    note: String,
}

fn path_in(dir: &Path) -> PathBuf {
    dir.join("retired")
}

/// Retires the copy in `dir` for good; durable when it returns. The first mark stays.
///
/// # Errors
/// The disk: the copy is not retired then.
pub fn retire(dir: &Path, now: Timestamp) -> Result<(), StoreError> {
    if retired(dir)?.is_some() {
        return Ok(());
    }
    let note = "This community was handed over to another directory. Never start it from this one again.".to_owned();
    let bytes = serde_json::to_vec(&Mark { at: now, note }).unwrap_or_default();
    files::replace(&path_in(dir), &[&bytes]).map(drop)
}

/// When the copy in `dir` was handed over; `None` if it was not. A mark that cannot be understood counts.
///
/// # Errors
/// The disk.
pub fn retired(dir: &Path) -> Result<Option<Timestamp>, StoreError> {
    let bytes = files::read_bounded(&path_in(dir), "the mark of a handover", MAX_MARK_BYTES)?;
    Ok(bytes.map(|bytes| serde_json::from_slice::<Mark>(&bytes).map(|mark| mark.at).unwrap_or_default()))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn the_first_mark_stays_and_a_spoilt_one_counts() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(retired(dir.path()).unwrap(), None);
        retire(dir.path(), Timestamp(7)).unwrap();
        retire(dir.path(), Timestamp(9)).unwrap();
        assert_eq!(retired(dir.path()).unwrap(), Some(Timestamp(7)));
        std::fs::write(path_in(dir.path()), b"?").unwrap();
        assert_eq!(retired(dir.path()).unwrap(), Some(Timestamp(0)));
    }
}
