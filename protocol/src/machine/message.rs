//! What nodes say to each other.

use super::inspecting::{LedgerShown, LedgerWanted};
use super::letter::Sealed;
use crate::{
    codec,
    community::{Certificate, Certificates},
    envelope::{Signed, Unverified},
    id::{AccountId, Alias, CommunityId, Digest, ExchangeId, RequestId},
    key::SoundKey,
    lane::Sync,
    minutes::Minutes,
    partnership::{
        Acknowledgement, Agreement, Closing, Crossing, Decision, Details, DisputeHeads, Position, Proposal,
        ResumeAcknowledgement, ResumeOffer, ResumeRequest, SignedGrant, Statement, Terms,
    },
    rejection::Rejection,
    shelf::{Announcement, Head, Record},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

/// The largest parcel: a relayed libp2p circuit is cut at 128 KiB, so a parcel and its answer stay below 100 KiB.
pub const MAX_PARCEL_BYTES: usize = 96 * 1024;
/// The largest single message, which leaves room for others in the same parcel.
pub const MAX_MESSAGE_BYTES: usize = 64 * 1024;
/// The most messages in one parcel: a full window of the largest agreement, both ways, and some more.
pub const MAX_PARCEL_MESSAGES: usize = 1_024;

/// Messages that travel together.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Parcel {
    /// In order.
    pub messages: Vec<Message>,
}

impl Parcel {
    /// Reads a parcel from untrusted bytes.
    ///
    /// # Errors
    /// Anything but canonical bytes of at most [`MAX_PARCEL_BYTES`] and [`MAX_PARCEL_MESSAGES`].
    pub fn decode(bytes: &[u8]) -> Result<Self, Rejection> {
        let parcel: Self = codec::decode(bytes, MAX_PARCEL_BYTES)?;
        if parcel.messages.len() > MAX_PARCEL_MESSAGES {
            return Err(Rejection::Malformed(codec::DecodeError::TooMany(parcel.messages.len() as u64)));
        }
        Ok(parcel)
    }
}

/// Who a node is: its community's card as it stands on the shelf.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hello {
    /// The card with all signatures.
    pub card: Announcement,
}

/// An invitation accepted: the acceptor has signed the terms.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Acceptance {
    /// The invitation's secret, which the session keeps from others.
    pub secret: RequestId,
    /// The acceptor's certificate.
    pub certificate: Unverified<Certificate>,
    /// The terms with the acceptor's signature.
    pub terms: Unverified<Terms>,
}

/// A payee's community asks the payer's for the minutes of help given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PaymentRequest {
    /// Under which partnership.
    pub account: AccountId,
    /// The id the exchange will have.
    pub exchange: ExchangeId,
    /// Who gave the help, by the code of their community for the payer's.
    pub payee: Alias,
    /// Who received it, by the code of the payer's community.
    pub payer: Option<Alias>,
    /// How long.
    pub minutes: Minutes,
    /// When it was asked.
    pub made_at: Timestamp,
    /// The exchange that would be given back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reverses: Option<ExchangeId>,
}

/// A request to resume with what belongs to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Resume {
    /// The request.
    pub request: Unverified<ResumeRequest>,
    /// The requester's certificate, which may be new.
    pub certificate: Unverified<Certificate>,
    /// Decisions of the requester that the receiver may not have learned: at most a window of them.
    pub decisions: Vec<Unverified<Decision>>,
}

/// What one node says to another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Message {
    /// First on every connection.
    Hello(Hello),
    /// The sender does not know who the receiver is: its hello was lost.
    WhoAreYou,
    /// The next slot of the sender's lane.
    Propose {
        /// The proposal.
        proposal: Unverified<Proposal>,
        /// What it is about.
        details: Details,
    },
    /// The answer to a slot of the receiver's lane.
    Decide(Unverified<Decision>),
    /// The sender holds these decisions.
    Acknowledge(Unverified<Acknowledgement>),
    /// How far the sender's lanes are.
    Sync(Sync),
    /// The sender lost something and asks what is committed.
    ResumeRequest(Box<Resume>),
    /// What is committed, and a new epoch.
    ResumeOffer {
        /// The offer.
        offer: Box<Unverified<ResumeOffer>>,
        /// The offerer's certificate.
        certificate: Unverified<Certificate>,
    },
    /// Asks for what the receiver holds of an account.
    ResumeFetch {
        /// The account.
        account: AccountId,
        /// From where on.
        from: Position,
    },
    /// What the sender holds, in order.
    Crossings {
        /// The account.
        account: AccountId,
        /// Committed exchanges, and where epochs begin.
        crossings: Vec<Crossing>,
        /// Where to go on, if there may be more.
        next: Option<Position>,
    },
    /// The sender goes on in the epoch that the receiver offered.
    ResumeAcknowledge(Unverified<ResumeAcknowledgement>),
    /// Asks the receiver to show its ledger.
    LedgerWanted(Box<LedgerWanted>),
    /// What the sender's ledger has to show.
    LedgerShown(Box<LedgerShown>),
    /// To an inviter.
    Accept(Acceptance),
    /// Both signed.
    Agreed(Box<Agreement>),
    /// The sender lost the agreement on which an account rests, and asks for it.
    AgreementWanted {
        /// The account.
        account: AccountId,
    },
    /// An acceptance was refused.
    Declined {
        /// The account it would have opened.
        account: AccountId,
        /// The code of the reason.
        code: String,
    },
    /// A payment is asked for.
    Ask(PaymentRequest),
    /// A request for payment is held; or, the other way, that it was declined is known.
    AskNoted {
        /// Which.
        exchange: ExchangeId,
    },
    /// The payer declined, or the request cannot be met; repeated until noted.
    AskDeclined {
        /// Which.
        exchange: ExchangeId,
    },
    /// Whether the sender lets mail rest with the receiver and holds it for the receiver, and between whom else.
    Mail {
        /// Under which partnership.
        account: AccountId,
        /// Whether it wants to.
        on: bool,
        /// With whom letters can be left for whom: everybody with whom the sender agreed the same. Empty unless both want it.
        /// The number grows whenever the sender throws away what it held between the two.
        with: Vec<(CommunityId, u64)>,
    },
    /// What a side of the partnership grants; the sender's own, or the receiver's as the sender heard it last.
    Grant(Box<SignedGrant>),
    /// The receiver is to hold this for somebody who is away.
    MailDrop {
        /// For whom.
        to: CommunityId,
        /// Grows with each in a connection.
        n: u64,
        /// What only they can read.
        sealed: Sealed,
    },
    /// The sender holds it.
    MailHeld {
        /// For whom.
        to: CommunityId,
        /// The box's digest.
        digest: Digest,
    },
    /// The sender does not hold it.
    MailRefused {
        /// For whom.
        to: CommunityId,
        /// The box's digest.
        digest: Digest,
        /// The code of the reason.
        code: String,
    },
    /// The sender held this for the receiver.
    MailBox(Sealed),
    /// The sender took the box with this digest, or cannot read it: nobody needs to hold it any longer.
    MailTaken {
        /// The box's digest.
        digest: Digest,
    },
    /// How far the sender is with the disputes of a partnership.
    DisputeHeads(DisputeHeads),
    /// A statement about a disputed exchange: the sender's, or one of the receiver's that it lost.
    Say(Box<Unverified<Statement>>),
    /// How a dispute ended.
    DisputeClosed {
        /// Side B's suggestion.
        suggestion: Box<Unverified<Statement>>,
        /// Side A's agreement.
        closing: Box<Unverified<Closing>>,
    },
    /// Shelves the sender holds, and through which revision.
    Heads {
        /// Community and revision.
        heads: Vec<(CommunityId, u64)>,
    },
    /// Asks for records of a shelf above a revision.
    Pull {
        /// Whose shelf.
        community: CommunityId,
        /// The last revision held.
        after: u64,
    },
    /// Records of a shelf, in order of revision. Unasked and without records it shows whoever said hello under an older
    /// certificate the newest one of its community.
    Shelf {
        /// The key they are signed with.
        certificate: Unverified<Certificate>,
        /// The records.
        records: Vec<Unverified<Record>>,
        /// Every live record up to here is held once these are.
        through: u64,
        /// Whether the sender has more.
        more: bool,
        /// The community's own word, when nothing more follows: of another's shelf, if the sender holds one that is of this revision.
        head: Option<Unverified<Head>>,
    },
}

/// A message whose signatures were checked; whether the keys are the right ones is for the machine to say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Checked {
    /// Who the peer is.
    Hello {
        /// The certificate, checked against its root.
        certificate: Signed<Certificate>,
        /// The record that holds the card.
        record: Signed<Record>,
    },
    /// See [`Message::Propose`].
    Propose {
        /// The proposal.
        proposal: Signed<Proposal>,
        /// What it is about.
        details: Details,
    },
    /// See [`Message::Decide`].
    Decide(Signed<Decision>),
    /// See [`Message::Acknowledge`].
    Acknowledge(Signed<Acknowledgement>),
    /// See [`Message::Shelf`].
    Shelf {
        /// The certificate, checked against its root.
        certificate: Signed<Certificate>,
        /// The records.
        records: Vec<Signed<Record>>,
        /// Every live record up to here is held once these are.
        through: u64,
        /// Whether the sender has more.
        more: bool,
        /// The community's own word.
        head: Option<Signed<Head>>,
    },
    /// A message without a signature to check beforehand.
    Plain(Message),
}

impl Message {
    /// Checks every signature in the message, so that the machine need not. `peer_key` is the operational key that the
    /// peer's [`Hello`] showed, if it said hello.
    ///
    /// # Errors
    /// A wrong signature, a weak key, or a signed message of a peer that did not say hello.
    pub fn check(self, peer_key: Option<&SoundKey>) -> Result<Checked, Rejection> {
        self.check_with(peer_key, &mut Certificates::default())
    }

    /// The same, with certificates that were checked before.
    ///
    /// # Errors
    /// Those of [`Message::check`].
    pub fn check_with(
        self,
        peer_key: Option<&SoundKey>,
        certificates: &mut Certificates,
    ) -> Result<Checked, Rejection> {
        let known = || peer_key.ok_or(Rejection::BadCertificate("the peer did not say who it is"));
        Ok(match self {
            Self::Hello(hello) => {
                let (certificate, record) = check_announcement(hello.card, certificates)?;
                Checked::Hello { certificate, record }
            }
            Self::Propose { proposal, details } => Checked::Propose { proposal: proposal.verify(known()?)?, details },
            Self::Decide(decision) => Checked::Decide(decision.verify(known()?)?),
            Self::Acknowledge(word) => Checked::Acknowledge(word.verify(known()?)?),
            Self::Shelf { certificate, records, through, more, head } => {
                let (certificate, key) = certificates.check(&certificate)?;
                let records = records.into_iter().map(|r| r.verify(&key)).collect::<Result<_, _>>()?;
                let head = head.map(|h| h.verify(&key)).transpose()?;
                Checked::Shelf { certificate, records, through, more, head }
            }
            plain => Checked::Plain(plain),
        })
    }
}

/// Checks certificate and signature of a gossiped record.
///
/// # Errors
/// A bad certificate or signature.
pub fn check_announcement(
    announcement: Announcement,
    certificates: &mut Certificates,
) -> Result<(Signed<Certificate>, Signed<Record>), Rejection> {
    let (certificate, key) = certificates.check(&announcement.certificate)?;
    Ok((certificate, announcement.record.verify(&key)?))
}

const _: () = assert!(MAX_MESSAGE_BYTES < MAX_PARCEL_BYTES);
