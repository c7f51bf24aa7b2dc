//! The fold over the blocks of an export: manifest first, then entry after entry.

use super::{
    MANIFEST_VERSION, MAX_MANIFEST_BYTES, Manifest,
    chains::Chains,
    finding::{Finding, Flaw},
    past::Past,
    signatures::Signatures,
    summary::{Summary, Tally},
};
use crate::{
    codec::{self, DecodeError},
    community::check_certificate,
    id::Digest,
    ledger::{
        ENTRY_VERSION, Entry, Ledger, MAX_ENTRY_BYTES,
        checkpoint::{Checkpoint, Note, origin_of},
    },
    rejection::Rejection,
};

/// A ledger that is being judged.
#[derive(Debug)]
pub(super) struct Fold {
    size: u64,
    root: Digest,
    ledger: Ledger,
    past: Past,
    chains: Chains,
    signatures: Signatures,
    tally: Tally,
}

impl Fold {
    /// Judges block 0.
    ///
    /// # Errors
    /// A finding that names no entry.
    pub(super) fn begin(block: &[u8]) -> Result<Self, Finding> {
        let (manifest, checkpoint) = read_manifest(block).map_err(Finding::whole)?;
        let mut signatures = Signatures::default();
        // The certificate's and the checkpoint's.
        signatures.count(2);
        Ok(Self {
            size: manifest.size,
            root: *checkpoint.root(),
            ledger: Ledger::empty(manifest.community),
            past: Past::new(manifest.community),
            chains: Chains::default(),
            signatures,
            tally: Tally::default(),
        })
    }

    pub(super) fn entries(&self) -> u64 {
        self.ledger.tree().size()
    }

    pub(super) const fn expected(&self) -> u64 {
        self.size
    }

    /// Judges the next entry.
    ///
    /// # Errors
    /// The first bad entry, which may be an earlier one whose signatures were not judged yet.
    pub(super) fn entry(&mut self, block: &[u8]) -> Result<(), Finding> {
        let index = self.entries();
        if let Err(flaw) = self.record(index, block) {
            self.flush()?;
            return Err(Finding::at(index, flaw));
        }
        if self.signatures.is_full() { self.flush() } else { Ok(()) }
    }

    fn record(&mut self, index: u64, block: &[u8]) -> Result<(), Flaw> {
        if index >= self.size {
            return Err(Flaw::Surplus(self.size));
        }
        let Entry { v, at, body } = codec::decode(block, MAX_ENTRY_BYTES)?;
        if v != ENTRY_VERSION {
            return Err(Flaw::Version(v));
        }
        let validated = self.ledger.validate(at, body, &self.past).map_err(Flaw::Rule)?;
        if validated.bytes() != block {
            return Err(DecodeError::NotCanonical.into());
        }
        let body = &validated.entry().body;
        self.chains.follow(body).map_err(Flaw::Lane)?;
        self.signatures.collect(index, &self.ledger, body).map_err(Flaw::Rule)?;
        self.past.record(index, body);
        self.tally.count(at, body);
        self.ledger.apply(&validated);
        Ok(())
    }

    /// Judges the signatures collected so far.
    ///
    /// # Errors
    /// The first bad entry among them.
    pub(super) fn flush(&mut self) -> Result<(), Finding> {
        self.signatures.flush()
    }

    /// Judges the whole.
    ///
    /// # Errors
    /// A bad signature, a missing entry, another root.
    pub(super) fn finish(mut self) -> Result<Summary, Finding> {
        self.flush()?;
        if self.entries() < self.size {
            return Err(Finding::at(self.entries(), Flaw::Missing(self.size)));
        }
        if self.ledger.tree().root() != self.root {
            return Err(Finding::whole(Flaw::Root));
        }
        Ok(self.tally.summary(&self.ledger, self.signatures.judged()))
    }
}

fn read_manifest(block: &[u8]) -> Result<(Manifest, Checkpoint), Flaw> {
    let manifest: Manifest = codec::decode(block, MAX_MANIFEST_BYTES)?;
    if manifest.v != MANIFEST_VERSION {
        return Err(Flaw::Version(manifest.v));
    }
    let certificate = check_certificate(&manifest.certificate).map_err(Flaw::Certificate)?;
    if certificate.content().community != manifest.community {
        return Err(Flaw::Certificate(Rejection::OtherCommunity));
    }
    let key = certificate.content().key.sound().map_err(|why| Flaw::Certificate(why.into()))?;
    let note = Note::parse(&manifest.checkpoint)?;
    let checkpoint = note.verify(&origin_of(&manifest.community), &key)?;
    if checkpoint.community() != Some(manifest.community) {
        return Err(Flaw::OtherLedger(checkpoint.origin().to_owned()));
    }
    if checkpoint.size() != manifest.size {
        return Err(Flaw::Sizes { manifest: manifest.size, checkpoint: checkpoint.size() });
    }
    if manifest.size == 0 {
        return Err(Flaw::Empty);
    }
    Ok((manifest, checkpoint))
}
