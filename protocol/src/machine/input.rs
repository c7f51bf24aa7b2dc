//! What goes into the machine: messages of peers, commands of people, and the passing of time.

use crate::{
    codec,
    community::{Card, Certificate, Certificates, Charter},
    envelope::{Signed, Unverified},
    id::{AccountId, Alias, CommunityId, Digest, ExchangeId, MemberId, RecordKey, RequestId},
    key::{PublicKey, SoundKey},
    lane::Sync,
    ledger::{Agreed, CorrectionTerms, ExchangeTerms, GiftTerms, GroupTerms, PaymentTerms},
    member::{MemberKind, Role},
    minutes::{Balance, Minutes},
    partnership::{Acknowledgement, Agreement, Decision, Details, Invitation, Proposal, Terms},
    rejection::Rejection,
    shelf::{Announcement, Head, Item, Record},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

/// A node, by the key behind its libp2p peer id.
pub type Peer = PublicKey;

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
    pub payer: Alias,
    /// How long.
    pub minutes: Minutes,
    /// When it was asked.
    pub made_at: Timestamp,
}

/// What one node says to another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Message {
    /// First on every connection.
    Hello(Hello),
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
    /// To an inviter.
    Accept(Acceptance),
    /// Both signed.
    Agreed(Box<Agreement>),
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
    /// Records of a shelf, in order of revision.
    Shelf {
        /// The key they are signed with.
        certificate: Unverified<Certificate>,
        /// The records.
        records: Vec<Unverified<Record>>,
        /// Every live record up to here is held once these are.
        through: u64,
        /// Whether the sender has more.
        more: bool,
        /// The community's own word, when it is the sender's own shelf and nothing more follows.
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

/// What people ask for. Random ids and salts come with the command, so that the machine needs no randomness.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// New rules.
    ChangeCharter {
        /// All of them.
        charter: Charter,
        /// Who records it.
        by: MemberId,
    },
    /// A new member.
    Admit {
        /// Their new id.
        member: MemberId,
        /// Person or organisation.
        kind: MemberKind,
        /// What they may do.
        role: Role,
        /// A key of their own.
        key: Option<PublicKey>,
        /// Who admits them.
        by: MemberId,
    },
    /// A member leaves.
    Leave {
        /// Who.
        member: MemberId,
        /// Who records it.
        by: MemberId,
    },
    /// A member gets another role.
    SetRole {
        /// Who.
        member: MemberId,
        /// Which.
        role: Role,
        /// Who records it.
        by: MemberId,
    },
    /// A local exchange: start it, agree to it, or both.
    Exchange(Agreed<ExchangeTerms>),
    /// A group exchange.
    Group(Agreed<GroupTerms>),
    /// A gift to the pot.
    Gift(Agreed<GiftTerms>),
    /// A correction.
    Correct {
        /// What is corrected.
        terms: CorrectionTerms,
        /// Who records it.
        by: MemberId,
    },
    /// Hours brought along.
    Open {
        /// Whose.
        member: MemberId,
        /// How many minutes.
        minutes: Balance,
        /// Who records it.
        by: MemberId,
    },
    /// Take back or refuse an exchange that waits.
    Decline {
        /// Which.
        exchange: ExchangeId,
    },
    /// A payment to a partner's member.
    Pay {
        /// The terms with the payer's agreement.
        terms: Agreed<PaymentTerms>,
        /// Salt for the details.
        salt: [u8; 16],
    },
    /// Ask a partner's member for the minutes of help given.
    Ask {
        /// Under which partnership.
        account: AccountId,
        /// The id the exchange will have.
        exchange: ExchangeId,
        /// Who gave the help.
        payee: MemberId,
        /// Who received it, by the partner's code.
        payer: Alias,
        /// How long.
        minutes: Minutes,
    },
    /// Make an invitation for a partner.
    Invite {
        /// What to hand over.
        invitation: Invitation,
    },
    /// Accept an invitation.
    Accept {
        /// It.
        invitation: Invitation,
        /// Random bytes for the terms.
        nonce: [u8; 16],
        /// When to look at the agreement again.
        review_at: Timestamp,
    },
    /// Put something on the shelf, or renew it.
    Publish {
        /// Which thing.
        key: RecordKey,
        /// What it says.
        item: Item,
        /// Until when.
        expires_at: Timestamp,
        /// Whose it is.
        owner: Option<MemberId>,
    },
    /// Say where this node can be reached.
    ShowCard {
        /// The card.
        card: Card,
    },
}

/// Everything that can happen to a machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// A person asks for something.
    Command {
        /// A number that the reply repeats.
        id: u64,
        /// The client's request and the hash of what it asked, if it gave one.
        request: Option<(RequestId, Digest)>,
        /// What is asked.
        command: Command,
    },
    /// A connection to a peer stands.
    Connected {
        /// Which.
        peer: Peer,
    },
    /// The last connection to a peer is gone.
    Disconnected {
        /// Which.
        peer: Peer,
    },
    /// A peer said something.
    Received {
        /// Which.
        peer: Peer,
        /// What.
        message: Checked,
    },
    /// A gossiped record arrived.
    Gossip {
        /// A number that the verdict repeats.
        id: u64,
        /// The certificate, checked against its root.
        certificate: Signed<Certificate>,
        /// The record, checked against the certificate.
        record: Signed<Record>,
    },
    /// Time has passed.
    Wake,
}

/// The hash of a request's content, by which a second use of its id is told from a repeat.
#[must_use]
pub fn request_digest(content: &[u8]) -> Digest {
    Digest::of("kith/v1/request", &[content])
}

impl Command {
    /// What kind of command it is, for counters.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::ChangeCharter { .. } => "change_charter",
            Self::Admit { .. } => "admit",
            Self::Leave { .. } => "leave",
            Self::SetRole { .. } => "set_role",
            Self::Exchange(_) => "exchange",
            Self::Group(_) => "group",
            Self::Gift(_) => "gift",
            Self::Correct { .. } => "correct",
            Self::Open { .. } => "open",
            Self::Decline { .. } => "decline",
            Self::Pay { .. } => "pay",
            Self::Ask { .. } => "ask",
            Self::Invite { .. } => "invite",
            Self::Accept { .. } => "accept",
            Self::Publish { .. } => "publish",
            Self::ShowCard { .. } => "show_card",
        }
    }
}

/// The digest under which an invitation's secret is remembered.
#[must_use]
pub fn secret_digest(secret: &[u8; 16]) -> Digest {
    Digest::of("kith/v1/invitation-secret", &[secret])
}

const _: () = assert!(MAX_MESSAGE_BYTES < MAX_PARCEL_BYTES);
