//! A member's statement: every entry that touches them, and by how much it changed their balance.

use super::{
    book::Book,
    handle::{Handle, Refused},
};
use kith_protocol::{
    id::{ExchangeId, MemberId},
    ledger::{Authority, Body, Entry, History as _, Running},
    machine::Machine,
    partnership::Kind as ProposalKind,
    rejection::Rejection,
    time::Timestamp,
};
use std::collections::BTreeMap;

/// How many entries are read from the journal in one look: a few milliseconds of the clerk's time.
pub(super) const ENTRIES_A_LOOK: usize = 100;
/// What the ledger calls the exchange of a group.
const GROUP: &str = "group_exchange";

/// Entries that begin an exchange of one member with another: for these somebody may have spoken for them.
const SPOKEN: [&str; 3] = ["exchange", "hold", "receive"];

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
    /// Who wrote it down for all, when it is the sheet of a group; who put it right, when it is a correction; otherwise who
    /// spoke for the member, when that was somebody else.
    pub through: Option<MemberId>,
    /// Whether it gives an earlier exchange back.
    pub back: bool,
}

/// An entry with the one that began the exchange it continues.
pub(super) struct Read {
    pub(super) index: u64,
    pub(super) entry: Entry,
    pub(super) first: Option<(u64, Entry)>,
}

impl Read {
    /// Adds the entry to where a member stands, and says what it changed.
    pub(super) fn take(&self, running: &mut Running, member: &MemberId) -> i64 {
        running.take(&self.entry.body, self.first.as_ref().map(|(_, first)| &first.body), member)
    }
}

fn read(book: &Book, index: u64) -> Option<Read> {
    let entry = book.entry(index)?;
    let began = entry.body.continues().and_then(|id| book.exchange(&id)).map(|recorded| recorded.index);
    let first = began.and_then(|began| Some((began, book.entry(began)?)));
    Some(Read { index, entry, first })
}

/// Whether an entry begins an exchange that gives an earlier one back.
fn gives_back(body: &Body) -> bool {
    match body {
        Body::Hold { terms, .. } => terms.reverses.is_some(),
        Body::Receive { proposal, .. } | Body::Recovered { proposal, .. } => {
            matches!(proposal.content.kind, ProposalKind::Reversal { .. })
        }
        _ => false,
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

/// The coordinator who wrote it down: for a member, for a group, or to put it right.
fn through(body: &Body, member: &MemberId) -> Option<MemberId> {
    let given = match body {
        Body::Correction { by, .. } => return Some(*by),
        Body::Exchange { terms, giver, .. } if terms.giver == *member => giver.as_ref(),
        Body::Exchange { receiver, .. } => receiver.as_ref(),
        Body::GroupExchange { leader, .. } => leader.as_ref(),
        Body::Gift { from, .. } => Some(from),
        Body::Hold { payer, .. } => Some(payer),
        _ => None,
    };
    match given {
        Some(Authority::OnBehalf { coordinator, .. }) => Some(*coordinator),
        _ => None,
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
        let mut lines: Vec<Line> = page.iter().map(|read| line(read, &member, &settled)).collect();
        let groups = lines.iter().filter(|line| line.kind == GROUP && line.through.is_none());
        let written = self.sheets_by(groups.filter_map(|line| line.exchange).collect()).await?;
        let begun = lines.iter().filter(|line| SPOKEN.contains(&line.kind));
        let spoken = self.spoken_for(begun.filter_map(|line| Some((line.exchange?, member))).collect()).await?;
        for line in &mut lines {
            let helped = |exchange| spoken.get(&(exchange, member)).filter(|_| SPOKEN.contains(&line.kind)).copied();
            let by = line.exchange.and_then(|exchange| written.get(&exchange).copied().or_else(|| helped(exchange)));
            line.through = line.through.or(by);
        }
        Ok(lines)
    }

    pub(super) async fn entries_at(&self, indices: Vec<u64>) -> Result<Vec<Read>, Refused> {
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
        let (mut running, mut changes) = (Running::default(), BTreeMap::new());
        while let Some(start) = from.filter(|start| *start <= upto) {
            let lines = self.look(move |_, book| book.lines(&member, start, ENTRIES_A_LOOK)).await?;
            from = lines.last().map(|last| last + 1);
            for read in self.entries_at(lines).await? {
                changes.insert(read.index, read.take(&mut running, &member));
            }
        }
        Ok(changes)
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
        _ => body.change_of(member),
    };
    Line {
        index: read.index,
        at: read.entry.at,
        kind: body.kind(),
        exchange: body.continues().or(body.begins()).or(concerns(body)),
        change,
        other: other(first, member),
        through: through(body, member),
        back: gives_back(first),
    }
}
