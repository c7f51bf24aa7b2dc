//! Why a backup is not made, not good, or not restored.

use crate::{
    runtime::{CheckpointError, HomeError, Refused, StartError, WordsError},
    store::{FrameFlaw, StoreError},
};
use kith_protocol::{audit::Finding, id::CommunityId, rejection::Rejection};
use std::{
    io,
    path::{Path, PathBuf},
};
use thiserror::Error;

/// Everything that can go wrong with backups.
#[derive(Debug, Error)]
pub enum BackupError {
    /// The disk under a node's directory.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A node's keys.
    #[error(transparent)]
    Home(#[from] HomeError),
    /// A node's directory cannot be opened.
    #[error(transparent)]
    Start(#[from] Box<StartError>),
    /// A node's checkpoint.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// The running node refused.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// A rule, when a restored community begins.
    #[error("the restored community cannot begin: {0}")]
    Rule(#[from] Rejection),
    /// The recovery words.
    #[error(transparent)]
    Words(#[from] WordsError),
    /// Nobody can be asked for the words.
    #[error(
        "there is no terminal to ask for the recovery words on ({0}). Put them into a file that only you can read \
         (chmod 600), name it with --words-file, and remove it afterwards"
    )]
    NoTerminal(io::Error),
    /// There is no file with the words.
    #[error("there is no file {0}. Check the name given with --words-file")]
    NoWordsFile(PathBuf),
    /// A file that cannot be read or written.
    #[error("could not {what} {path}: {source}. Check the name, and that you may use the file and its folder")]
    File {
        /// What was being done, as a verb phrase.
        what: &'static str,
        /// The file or directory.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// No room.
    #[error("there is no space left for {path}. Make room, or name another disk, and try again")]
    NoSpace {
        /// What was being written.
        path: PathBuf,
    },
    /// The one who takes the bytes is gone or cannot take more.
    #[error("the backup could not be handed on: {0}")]
    Output(io::Error),
    /// The community has nobody to encrypt to.
    #[error(
        "the community in {dir} does not know to whom its backups are encrypted. Say it once, with the recovery words: \
         kith backup enable --dir {dir}"
    )]
    NoRecipient {
        /// Its directory.
        dir: PathBuf,
    },
    /// Another backup is being made.
    #[error("another backup of this community is being made; wait until it is done")]
    Busy,
    /// The node stops.
    #[error("the node is stopping; make the backup again when it is back")]
    Stopping,
    /// Not an age file.
    #[error("this is not a backup: it does not begin as one. Check the name of the file")]
    NotABackup,
    /// The words do not open it.
    #[error(
        "these words do not open this backup: it is another community's, or its first lines were changed. Look \
         whether the paper and the file belong together"
    )]
    WrongWords,
    /// It opens, but it is of another community.
    #[error(
        "this is of the community {found}, but the words are those of {expected}. Look whether paper and file belong together"
    )]
    OtherCommunity {
        /// Whose backup it is.
        found: CommunityId,
        /// Whose words were given.
        expected: CommunityId,
    },
    /// A newer program wrote it.
    #[error("this backup has format {found} and this kith knows formats up to {known}. Install the newer version")]
    NewerFormat {
        /// The format found.
        found: u64,
        /// The newest known here.
        known: u64,
    },
    /// It ends too early.
    #[error("the backup is cut short. Copy it again from where it was made, or use an older one")]
    CutShort,
    /// Its bytes are not those that were written.
    #[error(
        "the backup was changed after it was made, or its disk is failing ({0}). Use another copy, or an older one"
    )]
    Changed(&'static str),
    /// A member is not what the manifest says.
    #[error("{member} in the backup is not what its manifest says: {reason}. Use another copy, or an older one")]
    Member {
        /// Which.
        member: String,
        /// What does not fit.
        reason: &'static str,
    },
    /// What the backup holds does not add up to what its manifest says.
    #[error("the backup's {what} is {found}, but its manifest says {expected}. Use another copy, or an older one")]
    Mismatch {
        /// What was compared.
        what: &'static str,
        /// By the manifest.
        expected: String,
        /// By what is in the backup.
        found: String,
    },
    /// The ledger in it breaks a rule.
    #[error("the ledger in the backup is not sound: {0}. Use another copy, or an older one")]
    Unsound(#[from] Finding),
    /// A restore would mix with what is there.
    #[error("{dir} is not empty. Name a directory that does not exist yet; nothing was changed")]
    NotEmpty {
        /// The directory.
        dir: PathBuf,
    },
    /// A file of the program's own making that grew too large for a backup.
    #[error("{what} has {bytes} bytes, more than a backup takes: the limit is {limit}")]
    TooLarge {
        /// Which.
        what: String,
        /// Its size.
        bytes: u64,
        /// The limit.
        limit: u64,
    },
}

impl From<StartError> for BackupError {
    fn from(error: StartError) -> Self {
        Self::Start(Box::new(error))
    }
}

impl From<FrameFlaw> for BackupError {
    fn from(flaw: FrameFlaw) -> Self {
        match flaw {
            FrameFlaw::Read(error) => Self::reading(Path::new("the journal"))(error),
            FrameFlaw::Bad(reason) => Self::Member { member: "the journal".into(), reason },
            FrameFlaw::Newer(found) => Self::NewerFormat { found: found.into(), known: 1 },
        }
    }
}

impl BackupError {
    /// Gives a system error its place; a full disk gets a name of its own because a person can mend it.
    pub(crate) fn file(what: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| match source.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::NoSpace { path },
            _ => Self::File { what, path, source },
        }
    }

    /// What a failed read of the decrypted stream means: what has a number of the system's is the disk, anything else
    /// was said by whoever decrypts.
    pub(crate) fn reading(path: &Path) -> impl Fn(io::Error) -> Self {
        let path = path.to_owned();
        move |source| {
            if source.raw_os_error().is_some() {
                Self::File { what: "read", path: path.clone(), source }
            } else if source.kind() == io::ErrorKind::UnexpectedEof {
                Self::CutShort
            } else {
                Self::Changed("a part of it does not decrypt")
            }
        }
    }

    /// Gives an output its name.
    pub(crate) fn at(self, path: &Path) -> Self {
        match self {
            Self::Output(error) => Self::file("write", path)(error),
            other => other,
        }
    }

    /// Whether the disk is full, wherever that was noticed.
    #[must_use]
    pub const fn is_no_room(&self) -> bool {
        matches!(self, Self::NoSpace { .. } | Self::Store(StoreError::DiskFull { .. }))
    }

    /// The stable code by which programs know it.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Store(_) => "disk",
            Self::Home(_) | Self::Start(_) | Self::Checkpoint(_) => "not-startable",
            Self::Refused(_) | Self::Rule(_) => "refused",
            Self::Words(_) => "bad-words",
            Self::NoTerminal(_) => "no-terminal",
            Self::NoWordsFile(_) => "no-words-file",
            Self::File { .. } => "file",
            Self::NoSpace { .. } => "disk-full",
            Self::Output(_) => "output",
            Self::NoRecipient { .. } => "no-recipient",
            Self::Busy => "busy",
            Self::Stopping => "stopping",
            Self::NotABackup => "not-a-backup",
            Self::WrongWords => "wrong-words",
            Self::OtherCommunity { .. } => "other-community",
            Self::NewerFormat { .. } => "newer-format",
            Self::CutShort => "cut-short",
            Self::Changed(_) => "changed",
            Self::Member { .. } => "damaged-member",
            Self::Mismatch { .. } => "mismatch",
            Self::Unsound(_) => "unsound",
            Self::NotEmpty { .. } => "not-empty",
            Self::TooLarge { .. } => "too-large",
        }
    }
}
