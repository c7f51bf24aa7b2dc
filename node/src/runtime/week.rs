//! What a week has brought and will bring: for the page, the letter, the sheet of paper, and programs.

use super::{
    book::Book,
    clock,
    handle::{Handle, Refused},
    listings::Kind,
    office::{Event, Notice, PaperId},
};
use kith_protocol::{
    id::{CommunityId, MemberId, RecordKey},
    machine::{Machine, View as _},
    shelf::{MAX_RECORD_BYTES, Record},
    time::{Span, Timestamp},
};
use std::collections::BTreeSet;

/// How far back something is new.
pub const NEW_WITHIN: Span = Span::days(7);
/// How far ahead events stand in it.
pub const AHEAD: Span = Span::days(14);
/// How many of our newest listings are read: more than anybody looks through. That many take under a millisecond.
pub const NEWEST_READ: usize = 150;

/// Room for how many records of the longest kind there is in one look at all of our listings: a few milliseconds.
const RECORDS_A_LOOK: usize = 32;

/// Records of a shelf from a revision on, in their order.
pub fn records_after(
    book: &Book,
    community: &CommunityId,
    after: u64,
    most: usize,
) -> impl DoubleEndedIterator<Item = Record> {
    let page = book.records(community, after, most.saturating_mul(MAX_RECORD_BYTES));
    page.into_iter().map(|record| record.content)
}

/// Revisions of our own listings that stand, newest first.
#[must_use]
pub fn standing_revisions(machine: &Machine, now: Timestamp) -> Vec<u64> {
    let (_, shelf) = machine.state().shelf();
    let standing = shelf.values().filter(|own| own.listing && own.expires_at > now);
    let mut revisions: Vec<u64> = standing.map(|own| own.revision).collect();
    revisions.sort_unstable_by(|a, b| b.cmp(a));
    revisions
}

/// Our own newest listings, newest first.
#[must_use]
pub fn newest(machine: &Machine, book: &Book, now: Timestamp) -> Vec<Record> {
    let revisions = standing_revisions(machine, now);
    let Some(oldest) = revisions.iter().take(NEWEST_READ).next_back() else { return Vec::new() };
    let records = records_after(book, &machine.identity().community, oldest.saturating_sub(1), NEWEST_READ);
    records.rev().filter(|record| record.expires_at > now).collect()
}

/// Some of our own listings that stand, in their order, with whose each is; and up to which revision was read, while there
/// was something to read.
fn standing_after(
    machine: &Machine,
    book: &Book,
    after: u64,
    now: Timestamp,
) -> (Vec<(Option<MemberId>, Record)>, Option<u64>) {
    let (_, shelf) = machine.state().shelf();
    let (mut found, mut upto) = (Vec::new(), None);
    for record in records_after(book, &machine.identity().community, after, RECORDS_A_LOOK) {
        upto = Some(record.revision);
        let own = shelf.get(&record.key).filter(|own| own.listing && own.revision == record.revision);
        if let Some(own) = own.filter(|_| record.expires_at > now) {
            found.push((own.owner, record));
        }
    }
    (found, upto)
}

/// The week for one reader, or for the notice board.
#[derive(Debug, Clone, Default)]
pub struct Week {
    /// What is new that people ask for, the newest first; not the reader's own, nor of those they
    /// keep away.
    pub needs: Vec<Record>,
    /// What is new that people offer, the newest first; not the reader's own, nor of those they
    /// keep away.
    pub offers: Vec<Record>,
    /// What takes place, the next one first.
    pub events: Vec<(PaperId, Event)>,
    /// What is said to everybody, and to circles of the reader, the newest first.
    pub notices: Vec<(PaperId, Notice)>,
    /// Messages that the reader has not read.
    pub unread: usize,
}

impl Handle {
    /// Every listing of ours that stands, however many there are, with whose each is; the newest first.
    ///
    /// # Errors
    /// [`Refused::Busy`] or [`Refused::Stopping`].
    pub async fn standing(&self, now: Timestamp) -> Result<Vec<(Option<MemberId>, Record)>, Refused> {
        let (mut all, mut after) = (Vec::new(), 0);
        loop {
            let look = self.look(move |machine, book| standing_after(machine, book, after, now));
            let (page, upto) = look.await?;
            all.extend(page);
            let Some(upto) = upto else { break };
            after = upto;
        }
        all.reverse();
        // What was changed between two looks was found twice; the newer one stands.
        let mut seen = BTreeSet::new();
        all.retain(|(_, record)| seen.insert(record.key));
        Ok(all)
    }

    /// Puts the week together for a member, or for everybody when there is none.
    ///
    /// # Errors
    /// The disk, or a node that is busy.
    pub async fn week(&self, member: Option<MemberId>) -> Result<Week, Refused> {
        let now = clock::now();
        let kept_away = match member {
            Some(member) => self.file(member).await?.blocked,
            None => Vec::new(),
        };
        let (needs, offers) = self
            .look(move |machine, book| {
                let shelf = machine.state().shelf().1;
                let owner = |key: &RecordKey| shelf.get(key).and_then(|own| own.owner);
                let shown = |key: &RecordKey| {
                    owner(key).is_none_or(|owner| Some(owner) != member && !kept_away.contains(&owner))
                };
                let records = newest(machine, book, now).into_iter();
                let fresh = records.filter(|record| now.since(record.made_at) < NEW_WITHIN && shown(&record.key));
                fresh.partition(|record| Kind::of(&record.item).is_some_and(|(kind, _)| kind == Kind::Need))
            })
            .await?;
        let notices = match member {
            Some(member) => self.notices_for(member).await?,
            None => self.notices().await?.into_iter().filter(|(_, notice)| notice.circle.is_none()).collect(),
        };
        let unread = match member {
            Some(member) => self.conversations(member).await?.iter().map(|one| one.unread).sum(),
            None => 0,
        };
        let mut events = self.events().await?;
        events.retain(|(_, event)| event.begins < now.plus(AHEAD));
        Ok(Week { needs, offers, events, notices, unread })
    }
}
