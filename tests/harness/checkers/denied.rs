//! What a cheat may keep back from whoever lost a disk, and give back when it suits it. Its partner cannot know: while it pays
//! or receives, its book is within the limits, and what both signed counts whenever it comes back.

use kith_protocol::{
    id::{AccountId, ExchangeId},
    partnership::{Position, Proposal},
};
use std::collections::{BTreeMap, BTreeSet};

/// Minutes by direction: those that our members paid, and those that they received.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Minutes {
    pub(super) paid: i64,
    pub(super) received: i64,
}

/// All that was ever signed under one partnership, and what of it the book has now.
#[derive(Debug, Clone, Default)]
struct Under {
    /// What was ever on hold: all of it may have been accepted.
    held: BTreeMap<ExchangeId, i64>,
    /// What was ever committed, and whether our members paid it.
    crossed: BTreeMap<Position, (bool, i64)>,
    /// What is on hold or committed now.
    counted: BTreeSet<ExchangeId>,
    /// What is committed now.
    here: BTreeSet<Position>,
    /// The most that was missing as something new was paid or received: its coming back is on top of that.
    most: Minutes,
    /// Whether something was lost and the partner cheats.
    deniable: bool,
}

impl Under {
    /// What was committed and the book lacks.
    fn lost(&self) -> Minutes {
        let mut sum = Minutes::default();
        for (_, (paid, minutes)) in self.crossed.iter().filter(|(place, _)| !self.here.contains(place)) {
            *if *paid { &mut sum.paid } else { &mut sum.received } += minutes;
        }
        sum
    }

    /// The same, with what was on hold once and is not, whatever was heard of it.
    fn missing(&self) -> Minutes {
        let Minutes { paid, received } = self.lost();
        let gone = self.held.iter().filter(|(id, _)| !self.counted.contains(id));
        Minutes { paid: paid.max(gone.map(|(_, minutes)| minutes).sum()), received }
    }
}

/// The same for all partnerships of a book.
#[derive(Debug, Clone, Default)]
pub(super) struct Denied(BTreeMap<AccountId, Under>);

impl Denied {
    /// Our member pays, once the partner accepts.
    pub(super) fn held(&mut self, account: &AccountId, id: ExchangeId, minutes: i64) {
        let under = self.0.entry(*account).or_default();
        under.held.insert(id, minutes);
        under.counted.insert(id);
        under.most.paid = under.most.paid.max(under.missing().paid);
    }

    /// The partner refused.
    pub(super) fn released(&mut self, account: &AccountId, id: &ExchangeId) {
        self.0.entry(*account).or_default().counted.remove(id);
    }

    /// Something new is received.
    pub(super) fn received(&mut self, proposal: &Proposal) {
        self.crossed(proposal, false);
        let under = self.0.entry(proposal.account).or_default();
        under.most.received = under.most.received.max(under.missing().received);
    }

    /// Something is committed.
    pub(super) fn crossed(&mut self, proposal: &Proposal, paid: bool) {
        let under = self.0.entry(proposal.account).or_default();
        let place = Position::of(proposal);
        under.crossed.insert(place, (paid, i64::from(proposal.minutes.get())));
        under.here.insert(place);
        under.counted.insert(proposal.exchange);
    }

    /// A backup takes the place of the book.
    pub(super) fn after(lost: &Self) -> Self {
        let forget = |under: &Under| Under { counted: BTreeSet::new(), here: BTreeSet::new(), ..under.clone() };
        Self(lost.0.iter().map(|(account, under)| (*account, forget(under))).collect())
    }

    /// The backup is read; the partner cheats. What was missing as it was read was not missing as it was written.
    pub(super) fn deniable(&mut self, lost: &Self, account: &AccountId) {
        let under = self.0.entry(*account).or_default();
        under.most = lost.0.get(account).map_or(Minutes::default(), |before| before.most);
        under.deniable = true;
    }

    /// By how much the book may be beyond our limit, and beyond theirs: one by what they paid and keep back, and by what we
    /// paid and they gave back after we paid more; the other the other way round.
    pub(super) fn beyond(&self, account: &AccountId) -> [i64; 2] {
        let Some(under) = self.0.get(account).filter(|under| under.deniable) else { return [0, 0] };
        let (lost, missing) = (under.lost(), under.missing());
        let back = |most: i64, now: i64| (most - now).max(0);
        [lost.received + back(under.most.paid, missing.paid), lost.paid + back(under.most.received, missing.received)]
    }
}
