//! The offline judge of an exported ledger: no node, no network, nothing but the file.
//!
//! # The file
//!
//! A CARv1 archive as [`crate::ledger::archive`] defines it: a header whose only root is block 0, then the blocks, each as a
//! length, a CID (version 1, DAG-CBOR, SHA-256) and its bytes. Every block is canonical DAG-CBOR ([`crate::codec`]).
//!
//! Block 0 is a [`Manifest`], a map of exactly five keys:
//!
//! | key | value |
//! |---|---|
//! | `v` | the integer 1 |
//! | `community` | 32 bytes: the community's root public key |
//! | `size` | the number of entries, at least 1, which is the number of blocks that follow |
//! | `checkpoint` | text: a C2SP `signed-note` around a `tlog-checkpoint` of this size |
//! | `certificate` | the root key's word ([`Certificate`]) for the key that signed the checkpoint, with its signature |
//!
//! Block `k + 1` holds the bytes of entry `k` ([`crate::ledger::Entry`]), the very bytes that are leaf `k` of the Merkle tree.
//! There are no other blocks, and no byte follows the last one.
//!
//! # What is judged
//!
//! In the order of the file, so that a [`Finding`] names the first bad entry:
//!
//! 1. the archive: lengths, CIDs, content, as it is read;
//! 2. the manifest: version; the certificate under the root key that is the community's id; the checkpoint's signature under
//!    the certified key (named like the origin), its origin (`kith/` and the community's `did:key`) and its size;
//! 3. each entry: at most [`crate::ledger::MAX_ENTRY_BYTES`] of canonical bytes, version 1, and every rule of the ledger
//!    ([`crate::ledger::Ledger::validate`]) over the entries before it, certificates and agreements among them;
//! 4. each entry's signatures: members' under the key each had registered when the entry was recorded (the rule for members of
//!    [`crate::key`]), our own proposals under a key certified in the ledger, the partner's proposals and decisions under the
//!    key of the agreement (both by the strict rule);
//! 5. the lanes: for each account, our decided proposals fill the slots of an epoch from 0 on without a gap, and proposals and
//!    decisions each chain by `previous`; slots of the partner's accepted proposals grow (refused ones are in no ledger), and
//!    two neighbours chain; epochs never fall; a new one begins both chains anew;
//! 6. at the end: the number of entries, and the RFC 6962 root over them against the checkpoint's.
//!
//! Times inside entries are shown and never judged. What a file cannot show is outside: whether the checkpoint is the newest
//! one, whether others were shown another, and whether a partner's ledger agrees.
//!
//! # Cost
//!
//! Memory: the fold of the ledger, about a hundred bytes for each exchange ever recorded (`audit/past.rs` says what is kept),
//! one block, and one batch of signatures. Time: nearly all of it goes into signatures, which the fold over the entries only
//! collects. A batch is judged by a pure function of the batch, and no later step waits for its verdict except to say which
//! bad entry came first: a caller with several cores can judge batches beside the fold, as long as the finding with the
//! lowest entry wins.

mod chains;
mod finding;
mod fold;
mod past;
mod signatures;
mod summary;

pub use finding::{Finding, Flaw, Signer};
pub use summary::{Partnership, Summary};

use crate::{
    codec,
    community::Certificate,
    envelope::Unverified,
    id::CommunityId,
    ledger::{
        Entry,
        archive::{ArchiveError, ArchiveReader, ArchiveWriter, content_digest},
        checkpoint::MAX_NOTE_BYTES,
    },
};
use fold::Fold;
use serde::{Deserialize, Serialize};

/// The version of manifests written now.
pub const MANIFEST_VERSION: u8 = 1;

/// The largest manifest, in bytes: the longest note, and a kilobyte for the rest, which needs a third of it.
pub const MAX_MANIFEST_BYTES: usize = MAX_NOTE_BYTES + 1024;

/// How much of a chunk is handed on at once, so that even a whole file given as one chunk is not copied whole.
const PIECE: usize = 64 * 1024;

/// Block 0 of an exported ledger: whose it is, how long it is, and the signed word for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// Version: [`MANIFEST_VERSION`].
    pub v: u8,
    /// Whose ledger it is.
    pub community: CommunityId,
    /// Number of entries, which is the number of blocks that follow.
    pub size: u64,
    /// Text of a signed note (C2SP) over exactly these entries.
    pub checkpoint: String,
    /// The root key's word for the key that signed the checkpoint.
    pub certificate: Unverified<Certificate>,
}

/// What the file starts with: the archive's header and block 0. [`export_entry`] follows, once for each entry.
///
/// # Errors
/// [`ArchiveError::TooLarge`], when the checkpoint is far beyond what a note may have.
pub fn export_header(manifest: &Manifest) -> Result<Vec<u8>, ArchiveError> {
    let block = codec::encode(manifest);
    let mut bytes = ArchiveWriter::header(&content_digest(&block));
    bytes.extend(ArchiveWriter::block(&block)?);
    Ok(bytes)
}

/// The next piece of the file for the next entry.
///
/// # Errors
/// [`ArchiveError::TooLarge`] for an entry that no ledger would have taken.
pub fn export_entry(entry: &Entry) -> Result<Vec<u8>, ArchiveError> {
    ArchiveWriter::block(&entry.to_bytes())
}

/// Judges an exported ledger from chunks of any size: push them all, then finish.
///
/// The first finding is the last word: it is given again by every later call.
#[derive(Debug, Default)]
pub struct Auditor {
    reader: ArchiveReader,
    fold: Option<Fold>,
    failed: Option<Finding>,
}

impl Auditor {
    /// A judge who has seen nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// How many entries were read, to show how far the work is.
    #[must_use]
    pub fn entries(&self) -> u64 {
        self.fold.as_ref().map_or(0, Fold::entries)
    }

    /// How many entries there will be, once the manifest was read.
    #[must_use]
    pub fn expected(&self) -> Option<u64> {
        self.fold.as_ref().map(Fold::expected)
    }

    /// Judges the next bytes of the file. Signatures are judged in batches, so a finding may come some entries late; it
    /// still names the first bad entry.
    ///
    /// # Errors
    /// The first [`Finding`].
    pub fn push(&mut self, chunk: &[u8]) -> Result<(), Finding> {
        if let Some(finding) = &self.failed {
            return Err(finding.clone());
        }
        let result = chunk.chunks(PIECE).try_for_each(|piece| self.take(piece));
        if let Err(finding) = &result {
            self.failed = Some(finding.clone());
        }
        result
    }

    fn take(&mut self, piece: &[u8]) -> Result<(), Finding> {
        let Self { reader, fold, .. } = self;
        reader.push(piece);
        loop {
            match (reader.next_block(), fold.as_mut()) {
                (Ok(None), _) => return Ok(()),
                (Ok(Some(block)), None) => *fold = Some(Fold::begin(block.bytes)?),
                (Ok(Some(block)), Some(fold)) => fold.entry(block.bytes)?,
                (Err(why), fold) => return Err(broken(fold, why)),
            }
        }
    }

    /// Ends the file: what is still open is judged, and what the whole must be.
    ///
    /// # Errors
    /// The first [`Finding`].
    pub fn finish(self) -> Result<Summary, Finding> {
        if let Some(finding) = self.failed {
            return Err(finding);
        }
        match (self.reader.finish(), self.fold) {
            (Ok(_), Some(fold)) => fold.finish(),
            (Ok(_), None) => Err(Finding::whole(ArchiveError::CutShort { block: 0 })),
            (Err(why), mut fold) => Err(broken(fold.as_mut(), why)),
        }
    }
}

/// The finding for a broken archive, unless an entry before it is bad already.
fn broken(fold: Option<&mut Fold>, why: ArchiveError) -> Finding {
    if let Some(Err(earlier)) = fold.map(Fold::flush) {
        return earlier;
    }
    match why.block().and_then(|block| block.checked_sub(1)) {
        Some(entry) => Finding::at(entry, why),
        None => Finding::whole(why),
    }
}

#[cfg(test)]
mod tests;
