//! Disputes, kept a second time: what each side said, and how it ended.

use super::{Kept, ensure};
use kith_protocol::{
    envelope::Content,
    id::{AccountId, Digest, ExchangeId},
    machine::{Fact, Machine},
    partnership::{Closing, DisputeHeads, Outcome, Said, Side, Statement},
};
use std::collections::BTreeMap;

/// A list of one side about one exchange.
type List = (ExchangeId, Side);

/// What one node made durable of its disputes.
#[derive(Debug, Clone, Default)]
pub(super) struct Disputes {
    /// Statements held, in order, of open and closed disputes.
    lists: BTreeMap<List, Vec<Digest>>,
    /// The newest suggestion of each side.
    suggested: BTreeMap<List, Outcome>,
    /// Outcomes, by exchange: which, and under which partnership as which number.
    closed: BTreeMap<ExchangeId, (Outcome, AccountId, u32)>,
}

impl Disputes {
    /// Folds one durable fact.
    pub(super) fn committed(&mut self, fact: &Fact) -> Kept {
        let Fact::DisputeSaid { statement, .. } = fact else { return Ok(()) };
        let said = &statement.content;
        let list = (said.exchange, said.side);
        let held = self.lists.entry(list).or_default();
        ensure("dispute", held.len() == usize::from(said.n), || {
            format!("statement {} of {:?} about {} follows {}", said.n, said.side, said.exchange, held.len())
        })?;
        held.push(said.digest());
        if let Said::Suggests { outcome } = said.said {
            self.suggested.insert(list, outcome);
        }
        let over = self.closed.contains_key(&said.exchange);
        ensure("dispute", !over, || format!("more is said about {}, which is over", said.exchange))
    }

    /// Folds an outcome: once for an exchange, and only what this side last suggested, if it is the one that closes.
    pub(super) fn close(&mut self, closing: &Closing) -> Kept {
        let Closing { account, exchange, number, outcome, .. } = *closing;
        let before = self.closed.values().filter(|(_, other, _)| *other == account).count();
        ensure("dispute", usize::try_from(number) == Ok(before), || format!("outcome {number} follows {before}"))?;
        let first = self.closed.insert(exchange, (outcome, account, number)).is_none();
        ensure("dispute", first, || format!("{exchange} ends twice"))
    }

    /// Whether a side that closes by its own word had suggested the same itself.
    pub(super) fn wanted(&self, closing: &Closing) -> Kept {
        let own = self.suggested.get(&(closing.exchange, Side::A)).copied();
        ensure("dispute", own == Some(closing.outcome), || {
            format!("{} ends as {:?}, suggested was {own:?}", closing.exchange, closing.outcome)
        })
    }

    /// Whether a statement is held.
    pub(super) fn holds(&self, said: &Statement) -> bool {
        let list = self.lists.get(&(said.exchange, said.side));
        list.and_then(|list| list.get(usize::from(said.n))) == Some(&said.digest())
    }

    /// Whether a node is as far as it says; it may be further by what became durable at the same time.
    pub(super) fn are_so_far(&self, heads: &DisputeHeads) -> bool {
        let sides = |exchange: ExchangeId, counts: [u16; 2]| {
            let held = [Side::A, Side::B].map(|side| self.lists.get(&(exchange, side)).map_or(0, Vec::len));
            let [mine, yours] = counts.map(usize::from);
            let least = |a: usize, b: usize| a <= held[0] && b <= held[1];
            least(mine, yours) || least(yours, mine)
        };
        let outcomes = self.closed.values().filter(|(_, account, _)| *account == heads.account).count();
        heads.open.iter().all(|head| sides(head.exchange, [head.mine, head.yours]))
            && usize::try_from(heads.outcomes).is_ok_and(|said| said <= outcomes)
    }

    /// Whether an outcome is recorded.
    pub(super) fn closed(&self, closing: &Closing) -> bool {
        self.closed.get(&closing.exchange) == Some(&(closing.outcome, closing.account, closing.number))
    }

    /// Both books say the same of what both hold: each statement, and each outcome.
    pub(super) fn agree(&self, other: &Self) -> Kept {
        for (list, here) in &self.lists {
            let there = other.lists.get(list).map_or(&[][..], Vec::as_slice);
            ensure("dispute", here.iter().zip(there).all(|(one, other)| one == other), || {
                format!("{:?} said one thing here and another there about {}", list.1, list.0)
            })?;
        }
        for (exchange, outcome) in &self.closed {
            let there = other.closed.get(exchange);
            ensure("dispute", there.is_none_or(|there| there == outcome), || {
                format!("{exchange} ended as {outcome:?} here and as {there:?} there")
            })?;
        }
        Ok(())
    }
}

/// Whether two machines at rest hold the same of their disputes; `None` when they do.
pub(super) fn unlike(
    one: &Machine,
    other: &Machine,
    account: &AccountId,
    reused: impl Fn(&ExchangeId) -> bool,
) -> Option<String> {
    let open = |machine: &Machine| -> BTreeMap<ExchangeId, (usize, usize, usize)> {
        let all = machine.state().disputes().iter();
        let all = all.filter(|(id, dispute)| dispute.account == *account && !reused(id));
        all.map(|(id, dispute)| (*id, (dispute.ours.len(), dispute.theirs.len(), dispute.drafts.len()))).collect()
    };
    let outcomes = |machine: &Machine| {
        machine.state().ledger().partners().get(account).map_or(0, |partner| partner.outcomes.len())
    };
    let (here, there) = (open(one), open(other));
    let mirrored = there.iter().map(|(id, (ours, theirs, drafts))| (*id, (*theirs, *ours, *drafts))).collect();
    if here.values().any(|(.., drafts)| *drafts > 0) {
        return Some(format!("something said about {account} was not sent: {here:?}"));
    }
    if here != mirrored || outcomes(one) != outcomes(other) {
        let ends = (outcomes(one), outcomes(other));
        return Some(format!("disputes of {account} are {here:?} and {there:?}, outcomes {ends:?}"));
    }
    None
}
