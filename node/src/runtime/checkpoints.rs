//! The signed checkpoint of the ledger: compared and swapped on disk before anybody sees it, so that two copies of a node, or
//! one that lost its tail, can never show two histories of one size.

use super::{book::Book, home::HomeError};
use crate::store::{CheckpointFile, StoreError};
use kith_protocol::{
    ledger::checkpoint::{Checkpoint, Note},
    machine::Machine,
};
use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};
use thiserror::Error;

/// Why no checkpoint can be shown.
#[derive(Debug, Error)]
pub enum CheckpointError {
    /// The disk, or another copy of the node.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The file is not a checkpoint of this community.
    #[error("{0} is not a checkpoint of this community; restore it from a backup")]
    Unreadable(PathBuf),
    /// Entries that were shown are missing.
    #[error(
        "the ledger has {ledger} entries, but a checkpoint over {shown} was shown to others: entries are missing. \
         Do not go on with this copy; restore the newest backup"
    )]
    Shorter {
        /// Entries in the ledger.
        ledger: u64,
        /// Entries in the checkpoint.
        shown: u64,
    },
    /// The history differs from the one shown.
    #[error(
        "the ledger's history differs from the checkpoint over {0} entries that was shown to others; restore a backup"
    )]
    Differs(u64),
    /// The home.
    #[error(transparent)]
    Home(#[from] HomeError),
}

struct Inner {
    file: CheckpointFile,
    shown: Option<(u64, Vec<u8>)>,
}

/// The checkpoint shown last.
#[derive(Clone)]
pub struct Checkpoints(Arc<Mutex<Inner>>);

impl Checkpoints {
    /// Opens the checkpoint of `dir` and compares it with the ledger.
    ///
    /// # Errors
    /// [`CheckpointError`]: the node must not start.
    pub fn open(dir: &Path, machine: &Machine, book: &Book) -> Result<Self, CheckpointError> {
        let file = CheckpointFile::open(dir)?;
        let shown = match file.read()? {
            None => None,
            Some(bytes) => {
                let unreadable = || CheckpointError::Unreadable(dir.join("checkpoint"));
                let text = std::str::from_utf8(&bytes).map_err(|_| unreadable())?;
                let note = Note::parse(text).map_err(|_| unreadable())?;
                let checkpoint = Checkpoint::parse_body(note.text()).map_err(|_| unreadable())?;
                if checkpoint.community() != Some(machine.identity().community) {
                    return Err(unreadable());
                }
                compare(&checkpoint, machine, book)?;
                Some((checkpoint.size(), bytes))
            }
        };
        Ok(Self(Arc::new(Mutex::new(Inner { file, shown }))))
    }

    /// The note over what is durable now. Call it between two commits.
    ///
    /// # Errors
    /// [`CheckpointError`]: nothing may be shown.
    pub fn sign(&self, machine: &Machine) -> Result<(Checkpoint, String), CheckpointError> {
        let identity = machine.identity();
        let checkpoint = Checkpoint::of(&identity.community, machine.state().ledger().tree());
        let mut inner = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((size, bytes)) = &inner.shown
            && *size == checkpoint.size()
        {
            return Ok((checkpoint, String::from_utf8_lossy(bytes).into_owned()));
        }
        let unreadable = |_| CheckpointError::Unreadable(PathBuf::from("checkpoint"));
        let note = checkpoint.sign(checkpoint.origin(), &identity.secret).map_err(unreadable)?.to_text();
        let expected = inner.shown.as_ref().map(|(_, bytes)| bytes.clone());
        inner.file.swap(expected.as_deref(), note.as_bytes())?;
        inner.shown = Some((checkpoint.size(), note.clone().into_bytes()));
        Ok((checkpoint, note))
    }
}

/// The ledger must continue what was shown.
fn compare(shown: &Checkpoint, machine: &Machine, book: &Book) -> Result<(), CheckpointError> {
    let tree = machine.state().ledger().tree();
    if tree.size() < shown.size() {
        return Err(CheckpointError::Shorter { ledger: tree.size(), shown: shown.size() });
    }
    let differs = || CheckpointError::Differs(shown.size());
    if book.root_at(shown.size()).ok_or_else(differs)? == *shown.root() { Ok(()) } else { Err(differs()) }
}
