//! What was ever signed, whether it was seen in a journal or on the wire: one content for each place.

use super::{Kept, ensure};
use kith_protocol::{
    envelope::Unverified,
    id::{AccountId, CommunityId, ExchangeId},
    machine::{Fact, Message},
    partnership::{Decision, Proposal, Side, Verdict},
    shelf::Record,
};
use std::collections::{BTreeMap, BTreeSet};

/// A place in a lane: account, epoch, lane, position.
pub(super) type Slot = (AccountId, u32, Side, u64);

pub(super) fn slot_of(p: &Proposal) -> Slot {
    (p.account, p.epoch, p.lane, p.n)
}

pub(super) fn slot_decided(d: &Decision) -> Slot {
    (d.account, d.epoch, d.lane, d.n)
}

/// Everything signed, by place.
#[derive(Debug, Default)]
pub(super) struct Slots {
    proposals: BTreeMap<Slot, Unverified<Proposal>>,
    decisions: BTreeMap<Slot, Unverified<Decision>>,
    records: BTreeMap<(CommunityId, u64), Unverified<Record>>,
    /// A community whose records may differ for one revision.
    pub(super) liar: Option<CommunityId>,
    /// Partnerships with a cheat: there only what the honest side signs is one content for each place.
    pub(super) with_cheat: BTreeSet<AccountId>,
    /// Where each exchange id was accepted.
    accepted: BTreeMap<ExchangeId, Slot>,
    /// Whether somebody's disk went back: its people may use an id again with another partner, who cannot know. Both count.
    pub(super) forgotten: bool,
    /// Minutes accepted by the decider and not yet learned by the proposer.
    doubt: BTreeMap<Slot, i64>,
}

impl Slots {
    /// Minutes of an account that one side has accepted and the other does not know.
    pub(super) fn in_doubt(&self, account: AccountId) -> i64 {
        self.doubt.iter().filter(|(slot, _)| slot.0 == account).map(|(_, minutes)| minutes).sum()
    }

    fn proposal(&mut self, proposal: &Unverified<Proposal>) -> Kept {
        let slot = slot_of(&proposal.content);
        let first = self.proposals.entry(slot).or_insert_with(|| proposal.clone());
        ensure("I1", first == proposal, || format!("two proposals for {slot:?}"))
    }

    fn decision(&mut self, decision: &Unverified<Decision>) -> Kept {
        let slot = slot_decided(&decision.content);
        let first = self.decisions.entry(slot).or_insert_with(|| decision.clone());
        ensure("I8", first == decision, || format!("two decisions for {slot:?}"))
    }

    fn record(&mut self, record: &Unverified<Record>) -> Kept {
        let place = (record.content.community, record.content.revision);
        if self.liar == Some(place.0) {
            return Ok(());
        }
        let first = self.records.entry(place).or_insert_with(|| record.clone());
        ensure("I1", first == record, || format!("two records for revision {} of {}", place.1, place.0))
    }

    /// A fact became durable.
    pub(super) fn committed(&mut self, fact: &Fact) -> Kept {
        match fact {
            Fact::Proposed { proposal, .. } => self.proposal(proposal),
            Fact::Decided { proposal, decision } => {
                let cheated = self.with_cheat.contains(&proposal.content.account);
                if !cheated {
                    self.proposal(proposal)?;
                }
                self.decision(decision)?;
                let slot = slot_of(&proposal.content);
                if matches!(decision.content.verdict, Verdict::Accept { .. }) {
                    let id = proposal.content.exchange;
                    let before = self.accepted.insert(id, slot);
                    // A cheat may use an id of others, and forgets what it used.
                    let used = |account: &AccountId| cheated || self.with_cheat.contains(account);
                    let elsewhere = |before: Slot| (self.forgotten || used(&before.0)) && before.0 != slot.0;
                    let once = before.is_none_or(elsewhere);
                    ensure("I7", once, || format!("{id} is accepted at {before:?} and at {slot:?}"))?;
                    if !cheated {
                        self.doubt.insert(slot, i64::from(proposal.content.minutes.get()));
                    }
                }
                Ok(())
            }
            Fact::Learned { decision } if self.with_cheat.contains(&decision.content.account) => Ok(()),
            Fact::Learned { decision } => {
                let place = slot_decided(&decision.content);
                let signed = self.decisions.get(&place) == Some(decision);
                ensure("I8", signed, || format!("what is learned for {place:?} was not decided"))?;
                if matches!(decision.content.verdict, Verdict::Accept { .. }) {
                    let slot = slot_decided(&decision.content);
                    let known = self.doubt.remove(&slot);
                    ensure("I3", known.is_some(), || format!("{slot:?} is learned and not accepted"))?;
                }
                Ok(())
            }
            Fact::Shelved { record, .. } => self.record(record),
            _ => Ok(()),
        }
    }

    /// Both sides of an account agreed what was committed before this epoch: what was accepted and is in neither book does not
    /// count.
    pub(super) fn agreed(&mut self, account: AccountId, epoch: u32, crossed: impl Fn(&ExchangeId) -> bool) {
        let over = |slot: &Slot| slot.0 == account && slot.1 < epoch;
        self.doubt.retain(|slot, _| !over(slot));
        self.accepted.retain(|id, slot| !over(slot) || crossed(id));
    }

    /// A message goes out.
    pub(super) fn sent(&mut self, message: &Message) -> Kept {
        match message {
            Message::Propose { proposal, .. } => self.proposal(proposal),
            Message::Decide(decision) => self.decision(decision),
            Message::Hello(hello) => self.record(&hello.card.record),
            Message::Shelf { records, .. } => records.iter().try_for_each(|record| self.record(record)),
            _ => Ok(()),
        }
    }

    /// A record is gossiped.
    pub(super) fn published(&mut self, record: &Unverified<Record>) -> Kept {
        self.record(record)
    }
}
