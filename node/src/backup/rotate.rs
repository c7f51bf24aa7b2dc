//! A new operational key for a community whose node is stopped, with the recovery words.

use super::error::BackupError;
use crate::{
    runtime::{self, Root, StartError, home, retired},
    store::DirectoryLock,
};
use kith_protocol::{community::Certificate, time::Timestamp};
use std::path::Path;

/// Memory for reading a stopped node's index, in bytes.
const CACHE_BYTES: u64 = 16 << 20;

/// Gives the community in `dir` a new operational key and enters it into the ledger. After a crash either the old key or the
/// new one is good, and the next start enters what is missing. Gives the new certificate.
///
/// # Errors
/// [`BackupError::OtherCommunity`] when the root key is not that of the community in `dir`, a node that runs, and the disk.
pub fn rotate(dir: &Path, root: &Root, now: Timestamp) -> Result<Certificate, BackupError> {
    // Without a community there is nothing to lock, and the lock would make the directory.
    let found = home::open(dir)?.identity.community;
    if found != root.community() {
        return Err(BackupError::OtherCommunity { found, expected: root.community() });
    }
    let _lock = DirectoryLock::acquire(dir)?;
    if let Some(at) = retired::retired(dir)? {
        return Err(StartError::Retired { dir: dir.to_path_buf(), at }.into());
    }
    home::renew(dir, root, now)?;
    let home = home::open(dir)?;
    let mut opened = runtime::open(&home, CACHE_BYTES)?;
    opened.book.settle_and_wait(opened.machine.state());
    Ok(home.identity.certificate.content)
}
