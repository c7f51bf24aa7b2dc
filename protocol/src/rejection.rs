//! Every reason for which something is refused: a value with a name, a code and a sentence that a person can act on.

use crate::{
    codec::DecodeError,
    id::{AccountId, BadId, ExchangeId, MemberId, RecordKey},
    key::BadKey,
    minutes::BadMinutes,
    time::Timestamp,
};
use strum::IntoStaticStr;
use thiserror::Error;

/// What a refusal says about the one who asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Severity {
    /// An honest mistake or a limit: mend it and try again.
    Mistake,
    /// A repeat or something out of date: nothing is wrong and nothing is to be done.
    Stale,
    /// No honest program sends this.
    Fault,
}

/// Why something was refused. Nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq, Error, IntoStaticStr)]
#[strum(serialize_all = "kebab-case")]
#[expect(missing_docs, reason = "the sentence of each reason is its documentation; fields are named in it")]
pub enum Rejection {
    #[error("the message cannot be read: {0}")]
    Malformed(#[from] DecodeError),
    #[error(transparent)]
    BadKey(#[from] BadKey),
    #[error(transparent)]
    BadMinutes(#[from] BadMinutes),
    #[error(transparent)]
    BadId(#[from] BadId),
    #[error("{field} is {problem}")]
    BadText { field: &'static str, problem: String },
    #[error("version {0} of this message is not known here; update this program")]
    UnknownVersion(u8),
    #[error("this was made for another community")]
    OtherCommunity,

    // Members and charter.
    #[error("there is no member {0} here; check the id")]
    UnknownMember(MemberId),
    #[error("member {0} is already here")]
    MemberExists(MemberId),
    #[error("member {0} has left; ask a coordinator to admit them again")]
    MemberLeft(MemberId),
    #[error("{0} is not a coordinator; only coordinators may do this")]
    NotCoordinator(MemberId),
    #[error("{0} is the last coordinator; give somebody else the role first")]
    LastCoordinator(MemberId),
    #[error("member {0} has registered no key; sign in another way or ask a coordinator")]
    NoKey(MemberId),
    #[error("the signature is by another key than the one member {0} registered")]
    OtherKey(MemberId),
    #[error("member {0} has a key of their own; sign with it, or let a coordinator change it")]
    KeyNeeded(MemberId),
    #[error("the key of member {0} was changed meanwhile; look at it again and sign anew")]
    KeyMoved(MemberId),
    #[error("the new key has to sign as well, and only then, which shows that it is at hand")]
    KeyUnproven,
    #[error("nothing would change")]
    NothingChanges,

    // Exchanges.
    #[error("nobody can exchange hours with themselves")]
    WithOneself,
    #[error("exchange {0} is already recorded")]
    ExchangeExists(ExchangeId),
    #[error("there is no exchange {0} here")]
    UnknownExchange(ExchangeId),
    #[error("exchange {0} is not waiting for anybody")]
    NotWaiting(ExchangeId),
    #[error("{0} has no part in this exchange")]
    NotAParty(MemberId),
    #[error("the charter asks for the agreement of {0} as well")]
    ConfirmationMissing(MemberId),
    #[error("{minutes} minutes is more than one exchange may have here ({limit}); split it or change the charter")]
    ExchangeTooLong { minutes: u32, limit: u32 },
    #[error("that would take member {member} to {balance} minutes; the charter stops at {floor}")]
    MemberFloor { member: MemberId, balance: i64, floor: i64 },
    #[error("that would take member {member} to {balance} minutes; the charter stops at {ceiling}")]
    MemberCeiling { member: MemberId, balance: i64, ceiling: i64 },
    #[error("a group exchange has 1 to {limit} participants, each named once and not the leader")]
    BadGroup { limit: usize },
    #[error("exchange {0} cannot be corrected in this way: {1}")]
    NotCorrectable(ExchangeId, &'static str),
    #[error("exchange {0} cannot be given back: {1}")]
    NotReversible(ExchangeId, &'static str),
    #[error("exchange {0} cannot be disputed with the partner: {1}")]
    NotDisputable(ExchangeId, &'static str),
    #[error("there is no open dispute about exchange {0}")]
    UnknownDispute(ExchangeId),
    #[error("the pot cannot advance exchange {0}: {1}")]
    NotAdvanceable(ExchangeId, &'static str),
    #[error("that would take the pot to {would_be} minutes; it stops at {floor}, so wait for gifts or for the partner")]
    PotFloor { would_be: i64, floor: i64 },
    #[error("member {0} already has hours recorded; an opening balance comes first")]
    NotOpening(MemberId),
    #[error("{limit} {what} are waiting already; finish some of them first")]
    TooManyWaiting { what: &'static str, limit: usize },
    #[error("the same request was already used for something else; use a new Idempotency-Key")]
    RequestReused,

    // Partnerships and invitations.
    #[error("a community cannot be its own partner")]
    PartnerIsSelf,
    #[error("there is no partnership {0} here")]
    UnknownPartnership(AccountId),
    #[error("there is already a partnership with this community")]
    PartnershipExists,
    #[error("the agreement is not valid: {0}")]
    BadAgreement(&'static str),
    #[error("this invitation is not known here, or it was already used")]
    UnknownInvitation,
    #[error("this invitation expired at {0}; ask for a new one")]
    InvitationExpired(Timestamp),
    #[error("this text is not an invitation; copy all of it, from KITH1: to the end")]
    BadInvitation,
    #[error("the certificate is not valid now: {0}")]
    BadCertificate(&'static str),

    // Between communities.
    #[error("{minutes} minutes is more than one exchange may have in this partnership ({limit})")]
    PartnershipExchangeTooLong { minutes: u32, limit: u32 },
    #[error("that would take the partnership to {would_be} minutes; it stops at {limit}")]
    PartnershipLimit { would_be: i64, limit: i64 },
    /// No new exchanges in this direction for now.
    #[error("one of the two communities takes no new exchanges this way for now")]
    PartnershipPaused,
    /// One side ended the partnership.
    #[error("one of the two communities ended the partnership; nothing new begins under it")]
    PartnershipEnded,
    #[error("message {found} came where {expected} was expected")]
    OutOfOrder { expected: u64, found: u64 },
    #[error("the message does not continue the chain that is known here")]
    BrokenChain,
    #[error("a different message was already signed for this place")]
    Clash,
    #[error("the message belongs to another partnership, epoch or lane")]
    OtherLane,
    #[error("the details do not belong to the proposal")]
    DetailsMismatch,
    #[error("nobody here is known by that code; ask your partner for it again")]
    UnknownAlias,
    #[error("offer or need {0} is not on our shelf")]
    UnknownRecord(RecordKey),
    #[error("the decision does not belong to a proposal of ours")]
    UnknownProposal,
    #[error("the request to resume was made for another session")]
    OtherSession,
    #[error(
        "this community was restored from a backup and is asking its partners what they last saw; wait for them, or tell it to go on without one"
    )]
    Recovering,
    #[error("another copy of this community runs, restored later; stop one of them")]
    LaterCopy,
    #[error(
        "the partnership is frozen, because the partner signed two things that cannot both be true; look at the evidence and talk to them"
    )]
    Frozen(AccountId),
    #[error("there are more than {limit} exchanges in this period; choose a shorter one")]
    TooManyLines { limit: usize },
    #[error("this proves nothing: {0}")]
    NoProof(&'static str),
    #[error("mail is not held: {0}")]
    NoMail(&'static str),
    #[error("what the partner says is committed is not what its own messages say")]
    BooksDiffer,
    #[error("the partner does not show that what it accepted is in its ledger")]
    NotShown,

    // The shelf.
    #[error("the record is older than the one held")]
    Superseded,
    #[error("the record expired at {0}")]
    RecordExpired(Timestamp),
    #[error("a record may live at most {limit_days} days; choose an earlier expiry")]
    ExpiryTooFar { limit_days: u64 },
    #[error(
        "what this replaces is shown until {0}; choose that time or a later one, or withdraw it and publish it anew"
    )]
    ExpiryTooEarly(Timestamp),
    #[error("this community already publishes {0} records, which is the limit")]
    ShelfFull(usize),
    #[error("{0} communities are known already, which is the limit")]
    TooManyCommunities(usize),
    #[error("the record is not valid: {0}")]
    BadRecord(&'static str),

    // The log.
    #[error("entry {index} is not valid: {why}")]
    BadEntry { index: u64, why: String },
    #[error("the first entry of a ledger founds the community, and only the first")]
    Founding,
}

impl Rejection {
    /// A stable code for programs, in kebab case.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::BadKey(why) => why.code(),
            Self::BadMinutes(why) => why.code(),
            other => other.into(),
        }
    }

    /// What the refusal says about the one who asked.
    #[must_use]
    pub const fn severity(&self) -> Severity {
        match self {
            Self::Superseded
            | Self::RecordExpired(_)
            | Self::OutOfOrder { .. }
            | Self::ExchangeExists(_)
            | Self::OtherSession
            | Self::NotShown
            | Self::NothingChanges => Severity::Stale,
            Self::Malformed(_)
            | Self::BadKey(_)
            | Self::BrokenChain
            | Self::Clash
            | Self::BooksDiffer
            | Self::OtherLane
            | Self::DetailsMismatch
            | Self::UnknownProposal
            | Self::BadRecord(_)
            | Self::BadCertificate(_) => Severity::Fault,
            _ => Severity::Mistake,
        }
    }
}
