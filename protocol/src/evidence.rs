//! Proof of misconduct that anybody can judge offline: two things the same key signed that cannot both be honest.
//!
//! Each proof carries the accused community's certificate, so that it needs nothing else. A proof says what was done, never why.

use crate::{
    codec,
    community::{Certificate, check_certificate},
    envelope::{Content, Unverified},
    id::{CommunityId, Digest},
    key::SoundKey,
    ledger::{
        Shown,
        checkpoint::Checkpoint,
        merkle::{verify_consistency, verify_inclusion},
    },
    partnership::{Decision, Proposal, ResumeOffer, Verdict, committed_link, fits},
    rejection::Rejection,
};
use serde::{Deserialize, Serialize};
use std::fmt;

/// The largest evidence file: a list of a hundred thousand exchanges in an epoch.
pub const MAX_EVIDENCE_BYTES: usize = 4 * 1024 * 1024;

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Misconduct {
    /// E1: two proposals for one slot.
    TwoProposals,
    /// E2: two decisions for one slot.
    TwoDecisions,
    /// E3: an exchange was accepted and is not in the ledger where the acceptance says.
    NotRecorded,
    /// E4: two ledgers of one size.
    ForkedLedger,
    /// E5: an exchange was accepted and left out of what was said to be committed.
    LeftOut,
}

impl Misconduct {
    /// The number by which the specification calls it.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::TwoProposals => "E1",
            Self::TwoDecisions => "E2",
            Self::NotRecorded => "E3",
            Self::ForkedLedger => "E4",
            Self::LeftOut => "E5",
        }
    }
}

impl fmt::Display for Misconduct {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::TwoProposals => "it signed two different proposals for one place",
            Self::TwoDecisions => "it signed two different decisions for one place",
            Self::NotRecorded => "it accepted an exchange and did not record it where it said",
            Self::ForkedLedger => "it signed two different ledgers of the same size",
            Self::LeftOut => "it accepted an exchange and later left it out of what it said was committed",
        })
    }
}

/// The two things that cannot both be honest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Exhibits {
    /// E1.
    TwoProposals(Box<[Unverified<Proposal>; 2]>),
    /// E2.
    TwoDecisions(Box<[Unverified<Decision>; 2]>),
    /// E3: the acceptance, a later checkpoint, and what that ledger has at the place.
    NotRecorded {
        /// The proposal.
        proposal: Box<Unverified<Proposal>>,
        /// The accepting decision.
        decision: Box<Unverified<Decision>>,
        /// A checkpoint of a size above the place, as a C2SP signed note.
        checkpoint: String,
        /// The entry at the place, as its keeper showed it.
        entry: Box<Shown>,
        /// Its inclusion proof (RFC 6962).
        proof: Vec<Digest>,
    },
    /// E4: two checkpoints as C2SP signed notes.
    ForkedLedger {
        /// One.
        one: String,
        /// The other, of the same size or a larger one.
        other: String,
        /// What the larger ledger's beginning is instead of the smaller ledger; none when both are of one size.
        beginning: Option<Beginning>,
    },
    /// E5: the acceptance, the offer of the same key, and everything that the offer's root counts. Whoever was restored signs
    /// with another key: what it lost and its partner did not give back is no misconduct.
    LeftOut {
        /// The proposal.
        proposal: Box<Unverified<Proposal>>,
        /// The accepting decision.
        decision: Box<Unverified<Decision>>,
        /// The offer.
        offer: Box<Unverified<ResumeOffer>>,
        /// Digests of all proposals counted, in order, in pages of at most [`codec::MAX_ITEMS`].
        committed: Vec<Vec<Digest>>,
    },
}

/// The beginning of a ledger, proven to be that of a larger one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Beginning {
    /// The root of the tree over as many entries as the smaller ledger has.
    pub root: Digest,
    /// That the larger ledger begins so (RFC 6962 consistency).
    pub proof: Vec<Digest>,
}

/// A proof with the key it turns on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Evidence {
    /// Version: 1.
    pub v: u8,
    /// The accused community's certificate of the key that signed both.
    pub certificate: Unverified<Certificate>,
    /// What it signed.
    pub exhibits: Exhibits,
}

/// What a proof proves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Proven {
    /// Who.
    pub community: CommunityId,
    /// What.
    pub misconduct: Misconduct,
}

impl Evidence {
    /// Reads evidence from untrusted bytes.
    ///
    /// # Errors
    /// Anything but canonical bytes of at most [`MAX_EVIDENCE_BYTES`].
    pub fn decode(bytes: &[u8]) -> Result<Self, Rejection> {
        Ok(codec::decode(bytes, MAX_EVIDENCE_BYTES)?)
    }

    /// Judges the proof with nothing else at hand.
    ///
    /// # Errors
    /// [`Rejection::NoProof`] with what is missing, or the signature or certificate that is not good.
    pub fn judge(&self) -> Result<Proven, Rejection> {
        if self.v != 1 {
            return Err(Rejection::UnknownVersion(self.v));
        }
        let certificate = check_certificate(&self.certificate)?;
        let community = certificate.content().community;
        let key = certificate.content().key.sound()?;
        let misconduct = self.exhibits.judge(&community, &key)?;
        Ok(Proven { community, misconduct })
    }
}

fn require(holds: bool, missing: &'static str) -> Result<(), Rejection> {
    if holds { Ok(()) } else { Err(Rejection::NoProof(missing)) }
}

impl Exhibits {
    fn judge(&self, community: &CommunityId, key: &SoundKey) -> Result<Misconduct, Rejection> {
        match self {
            Self::TwoProposals(two) => {
                let place = |p: &Proposal| (p.account, p.epoch, p.lane, p.n);
                let [one, other] = both(two, key)?;
                require(place(one) == place(other), "the two proposals are for different places")?;
                require(one != other, "the two proposals are the same")?;
                Ok(Misconduct::TwoProposals)
            }
            Self::TwoDecisions(two) => {
                let place = |d: &Decision| (d.account, d.epoch, d.lane, d.n);
                let [one, other] = both(two, key)?;
                require(place(one) == place(other), "the two decisions are for different places")?;
                require(one != other, "the two decisions are the same")?;
                Ok(Misconduct::TwoDecisions)
            }
            Self::ForkedLedger { one, other, beginning } => {
                let (one, other) = (checkpoint(one, community, key)?, checkpoint(other, community, key)?);
                let root = match beginning {
                    None => {
                        require(one.size() == other.size(), "the two checkpoints are of different sizes")?;
                        other.root()
                    }
                    Some(Beginning { root, proof }) => {
                        verify_consistency(one.size(), root, other.size(), other.root(), proof)
                            .map_err(|_| Rejection::NoProof("the larger ledger does not begin so"))?;
                        root
                    }
                };
                require(one.root() != root, "the two checkpoints are of one ledger")?;
                Ok(Misconduct::ForkedLedger)
            }
            Self::NotRecorded { proposal, decision, checkpoint: note, entry, proof } => {
                let leaf_index = accepted(proposal, decision, key)?;
                let later = checkpoint(note, community, key)?;
                verify_inclusion(leaf_index, later.size(), &entry.leaf(), later.root(), proof)
                    .map_err(|_| Rejection::NoProof("the entry is not the one at that place"))?;
                let same = entry.proposal() == Some(&proposal.content);
                require(!same, "the exchange is recorded where the acceptance says")?;
                Ok(Misconduct::NotRecorded)
            }
            Self::LeftOut { proposal, decision, offer, committed } => {
                accepted(proposal, decision, key)?;
                offer.as_ref().clone().verify(key)?;
                let (p, offer) = (&proposal.content, &offer.content);
                let same_account = offer.account == p.account && offer.offerer == p.lane.other();
                require(same_account, "the offer is of another partnership or side")?;
                require((offer.from..offer.epoch).contains(&p.epoch), "the offer does not speak of that epoch")?;
                let chain = |root: Digest, next: &Digest| committed_link(&root, next);
                let counted = || committed.iter().flatten();
                let root = counted().fold(Digest::ZERO, chain);
                let whole = (counted().count() as u64, root) == (offer.committed.count, offer.committed.root);
                require(whole, "the list is not what the offer counts")?;
                require(!counted().any(|digest| *digest == p.digest()), "the exchange is in the list")?;
                Ok(Misconduct::LeftOut)
            }
        }
    }
}

fn both<'a, T: Content + Clone>(two: &'a [Unverified<T>; 2], key: &SoundKey) -> Result<[&'a T; 2], Rejection> {
    for signed in two {
        signed.clone().verify(key)?;
    }
    Ok([&two[0].content, &two[1].content])
}

fn checkpoint(text: &str, community: &CommunityId, key: &SoundKey) -> Result<Checkpoint, Rejection> {
    Checkpoint::read(text, community, key).ok_or(Rejection::NoProof("a checkpoint is not signed by that key"))
}

/// Where an acceptance says that the exchange is recorded, if the key signed it.
fn accepted(
    proposal: &Unverified<Proposal>,
    decision: &Unverified<Decision>,
    key: &SoundKey,
) -> Result<u64, Rejection> {
    decision.clone().verify(key)?;
    require(fits(&proposal.content, &decision.content), "the decision is about another proposal")?;
    match decision.content.verdict {
        Verdict::Accept { leaf_index } => Ok(leaf_index),
        Verdict::Reject { .. } => Err(Rejection::NoProof("the decision accepts nothing")),
    }
}
