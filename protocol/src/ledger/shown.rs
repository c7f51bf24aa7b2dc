//! What of an entry may be shown to a partner, which is what its leaf in the Merkle tree is made of.

use super::entry::{Body, Entry};
use crate::{
    codec,
    envelope::Unverified,
    id::{Alias, Digest},
    merkle::leaf_hash,
    minutes::Minutes,
    partnership::{Decision, Proposal},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

impl Entry {
    /// The entry as a partner may see it.
    #[must_use]
    pub fn shown(&self) -> Shown {
        self.receipt().map_or_else(|| Shown::Entry(Box::new(self.clone())), Shown::Receipt)
    }

    /// The leaf's hash in the tree.
    #[must_use]
    pub fn leaf(&self) -> Digest {
        self.leaf_of(&self.to_bytes())
    }

    /// The same for whoever has the entry's bytes already.
    pub(super) fn leaf_of(&self, bytes: &[u8]) -> Digest {
        self.receipt().map_or_else(|| leaf_hash(bytes), |receipt| leaf_hash(&codec::encode(&receipt)))
    }

    fn receipt(&self) -> Option<Receipt> {
        let Body::Receive { payee, payer, proposal, decision, advanced } = &self.body else { return None };
        let account = proposal.content.account;
        let advanced = advanced.map_or(0, Minutes::get).to_be_bytes();
        let payee = Digest::of("kith/v1/payee", &[account.as_bytes(), &payee.0, &advanced]);
        let (proposal, decision) = (proposal.clone(), decision.clone());
        Some(Receipt { v: self.v, at: self.at, payee, payer: *payer, proposal, decision })
    }
}

/// A `receive` entry without the member's id: the payer's community may see that what was accepted is recorded, and learns of
/// the payee nothing that another partner could compare.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Receipt {
    /// The entry's version.
    pub v: u8,
    /// When it was recorded.
    pub at: Timestamp,
    /// A hash of the account, the payee's id, which is 16 random bytes and so cannot be guessed, and the minutes that our pot
    /// had advanced (big-endian, 0 if none).
    pub payee: Digest,
    /// Who received the help, by the partner's code.
    pub payer: Alias,
    /// The partner's signed proposal.
    pub proposal: Box<Unverified<Proposal>>,
    /// The signed acceptance.
    pub decision: Box<Unverified<Decision>>,
}

/// What the leaf of an entry is made of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Shown {
    /// Any entry but a receipt: its own bytes are the leaf.
    Entry(Box<Entry>),
    /// A `receive` entry: the receipt's bytes are the leaf.
    Receipt(Receipt),
}

impl Shown {
    /// The leaf's hash in the tree (RFC 6962).
    #[must_use]
    pub fn leaf(&self) -> Digest {
        match self {
            Self::Entry(entry) => leaf_hash(&entry.to_bytes()),
            Self::Receipt(receipt) => leaf_hash(&codec::encode(receipt)),
        }
    }

    /// The partner's proposal that this receipt records.
    #[must_use]
    pub fn proposal(&self) -> Option<&Proposal> {
        match self {
            Self::Receipt(receipt) => Some(&receipt.proposal.content),
            Self::Entry(_) => None,
        }
    }
}
