//! What the machine makes durable: the one truth from which everything else is rebuilt.

use super::{condition::Lost, dispute::Draft, inspecting::Inspected};
use crate::{
    community::{Card, Certificate},
    envelope::Unverified,
    evidence::Evidence,
    id::{AccountId, Alias, CommunityId, Digest, ExchangeId, MemberId, RecordKey, RequestId},
    lane::Intent,
    ledger::{Consent, Entry, ExchangeTerms},
    minutes::Minutes,
    partnership::{
        Acknowledgement, Decision, Details, Invitation, Payee, Proposal, ResumeOffer, Statement, Terms, serde_bytes_16,
    },
    shelf::Record,
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

/// An exchange that still needs somebody's agreement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waiting {
    /// What it is.
    pub kind: WaitingKind,
    /// Since when.
    pub since: Timestamp,
}

/// What can wait for a member's agreement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WaitingKind {
    /// A local exchange, with the agreements given so far.
    Local {
        /// The terms.
        terms: ExchangeTerms,
        /// Giver's and receiver's.
        consents: Vec<Option<Consent>>,
    },
    /// A partner's member gave help and asks one of ours for the minutes.
    Payment {
        /// Under which partnership.
        account: AccountId,
        /// Who is asked.
        payer: MemberId,
        /// Who gave the help.
        payee: Payee,
        /// How long.
        minutes: Minutes,
        /// The exchange that would be given back.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reverses: Option<ExchangeId>,
    },
    /// One of our members gave help to a partner's member, who was asked.
    Asked {
        /// Under which partnership.
        account: AccountId,
        /// Who gave the help.
        payee: MemberId,
        /// Who is asked, by the partner's code; nobody by code when it is whoever received the exchange to be given back.
        payer: Option<Alias>,
        /// How long.
        minutes: Minutes,
        /// Whether the partner said that it holds the request.
        noted: bool,
        /// The exchange that would be given back.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reverses: Option<ExchangeId>,
    },
    /// Our member declined a payment that a partner asked for; kept until the partner says that it knows.
    Declined {
        /// Under which partnership.
        account: AccountId,
    },
}

impl Waiting {
    /// Whether somebody still has to agree; a declined one is only kept until the partner knows.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        !matches!(self.kind, WaitingKind::Declined { .. })
    }
}

/// An invitation we gave out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invited {
    /// What it offers.
    pub invitation: Invitation,
    /// The account it led to, once used.
    pub used: Option<AccountId>,
}

/// What a command led to, kept so that sending it twice has one effect.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reply {
    /// Done, and nothing more to say.
    Done,
    /// Recorded in the ledger at this index.
    Entry {
        /// The entry's index.
        index: u64,
    },
    /// An exchange is recorded in the ledger.
    Posted {
        /// Its id.
        exchange: ExchangeId,
        /// The entry's index.
        index: u64,
    },
    /// An exchange waits for this member's agreement.
    Waits {
        /// Its id.
        exchange: ExchangeId,
        /// Who has to agree; nobody here when a partner's member has to.
        member: Option<MemberId>,
    },
    /// A payment to a partner's member is recorded and its minutes are on hold.
    Recorded {
        /// Its id.
        exchange: ExchangeId,
        /// The entry that holds the minutes.
        index: u64,
    },
    /// A record stands on the shelf.
    Shelved {
        /// Its key.
        key: RecordKey,
        /// Its revision.
        revision: u64,
    },
    /// An invitation was made.
    Invited {
        /// What to hand over.
        invitation: Invitation,
    },
    /// An invitation was accepted; the inviter still has to sign.
    Accepting {
        /// The inviter.
        community: CommunityId,
        /// The account that it will open.
        account: AccountId,
    },
}

/// One durable record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fact {
    /// An entry of the ledger.
    Entry(Entry),
    /// An exchange waits for agreement, or more agreement came.
    Waits {
        /// Its id.
        exchange: ExchangeId,
        /// What is known of it.
        waiting: Waiting,
    },
    /// An exchange waits no longer: it was recorded or declined.
    WaitsNoLonger {
        /// Its id.
        exchange: ExchangeId,
    },
    /// A payment on hold waits for a slot.
    Intended {
        /// Under which partnership.
        account: AccountId,
        /// The payment.
        intent: Intent,
    },
    /// We signed a proposal.
    Proposed {
        /// It.
        proposal: Unverified<Proposal>,
        /// What travels beside it.
        details: Details,
    },
    /// We signed a decision.
    Decided {
        /// The partner's proposal.
        proposal: Unverified<Proposal>,
        /// Our decision.
        decision: Unverified<Decision>,
    },
    /// We learned a decision.
    Learned {
        /// It.
        decision: Unverified<Decision>,
    },
    /// We learned that the partner holds our decisions.
    Acknowledged {
        /// The partner's word.
        word: Unverified<Acknowledgement>,
    },
    /// Something of a partnership's lanes was lost: the partner is asked before more is signed.
    Recovering {
        /// Which.
        account: AccountId,
        /// New for each recovery.
        #[serde(with = "serde_bytes_16")]
        nonce: [u8; 16],
        /// Why.
        why: Lost,
        /// Since when.
        since: Timestamp,
    },
    /// A coordinator decided not to wait for this partner.
    Waived {
        /// Which partnership.
        account: AccountId,
    },
    /// We closed the epoch and offered a new one.
    Offered {
        /// What we signed.
        offer: Unverified<ResumeOffer>,
        /// The partner's certificate in the new epoch.
        requester: Unverified<Certificate>,
    },
    /// Both agreed on the new epoch: the lanes are open again.
    Reopened {
        /// Which partnership.
        account: AccountId,
    },
    /// The partner signed two things that cannot both be honest: nothing more is signed with it.
    Frozen {
        /// Which partnership.
        account: AccountId,
        /// The proof.
        evidence: Box<Evidence>,
    },
    /// A coordinator said something about a disputed exchange; the partner has still to hear it. The first begins the dispute.
    DisputeDraft {
        /// Under which partnership.
        account: AccountId,
        /// The exchange.
        exchange: ExchangeId,
        /// What.
        draft: Draft,
    },
    /// We signed a statement about a disputed exchange, or took one in.
    DisputeSaid {
        /// It.
        statement: Unverified<Statement>,
        /// When.
        at: Timestamp,
    },
    /// A coordinator chose when to be reminded of a dispute.
    DisputeReminder {
        /// The exchange.
        exchange: ExchangeId,
        /// When.
        at: Timestamp,
    },
    /// A partner showed its ledger.
    Inspected {
        /// Which partnership.
        account: AccountId,
        /// What it showed.
        inspected: Inspected,
    },
    /// We gave out an invitation.
    Invited {
        /// It.
        invitation: Invitation,
    },
    /// Somebody used our invitation.
    InvitationUsed {
        /// The hash of its secret.
        secret: Digest,
        /// The account it led to.
        account: AccountId,
    },
    /// We accepted an invitation.
    Accepting {
        /// It.
        invitation: Invitation,
        /// The terms we signed.
        terms: Terms,
    },
    /// Our acceptance led to an agreement or was refused.
    AcceptingNoLonger {
        /// The inviter.
        community: CommunityId,
        /// Why not, if it was refused.
        refused: Option<String>,
    },
    /// A partner showed another card than before.
    PartnerCard {
        /// Which partner.
        community: CommunityId,
        /// Its card.
        card: Card,
    },
    /// We put a record on our shelf.
    Shelved {
        /// It.
        record: Unverified<Record>,
        /// Whose it is, if a member's.
        owner: Option<MemberId>,
    },
    /// Whether mail may rest with a partner, and with us for it: both have to want it.
    MailSwitched {
        /// Which partnership.
        account: AccountId,
        /// What our coordinators said.
        ours: bool,
        /// What the partner said last.
        theirs: bool,
    },
    /// We heard of a partner's life, took a letter of it, or learned that it has heard of ours.
    Heard {
        /// Which partnership.
        account: AccountId,
        /// The partner's latest life.
        life: u64,
        /// The latest letter of that life that we took.
        letter: u64,
        /// The latest life of ours that the partner has heard of.
        knows: u64,
    },
    /// A client's request was carried out.
    Answered {
        /// The request.
        request: RequestId,
        /// Hash of what it asked.
        digest: Digest,
        /// What it led to.
        reply: Reply,
    },
}
