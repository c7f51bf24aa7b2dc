//! A member's statement: every entry that touches them, and by how much it changed their balance.

use super::{
    book::Book,
    handle::{Handle, Refused},
};
use kith_protocol::{
    community::GroupPolicy,
    id::{ExchangeId, MemberId},
    ledger::{Body, Entry, History as _, UnderId},
    machine::Machine,
    minutes::Minutes,
    rejection::Rejection,
    time::Timestamp,
};
use std::collections::BTreeMap;

/// How many entries are read from the journal in one look: a few milliseconds of the clerk's time.
const ENTRIES_A_LOOK: usize = 100;

/// One line of a statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// The entry's index.
    pub index: u64,
    /// When it was recorded.
    pub at: Timestamp,
    /// What kind of entry it is.
    pub kind: &'static str,
    /// The exchange it is about.
    pub exchange: Option<ExchangeId>,
    /// By how many minutes the balance changed.
    pub change: i64,
    /// The other member, if there is exactly one.
    pub other: Option<MemberId>,
}

/// An entry with the one that began the exchange it continues.
struct Read {
    index: u64,
    entry: Entry,
    first: Option<(u64, Entry)>,
}

fn read(book: &Book, index: u64) -> Option<Read> {
    let entry = book.entry(index)?;
    let began = entry.body.continues().and_then(|id| book.exchange(&id)).map(|recorded| recorded.index);
    let first = began.and_then(|began| Some((began, book.entry(began)?)));
    Some(Read { index, entry, first })
}

fn given(minutes: Minutes) -> i64 {
    i64::from(minutes.get())
}

/// What an entry by itself says about a member's balance: nothing for those that depend on what stood before.
fn plain_change(body: &Body, member: &MemberId) -> i64 {
    match body {
        Body::Exchange { terms, .. } if terms.giver == *member => given(terms.minutes),
        Body::Exchange { terms, .. } if terms.receiver == *member => -given(terms.minutes),
        Body::GroupExchange { terms, policy, .. } if terms.leader == *member => match policy {
            GroupPolicy::LeaderEarnsOnce => given(terms.minutes),
            GroupPolicy::LeaderEarnsAll => {
                given(terms.minutes) * i64::try_from(terms.participants.len()).unwrap_or(i64::MAX)
            }
        },
        Body::GroupExchange { terms, .. } if terms.participants.contains(member) => -given(terms.minutes),
        Body::Gift { terms, .. } if terms.from == *member => -given(terms.minutes),
        Body::OpeningBalance { member: whose, minutes, .. } if whose == member => minutes.get(),
        Body::Hold { terms, .. } if terms.payer == *member => -given(terms.minutes),
        Body::Release { proposal, .. } => given(proposal.content.minutes),
        Body::Receive { payee, proposal, advanced, .. } if payee == member => {
            given(proposal.content.minutes) - advanced.map_or(0, given)
        }
        Body::Advance { payee, minutes, .. } if payee == member => given(*minutes),
        Body::AdvanceEnded { payee, minutes, kept: false, .. } if payee == member => -given(*minutes),
        Body::Recovered { paid: true, under_id, proposal, .. } if *under_id != UnderId::Hold => {
            -given(proposal.content.minutes)
        }
        Body::Recovered { paid: false, proposal, advanced, .. } => {
            given(proposal.content.minutes) - advanced.map_or(0, given)
        }
        _ => 0,
    }
}

/// How many minutes an exchange is about, for the sign and size of corrections; a group is undone as a whole.
fn length(body: &Body) -> Option<i64> {
    match body {
        Body::Exchange { terms, .. } => Some(given(terms.minutes)),
        Body::GroupExchange { terms, .. } => Some(given(terms.minutes)),
        Body::Gift { terms, .. } => Some(given(terms.minutes)),
        _ => None,
    }
}

fn other(body: &Body, member: &MemberId) -> Option<MemberId> {
    match body {
        Body::Exchange { terms, .. } if terms.giver == *member => Some(terms.receiver),
        Body::Exchange { terms, .. } => Some(terms.giver),
        Body::GroupExchange { terms, .. } if terms.leader != *member => Some(terms.leader),
        _ => None,
    }
}

/// The fold over one member's entries that settles what corrections and leaving changed.
#[derive(Default)]
struct Replay {
    balance: i64,
    /// Minutes that stand of the exchanges met so far.
    stands: BTreeMap<ExchangeId, i64>,
    changes: BTreeMap<u64, i64>,
}

impl Replay {
    fn take(&mut self, read: &Read, member: &MemberId) {
        let body = &read.entry.body;
        let change = match body {
            Body::MemberLeft { .. } => -self.balance,
            Body::Correction { terms, .. } => self.correct(read, terms.corrects, terms.minutes, member),
            _ => plain_change(body, member),
        };
        self.balance += change;
        self.changes.insert(read.index, change);
    }

    fn correct(&mut self, read: &Read, corrects: ExchangeId, to: Option<Minutes>, member: &MemberId) -> i64 {
        let Some((_, first)) = &read.first else { return 0 };
        let Some(original) = length(&first.body) else { return 0 };
        let to = to.map_or(0, given);
        let stood = self.stands.insert(corrects, to).unwrap_or(original);
        // Exact: a member's part is a whole multiple of the minutes, and of a group's only all or nothing is undone.
        plain_change(&first.body, member) / original * (to - stood)
    }
}

impl Handle {
    /// A page of a member's statement, newest first, below the entry `before`.
    ///
    /// # Errors
    /// [`Rejection::UnknownMember`], or [`Refused::Busy`] and [`Refused::Stopping`].
    pub async fn statement(&self, member: MemberId, before: Option<u64>, limit: usize) -> Result<Vec<Line>, Refused> {
        let known = move |machine: &Machine, book: &Book| {
            let known = machine.state().ledger().members().contains_key(&member);
            known.then(|| book.statement(&member, before, limit))
        };
        let indices = self.look(known).await?.ok_or(Rejection::UnknownMember(member))?;
        let page = self.entries_at(indices).await?;
        let settled = self.settle_changes(member, &page).await?;
        Ok(page.iter().map(|read| line(read, &member, &settled)).collect())
    }

    async fn entries_at(&self, indices: Vec<u64>) -> Result<Vec<Read>, Refused> {
        let mut all = Vec::with_capacity(indices.len());
        for some in indices.chunks(ENTRIES_A_LOOK).map(<[u64]>::to_vec) {
            let entries = self.look(move |_, book| some.into_iter().filter_map(|index| read(book, index)).collect());
            let entries: Vec<Read> = entries.await?;
            all.extend(entries);
        }
        Ok(all)
    }

    /// The changes of those entries on the page that depend on earlier ones.
    async fn settle_changes(&self, member: MemberId, page: &[Read]) -> Result<BTreeMap<u64, i64>, Refused> {
        let begin = |read: &Read| match &read.entry.body {
            Body::MemberLeft { .. } => Some(0),
            Body::Correction { .. } => read.first.as_ref().map(|(index, _)| *index),
            _ => None,
        };
        let mut from = page.iter().filter_map(begin).min();
        let upto = page.iter().map(|read| read.index).max().unwrap_or(0);
        let mut replay = Replay::default();
        while let Some(start) = from.filter(|start| *start <= upto) {
            let lines = self.look(move |_, book| book.lines(&member, start, ENTRIES_A_LOOK)).await?;
            from = lines.last().map(|last| last + 1);
            for read in self.entries_at(lines).await? {
                replay.take(&read, &member);
            }
        }
        Ok(replay.changes)
    }
}

/// The exchange that an entry is about although it neither begins nor continues it.
const fn concerns(body: &Body) -> Option<ExchangeId> {
    match body {
        Body::Advance { exchange, .. } | Body::AdvanceEnded { exchange, .. } => Some(*exchange),
        Body::DisputeClosed { closing, .. } => Some(closing.content.exchange),
        _ => None,
    }
}

fn line(read: &Read, member: &MemberId, settled: &BTreeMap<u64, i64>) -> Line {
    let body = &read.entry.body;
    let first = read.first.as_ref().map_or(body, |(_, first)| &first.body);
    let change = match body {
        Body::MemberLeft { .. } | Body::Correction { .. } => settled.get(&read.index).copied().unwrap_or(0),
        _ => plain_change(body, member),
    };
    Line {
        index: read.index,
        at: read.entry.at,
        kind: body.kind(),
        exchange: body.continues().or(body.begins()).or(concerns(body)),
        change,
        other: other(first, member),
    }
}
