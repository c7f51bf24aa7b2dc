//! What can go wrong on disk, and what a person can do about it.

use std::io;
use std::path::{Path, PathBuf};

use super::segment::Position;

/// Any failure of the store.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// No room is left on the disk, or the quota is used up.
    #[error(
        "the disk is full: could not {context} {path}. Free some space, then start the node again; \
         nothing that was confirmed is lost"
    )]
    DiskFull {
        /// What was being done, as a verb phrase.
        context: &'static str,
        /// The file or directory concerned.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The system refused a read or a write.
    #[error("could not {context} {path}: {source}. Check the disk and the owner of the directory")]
    Io {
        /// What was being done, as a verb phrase.
        context: &'static str,
        /// The file or directory concerned.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A second process wants the same directory.
    #[error("another kith is running on {path}. Stop it first, or give this one a directory of its own")]
    Locked {
        /// The directory, or the database inside it, that is in use.
        path: PathBuf,
    },
    /// The journal is damaged where it was already safe on disk. Nothing was changed.
    #[error(
        "the journal is damaged: {reason}, in {segment} at byte {offset}. Nothing was changed. \
         Copy the whole directory aside, test the disk, then restore the last backup"
    )]
    Corrupt {
        /// The segment file.
        segment: PathBuf,
        /// Byte in that file where the damage begins.
        offset: u64,
        /// What does not fit.
        reason: &'static str,
    },
    /// A file other than the journal does not hold what it must.
    #[error("{path} is damaged: {reason}. Restore it from the last backup")]
    Damaged {
        /// The file or directory.
        path: PathBuf,
        /// What does not fit.
        reason: &'static str,
    },
    /// A newer kith wrote this.
    #[error(
        "{path} was written in format {found} and this kith knows formats up to {known}. \
         Install the newer version again"
    )]
    NewerFormat {
        /// The file.
        path: PathBuf,
        /// Format found.
        found: u8,
        /// Newest format known here.
        known: u8,
    },
    /// One record is larger than a frame of the journal may be.
    #[error("a record of {bytes} bytes does not fit the journal: the limit is {limit} bytes")]
    FrameTooLarge {
        /// Size of the refused payload, bytes.
        bytes: usize,
        /// Largest payload, bytes.
        limit: usize,
    },
    /// Too much was appended without a commit.
    #[error("the journal holds {limit} bytes that are not committed: commit before appending more")]
    BatchFull {
        /// Most bytes of one batch.
        limit: usize,
    },
    /// An earlier write failed, so what the disk holds is unknown until it is read again.
    #[error("an earlier write to {path} failed. Nothing more is written: start the node again")]
    Poisoned {
        /// What refuses.
        path: PathBuf,
    },
    /// No frame begins at this position of the journal.
    #[error("no record begins at {at} of the journal, which ends at {end}")]
    NoSuchPosition {
        /// The position asked for.
        at: Position,
        /// The durable end of the journal.
        end: Position,
    },
    /// The checkpoint on disk is not the one the caller saw last.
    #[error(
        "the checkpoint in {path} is not the one this node wrote last. \
         Another copy of this node may be running, or a backup was restored: do not sign, run `kith doctor`"
    )]
    CheckpointConflict {
        /// The checkpoint file.
        path: PathBuf,
    },
    /// Something is larger than its limit.
    #[error("{what} of {bytes} bytes is too large: the limit is {limit} bytes")]
    TooLarge {
        /// What was to be kept.
        what: &'static str,
        /// Its size, bytes.
        bytes: u64,
        /// The limit, bytes.
        limit: u64,
    },
    /// More things than there may be.
    #[error("{count} {what} are too many: the limit is {limit}")]
    TooMany {
        /// What was to be kept.
        what: &'static str,
        /// How many there would be.
        count: u64,
        /// The limit.
        limit: u64,
    },
    /// The database does not open, or says its files are damaged.
    #[error("the database in {path} is damaged: {reason}")]
    IndexDamaged {
        /// Its directory.
        path: PathBuf,
        /// What the database said.
        reason: String,
    },
    /// The database refused for another reason.
    #[error("the database refused: {0}. Start the node again; if that does not help, rebuild the index")]
    Index(String),
    /// A secret may be read by others.
    #[error("{path} can be read by others (mode {mode:03o}). Run: chmod 600 {path}")]
    SecretExposed {
        /// The secret's file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// A secret is never overwritten.
    #[error("{path} exists already and is never overwritten. Move it away first")]
    AlreadyExists {
        /// The secret's file.
        path: PathBuf,
    },
    /// The operating system gave no random bytes.
    #[error("the operating system gave no random bytes: {0}")]
    Randomness(String),
}

impl StoreError {
    /// Gives a system error its place; a full disk gets a name of its own because a person can mend it.
    pub(crate) fn io(context: &'static str, path: &Path) -> impl FnOnce(io::Error) -> StoreError {
        let path = path.to_owned();
        move |source| match source.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => StoreError::DiskFull { context, path, source },
            _ => StoreError::Io { context, path, source },
        }
    }
}
