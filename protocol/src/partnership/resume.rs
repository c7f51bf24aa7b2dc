//! Starting a partnership's lanes anew after one side was restored from a backup, fell behind, or changed its key.
//!
//! The side that lost something asks, the other closes the epoch, says what is committed, and offers a new one. Nothing of
//! the old epoch is signed after that, so whatever was signed and lost can do no harm.

use super::{Decision, Payee, Proposal, Side, Terms, Verdict, agreement::serde_bytes_16};
use crate::{
    community::{Certificate, check_certificate},
    envelope::{Content, Unverified},
    id::{AccountId, Digest},
    key::PublicKey,
    rejection::Rejection,
};
use serde::{Deserialize, Serialize};

/// Asks the partner what it knows, in one session and no other.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ResumeRequest {
    /// Version: 1.
    pub v: u8,
    /// The partnership.
    pub account: AccountId,
    /// The last epoch the requester knows.
    pub epoch: u32,
    /// The highest epoch the requester ever offered or was in.
    pub highest: u32,
    /// How many decisions on its own proposals of that epoch it holds.
    pub learned: u64,
    /// How many of the partner's proposals of that epoch it decided.
    pub decided: u64,
    /// New for each recovery; the offer repeats it.
    #[serde(with = "serde_bytes_16")]
    pub nonce: [u8; 16],
    /// What the partner said in this session, so that a request recorded elsewhere is worth nothing.
    #[serde(with = "serde_bytes_16")]
    pub challenge: [u8; 16],
}

impl Content for ResumeRequest {
    const NAME: &'static str = "resume-request";
}

/// How much is committed from an epoch on: enough to tell whether two books hold the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Committed {
    /// How many exchanges.
    pub count: u64,
    /// A hash chain over them in the order of epoch, lane and slot.
    pub root: Digest,
}

impl Committed {
    /// Nothing.
    pub const NONE: Self = Self { count: 0, root: Digest::ZERO };

    /// With one exchange more, which must come after all before it.
    #[must_use]
    pub fn and(self, proposal: &Proposal) -> Self {
        Self { count: self.count + 1, root: committed_link(&self.root, &proposal.digest()) }
    }
}

/// The next link of the chain over committed proposals.
#[must_use]
pub fn committed_link(root: &Digest, proposal: &Digest) -> Digest {
    Digest::of("kith/v1/committed", &[root.as_bytes(), proposal.as_bytes()])
}

/// The answer: what is committed, and the epoch in which both go on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ResumeOffer {
    /// Version: 1.
    pub v: u8,
    /// The partnership.
    pub account: AccountId,
    /// Who offers.
    pub offerer: Side,
    /// The new epoch: higher than any either side knows of.
    pub epoch: u32,
    /// The requester's epoch, from which on `committed` counts.
    pub from: u32,
    /// The request's nonce.
    #[serde(with = "serde_bytes_16")]
    pub nonce: [u8; 16],
    /// The requester's key, the only one it may sign with in the new epoch.
    pub key: PublicKey,
    /// What is committed from epoch `from` on.
    pub committed: Committed,
    /// The last epoch that began by the offerer's ledger. Whoever does not know how it began fetches that: statements in a
    /// dispute may be signed with keys that nothing else names.
    pub begun: u32,
    /// The offerer's running net in minutes, in which nothing is in doubt.
    pub net: i64,
}

impl Content for ResumeOffer {
    const NAME: &'static str = "resume-offer";
}

/// The requester holds all that the offer counts and goes on in the new epoch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ResumeAcknowledgement {
    /// The partnership.
    pub account: AccountId,
    /// The new epoch.
    pub epoch: u32,
    /// The offer's digest.
    pub offer: Digest,
}

impl Content for ResumeAcknowledgement {
    const NAME: &'static str = "resume-acknowledgement";
}

/// Offer and acknowledgement with both sides' certificates: proof to anybody that both went on in the new epoch, and with
/// which keys.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Resumption {
    /// The offer.
    pub offer: Unverified<ResumeOffer>,
    /// The offerer's certificate.
    pub offerer: Unverified<Certificate>,
    /// The acknowledgement.
    pub acknowledgement: Unverified<ResumeAcknowledgement>,
    /// The requester's certificate.
    pub requester: Unverified<Certificate>,
}

impl Resumption {
    /// Checks every signature and that all parts belong together and to these terms.
    ///
    /// # Errors
    /// Certificates of others, wrong signatures, parts that do not fit.
    pub fn check(&self, terms: &Terms) -> Result<(), Rejection> {
        let (offer, word) = (&self.offer.content, &self.acknowledgement.content);
        if offer.v != 1 {
            return Err(Rejection::UnknownVersion(offer.v));
        }
        let key = |certificate: &Unverified<Certificate>, side: Side| {
            let certificate = check_certificate(certificate)?;
            if certificate.content().community != terms.community(side) {
                return Err(Rejection::OtherCommunity);
            }
            Ok(certificate.content().key.sound()?)
        };
        let offerer = key(&self.offerer, offer.offerer)?;
        let requester = key(&self.requester, offer.offerer.other())?;
        self.offer.clone().verify(&offerer)?;
        self.acknowledgement.clone().verify(&requester)?;
        let fits = offer.account == terms.account()
            && offer.from < offer.epoch
            && offer.key == requester.public()
            && (word.account, word.epoch, word.offer) == (offer.account, offer.epoch, offer.digest());
        if fits { Ok(()) } else { Err(Rejection::OtherLane) }
    }

    /// A side's certificate in the new epoch.
    #[must_use]
    pub fn certificate(&self, side: Side) -> &Unverified<Certificate> {
        if side == self.offer.content.offerer { &self.offerer } else { &self.requester }
    }
}

/// A committed exchange as one side hands it to the other, which lost it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pair {
    /// The proposal.
    pub proposal: Unverified<Proposal>,
    /// The accepting decision.
    pub decision: Unverified<Decision>,
    /// The receiver's member, by the receiver's own code or record; none if the sender does not know either.
    pub yours: Option<Payee>,
    /// The sender's member, by the sender's code for this partnership.
    pub ours: Option<Payee>,
}

impl Pair {
    /// Whether proposal and decision belong together and the decision accepts.
    #[must_use]
    pub fn fits(&self) -> bool {
        fits(&self.proposal.content, &self.decision.content)
            && matches!(self.decision.content.verdict, Verdict::Accept { .. })
    }
}

/// Whether a decision is about a proposal.
#[must_use]
pub fn fits(proposal: &Proposal, decision: &Decision) -> bool {
    (proposal.v, decision.v) == (1, 1)
        && decision.account == proposal.account
        && (decision.epoch, decision.lane, decision.n) == (proposal.epoch, proposal.lane, proposal.n)
        && decision.proposal == proposal.digest()
}

/// Where something of a partnership stands: all of one epoch before the next, its beginning first, then lane A, then lane B.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Position {
    /// The epoch.
    pub epoch: u32,
    /// The lane, or the beginning of the epoch.
    pub lane: Option<Side>,
    /// The slot.
    pub n: u64,
}

impl Position {
    /// The beginning of an epoch.
    #[must_use]
    pub const fn start(epoch: u32) -> Self {
        Self { epoch, lane: None, n: 0 }
    }

    /// A slot of a lane.
    #[must_use]
    pub const fn of(proposal: &Proposal) -> Self {
        Self { epoch: proposal.epoch, lane: Some(proposal.lane), n: proposal.n }
    }

    /// The place right behind.
    #[must_use]
    pub const fn next(self) -> Self {
        match self.lane {
            None => Self { epoch: self.epoch, lane: Some(Side::A), n: 0 },
            Some(_) => Self { n: self.n.saturating_add(1), ..self },
        }
    }
}

/// One thing that a side which lost it fetches from the other.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Crossing {
    /// A committed exchange.
    Pair(Box<Pair>),
    /// An epoch began.
    Resumed(Box<Resumption>),
}

impl Crossing {
    /// Where it stands.
    #[must_use]
    pub const fn position(&self) -> Position {
        match self {
            Self::Pair(pair) => Position::of(&pair.proposal.content),
            Self::Resumed(resumption) => Position::start(resumption.offer.content.epoch),
        }
    }
}
