//! The two lanes of a partnership: our proposals and the partner's decisions, the partner's proposals and ours.
//!
//! Each lane has one writer and is decided by the other side, in order, without gaps. A slot is never decided by a timeout;
//! whatever was signed for a slot is repeated byte for byte when asked for again. This module holds what of a lane must be
//! remembered and judges what may come next; it neither signs nor stores.

use crate::partnership::serde_bytes_16;
use crate::{
    codec::pairs,
    envelope::{Content, Signed, Unverified},
    id::{AccountId, Digest, ExchangeId},
    minutes::Minutes,
    partnership::{Acknowledgement, Decision, Details, Kind, Position, Proposal, ResumeRequest, Side, Verdict},
    rejection::Rejection,
    time::Timestamp,
};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, VecDeque};

/// One of our proposals that the partner has not decided, as far as we know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Open {
    /// What we signed.
    pub proposal: Unverified<Proposal>,
    /// What travels beside it.
    pub details: Details,
}

/// A payment whose minutes are on hold and which waits for a free slot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Intent {
    /// Its id, kept through every epoch.
    pub exchange: ExchangeId,
    /// What it is.
    pub kind: Kind,
    /// How long.
    pub minutes: Minutes,
    /// What will travel beside the proposal.
    pub details: Details,
    /// When the payer agreed.
    pub made_at: Timestamp,
}

/// What of our own lane is remembered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnLane {
    next: u64,
    head: Digest,
    decided: u64,
    decision_head: Digest,
    #[serde(with = "pairs")]
    open: BTreeMap<u64, Open>,
    queue: VecDeque<Intent>,
}

/// One of our answers that the partner may still ask for again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// The partner's proposal.
    pub proposal: Unverified<Proposal>,
    /// What we signed.
    pub decision: Unverified<Decision>,
}

impl Answer {
    /// The exchange it was about.
    #[must_use]
    pub const fn exchange(&self) -> ExchangeId {
        self.proposal.content.exchange
    }
}

/// What of the partner's lane is remembered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TheirLane {
    next: u64,
    head: Digest,
    decision_head: Digest,
    acknowledged: u64,
    #[serde(with = "pairs")]
    answers: BTreeMap<u64, Answer>,
}

/// How far both lanes are, told at every reconnect.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sync {
    /// The partnership.
    pub account: AccountId,
    /// The epoch the sender is in.
    pub epoch: u32,
    /// The sender's own next free slot.
    pub proposed: u64,
    /// How many decisions the sender holds for its own lane.
    pub learned: u64,
    /// How many of the receiver's proposals the sender decided.
    pub decided: u64,
    /// The sender's running net in minutes, to show where two books differ.
    pub net: i64,
    /// Whether the sender wants to hear the same of the receiver. An answer never asks.
    pub asks: bool,
    /// Whether the sender's lanes are open.
    pub state: SyncState,
    /// New in each session; a request to resume repeats it.
    #[serde(with = "serde_bytes_16")]
    pub challenge: [u8; 16],
    /// The sender's life: grows whenever it may have lost something, so that letters of an earlier life can be told from
    /// those of this one. Zero for who sends no letters.
    pub life: u64,
    /// The latest life of the receiver that the sender has heard of, or zero.
    pub heard: u64,
}

/// Whether the sender of a [`Sync`] signs anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum SyncState {
    /// The lanes are open.
    Live,
    /// The epoch is over, and this one is offered.
    Closed {
        /// The epoch offered.
        offered: u32,
    },
    /// The sender lost something and asks the receiver to resume.
    Recovering,
}

/// Both lanes of one partnership in one epoch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lanes {
    account: AccountId,
    side: Side,
    epoch: u32,
    window: u16,
    own: OwnLane,
    theirs: TheirLane,
}

/// Where a proposal of the partner stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Arrived {
    /// It is the next one: decide it.
    Next,
    /// It was decided: here is the same decision again.
    Again(Unverified<Decision>),
    /// It was decided and the partner said it holds the decision.
    Done,
}

impl Lanes {
    /// Empty lanes of a new partnership.
    #[must_use]
    pub const fn new(account: AccountId, side: Side, window: u16, epoch: u32) -> Self {
        Self {
            account,
            side,
            epoch,
            window,
            own: OwnLane {
                next: 0,
                head: Digest::ZERO,
                decided: 0,
                decision_head: Digest::ZERO,
                open: BTreeMap::new(),
                queue: VecDeque::new(),
            },
            theirs: TheirLane {
                next: 0,
                head: Digest::ZERO,
                decision_head: Digest::ZERO,
                acknowledged: 0,
                answers: BTreeMap::new(),
            },
        }
    }

    /// Our proposals that are undecided, in order.
    pub fn open(&self) -> impl Iterator<Item = &Open> {
        self.own.open.values()
    }

    /// Since when the oldest of our payments waits for the partner's decision.
    #[must_use]
    pub fn waiting_since(&self) -> Option<Timestamp> {
        let proposed = self.own.open.values().map(|open| open.proposal.content.made_at);
        proposed.chain(self.own.queue.front().map(|intent| intent.made_at)).min()
    }

    /// How many of our proposals are undecided.
    #[must_use]
    pub fn undecided(&self) -> usize {
        self.own.open.len()
    }

    /// Our answers that the partner has not confirmed to hold, in order.
    pub fn unconfirmed(&self) -> impl Iterator<Item = &Answer> {
        self.theirs.answers.values()
    }

    /// How many of our payments wait for a free slot.
    #[must_use]
    pub fn queued(&self) -> usize {
        self.own.queue.len()
    }

    /// Our payments that were not proposed yet, the next first.
    pub fn queue(&self) -> impl Iterator<Item = &Intent> {
        self.own.queue.iter()
    }

    /// Takes a payment whose minutes are on hold into the queue.
    pub fn intended(&mut self, intent: Intent) {
        self.own.queue.push_back(intent);
    }

    /// The proposal that would take our next slot with the first payment of the queue, and its details; none while the
    /// window is full or the queue is empty.
    #[must_use]
    pub fn propose(&self) -> Option<(Proposal, Details)> {
        if self.own.open.len() >= usize::from(self.window) && !broken!(IgnoresWindow) {
            return None;
        }
        let Intent { exchange, kind, minutes, details, made_at } = self.own.queue.front()?.clone();
        let proposal = Proposal {
            v: 1,
            account: self.account,
            epoch: self.epoch,
            lane: self.side,
            n: self.own.next,
            previous: if broken!(ProposalsUnchained) { Digest::ZERO } else { self.own.head },
            exchange,
            kind,
            debtor: self.side,
            minutes,
            context: details.digest(),
            made_at,
        };
        Some((proposal, details))
    }

    /// Takes our own proposal into its slot, once it is on disk.
    pub fn proposed(&mut self, proposal: &Unverified<Proposal>, details: &Details) {
        self.own.next = proposal.content.n + 1;
        self.own.head = proposal.content.digest();
        if self.own.queue.front().is_some_and(|intent| intent.exchange == proposal.content.exchange) {
            self.own.queue.pop_front();
        }
        self.own.open.insert(proposal.content.n, Open { proposal: proposal.clone(), details: details.clone() });
    }

    /// Where the partner's proposal stands.
    ///
    /// # Errors
    /// A gap is never processed; a second content for a slot is [`Rejection::Clash`].
    pub fn arrived(&self, proposal: &Signed<Proposal>) -> Result<Arrived, Rejection> {
        let p = proposal.content();
        if p.v != 1 {
            return Err(Rejection::UnknownVersion(p.v));
        }
        if (p.account, p.epoch, p.lane) != (self.account, self.epoch, self.side.other()) {
            return Err(Rejection::OtherLane);
        }
        if p.n < self.theirs.next {
            return match self.theirs.answers.get(&p.n) {
                None => Ok(Arrived::Done),
                Some(answer) if answer.proposal.content == *p => Ok(Arrived::Again(answer.decision.clone())),
                Some(_) => Err(Rejection::Clash),
            };
        }
        if p.n > self.theirs.next && broken!(DecidesOutOfOrder) {
            return Ok(Arrived::Next);
        }
        if p.n > self.theirs.next {
            return Err(Rejection::OutOfOrder { expected: self.theirs.next, found: p.n });
        }
        if p.previous == self.theirs.head { Ok(Arrived::Next) } else { Err(Rejection::BrokenChain) }
    }

    /// The decision on the partner's next proposal.
    #[must_use]
    pub fn decide(&self, proposal: &Proposal, verdict: Verdict) -> Decision {
        Decision {
            v: 1,
            account: self.account,
            epoch: self.epoch,
            lane: proposal.lane,
            n: proposal.n,
            proposal: proposal.digest(),
            previous: if broken!(DecisionsUnchained) { Digest::ZERO } else { self.theirs.decision_head },
            verdict,
        }
    }

    /// Takes our decision, once it is on disk.
    pub fn decided(&mut self, proposal: &Unverified<Proposal>, decision: &Unverified<Decision>) {
        self.theirs.next = proposal.content.n + 1;
        self.theirs.head = proposal.content.digest();
        self.theirs.decision_head = decision.content.digest();
        let answer = Answer { proposal: proposal.clone(), decision: decision.clone() };
        self.theirs.answers.insert(proposal.content.n, answer);
    }

    /// Whether the partner's decision is the next to learn, and for which of our proposals; `None` when it was learned before.
    ///
    /// # Errors
    /// A gap, a broken chain, or a decision over something we never proposed.
    pub fn learning(&self, decision: &Signed<Decision>) -> Result<Option<&Open>, Rejection> {
        let d = decision.content();
        if d.v != 1 {
            return Err(Rejection::UnknownVersion(d.v));
        }
        if (d.account, d.epoch, d.lane) != (self.account, self.epoch, self.side) {
            return Err(Rejection::OtherLane);
        }
        if d.n < self.own.decided {
            return Ok(None);
        }
        if d.n > self.own.decided && broken!(LearnsOutOfOrder) {
            return self.own.open.get(&d.n).map(Some).ok_or(Rejection::UnknownProposal);
        }
        if d.n > self.own.decided {
            return Err(Rejection::OutOfOrder { expected: self.own.decided, found: d.n });
        }
        let open = self.own.open.get(&d.n).ok_or(Rejection::UnknownProposal)?;
        if d.proposal != open.proposal.content.digest() {
            return Err(Rejection::UnknownProposal);
        }
        if d.previous == self.own.decision_head { Ok(Some(open)) } else { Err(Rejection::BrokenChain) }
    }

    /// Takes the partner's decision, once it is on disk.
    pub fn learned(&mut self, decision: &Decision) {
        self.own.decided = decision.n + 1;
        self.own.decision_head = decision.digest();
        self.own.open.remove(&decision.n);
    }

    /// Our word for the decisions we hold, if there are any.
    #[must_use]
    pub fn acknowledgement(&self) -> Option<Acknowledgement> {
        let n = self.own.decided.checked_sub(1)?;
        let decision = self.own.decision_head;
        Some(Acknowledgement { account: self.account, epoch: self.epoch, lane: self.side, n, decision })
    }

    /// Whether the partner's word tells something new: then all answers up to its slot are settled for us, too.
    ///
    /// # Errors
    /// When it speaks of a decision we did not sign.
    pub fn acknowledging(&self, word: &Signed<Acknowledgement>) -> Result<bool, Rejection> {
        let a = word.content();
        if (a.account, a.epoch, a.lane) != (self.account, self.epoch, self.side.other()) {
            return Err(Rejection::OtherLane);
        }
        if a.n < self.theirs.acknowledged {
            return Ok(false);
        }
        match self.theirs.answers.get(&a.n) {
            Some(answer) if answer.decision.content.digest() == a.decision => Ok(true),
            Some(_) => Err(Rejection::BrokenChain),
            None => Err(Rejection::OutOfOrder { expected: self.theirs.next, found: a.n }),
        }
    }

    /// Takes the partner's word, once it is on disk; gives the exchanges that are settled by it.
    pub fn acknowledged(&mut self, word: &Acknowledgement) -> Vec<ExchangeId> {
        self.theirs.acknowledged = word.n + 1;
        let rest = self.theirs.answers.split_off(&(word.n + 1));
        std::mem::replace(&mut self.theirs.answers, rest).into_values().map(|a| a.exchange()).collect()
    }

    /// How far we are.
    #[must_use]
    pub const fn sync(&self, net: i64, state: SyncState, challenge: [u8; 16]) -> Sync {
        Sync {
            account: self.account,
            epoch: self.epoch,
            proposed: self.own.next,
            learned: self.own.decided,
            decided: self.theirs.next,
            net,
            asks: false,
            state,
            challenge,
            life: 0,
            heard: 0,
        }
    }

    /// Whether the partner has seen more of this epoch than is known here: something was lost here.
    #[must_use]
    pub const fn is_behind(&self, partner: &Sync) -> bool {
        partner.epoch == self.epoch && (partner.decided > self.own.next || partner.learned > self.theirs.next)
    }

    /// Whether a partner that asks to resume knows more of this epoch than is known here.
    #[must_use]
    pub const fn lacks(&self, request: &ResumeRequest) -> bool {
        request.epoch == self.epoch && (request.decided > self.own.next || request.learned > self.theirs.next)
    }

    /// The epoch the lanes are in.
    #[must_use]
    pub const fn epoch(&self) -> u32 {
        self.epoch
    }

    /// The first slot of a lane in this epoch that may have been decided without its being known here.
    #[must_use]
    pub fn unknown_from(&self, lane: Side) -> Position {
        let n = if lane == self.side { self.own.decided } else { self.theirs.next };
        Position { epoch: self.epoch, lane: Some(lane), n }
    }

    /// Begins a new epoch. What was proposed and not decided becomes a payment in the queue again, with the same id, as long
    /// as its minutes are on hold.
    pub fn reopen(&mut self, epoch: u32, on_hold: impl Fn(&ExchangeId) -> bool) {
        let fresh = Self::new(self.account, self.side, self.window, epoch);
        let Self { own, .. } = std::mem::replace(self, fresh);
        let kept = own.open.into_values().filter(|_| !broken!(DropsUndecided));
        let open = kept.map(|Open { proposal, details }| Intent {
            exchange: proposal.content.exchange,
            kind: proposal.content.kind,
            minutes: proposal.content.minutes,
            details,
            made_at: proposal.content.made_at,
        });
        self.own.queue = open.chain(own.queue).filter(|intent| on_hold(&intent.exchange)).collect();
        if broken!(RenamesUndecided) {
            self.own.queue.iter_mut().for_each(|intent| intent.exchange.0[0] ^= 1);
        }
    }

    /// What the partner lacks by its own word: our proposals it has not decided, and our decisions it has not learned.
    #[must_use]
    pub fn lacking(&self, partner: &Sync) -> (Vec<Open>, Vec<Unverified<Decision>>) {
        if partner.epoch != self.epoch {
            return (Vec::new(), Vec::new());
        }
        // A decided slot that we have not learned is sent too: the answer to it is the decision we lack.
        let proposals = self.own.open.values().cloned().collect();
        let decisions = self.theirs.answers.range(partner.learned..).map(|(_, a)| a.decision.clone()).collect();
        (proposals, decisions)
    }
}

#[cfg(test)]
mod tests;
