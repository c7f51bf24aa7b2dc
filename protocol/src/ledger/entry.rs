//! What a ledger can say. Every entry is a leaf of the Merkle tree; nothing is ever edited.
//!
//! Entries hold ids, minutes, signatures and salted hashes: never names, notes, reasons or addresses.

use super::consent::{Agreeable, Authority};
use crate::{
    codec,
    community::{Certificate, Charter, GroupPolicy},
    envelope::{Content, Unverified},
    id::{AccountId, Alias, CommunityId, Digest, ExchangeId, MemberId},
    key::{PublicKey, Signature},
    member::{KeyTerms, MemberKind, Role},
    minutes::{Balance, Minutes},
    partnership::{Agreement, Closing, Decision, Payee, Position, Proposal, Resumption, SignedGrant, Statement},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

/// The version of entries written now.
pub const ENTRY_VERSION: u8 = 1;
/// The largest entry, in bytes: a group exchange of [`MAX_GROUP`] participants who all signed, three times over.
pub const MAX_ENTRY_BYTES: usize = 64 * 1024;
/// The most participants of one group exchange.
pub const MAX_GROUP: usize = 100;

/// One leaf of the ledger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Version of this entry: 1.
    pub v: u8,
    /// When it was recorded, by the community's own clock; shown, never judged.
    pub at: Timestamp,
    /// What is recorded.
    pub body: Body,
}

impl Entry {
    /// The canonical bytes, as they are kept and exported.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        codec::encode(self)
    }
}

/// A local exchange: one member gave another some minutes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExchangeTerms {
    /// The community in whose ledger it is recorded.
    pub community: CommunityId,
    /// Its id.
    pub exchange: ExchangeId,
    /// Who gave.
    pub giver: MemberId,
    /// Who received.
    pub receiver: MemberId,
    /// How long.
    pub minutes: Minutes,
    /// When the terms were written.
    pub made_at: Timestamp,
    /// Salted hash of a note that is kept apart, if there is one.
    pub details: Option<Digest>,
}

/// A group exchange: each participant gives the same minutes for what the leader offered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GroupTerms {
    /// The community in whose ledger it is recorded.
    pub community: CommunityId,
    /// Its id.
    pub exchange: ExchangeId,
    /// Who taught, cooked or led.
    pub leader: MemberId,
    /// Who took part, each once, in ascending order.
    pub participants: Vec<MemberId>,
    /// What each participant gives.
    pub minutes: Minutes,
    /// When the terms were written.
    pub made_at: Timestamp,
    /// Salted hash of a note that is kept apart, if there is one.
    pub details: Option<Digest>,
}

/// A gift of minutes to the community pot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GiftTerms {
    /// The community in whose ledger it is recorded.
    pub community: CommunityId,
    /// Its id.
    pub exchange: ExchangeId,
    /// Who gives.
    pub from: MemberId,
    /// How much.
    pub minutes: Minutes,
    /// When the terms were written.
    pub made_at: Timestamp,
    /// Salted hash of a note that is kept apart, if there is one.
    pub details: Option<Digest>,
}

/// A payment of minutes for help from a member of a partner community.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PaymentTerms {
    /// The payer's community.
    pub community: CommunityId,
    /// The partnership under which it goes.
    pub account: AccountId,
    /// Its id.
    pub exchange: ExchangeId,
    /// Who received the help.
    pub payer: MemberId,
    /// Who gave it.
    pub payee: Payee,
    /// How long.
    pub minutes: Minutes,
    /// When the terms were written.
    pub made_at: Timestamp,
    /// Salted hash of a note that is kept apart, if there is one.
    pub details: Option<Digest>,
    /// The exchange with the same partner that this one gives back, all or part of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reverses: Option<ExchangeId>,
}

/// A correction of an earlier exchange.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CorrectionTerms {
    /// The community in whose ledger it is recorded.
    pub community: CommunityId,
    /// The correction's own id.
    pub exchange: ExchangeId,
    /// The exchange that is corrected.
    pub corrects: ExchangeId,
    /// How long it really was; absent when it did not happen at all.
    pub minutes: Option<Minutes>,
    /// When the terms were written.
    pub made_at: Timestamp,
    /// Salted hash of the reason that is kept apart, if there is one.
    pub details: Option<Digest>,
}

macro_rules! content {
    ($($type:ty => $name:literal),*) => {
        $(impl Content for $type { const NAME: &'static str = $name; })*
    };
}
content!(
    ExchangeTerms => "exchange", GroupTerms => "group-exchange", GiftTerms => "gift",
    PaymentTerms => "payment", CorrectionTerms => "correction"
);

impl Agreeable for ExchangeTerms {
    /// Giver, then receiver.
    fn parties(&self) -> Vec<MemberId> {
        vec![self.giver, self.receiver]
    }
}

impl Agreeable for GroupTerms {
    /// The leader, then the participants.
    fn parties(&self) -> Vec<MemberId> {
        std::iter::once(self.leader).chain(self.participants.iter().copied()).collect()
    }
}

impl Agreeable for GiftTerms {
    fn parties(&self) -> Vec<MemberId> {
        vec![self.from]
    }
}

impl Agreeable for KeyTerms {
    fn parties(&self) -> Vec<MemberId> {
        vec![self.member]
    }
}

impl Agreeable for PaymentTerms {
    fn parties(&self) -> Vec<MemberId> {
        vec![self.payer]
    }
}

/// What one entry records.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Body {
    /// The community begins, with its first coordinator.
    Founded {
        /// The operational key that signs from here on.
        certificate: Unverified<Certificate>,
        /// The rules it begins with.
        charter: Charter,
        /// The first coordinator.
        coordinator: MemberId,
    },
    /// The community set itself other rules.
    CharterChanged {
        /// All of the new rules.
        charter: Charter,
        /// The coordinator who recorded it.
        by: MemberId,
    },
    /// Somebody joined.
    MemberAdmitted {
        /// Their new id.
        member: MemberId,
        /// Person or organisation.
        kind: MemberKind,
        /// What they may do.
        role: Role,
        /// A key of their own, if they registered one.
        key: Option<PublicKey>,
        /// The coordinator who admitted them.
        by: MemberId,
    },
    /// Somebody left; what their balance was goes to the pot.
    MemberLeft {
        /// Who.
        member: MemberId,
        /// The coordinator who recorded it.
        by: MemberId,
    },
    /// A member got another role.
    RoleChanged {
        /// Who.
        member: MemberId,
        /// The new role.
        role: Role,
        /// The coordinator who recorded it.
        by: MemberId,
    },
    /// A member takes a key of their own, another one, or none any more.
    MemberKeyChanged {
        /// Whose, and which.
        terms: KeyTerms,
        /// How the member agreed: with the key they have; while they have none, in a session; or through a coordinator.
        member: Authority,
        /// The new key's signature over the same terms, which shows that it is at hand.
        proof: Option<Signature>,
    },
    /// A local exchange.
    Exchange {
        /// What happened.
        terms: ExchangeTerms,
        /// How the giver agreed.
        giver: Option<Authority>,
        /// How the receiver agreed.
        receiver: Option<Authority>,
    },
    /// A group exchange.
    GroupExchange {
        /// What happened.
        terms: GroupTerms,
        /// What the charter said of leaders at that time.
        policy: GroupPolicy,
        /// How the leader agreed.
        leader: Option<Authority>,
        /// How each participant agreed, in the order of the terms.
        participants: Vec<Option<Authority>>,
    },
    /// A correction of an earlier exchange.
    Correction {
        /// What is corrected.
        terms: CorrectionTerms,
        /// The coordinator who recorded it.
        by: MemberId,
    },
    /// A gift to the pot.
    Gift {
        /// What was given.
        terms: GiftTerms,
        /// How the giver agreed.
        from: Authority,
    },
    /// Hours brought along from an earlier system; left out of statistics.
    OpeningBalance {
        /// Whose.
        member: MemberId,
        /// How many minutes, below zero if more was received than given.
        minutes: Balance,
        /// The coordinator who recorded it.
        by: MemberId,
    },
    /// A partnership with another community begins.
    PartnershipAgreed {
        /// The terms with both signatures.
        agreement: Box<Agreement>,
    },
    /// One side of a partnership grants something else from here on.
    PartnershipChanged {
        /// What it signed.
        change: Box<SignedGrant>,
        /// Our coordinator who decided it; nobody of ours when the partner said so.
        by: Option<MemberId>,
    },
    /// A member's minutes are on hold for an exchange with a partner's member.
    Hold {
        /// What is to be paid.
        terms: PaymentTerms,
        /// How the payer agreed.
        payer: Authority,
    },
    /// The partner accepted: what was on hold is paid.
    Settle {
        /// Our signed proposal.
        proposal: Box<Unverified<Proposal>>,
        /// The partner's signed acceptance.
        decision: Box<Unverified<Decision>>,
    },
    /// The partner refused: what was on hold returns to the payer.
    Release {
        /// Our signed proposal.
        proposal: Box<Unverified<Proposal>>,
        /// The partner's signed refusal.
        decision: Box<Unverified<Decision>>,
    },
    /// A member receives minutes from a partner's member. Our signed acceptance names this entry's index.
    Receive {
        /// Who gave the help.
        payee: MemberId,
        /// Who received the help, by the partner's code.
        payer: Alias,
        /// The partner's signed proposal.
        proposal: Box<Unverified<Proposal>>,
        /// Our signed acceptance.
        decision: Box<Unverified<Decision>>,
        /// How many of the minutes go to the pot, which advanced them.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        advanced: Option<Minutes>,
    },
    /// The pot gives a member the minutes that a partner's member still owes, so that the member does not wait.
    Advance {
        /// The exchange whose payment is awaited.
        exchange: ExchangeId,
        /// Under which partnership.
        account: AccountId,
        /// Who gave the help.
        payee: MemberId,
        /// How long.
        minutes: Minutes,
        /// The coordinator who decided it.
        by: MemberId,
    },
    /// What becomes of an advance whose payment did not come.
    AdvanceEnded {
        /// The exchange.
        exchange: ExchangeId,
        /// Who had the minutes.
        payee: MemberId,
        /// How many.
        minutes: Minutes,
        /// Whether the member keeps them as a gift; otherwise the pot takes them back.
        kept: bool,
        /// The coordinator who decided it.
        by: MemberId,
    },
    /// Both communities agree how a dispute about an exchange ends. It moves no minutes and holds nobody's words.
    DisputeClosed {
        /// Side B's signed suggestion.
        suggestion: Box<Unverified<Statement>>,
        /// Side A's signed agreement.
        closing: Box<Unverified<Closing>>,
    },
    /// Another key signs for this community from here on. Restoring a backup always comes with a new key, so that nothing
    /// signed before and lost can be taken for what is signed now.
    KeyRotated {
        /// The root key's word for the new key.
        certificate: Box<Unverified<Certificate>>,
    },
    /// A partnership's lanes begin anew: both sides hold the same, and these are their keys.
    Resumed {
        /// What both signed.
        resumption: Box<Resumption>,
    },
    /// A committed exchange that this ledger had lost and the partner gave back.
    Recovered {
        /// Our member; the pot stands in for one whom this ledger does not know.
        member: Option<MemberId>,
        /// The partner's member, if known.
        party: Option<Payee>,
        /// Whether our member paid; otherwise our member received.
        paid: bool,
        /// What stood under its id here.
        under_id: UnderId,
        /// The signed proposal.
        proposal: Box<Unverified<Proposal>>,
        /// The signed acceptance.
        decision: Box<Unverified<Decision>>,
        /// How many of the minutes go to the pot, which advanced them.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        advanced: Option<Minutes>,
    },
}

/// What a ledger has under the id of an exchange that it had lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UnderId {
    /// Nothing: the exchange begins with this entry.
    Nothing,
    /// The minutes of this very exchange, on hold: they are posted.
    Hold,
    /// Another exchange: the id was used again after the loss. It keeps the id, and the one that came back is found by its
    /// slot only.
    Another,
}

impl Body {
    /// The kind of entry, in the words of the API.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Founded { .. } => "founded",
            Self::CharterChanged { .. } => "charter_changed",
            Self::MemberAdmitted { .. } => "member_admitted",
            Self::MemberLeft { .. } => "member_left",
            Self::RoleChanged { .. } => "role_changed",
            Self::MemberKeyChanged { .. } => "member_key_changed",
            Self::Exchange { .. } => "exchange",
            Self::GroupExchange { .. } => "group_exchange",
            Self::Correction { .. } => "correction",
            Self::Gift { .. } => "gift",
            Self::OpeningBalance { .. } => "opening_balance",
            Self::PartnershipAgreed { .. } => "partnership_agreed",
            Self::PartnershipChanged { .. } => "partnership_changed",
            Self::Hold { .. } => "hold",
            Self::Settle { .. } => "settle",
            Self::Release { .. } => "release",
            Self::Receive { .. } => "receive",
            Self::KeyRotated { .. } => "key_rotated",
            Self::Resumed { .. } => "resumed",
            Self::Recovered { .. } => "recovered",
            Self::Advance { .. } => "advance",
            Self::AdvanceEnded { .. } => "advance_ended",
            Self::DisputeClosed { .. } => "dispute_closed",
        }
    }

    /// The exchange that this entry begins.
    #[must_use]
    pub fn begins(&self) -> Option<ExchangeId> {
        match self {
            Self::Exchange { terms, .. } => Some(terms.exchange),
            Self::GroupExchange { terms, .. } => Some(terms.exchange),
            Self::Gift { terms, .. } => Some(terms.exchange),
            Self::Correction { terms, .. } => Some(terms.exchange),
            Self::Hold { terms, .. } => Some(terms.exchange),
            Self::Receive { proposal, .. } | Self::Recovered { proposal, under_id: UnderId::Nothing, .. } => {
                Some(proposal.content.exchange)
            }
            _ => None,
        }
    }

    /// The earlier exchange whose state this entry changes.
    #[must_use]
    pub fn continues(&self) -> Option<ExchangeId> {
        match self {
            Self::Correction { terms, .. } => Some(terms.corrects),
            Self::Settle { proposal, .. }
            | Self::Release { proposal, .. }
            | Self::Recovered { proposal, under_id: UnderId::Hold, .. } => Some(proposal.content.exchange),
            _ => None,
        }
    }

    /// The slot of a partnership that this entry decides, or the epoch that it begins.
    #[must_use]
    pub fn crosses(&self) -> Option<(AccountId, Position)> {
        match self {
            Self::Settle { proposal, .. }
            | Self::Release { proposal, .. }
            | Self::Receive { proposal, .. }
            | Self::Recovered { proposal, .. } => Some((proposal.content.account, Position::of(&proposal.content))),
            Self::Resumed { resumption } => {
                let offer = &resumption.offer.content;
                Some((offer.account, Position::start(offer.epoch)))
            }
            _ => None,
        }
    }
}
