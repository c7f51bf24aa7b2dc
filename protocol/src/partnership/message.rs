//! The messages of an account. `Committed = Proposal + Decision(Accept)`: that pair proves the hours to anybody.

use super::{Side, agreement::serde_bytes_16};
use crate::{
    envelope::Content,
    id::{AccountId, Alias, Digest, ExchangeId, RecordKey},
    minutes::Minutes,
    rejection::Rejection,
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

/// What a proposal is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A member of the proposer's community received help from a member of the decider's.
    Exchange,
    /// A member of the proposer's community gives back minutes that a member of the decider's paid, and asked for.
    Reversal {
        /// The exchange that is given back.
        of: ExchangeId,
    },
}

/// One side's signed wish to move hours, at position `n` of its own lane.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Proposal {
    /// Version: 1.
    pub v: u8,
    /// The partnership's account.
    pub account: AccountId,
    /// Lanes restart empty in a new epoch.
    pub epoch: u32,
    /// Whose lane: the proposer's side.
    pub lane: Side,
    /// The slot, from 0 on without gaps.
    pub n: u64,
    /// Hash of the proposal in slot n-1 of this epoch, or zero.
    pub previous: Digest,
    /// Committed at most once, over all lanes and epochs.
    pub exchange: ExchangeId,
    /// What it is about.
    pub kind: Kind,
    /// Whose members received the hours.
    pub debtor: Side,
    /// How many.
    pub minutes: Minutes,
    /// Hash of the salted [`Details`] that travel beside it.
    pub context: Digest,
    /// When it was made; shown, never judged.
    pub made_at: Timestamp,
}

impl Content for Proposal {
    const NAME: &'static str = "proposal";
}

/// How a payer names the one who gave the hours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Payee {
    /// By the code that the payee's community gave out for this partner.
    Alias(Alias),
    /// As the member behind an offer or a need on the payee's community's shelf.
    Record(RecordKey),
}

/// What the proposer tells the decider, and nobody else, about a proposal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Details {
    /// Random bytes, so that the hash in the proposal says nothing.
    #[serde(with = "serde_bytes_16")]
    pub salt: [u8; 16],
    /// The payer's code towards the decider.
    pub payer: Alias,
    /// Who is to receive the hours.
    pub payee: Payee,
}

impl Content for Details {
    const NAME: &'static str = "details";
}

/// Why a decider refused, as far as the other side may know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefusalCode {
    /// The payee is not known, or left.
    UnknownPayee,
    /// The exchange is longer than the agreement allows.
    TooLong,
    /// It would take the proposer beyond its limit.
    Limit,
    /// The payee cannot receive more under their charter.
    PayeeCeiling,
    /// The id was used before.
    IdUsed,
    /// The details do not fit the proposal.
    Details,
    /// It is of a kind or for a debtor that is not allowed.
    NotAllowed,
    /// The decider takes no new exchanges this way for now.
    Paused,
    /// The partnership was ended.
    Ended,
}

impl RefusalCode {
    /// A sentence for the proposer's member.
    #[must_use]
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::UnknownPayee => "the person it was for is not known there",
            Self::TooLong => "it is longer than the two communities agreed",
            Self::Limit => "the two communities' limit is reached",
            Self::PayeeCeiling => "the person it was for cannot receive more hours",
            Self::IdUsed => "it was recorded before",
            Self::Details => "its details were damaged",
            Self::NotAllowed => "this kind of exchange is not part of the agreement",
            Self::Paused => "the two communities paused new exchanges this way",
            Self::Ended => "the two communities ended their partnership",
        }
    }
}

impl From<&Rejection> for RefusalCode {
    fn from(why: &Rejection) -> Self {
        match why {
            Rejection::PartnershipExchangeTooLong { .. } => Self::TooLong,
            Rejection::PartnershipLimit { .. } => Self::Limit,
            Rejection::PartnershipPaused => Self::Paused,
            Rejection::PartnershipEnded => Self::Ended,
            Rejection::MemberCeiling { .. } | Rejection::BadMinutes(_) => Self::PayeeCeiling,
            Rejection::ExchangeExists(_) => Self::IdUsed,
            Rejection::DetailsMismatch => Self::Details,
            Rejection::OtherLane | Rejection::NotReversible(..) => Self::NotAllowed,
            _ => Self::UnknownPayee,
        }
    }
}

/// A decider's answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Verdict {
    /// The hours moved, at this index of the decider's ledger.
    Accept {
        /// Where the decider's ledger recorded it.
        leaf_index: u64,
    },
    /// Nothing moved.
    Reject {
        /// Why.
        code: RefusalCode,
    },
}

/// The decider's signed answer to the proposal in one slot. There is one, and it never changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Decision {
    /// Version: 1.
    pub v: u8,
    /// The partnership's account.
    pub account: AccountId,
    /// The epoch of the proposal.
    pub epoch: u32,
    /// The lane of the proposal: the proposer's side.
    pub lane: Side,
    /// The slot.
    pub n: u64,
    /// Hash of the proposal decided.
    pub proposal: Digest,
    /// Hash of the decision for slot n-1 of this epoch, or zero.
    pub previous: Digest,
    /// The answer.
    pub verdict: Verdict,
}

impl Content for Decision {
    const NAME: &'static str = "decision";
}

/// The proposer's signed word that it holds the decision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Acknowledgement {
    /// The partnership's account.
    pub account: AccountId,
    /// The epoch.
    pub epoch: u32,
    /// The lane: the proposer's side.
    pub lane: Side,
    /// The last slot whose decision is held; all before it are, too.
    pub n: u64,
    /// Hash of the decision in slot `n`, which chains all before it.
    pub decision: Digest,
}

impl Content for Acknowledgement {
    const NAME: &'static str = "acknowledgement";
}
