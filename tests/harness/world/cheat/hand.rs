//! What a cheat signs with its own keys beside its machine, keeps back, and shows instead of its ledger.

use super::super::World;
use crate::hostile::show_ledger;
use kith_protocol::{
    envelope::{Content, Unverified},
    id::{AccountId, ExchangeId},
    ledger::{Body, Entry},
    machine::{Machine, MemoryView, Message, Showing},
    partnership::{Committed, Crossing, Decision, Position, Proposal, RefusalCode, ResumeOffer, Side, Verdict},
};

/// Of a thousand things that it could say otherwise, how many it does.
const OTHERWISE: u64 = 700;
/// Of a thousand offers that leave something out, how many leave out what the cheat accepted and not what it paid.
const DENIES_ITS_OWN: u64 = 700;
/// How far ahead of the truth it says it is.
const AHEAD: u64 = 3;

/// What a cheat does beside its machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Hand {
    /// Signs a second proposal for a slot.
    SecondProposal,
    /// Signs a second decision for a slot.
    SecondDecision,
    /// Leaves what it accepted out of the ledger that it shows.
    Unrecorded,
    /// Shows one ledger first and another later.
    Fork,
    /// Leaves what it accepted out of its offers to resume, and of what it shows then.
    LeavesOut,
    /// Keeps its decisions to itself.
    Silence,
    /// Says in its syncs that it is further than it is.
    Boasts,
    /// Puts old backups in place of its disk and goes on as if nothing had happened.
    OldBackup,
}

/// All of them; those that need rare circumstances are there more than once.
pub(super) const HANDS: &[Hand] = &[
    Hand::SecondProposal,
    Hand::SecondProposal,
    Hand::SecondDecision,
    Hand::SecondDecision,
    Hand::Unrecorded,
    Hand::Unrecorded,
    Hand::Fork,
    Hand::Fork,
    Hand::Fork,
    Hand::Fork,
    Hand::LeavesOut,
    Hand::LeavesOut,
    Hand::LeavesOut,
    Hand::LeavesOut,
    Hand::Silence,
    Hand::Boasts,
    Hand::OldBackup,
];

impl Hand {
    /// Its name, for counters.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::SecondProposal => "by hand: signs two proposals",
            Self::SecondDecision => "by hand: signs two decisions",
            Self::Unrecorded => "by hand: leaves out of its ledger",
            Self::Fork => "by hand: shows two ledgers",
            Self::LeavesOut => "by hand: leaves out of its offer",
            Self::Silence => "by hand: keeps decisions back",
            Self::Boasts => "by hand: says that it is further",
            Self::OldBackup => "by hand: runs from old backups",
        }
    }
}

/// What of an account a ledger says is committed from an epoch on, in order.
fn committed(view: &MemoryView, account: &AccountId, from: u32) -> Vec<Proposal> {
    let found = view.entries().iter().filter_map(|entry| match &entry.body {
        Body::Settle { proposal, .. } | Body::Receive { proposal, .. } | Body::Recovered { proposal, .. } => {
            Some(proposal.content.clone())
        }
        _ => None,
    });
    let mut found: Vec<Proposal> = found.filter(|p| p.account == *account && p.epoch >= from).collect();
    found.sort_by_key(Position::of);
    found
}

/// What a side denies: the first that it accepted, which its partner has most likely still, or the last that it paid, which its
/// partner may have lost.
fn to_deny(all: &[Proposal], side: Side, accepted: bool) -> Option<ExchangeId> {
    let found = if accepted { all.iter().find(|p| p.lane != side) } else { all.iter().rev().find(|p| p.lane == side) };
    found.map(|p| p.exchange)
}

/// An offer that does not count one exchange.
fn offer_without(view: &MemoryView, offer: &ResumeOffer, denied: ExchangeId) -> ResumeOffer {
    let all = committed(view, &offer.account, offer.from);
    let (without, left_out): (Vec<&Proposal>, Vec<&Proposal>) = all.iter().partition(|p| p.exchange != denied);
    let minutes: i64 = left_out.iter().map(|p| i64::from(p.minutes.get())).sum();
    let counted = without.into_iter().fold(Committed::NONE, Committed::and);
    ResumeOffer { committed: counted, net: offer.net + minutes, ..offer.clone() }
}

/// The ledger that it shows: without what it accepted, or every other time with another beginning.
fn forged(entries: &[Entry], hand: Hand, showings: u64) -> Vec<Entry> {
    let mut entries = entries.to_vec();
    let (Some(one), Some(other)) = (entries.get(1).cloned(), entries.get(2).cloned()) else { return entries };
    match hand {
        Hand::Unrecorded => {
            let received = entries.iter_mut().filter(|entry| matches!(entry.body, Body::Receive { .. }));
            received.for_each(|entry| *entry = one.clone());
        }
        Hand::Fork if showings.is_multiple_of(2) => entries[1] = other,
        _ => {}
    }
    entries
}

impl World {
    /// What leaves a node instead of a message of its machine: itself, unless the node is the cheat's.
    pub(in crate::world) fn said(&mut self, i: usize, message: Message) -> Vec<Message> {
        let Some(cheat) = self.cheat.as_mut().filter(|cheat| cheat.node == i) else { return vec![message] };
        let Some(hand) = cheat.at_work() else { return vec![message] };
        let node = &self.nodes[i];
        let secret = &node.identity.secret;
        let (dice, denied) = (&mut cheat.dice, &mut cheat.denied);
        match (hand, message) {
            (Hand::SecondProposal, Message::Propose { proposal, details }) if dice.permille(OTHERWISE) => {
                let other = Proposal { exchange: ExchangeId(dice.bytes()), ..proposal.content.clone() };
                let other = other.sign(secret).into_unverified();
                self.coverage.hit("cheat", "signs two proposals");
                let mut both =
                    [proposal, other].map(|proposal| Message::Propose { proposal, details: details.clone() });
                if dice.permille(500) {
                    both.reverse();
                }
                both.to_vec()
            }
            (Hand::SecondDecision, Message::Decide(decision)) if dice.permille(OTHERWISE) => {
                self.coverage.hit("cheat", "signs two decisions");
                let verdict = match decision.content.verdict {
                    Verdict::Accept { .. } => Verdict::Reject { code: RefusalCode::Limit },
                    Verdict::Reject { .. } => Verdict::Accept { leaf_index: 0 },
                };
                let other: Unverified<Decision> =
                    Decision { verdict, ..decision.content.clone() }.sign(secret).into_unverified();
                vec![Message::Decide(decision), Message::Decide(other)]
            }
            (Hand::LeavesOut, Message::ResumeOffer { offer, certificate }) => {
                let all = committed(&node.view, &offer.content.account, offer.content.from);
                let Some(id) = to_deny(&all, offer.content.offerer, dice.permille(DENIES_ITS_OWN)) else {
                    return vec![Message::ResumeOffer { offer, certificate }];
                };
                self.coverage.hit("cheat", "leaves out of its offer");
                denied.insert(offer.content.account, id);
                let offer = offer_without(&node.view, &offer.content, id).sign(secret).into_unverified();
                vec![Message::ResumeOffer { offer: Box::new(offer), certificate }]
            }
            (Hand::LeavesOut, Message::Crossings { account, mut crossings, next }) => {
                let id = denied.get(&account).copied();
                crossings.retain(|crossing| match crossing {
                    Crossing::Pair(pair) => Some(pair.proposal.content.exchange) != id,
                    Crossing::Resumed(_) => true,
                });
                vec![Message::Crossings { account, crossings, next }]
            }
            (Hand::Silence, Message::Decide(_) | Message::Acknowledge(_)) => {
                self.coverage.hit("cheat", "keeps its answers back");
                Vec::new()
            }
            (Hand::Boasts, Message::Sync(mut sync)) if dice.permille(OTHERWISE) => {
                self.coverage.hit("cheat", "says that it is further");
                match dice.below(3) {
                    0 => sync.decided += dice.between(1, AHEAD),
                    1 => sync.learned += dice.between(1, AHEAD),
                    _ => sync.epoch += 1,
                }
                vec![Message::Sync(sync)]
            }
            (_, message) => vec![message],
        }
    }

    /// What the cheat shows of its ledger instead of the truth; nothing where it has no such hand.
    pub(in crate::world) fn forged_showing(&mut self, i: usize, showing: &Showing) -> Option<Message> {
        let cheat = self.cheat.as_mut().filter(|cheat| cheat.node == i)?;
        let hand = cheat.at_work().filter(|hand| matches!(hand, Hand::Unrecorded | Hand::Fork))?;
        let showings = cheat.showings.entry(showing.account).or_default();
        *showings += 1;
        let node = &self.nodes[i];
        let identity = node.machine.as_ref().map(Machine::identity)?;
        let entries = forged(node.view.entries(), hand, *showings);
        self.coverage.hit("cheat", "shows another ledger");
        let mut message = show_ledger(identity, &entries, showing)?;
        if let (Hand::Fork, Message::LedgerShown(shown)) = (hand, &mut message) {
            // What it does not show it is asked for again, and has another ledger by then.
            shown.entries.truncate(1);
        }
        Some(message)
    }
}
