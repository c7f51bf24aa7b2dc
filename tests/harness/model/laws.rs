//! What must be true in every state of the model, and at the end of every history.

use super::{Moment, Violation, exchange, lane, law};
use kith_protocol::{
    envelope::Content,
    id::{AccountId, Digest, ExchangeId},
    key::PublicKey,
    ledger::Body,
    partnership::{Decision, Proposal, Side as Lane, Verdict},
};
use std::collections::BTreeMap;

/// Key, account, epoch, lane, slot, and whether it is a decision.
type Place = (PublicKey, AccountId, u32, Lane, u64, bool);

/// Everything that either side ever signed in the lanes.
#[derive(Debug, Clone, Default)]
pub(super) struct Signed(BTreeMap<Place, Digest>);

impl Signed {
    /// A key that never signs again can clash with nothing any more.
    pub(super) fn retire(&mut self, key: PublicKey) {
        self.0.retain(|(signer, ..), _| *signer != key);
    }

    /// All of it, as bytes, but for what one key signed.
    pub(super) fn bytes(&self, but: Option<PublicKey>) -> Vec<u8> {
        let rest = self.0.iter().filter(|((key, ..), _)| Some(*key) != but);
        let each = rest.flat_map(|((key, ..), digest)| [key.as_bytes().as_slice(), digest.as_bytes()]);
        each.flatten().copied().collect()
    }

    /// A proposal is recorded or sent.
    pub(super) fn proposal(&mut self, key: PublicKey, p: &Proposal) -> Result<(), Violation> {
        self.one((key, p.account, p.epoch, p.lane, p.n, false), p.digest())
    }

    /// A decision is recorded or sent.
    pub(super) fn decision(&mut self, key: PublicKey, d: &Decision) -> Result<(), Violation> {
        self.one((key, d.account, d.epoch, d.lane, d.n, true), d.digest())
    }

    /// I1 and I8: one content for each key and place, whatever was lost since.
    fn one(&mut self, place: Place, digest: Digest) -> Result<(), Violation> {
        let first = *self.0.entry(place).or_insert(digest);
        if first == digest { Ok(()) } else { Err(law("I1", format!("two contents for {place:?}"))) }
    }
}

/// The laws that hold in every state.
pub(super) fn check(moment: &Moment) -> Result<(), Violation> {
    for i in 0..2 {
        let ledger = moment.sides[i].machine.state().ledger();
        if ledger.sum() != 0 {
            return Err(law("I2", format!("side {i} sums to {}", ledger.sum())));
        }
        for (id, times) in ends(moment, i) {
            if times.0 + times.1 > 1 {
                return Err(law("I7", format!("side {i} ended {id} {times:?} times")));
            }
        }
        within_limits(moment, i)?;
    }
    mirrored(moment)
}

/// How often each exchange was committed and released.
fn ends(moment: &Moment, i: usize) -> BTreeMap<ExchangeId, (u32, u32)> {
    let mut ends: BTreeMap<ExchangeId, (u32, u32)> = BTreeMap::new();
    for entry in moment.sides[i].view.entries() {
        match &entry.body {
            Body::Settle { proposal, .. } | Body::Receive { proposal, .. } | Body::Recovered { proposal, .. } => {
                ends.entry(proposal.content.exchange).or_default().0 += 1;
            }
            Body::Release { proposal, .. } => ends.entry(proposal.content.exchange).or_default().1 += 1,
            _ => {}
        }
    }
    ends
}

/// I6: what is taken back counts whatever the limits are, and what a restore brought on hold again may be on top of it.
fn within_limits(moment: &Moment, i: usize) -> Result<(), Violation> {
    let Some(partner) = moment.sides[i].machine.state().ledger().partners().get(&moment.account) else { return Ok(()) };
    let uncertain = moment.sides.iter().any(|side| side.restored);
    let worst = partner.net.get() + if uncertain { 0 } else { partner.on_hold.get() };
    let (ours, theirs) = (partner.terms.limit(partner.side), partner.terms.limit(partner.side.other()));
    let kept = worst <= ours && -partner.net.get() <= theirs;
    if kept { Ok(()) } else { Err(law("I6", format!("side {i} may come to {worst} of {ours}"))) }
}

/// I3: while both sign in one epoch, the nets differ by what is accepted and not yet learned.
fn mirrored(moment: &Moment) -> Result<(), Violation> {
    let states = [0, 1].map(|i| moment.sides[i].machine.state());
    let [Some(a), Some(b)] = states.map(|s| s.lanes().get(&moment.account)) else { return Ok(()) };
    if a.epoch() != b.epoch() || states.iter().any(|s| !s.conditions().is_empty()) {
        return Ok(());
    }
    let mut doubt = 0;
    for (decider, proposer) in [(a, b), (b, a)] {
        let unlearned = |n: u64| proposer.open().any(|open| open.proposal.content.n == n);
        for answer in decider.unconfirmed() {
            let accepted = matches!(answer.decision.content.verdict, Verdict::Accept { .. });
            if accepted && unlearned(answer.proposal.content.n) {
                doubt += i64::from(answer.proposal.content.minutes.get());
            }
        }
    }
    let nets = states.map(|s| s.ledger().partners().get(&moment.account).map_or(0, |p| p.net.get()));
    let kept = nets[0] + nets[1] == -doubt;
    if kept { Ok(()) } else { Err(law("I3", format!("nets are {nets:?}, in doubt are {doubt}"))) }
}

/// I4 where a journal was cut off: whatever either side showed as settled, at least one book still has it. What a side
/// shows is in its own journal, so that only here anything of it can be lost.
pub(super) fn nothing_promised_is_lost(moment: &Moment) -> Result<(), Violation> {
    let both = [0, 1].map(|i| ends(moment, i));
    let committed = |id: &ExchangeId| both.iter().any(|ends| ends.get(id).is_some_and(|(times, _)| *times == 1));
    match moment.sides.iter().flat_map(|side| &side.promised).find(|id| !committed(id)) {
        None => Ok(()),
        Some(id) => Err(law("I4", format!("{id} was shown as settled and no book has it"))),
    }
}

/// What must be true once both are at rest: everything is decided, both books say the same, and what was shown as settled
/// still is.
pub(super) fn at_rest(moment: &Moment) -> Result<(), Violation> {
    check(moment)?;
    for i in 0..2 {
        let state = moment.sides[i].machine.state();
        let lanes = state.lanes().get(&moment.account).ok_or_else(|| law("convergence", "a partnership is lost"))?;
        let open = lanes.undecided() + lanes.queued() + lanes.unconfirmed().count() + state.ledger().holds().len();
        if open > 0 || !state.conditions().is_empty() {
            let conditions: Vec<_> = state.conditions().values().map(|condition| condition.name()).collect();
            return Err(law("convergence", format!("side {i} has {open} open, is {conditions:?}")));
        }
    }
    let both = [0, 1].map(|i| ends(moment, i));
    let committed = |i: usize, id: &ExchangeId| both[i].get(id).is_some_and(|(times, _)| *times == 1);
    for i in 0..2 {
        for place in 0..moment.paid[i] {
            let id = exchange(i, place);
            if committed(0, &id) != committed(1, &id) {
                return Err(law("I3", format!("{id} of lane {:?} is in one book only", lane(i))));
            }
        }
        if let Some(id) = moment.sides[i].promised.iter().find(|id| !committed(0, id)) {
            return Err(law("I4", format!("{id} was shown as settled by side {i} and is gone")));
        }
    }
    Ok(())
}
