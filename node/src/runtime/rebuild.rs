//! Index and snapshot from the journal alone, when the next start shall not trust those that are there.

use super::{Handle, Refused};
use crate::store::{StoreError, files};
use std::{
    io::{self, ErrorKind},
    path::Path,
    sync::Arc,
    time::Duration,
};

/// The file in a node's directory that asks for it.
const MARK: &str = "rebuild";
/// How often it is looked whether a handle is left.
const LOOK_EVERY: Duration = Duration::from_millis(10);

impl Handle {
    /// Asks whoever runs this node to start it again, and the start to build index and snapshot from the journal.
    ///
    /// # Errors
    /// [`Refused::Retired`], or the disk: then nothing happens.
    pub fn rebuild(&self) -> Result<(), Refused> {
        if self.keeper.is_retired() {
            return Err(Refused::Retired);
        }
        ask(&self.home).map_err(|why| Refused::People(why.to_string()))?;
        self.again.notify_one();
        Ok(())
    }

    /// Waits until none of these handles is left, so that what they held open is closed. Gives this one up; `false` when
    /// others stay for longer than `within`.
    pub async fn last_gone(self, within: Duration) -> bool {
        // Whatever a handle holds is declared before its directory, and so dropped before it.
        let left = Arc::downgrade(&self.home);
        drop(self);
        let gone = async {
            while left.strong_count() > 0 {
                tokio::time::sleep(LOOK_EVERY).await;
            }
        };
        tokio::time::timeout(within, gone).await.is_ok()
    }

    /// Waits until somebody asks for a start again.
    pub async fn asked_to_start_again(&self) {
        self.again.notified().await;
    }
}

/// Asks the next start for it.
///
/// # Errors
/// The disk.
pub(super) fn ask(dir: &Path) -> Result<(), StoreError> {
    files::replace(&dir.join(MARK), &[]).map(drop)
}

/// Forgets index and snapshot, if somebody asked for that.
///
/// # Errors
/// The disk.
pub(super) fn begin(dir: &Path) -> Result<(), StoreError> {
    if dir.join(MARK).exists() { forget(dir) } else { Ok(()) }
}

/// Forgets index and snapshot, so that opening the community whose lock is held builds both from the journal.
///
/// # Errors
/// The disk.
pub fn forget(dir: &Path) -> Result<(), StoreError> {
    remove(&dir.join("index"), |path| std::fs::remove_dir_all(path))?;
    remove(&dir.join("snapshot"), |path| std::fs::remove_file(path))?;
    // Last, so that a crash before it leaves the wish.
    remove(&dir.join(MARK), |path| std::fs::remove_file(path))
}

fn remove(path: &Path, with: impl Fn(&Path) -> io::Result<()>) -> Result<(), StoreError> {
    match with(path) {
        Err(source) if source.kind() != ErrorKind::NotFound => {
            Err(StoreError::Io { context: "remove", path: path.to_path_buf(), source })
        }
        _ => Ok(()),
    }
}
