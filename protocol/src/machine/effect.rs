//! What comes out of the machine: what must be durable first, and what may happen then.

use super::{
    fact::{Fact, Reply},
    input::Peer,
    inspecting::Showing,
    letter::Sealed,
    message::Message,
    view::View,
};
use crate::{
    envelope::Unverified,
    id::{AccountId, CommunityId, ExchangeId, RecordKey},
    ledger::Body,
    rejection::Rejection,
    shelf::{Known, Record},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

/// What is to be made durable, all of it or nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Batch {
    /// For the journal.
    pub facts: Vec<Fact>,
    /// For the index alone: it can be fetched again.
    pub foreign: Vec<ForeignRecord>,
}

impl Batch {
    /// Whether there is nothing to make durable.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.facts.is_empty() && self.foreign.is_empty()
    }
}

/// A sealed box that we hold for somebody who is away.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Boxed {
    /// Who left it here.
    pub depositor: CommunityId,
    /// For whom it is.
    pub recipient: CommunityId,
    /// Since when it is here.
    pub at: Timestamp,
    /// What only the recipient can read.
    pub sealed: Sealed,
}

/// A change of what we keep of others: their shelves, and mail for those who are away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ForeignRecord {
    /// Keep this record in place of an older one of its key.
    Keep(Unverified<Record>),
    /// Forget this record: it expired.
    Drop {
        /// Whose.
        community: CommunityId,
        /// Its revision.
        revision: u64,
        /// Its key.
        key: RecordKey,
    },
    /// How far we are with a community.
    Known(CommunityId, Known),
    /// Hold this box in place of an earlier one of this depositor for this recipient.
    Box(Boxed),
    /// The box is taken or too old.
    Unbox {
        /// Who left it here.
        depositor: CommunityId,
        /// For whom it was.
        recipient: CommunityId,
    },
}

/// Something worth telling people and counters about; never with names or words of members.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice {
    /// The ledger grew.
    Entry {
        /// The entry's index.
        index: u64,
        /// What kind it is.
        kind: &'static str,
    },
    /// A payment to a partner settled or was refused.
    Decided {
        /// It.
        exchange: ExchangeId,
        /// Whether it was accepted.
        accepted: bool,
    },
    /// The partner holds our acceptance: the exchange is settled for us, too.
    Settled {
        /// It.
        exchange: ExchangeId,
    },
    /// A partner grants something else from here on.
    PartnershipChanged {
        /// Under which partnership.
        account: AccountId,
    },
    /// A partnership began.
    PartnershipAgreed {
        /// Its account.
        account: AccountId,
    },
    /// Something of a partnership was lost here, or its key changed: the partner is asked.
    Recovering {
        /// Its account.
        account: AccountId,
    },
    /// A committed exchange that was lost here came back from the partner.
    Recovered {
        /// It.
        exchange: ExchangeId,
    },
    /// A partnership goes on in a new epoch.
    Resumed {
        /// Its account.
        account: AccountId,
    },
    /// A partner said something about a disputed exchange, or the dispute is over.
    Disputed {
        /// It.
        exchange: ExchangeId,
    },
    /// A partner's misconduct is proven; nothing more is signed with it.
    Frozen {
        /// Its account.
        account: AccountId,
    },
    /// A partner holds a checkpoint that we signed and that the ledger does not continue: this copy's disk went back in time.
    Forgotten {
        /// The partnership.
        account: AccountId,
    },
    /// Another copy of this community was restored later: this one signs and records nothing more.
    LaterCopy,
    /// A record of another community is new here.
    RecordKept,
    /// Something a peer sent was refused.
    Refused {
        /// The peer; [`super::NOBODY`] for what a box holds, whose writer is not there.
        peer: Peer,
        /// Why.
        why: Rejection,
    },
}

/// What may happen once the batch is durable.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::large_enum_variant, reason = "effects are short-lived")]
pub enum Effect {
    /// Send a message to a connected peer. Losing it is no harm.
    Send {
        /// To whom.
        to: Peer,
        /// What.
        message: Message,
    },
    /// Sign a checkpoint over everything durable and show it to a connected peer. Losing it is no harm.
    Show {
        /// To whom.
        to: Peer,
        /// With what.
        showing: Showing,
    },
    /// Gossip a record to everybody.
    Publish {
        /// The canonical bytes of an announcement.
        bytes: Vec<u8>,
    },
    /// What becomes of a gossiped record: whether to pass it on.
    Pass {
        /// The gossip's number in the input.
        gossip: u64,
        /// What was judged.
        verdict: crate::shelf::Verdict,
    },
    /// Try to reach a peer.
    Dial {
        /// Whom.
        peer: Peer,
        /// Where, as multiaddrs.
        addresses: Vec<String>,
    },
    /// The answer to a command.
    Reply {
        /// The command's number in the input.
        command: u64,
        /// What it led to.
        result: Result<Reply, Rejection>,
    },
    /// Tell those who watch.
    Notice(Notice),
}

/// Everything that one input leads to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[must_use = "the batch must be made durable and the rest carried out"]
pub struct Effects {
    /// First, durably.
    pub batch: Batch,
    /// Then, in order.
    pub rest: Vec<Effect>,
}

/// What an input has led to so far.
pub(super) struct Turn<'a> {
    pub(super) now: Timestamp,
    pub(super) view: &'a dyn View,
    pub(super) effects: Effects,
}

impl Turn<'_> {
    pub(super) fn send(&mut self, to: Peer, message: Message) {
        self.effects.rest.push(Effect::Send { to, message });
    }

    /// What an entry says that is recorded, or about to be: of the entries in hand it is the last of which `is` holds.
    pub(super) fn body(&self, index: u64, is: impl Fn(&Body) -> bool) -> Option<Body> {
        let fresh = self.effects.batch.facts.iter().rev().find_map(|fact| match fact {
            Fact::Entry(entry) if is(&entry.body) => Some(entry.body.clone()),
            _ => None,
        });
        fresh.or_else(|| self.view.entry(index).map(|entry| entry.body))
    }

    pub(super) fn notice(&mut self, notice: Notice) {
        self.effects.rest.push(Effect::Notice(notice));
    }
}
