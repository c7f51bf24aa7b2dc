//! What goes into the machine: messages of peers, commands of people, and the passing of time.

use super::message::Checked;
use crate::{
    community::{Card, Certificate, Charter},
    envelope::Signed,
    id::{AccountId, Alias, Digest, ExchangeId, MemberId, RecordKey, RequestId},
    key::{PublicKey, Signature},
    ledger::{Agreed, CorrectionTerms, ExchangeTerms, GiftTerms, GroupTerms, PaymentTerms},
    member::{KeyTerms, MemberKind, Role},
    minutes::{Balance, Minutes},
    partnership::{Complaint, Granted, Invitation, Outcome, Words},
    shelf::{Item, Record},
    time::Timestamp,
};

/// A node, by the key behind its libp2p peer id.
pub type Peer = PublicKey;

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
    /// A member takes a key of their own, another one, or none any more.
    ChangeKey {
        /// Whose and which, with the member's agreement.
        terms: Agreed<KeyTerms>,
        /// The new key's signature over the same terms.
        proof: Option<Signature>,
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
        /// Who received it, by the partner's code; none when an exchange is to be given back.
        payer: Option<Alias>,
        /// How long.
        minutes: Minutes,
        /// The exchange that the partner's member is to give back.
        reverses: Option<ExchangeId>,
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
    /// Do not wait for a partner who does not answer after a restore.
    Waive {
        /// Which partnership.
        account: AccountId,
        /// Who decides.
        by: MemberId,
    },
    /// Let mail rest with a partner, and hold it for the partner; or no longer.
    Mail {
        /// Which partnership.
        account: AccountId,
        /// Whether to.
        on: bool,
        /// Who decides.
        by: MemberId,
    },
    /// Grant a partner something else from now on.
    ChangePartnership {
        /// Which partnership.
        account: AccountId,
        /// What.
        granted: Granted,
        /// Who decides.
        by: MemberId,
    },
    /// Something about an exchange that is disputed with a partner.
    Dispute {
        /// Which exchange.
        exchange: ExchangeId,
        /// What.
        deed: DisputeDeed,
        /// Which coordinator.
        by: MemberId,
    },
    /// Let the pot pay a member who waits for a partner.
    Advance {
        /// The exchange whose payment is awaited.
        exchange: ExchangeId,
        /// Who decides.
        by: MemberId,
    },
    /// Decide what becomes of an advance.
    EndAdvance {
        /// The exchange.
        exchange: ExchangeId,
        /// Whether the member keeps the minutes; otherwise the pot takes them back.
        kept: bool,
        /// Who decides.
        by: MemberId,
    },
    /// The identity's new key signs from here on.
    Rotate,
    /// Say where this node can be reached.
    ShowCard {
        /// The card.
        card: Card,
    },
}

/// What a coordinator may do about a disputed exchange.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DisputeDeed {
    /// Dispute it.
    Open {
        /// Why.
        complaint: Complaint,
        /// A word about it.
        text: Option<Words>,
    },
    /// Say something.
    Say {
        /// What.
        text: Words,
    },
    /// Suggest how to end it; when both suggest the same, it ends so.
    Suggest {
        /// How.
        outcome: Outcome,
    },
    /// Choose when to be reminded of it.
    Remind {
        /// When.
        at: Timestamp,
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
            Self::ChangeKey { .. } => "change_key",
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
            Self::Waive { .. } => "waive",
            Self::Mail { .. } => "mail",
            Self::ChangePartnership { .. } => "change_partnership",
            Self::Dispute { .. } => "dispute",
            Self::Advance { .. } => "advance",
            Self::EndAdvance { .. } => "end_advance",
            Self::Rotate => "rotate",
        }
    }
}

/// The digest under which an invitation's secret is remembered.
#[must_use]
pub fn secret_digest(secret: &[u8; 16]) -> Digest {
    Digest::of("kith/v1/invitation-secret", &[secret])
}
