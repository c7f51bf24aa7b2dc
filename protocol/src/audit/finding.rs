//! What is wrong with an exported ledger, and where.

use crate::{
    codec::DecodeError,
    id::{CommunityId, MemberId},
    ledger::{archive::ArchiveError, checkpoint::NoteError},
    rejection::Rejection,
};
use std::fmt;
use thiserror::Error;

/// Whose signature is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signer {
    /// A member's, under the key they had registered at that time.
    Member(MemberId),
    /// The community's own, under a key that its ledger certifies.
    Community,
    /// A partner's, under the key of the agreement.
    Partner(CommunityId),
}

impl fmt::Display for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Member(id) => write!(f, "the signature of member {id} is not by the key they had registered"),
            Self::Community => f.write_str("the community's own signature is not by a key that its ledger certifies"),
            Self::Partner(id) => write!(f, "the signature of the partner {id} is not by the key of the agreement"),
        }
    }
}

/// What is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Flaw {
    /// The file is no archive, or was changed or cut after it was written.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    /// A block whose bytes are not what should stand there.
    #[error(transparent)]
    Unreadable(#[from] DecodeError),
    /// A manifest or an entry of a version that is not known here.
    #[error("its version {0} is not known here; update this program")]
    Version(u8),
    /// The certificate of the key that signed the checkpoint.
    #[error("the certificate of the key that signed the checkpoint is not good: {0}")]
    Certificate(#[source] Rejection),
    /// The checkpoint is no signed note, or not signed by the certified key.
    #[error(transparent)]
    Checkpoint(#[from] NoteError),
    /// The checkpoint speaks of another ledger.
    #[error("the checkpoint is of the ledger {0}, not of this community; ask for the right export")]
    OtherLedger(String),
    /// Manifest and checkpoint disagree about the number of entries.
    #[error("the file says it has {manifest} entries and its checkpoint {checkpoint}; export the ledger again")]
    Sizes {
        /// What the manifest says.
        manifest: u64,
        /// What the checkpoint says.
        checkpoint: u64,
    },
    /// A ledger without the entry that founds the community.
    #[error("the ledger has no entries; there is nothing to judge before the community is founded")]
    Empty,
    /// The rules do not allow the entry where it stands.
    #[error("{0}")]
    Rule(#[source] Rejection),
    /// A signature is not by whom the entry says.
    #[error("{0}")]
    Signature(Signer),
    /// A proposal or decision does not follow those before it in its lane.
    #[error("it does not continue its lane: {0}")]
    Lane(#[source] Rejection),
    /// The file ends before this entry.
    #[error("it is missing: the checkpoint speaks of {0} entries; ask for the whole export")]
    Missing(u64),
    /// The file goes on after the last entry.
    #[error("it is one too many: the checkpoint speaks of {0} entries only")]
    Surplus(u64),
    /// All entries are possible, but they are not those of the checkpoint.
    #[error(
        "the entries do not lead to the root in the checkpoint: some entry was changed, or one ledger was put under another's checkpoint"
    )]
    Root,
}

impl Flaw {
    /// A stable code for programs, in kebab case; that of the [`Rejection`] where there is one.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Archive(_) => "archive",
            Self::Unreadable(_) => "malformed",
            Self::Version(_) => "unknown-version",
            Self::Checkpoint(_) => "bad-checkpoint",
            Self::OtherLedger(_) => "other-ledger",
            Self::Sizes { .. } => "sizes-differ",
            Self::Empty => "empty",
            Self::Certificate(why) | Self::Rule(why) | Self::Lane(why) => why.code(),
            Self::Signature(_) => "wrong-signature",
            Self::Missing(_) => "missing",
            Self::Surplus(_) => "surplus",
            Self::Root => "wrong-root",
        }
    }
}

/// Why an exported ledger is not to be trusted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The first bad entry; `None` when it is the archive's header, the manifest, or the checkpoint over the whole.
    pub entry: Option<u64>,
    /// What is wrong.
    pub flaw: Flaw,
}

impl Finding {
    pub(super) fn at(entry: u64, flaw: impl Into<Flaw>) -> Self {
        Self { entry: Some(entry), flaw: flaw.into() }
    }

    pub(super) fn whole(flaw: impl Into<Flaw>) -> Self {
        Self { entry: None, flaw: flaw.into() }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.entry {
            Some(entry) => write!(f, "entry {entry} is not valid: {}", self.flaw),
            None => write!(f, "the exported ledger is not valid: {}", self.flaw),
        }
    }
}

impl std::error::Error for Finding {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.flaw)
    }
}
