//! No act before the record that justifies it is durable: what a node may send, gossip and answer.

use super::{
    Kept,
    book::Book,
    ensure,
    slots::{Slot, slot_decided, slot_of},
};
use kith_protocol::{
    envelope::{Content, Unverified},
    id::{AccountId, CommunityId, Digest, ExchangeId, RequestId},
    ledger::{Body, Entry},
    machine::{Draft, Fact, ForeignRecord, Lost, Message, Reply, WaitingKind, secret_digest},
    partnership::{Decision, RefusalCode, Statement, Verdict},
    shelf::Record,
};
use std::collections::{BTreeMap, BTreeSet};

/// What one node made durable, apart from its ledger.
#[derive(Debug, Clone, Default)]
pub(super) struct Deeds {
    community: Option<CommunityId>,
    proposed: BTreeSet<Slot>,
    /// What was decided on which exchange, and whether it was accepted.
    decided: BTreeMap<Slot, (ExchangeId, bool)>,
    learned: BTreeMap<Slot, Digest>,
    /// Exchanges whose acceptance the partner said it holds.
    pub(super) confirmed: BTreeSet<ExchangeId>,
    accepting: BTreeSet<AccountId>,
    invited: BTreeSet<Digest>,
    waited: BTreeSet<ExchangeId>,
    /// What coordinators said about disputed exchanges, and when.
    drafts: Vec<(ExchangeId, Draft)>,
    asked: BTreeSet<ExchangeId>,
    revision: u64,
    /// Records of others, by community and revision.
    kept: BTreeSet<(CommunityId, u64)>,
    answered: BTreeMap<RequestId, Reply>,
    /// Whether a backup was ever put in place of its disk.
    pub(super) restored: bool,
    /// Recoveries that are not over.
    pub(super) recovering: BTreeMap<AccountId, [u8; 16]>,
    /// Nonces of its recoveries, offers it signed, and those that were taken.
    nonces: BTreeSet<[u8; 16]>,
    offers: BTreeSet<Digest>,
    resumed: BTreeSet<Digest>,
    shut: Shut,
}

/// What a node may not do in a partnership, or at all, until a partner has answered.
#[derive(Debug, Clone, Default)]
struct Shut {
    /// Lanes in which nothing is signed.
    lanes: BTreeSet<AccountId>,
    /// Partners to be asked after a restore before members act.
    restored: BTreeSet<AccountId>,
    /// The highest epoch offered.
    offered: BTreeMap<AccountId, u32>,
    /// The nonce of the present recovery.
    nonce: BTreeMap<AccountId, [u8; 16]>,
    /// The offer with which the newest epoch began: its nonce and hash.
    begun: BTreeMap<AccountId, ([u8; 16], Digest)>,
    /// Exchanges of partners that were refused.
    refused: BTreeSet<ExchangeId>,
}

impl Shut {
    fn committed(&mut self, fact: &Fact) {
        match fact {
            Fact::Recovering { account, nonce, why, .. } => {
                self.lanes.insert(*account);
                self.nonce.insert(*account, *nonce);
                if *why == Lost::Restored {
                    self.restored.insert(*account);
                }
            }
            // Of whom lies nothing more is expected.
            Fact::Waived { account } | Fact::Frozen { account, .. } => {
                self.restored.remove(account);
            }
            Fact::Offered { offer, .. } => {
                self.lanes.insert(offer.content.account);
                self.restored.remove(&offer.content.account);
                self.offered.insert(offer.content.account, offer.content.epoch);
            }
            Fact::Entry(Entry { body: Body::Resumed { resumption }, .. }) => {
                let offer = &resumption.offer.content;
                self.begun.insert(offer.account, (offer.nonce, offer.digest()));
            }
            Fact::Reopened { account } => {
                self.lanes.remove(account);
                self.restored.remove(account);
            }
            Fact::Decided { proposal, decision } if matches!(decision.content.verdict, Verdict::Reject { .. }) => {
                self.refused.insert(proposal.content.exchange);
            }
            _ => {}
        }
    }

    /// Nothing is signed in lanes that are shut, nor ever again in an epoch that an offer ended.
    fn open(&self, account: AccountId, epoch: u32) -> Kept {
        let over = self.offered.get(&account).is_some_and(|offered| epoch < *offered);
        ensure("closed", !over && !self.lanes.contains(&account), || {
            format!("epoch {epoch} of {account} goes on, offered was {:?}", self.offered.get(&account))
        })
    }
}

/// Whether an entry is there because a member or a coordinator wanted it.
const fn wanted(body: &Body) -> bool {
    match body {
        Body::CharterChanged { .. }
        | Body::MemberAdmitted { .. }
        | Body::MemberLeft { .. }
        | Body::RoleChanged { .. }
        | Body::MemberKeyChanged { .. }
        | Body::Exchange { .. }
        | Body::GroupExchange { .. }
        | Body::Correction { .. }
        | Body::Gift { .. }
        | Body::OpeningBalance { .. }
        | Body::Advance { .. }
        | Body::AdvanceEnded { .. }
        | Body::PartnershipChanged { by: Some(_), .. }
        | Body::Hold { .. } => true,
        Body::Founded { .. }
        | Body::PartnershipAgreed { .. }
        | Body::PartnershipChanged { by: None, .. }
        | Body::Settle { .. }
        | Body::Release { .. }
        | Body::Receive { .. }
        | Body::KeyRotated { .. }
        | Body::Resumed { .. }
        | Body::DisputeClosed { .. }
        | Body::Recovered { .. } => false,
    }
}

/// A fact's name, for counters.
pub(crate) fn kind(fact: &Fact) -> &'static str {
    match fact {
        Fact::Entry(_) => "entry",
        Fact::Waits { waiting, .. } => match waiting.kind {
            WaitingKind::Local { .. } => "waits local",
            WaitingKind::Payment { .. } => "waits payment",
            WaitingKind::Asked { noted: false, .. } => "waits asked",
            WaitingKind::Asked { noted: true, .. } => "waits noted",
            WaitingKind::Declined { .. } => "waits declined",
        },
        Fact::WaitsNoLonger { .. } => "waits_no_longer",
        Fact::Intended { .. } => "intended",
        Fact::Proposed { .. } => "proposed",
        Fact::Decided { .. } => "decided",
        Fact::Learned { .. } => "learned",
        Fact::Acknowledged { .. } => "acknowledged",
        Fact::Recovering { .. } => "recovering",
        Fact::Waived { .. } => "waived",
        Fact::Offered { .. } => "offered",
        Fact::Reopened { .. } => "reopened",
        Fact::Frozen { .. } => "frozen",
        Fact::Inspected { .. } => "inspected",
        Fact::Invited { .. } => "invited",
        Fact::InvitationUsed { .. } => "invitation_used",
        Fact::Accepting { .. } => "accepting",
        Fact::AcceptingNoLonger { .. } => "accepting_no_longer",
        Fact::DisputeDraft { .. } => "dispute draft",
        Fact::DisputeSaid { .. } => "dispute said",
        Fact::DisputeReminder { .. } => "dispute reminder",
        Fact::PartnerCard { .. } => "partner_card",
        Fact::Shelved { .. } => "shelved",
        Fact::Answered { .. } => "answered",
        Fact::MailSwitched { .. } => "mail_switched",
        Fact::Heard { .. } => "heard",
    }
}

/// A verdict's name, for counters.
pub(super) const fn verdict(decision: &Decision) -> &'static str {
    match decision.verdict {
        Verdict::Accept { .. } => "accepted",
        Verdict::Reject { code: RefusalCode::UnknownPayee } => "unknown payee",
        Verdict::Reject { code: RefusalCode::TooLong } => "too long",
        Verdict::Reject { code: RefusalCode::Limit } => "limit",
        Verdict::Reject { code: RefusalCode::PayeeCeiling } => "payee's ceiling",
        Verdict::Reject { code: RefusalCode::IdUsed } => "id used",
        Verdict::Reject { code: RefusalCode::Details } => "details",
        Verdict::Reject { code: RefusalCode::NotAllowed } => "not allowed",
        Verdict::Reject { code: RefusalCode::Paused } => "paused",
        Verdict::Reject { code: RefusalCode::Ended } => "ended",
    }
}

impl Deeds {
    /// Whether what is remembered of the node allows this fact.
    pub(super) fn lawful(&self, fact: &Fact, book: &Book) -> Kept {
        let shut = &self.shut;
        match fact {
            Fact::Proposed { proposal, .. } => {
                let p = &proposal.content;
                shut.open(p.account, p.epoch)?;
                book.backs(p)?;
                let lane = (p.account, p.epoch, p.lane, 0)..=(p.account, p.epoch, p.lane, u64::MAX);
                let undecided = 1 + self.proposed.range(lane.clone()).count() - self.learned.range(lane).count();
                ensure("window", undecided <= book.window(&p.account), || format!("{undecided} slots are undecided"))
            }
            Fact::Decided { proposal, decision } => {
                shut.open(proposal.content.account, proposal.content.epoch)?;
                let (id, code) = (proposal.content.exchange, decision.content.verdict);
                let again = shut.refused.contains(&id) && matches!(code, Verdict::Accept { .. });
                ensure("I8", !again, || format!("{id} was refused and is accepted"))
            }
            Fact::Learned { decision } => {
                let d = &decision.content;
                let over = shut.offered.get(&d.account).is_some_and(|offered| d.epoch < *offered);
                ensure("closed", !over, || format!("learned after its epoch {} was over", d.epoch))
            }
            Fact::Recovering { nonce, .. } => {
                let fresh = !self.nonces.contains(nonce);
                ensure("session", fresh, || "two recoveries have one nonce".into())
            }
            Fact::Offered { offer, .. } => {
                let o = &offer.content;
                let highest = shut.offered.get(&o.account).copied();
                ensure("I5", highest < Some(o.epoch), || format!("epoch {} is offered after {highest:?}", o.epoch))
            }
            Fact::Reopened { account } => {
                let answers = shut.begun.get(account).is_some_and(|(nonce, offer)| {
                    shut.nonce.get(account) == Some(nonce) || self.offers.contains(offer)
                });
                ensure("session", answers, || format!("{account} goes on with an offer for another recovery"))
            }
            Fact::Entry(entry) if wanted(&entry.body) => ensure("recovering", shut.restored.is_empty(), || {
                format!("{} while partners are still to be asked", entry.body.kind())
            }),
            _ => Ok(()),
        }
    }

    pub(super) fn committed(&mut self, fact: &Fact) {
        self.shut.committed(fact);
        match fact {
            Fact::Waits { exchange, waiting } => {
                self.waited.insert(*exchange);
                if matches!(waiting.kind, WaitingKind::Asked { .. }) {
                    self.asked.insert(*exchange);
                }
            }
            Fact::DisputeDraft { exchange, draft, .. } => self.drafts.push((*exchange, draft.clone())),
            Fact::Proposed { proposal, .. } => {
                self.proposed.insert(slot_of(&proposal.content));
            }
            Fact::Decided { proposal, decision } => {
                let accepted = matches!(decision.content.verdict, Verdict::Accept { .. });
                self.decided.insert(slot_decided(&decision.content), (proposal.content.exchange, accepted));
            }
            Fact::Learned { decision } => {
                self.learned.insert(slot_decided(&decision.content), decision.content.digest());
            }
            Fact::Acknowledged { word } => {
                let w = &word.content;
                let (first, last) = ((w.account, w.epoch, w.lane, 0), (w.account, w.epoch, w.lane, w.n));
                let held = self.decided.range(first..=last).filter(|(_, (_, accepted))| *accepted);
                self.confirmed.extend(held.map(|(_, (exchange, _))| *exchange));
            }
            Fact::Recovering { account, nonce, .. } => {
                self.nonces.insert(*nonce);
                self.recovering.insert(*account, *nonce);
            }
            Fact::Reopened { account } => {
                self.recovering.remove(account);
            }
            Fact::Offered { offer, .. } => {
                self.offers.insert(offer.content.digest());
            }
            Fact::Entry(Entry { body: Body::Resumed { resumption }, .. }) => {
                let offer = &resumption.offer.content;
                self.resumed.insert(offer.digest());
                let over = self.decided.iter().filter(|(slot, _)| slot.0 == offer.account && slot.1 < offer.epoch);
                self.confirmed.extend(over.filter(|(_, (_, accepted))| *accepted).map(|(_, (exchange, _))| *exchange));
            }
            Fact::Invited { invitation } => {
                self.invited.insert(secret_digest(&invitation.secret));
            }
            Fact::Accepting { terms, .. } => {
                self.accepting.insert(terms.account());
            }
            Fact::Shelved { record, .. } => {
                self.community = Some(record.content.community);
                self.revision = record.content.revision;
            }
            Fact::Answered { request, reply, .. } => {
                self.answered.insert(*request, reply.clone());
            }
            _ => {}
        }
    }

    pub(super) fn kept(&mut self, foreign: &[ForeignRecord]) {
        for record in foreign {
            if let ForeignRecord::Keep(record) = record {
                self.kept.insert((record.content.community, record.content.revision));
            }
        }
    }

    /// Whether a coordinator of this node said this, as far as is remembered.
    pub(super) fn drafted(&self, statement: &Unverified<Statement>) -> bool {
        let said = &statement.content;
        let draft = Draft { said: said.said.clone(), at: said.made_at };
        self.drafts.contains(&(said.exchange, draft))
    }

    fn holds_record(&self, record: &Record) -> bool {
        if self.community == Some(record.community) {
            record.revision <= self.revision
        } else {
            self.kept.contains(&(record.community, record.revision))
        }
    }

    fn count(&self, slots: impl Iterator<Item = Slot>, account: AccountId) -> u64 {
        slots.filter(|slot| slot.0 == account).count() as u64
    }

    pub(super) fn permits(&self, message: &Message, book: &Book) -> Kept {
        let durable = match message {
            Message::Hello(hello) => self.holds_record(&hello.card.record.content),
            Message::Propose { proposal, .. } => self.proposed.contains(&slot_of(&proposal.content)),
            Message::Decide(decision) => self.decided.contains_key(&slot_decided(&decision.content)),
            Message::Acknowledge(word) => {
                let w = &word.content;
                self.learned.get(&(w.account, w.epoch, w.lane, w.n)) == Some(&w.decision)
            }
            Message::Sync(sync) => {
                book.partners.contains_key(&sync.account)
                    && sync.proposed <= self.count(self.proposed.iter().copied(), sync.account)
                    && sync.learned <= self.count(self.learned.keys().copied(), sync.account)
                    && sync.decided <= self.count(self.decided.keys().copied(), sync.account)
            }
            Message::Accept(acceptance) => self.accepting.contains(&acceptance.terms.content.account()),
            Message::Agreed(agreement) => book.partners.contains_key(&agreement.terms.account()),
            Message::Grant(change) => book.grants(&change.grant.content),
            Message::Ask(request) => self.asked.contains(&request.exchange),
            // Whoever lost a request may still take note that it was declined.
            Message::AskNoted { exchange } => {
                self.restored || self.waited.contains(exchange) || book.began.contains_key(exchange)
            }
            Message::Shelf { records, .. } => records.iter().all(|record| self.holds_record(&record.content)),
            Message::ResumeRequest(asked) => self.nonces.contains(&asked.request.content.nonce),
            Message::ResumeOffer { offer, .. } => self.offers.contains(&offer.content.digest()),
            Message::ResumeAcknowledge(word) => self.resumed.contains(&word.content.offer),
            Message::LedgerWanted(wanted) => book.partners.contains_key(&wanted.account),
            Message::LedgerShown(shown) => book.partners.contains_key(&shown.account),
            Message::ResumeFetch { account, .. } | Message::Crossings { account, .. } => {
                book.partners.contains_key(account)
            }
            Message::Say(statement) => book.disputes.holds(&statement.content),
            Message::DisputeHeads(heads) => book.disputes.are_so_far(heads),
            Message::DisputeClosed { closing, .. } => book.disputes.closed(&closing.content),
            Message::AgreementWanted { .. } | Message::WhoAreYou => true,
            // What is in a box is judged by whoever can open it: see `Checkers::sealed`.
            Message::Mail { .. } | Message::MailDrop { .. } | Message::MailHeld { .. } => true,
            Message::MailRefused { .. } | Message::MailBox(_) | Message::MailTaken { .. } => true,
            Message::Declined { .. } | Message::AskDeclined { .. } | Message::Heads { .. } | Message::Pull { .. } => {
                true
            }
        };
        ensure("persist", durable, || format!("sent before it was durable: {message:?}"))
    }

    pub(super) fn may_publish(&self, record: &Record) -> Kept {
        ensure("persist", self.holds_record(record), || format!("gossiped before it was durable: {:?}", record.key))
    }

    pub(super) fn permits_reply(&self, request: Option<RequestId>, reply: &Reply, book: &Book) -> Kept {
        let durable = match reply {
            Reply::Done => true,
            Reply::Entry { index } => *index < book.entries,
            Reply::Posted { exchange, index } | Reply::Recorded { exchange, index } => {
                book.began.get(exchange) == Some(index)
            }
            Reply::Waits { exchange, .. } => self.waited.contains(exchange),
            Reply::Shelved { revision, .. } => *revision <= self.revision,
            Reply::Invited { invitation } => self.invited.contains(&secret_digest(&invitation.secret)),
            Reply::Accepting { account, .. } => self.accepting.contains(account),
        };
        ensure("persist", durable, || format!("answered before it was durable: {reply:?}"))?;
        if let Some(request) = request {
            let same = self.answered.get(&request) == Some(reply);
            ensure("repeat", same, || format!("request {request} is answered with {reply:?}, not as remembered"))?;
        }
        Ok(())
    }
}
