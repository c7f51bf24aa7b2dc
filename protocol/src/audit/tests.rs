#![expect(clippy::unwrap_used, reason = "tests")]
//! The judge before sound ledgers, damaged files, and ledgers whose keeper lies.

mod damage;
mod forgery;
mod keys;
mod sound;

use super::*;
use crate::ledger::{
    checkpoint::{Checkpoint, origin_of},
    merkle::{Frontier, leaf_hash},
    tests::fixture::Town,
};

/// An export in pieces, for whoever wants to change one of them.
#[derive(Debug, Clone)]
struct Export {
    town: Town,
    manifest: Manifest,
    blocks: Vec<Vec<u8>>,
}

impl Export {
    /// The honest export of a town's ledger.
    fn of(town: &Town) -> Self {
        let blocks = town.past.entries.iter().map(Entry::to_bytes).collect();
        let manifest = Manifest {
            v: MANIFEST_VERSION,
            community: town.community,
            size: 0,
            checkpoint: String::new(),
            certificate: town.certificate.clone(),
        };
        let mut export = Self { town: town.clone(), manifest, blocks };
        export.sign();
        export
    }

    /// The export of a town that forged the entry at `index` and signed what came of it.
    fn forged(town: &Town, index: u64, entry: &Entry) -> Self {
        let mut export = Self::of(town);
        export.blocks[usize::try_from(index).unwrap()] = entry.to_bytes();
        export.sign();
        export
    }

    /// A new checkpoint over the blocks as they are, by the town's own key.
    fn sign(&mut self) {
        let mut frontier = Frontier::default();
        for block in &self.blocks {
            // What is no entry at all is refused before anybody looks at the root.
            let entry = codec::decode_own::<Entry>(block);
            frontier.push(entry.map_or_else(|_| leaf_hash(block), |entry| entry.leaf()));
        }
        let checkpoint = Checkpoint::of(&self.town.community, &frontier);
        let note = checkpoint.sign(&origin_of(&self.town.community), &self.town.secret).unwrap();
        self.manifest.size = checkpoint.size();
        self.manifest.checkpoint = note.to_text();
    }

    fn bytes(&self) -> Vec<u8> {
        let mut bytes = export_header(&self.manifest).unwrap();
        for block in &self.blocks {
            bytes.extend(ArchiveWriter::block(block).unwrap());
        }
        bytes
    }

    fn judge(&self) -> Result<Summary, Finding> {
        judge(&self.bytes(), 1_000)
    }

    /// The finding, which must be there.
    fn finding(&self) -> (Option<u64>, &'static str) {
        let finding = self.judge().unwrap_err();
        (finding.entry, finding.flaw.code())
    }
}

fn judge(bytes: &[u8], chunk: usize) -> Result<Summary, Finding> {
    let mut auditor = Auditor::new();
    for chunk in bytes.chunks(chunk) {
        auditor.push(chunk)?;
    }
    auditor.finish()
}
