//! Backups of a node that does not run, made from its directory.

use super::{
    error::BackupError,
    keeper::note_success,
    make::{self, Source},
    manifest::Manifest,
    seal,
    whole::WholeFile,
};
use crate::{
    progress::Progress,
    runtime::{self, Checkpoints, Cut, HomeError, Root, clock, home, retired},
    store::{DirectoryLock, People, StoreError},
};
use std::{path::Path, sync::atomic::AtomicBool};

/// Memory for reading a stopped node's index, in bytes.
const CACHE_BYTES: u64 = 16 << 20;

/// A backup that was made.
#[derive(Debug, Clone)]
pub struct Made {
    /// What it holds.
    pub manifest: Manifest,
    /// Its length in bytes.
    pub bytes: u64,
}

/// Makes a backup of the community in `dir`. `None` when its node runs: then the node is to be asked.
///
/// # Errors
/// [`BackupError`]; a file that had the name `out` is then still there.
pub fn make(dir: &Path, out: &Path) -> Result<Option<Made>, BackupError> {
    from_directory(dir, out, false)
}

/// Makes a last backup and retires the directory for good: the mark that forbids another start is durable before the
/// backup is. Done again, it gives the same backup again. `None` when its node runs: then the node is to be asked.
///
/// # Errors
/// [`BackupError`].
pub fn handover(dir: &Path, out: &Path) -> Result<Option<Made>, BackupError> {
    from_directory(dir, out, true)
}

fn from_directory(dir: &Path, out: &Path, handover: bool) -> Result<Option<Made>, BackupError> {
    // The lock would be made with its directory: first see that there is a community.
    if home::admin_token(dir)?.is_none() {
        return Err(HomeError::NotFounded(dir.to_path_buf()).into());
    }
    let _lock = match DirectoryLock::acquire(dir) {
        Err(StoreError::Locked { .. }) => return Ok(None),
        lock => lock?,
    };
    // Everything that may go wrong comes before a community is retired.
    seal::recipient_of(dir)?;
    let home = home::open(dir)?;
    let opened = runtime::open(&home, CACHE_BYTES)?;
    let checkpoints = Checkpoints::open(dir, &opened.machine, &opened.book)?;
    let people = People::open(dir)?;
    let mut file = WholeFile::create(out)?;
    let cut = Cut::take(&opened.machine, &opened.book, &checkpoints)?;
    let now = clock::now();
    if handover {
        retired::retire(dir, now)?;
    }
    let handover = retired::retired(dir)?.is_some();
    let (stopping, progress) = (AtomicBool::new(false), Progress::default());
    let source = Source { cut: &cut, people: &people, dir, handover, now, stopping: &stopping, progress: &progress };
    let manifest = make::write(&source, &mut file).map_err(|error| error.at(out))?;
    let bytes = file.finish()?;
    note_success(dir, now)?;
    Ok(Some(Made { manifest, bytes }))
}

/// Tells a community that was founded before there were backups to whom they are encrypted.
///
/// # Errors
/// [`BackupError::OtherCommunity`] when the root key is not that of the community in `dir`, and the disk.
pub fn enable(dir: &Path, root: &Root) -> Result<(), BackupError> {
    let found = home::open(dir)?.identity.community;
    if found != root.community() {
        return Err(BackupError::OtherCommunity { found, expected: root.community() });
    }
    Ok(home::enable_backups(dir, root)?)
}
