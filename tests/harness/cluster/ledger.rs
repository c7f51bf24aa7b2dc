//! A node's whole ledger, read through its API and judged by the protocol's own rules.

use super::node::Node;
use anyhow::{Context as _, Result, bail, ensure};
use kith::api::types::CheckpointView;
use kith_protocol::{
    community::Certificate,
    id::{Digest, ExchangeId, MemberId},
    ledger::{
        Body, Entry,
        checkpoint::{Checkpoint, Note, origin_of},
        merkle::{Frontier, verify_consistency, verify_inclusion},
    },
};
use serde::Deserialize;
use std::collections::BTreeMap;

/// Entries asked for at once; the API gives at most 500.
const PAGE: u64 = 500;

/// One entry as the API gives it.
#[derive(Debug, Clone, Deserialize)]
pub struct ReadEntry {
    /// Its place.
    pub index: u64,
    /// The hash of its bytes.
    pub leaf: Digest,
    /// What it says.
    pub entry: Entry,
}

#[derive(Deserialize)]
struct Entries {
    items: Vec<ReadEntry>,
}

#[derive(Deserialize)]
struct Proof {
    proof: Vec<Digest>,
}

/// A whole ledger.
pub struct Books {
    /// Every entry, in order.
    pub entries: Vec<Entry>,
    /// The checkpoint over all of them.
    pub checkpoint: CheckpointView,
}

impl Books {
    /// Reads a ledger up to its present checkpoint, and checks that every entry is what its leaf says.
    ///
    /// # Errors
    /// When it cannot be read or does not fit together.
    pub fn read(node: &Node) -> Result<Self> {
        let checkpoint = node.checkpoint()?;
        let mut entries: Vec<Entry> = Vec::new();
        while (entries.len() as u64) < checkpoint.size {
            let path = format!("/api/v1/ledger/entries?from={}&limit={PAGE}", entries.len());
            let page: Entries = node.client().get(&path)?;
            ensure!(!page.items.is_empty(), "the ledger of {} ends before its checkpoint", node.name);
            for read in page.items {
                ensure!(read.index == entries.len() as u64, "entry {} came out of order", read.index);
                ensure!(read.entry.leaf() == read.leaf, "entry {} is not its leaf", read.index);
                entries.push(read.entry);
            }
        }
        entries.truncate(usize::try_from(checkpoint.size)?);
        let mut tree = Frontier::default();
        entries.iter().for_each(|entry| tree.push(entry.leaf()));
        ensure!(tree.root() == checkpoint.root, "the entries of {} are not those of its checkpoint", node.name);
        Ok(Self { entries, checkpoint })
    }

    /// The checkpoint in a note, if the key that the ledger itself names signed it.
    ///
    /// # Errors
    /// When it is no note, or not signed by that key.
    pub fn signed(&self, note: &str) -> Result<Checkpoint> {
        let Some(Body::Founded { certificate, .. }) = self.entries.first().map(|entry| &entry.body) else {
            bail!("the ledger does not begin with its founding")
        };
        let Certificate { community, key, .. } = &certificate.content;
        Ok(Note::parse(note)?.verify(&origin_of(community), &key.sound()?)?)
    }

    /// Indices of the entries that begin each exchange.
    #[must_use]
    pub fn begun(&self) -> BTreeMap<ExchangeId, Vec<usize>> {
        self.indices(Body::begins)
    }

    /// Indices of the entries that continue each exchange.
    #[must_use]
    pub fn continued(&self) -> BTreeMap<ExchangeId, Vec<usize>> {
        self.indices(Body::continues)
    }

    fn indices(&self, of: impl Fn(&Body) -> Option<ExchangeId>) -> BTreeMap<ExchangeId, Vec<usize>> {
        let mut found: BTreeMap<ExchangeId, Vec<usize>> = BTreeMap::new();
        for (index, entry) in self.entries.iter().enumerate() {
            if let Some(id) = of(&entry.body) {
                found.entry(id).or_default().push(index);
            }
        }
        found
    }

    /// Every member's minutes, added up from exchanges and payments alone.
    #[must_use]
    pub fn balances(&self) -> BTreeMap<MemberId, i64> {
        let mut balances: BTreeMap<MemberId, i64> = BTreeMap::new();
        let mut payers: BTreeMap<ExchangeId, (MemberId, i64)> = BTreeMap::new();
        let mut add = |member: MemberId, minutes: i64| *balances.entry(member).or_default() += minutes;
        for entry in &self.entries {
            match &entry.body {
                Body::Exchange { terms, .. } => {
                    add(terms.giver, i64::from(terms.minutes.get()));
                    add(terms.receiver, -i64::from(terms.minutes.get()));
                }
                Body::Hold { terms, .. } => {
                    add(terms.payer, -i64::from(terms.minutes.get()));
                    payers.insert(terms.exchange, (terms.payer, i64::from(terms.minutes.get())));
                }
                Body::Release { proposal, .. } => {
                    if let Some((payer, minutes)) = payers.get(&proposal.content.exchange) {
                        add(*payer, *minutes);
                    }
                }
                Body::Receive { payee, proposal, advanced, .. } => {
                    let back = advanced.map_or(0, |minutes| i64::from(minutes.get()));
                    add(*payee, i64::from(proposal.content.minutes.get()) - back);
                }
                Body::Advance { payee, minutes, .. } => add(*payee, i64::from(minutes.get())),
                Body::AdvanceEnded { payee, minutes, kept: false, .. } => add(*payee, -i64::from(minutes.get())),
                _ => {}
            }
        }
        balances
    }
}

impl Node {
    /// Checks that an earlier checkpoint of this node is a beginning of a later one, by the node's own proof.
    ///
    /// # Errors
    /// When it is not.
    pub fn check_consistent(&self, earlier: &CheckpointView, later: &CheckpointView) -> Result<()> {
        let (old, new) = (earlier.size, later.size);
        let proof: Proof = self.client().get(&format!("/api/v1/ledger/consistency?old={old}&new={new}"))?;
        verify_consistency(old, &earlier.root, new, &later.root, &proof.proof)
            .with_context(|| format!("the checkpoint over {old} entries of {} was taken back", self.name))
    }

    /// Checks that an entry stands where it should, by the node's own proof.
    ///
    /// # Errors
    /// When it does not.
    pub fn check_included(&self, index: u64, leaf: &Digest, checkpoint: &CheckpointView) -> Result<()> {
        let path = format!("/api/v1/ledger/inclusion?index={index}&size={}", checkpoint.size);
        let proof: Proof = self.client().get(&path)?;
        verify_inclusion(index, checkpoint.size, leaf, &checkpoint.root, &proof.proof)
            .with_context(|| format!("entry {index} of {} has no proof", self.name))
    }
}
