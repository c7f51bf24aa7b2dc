//! What the machine asks of storage, and the same in memory for simulations and offline checks.

use super::{
    effect::{Batch, Boxed, ForeignRecord},
    fact::{Fact, Reply},
};
use crate::{
    codec,
    envelope::{Content, Unverified},
    id::{AccountId, CommunityId, Digest, ExchangeId, RecordKey, RequestId},
    ledger::{Entry, History, Recorded},
    partnership::{Position, RefusalCode, Verdict},
    shelf::{Held, Record},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A record on a shelf, without its words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    /// Which thing.
    pub key: RecordKey,
    /// The revision that stands.
    pub revision: u64,
    /// Its hash.
    pub digest: Digest,
    /// Until when it stands.
    pub expires_at: Timestamp,
}

impl From<&Record> for Standing {
    fn from(record: &Record) -> Self {
        Self { key: record.key, revision: record.revision, digest: record.digest(), expires_at: record.expires_at }
    }
}

/// Read access to what was recorded, including everything in batches already handed out.
pub trait View: History {
    /// The reply to an earlier request and the hash of what it asked.
    fn answered(&self, request: &RequestId) -> Option<(Digest, Reply)>;
    /// What is held of a key on a shelf.
    fn held(&self, community: &CommunityId, key: &RecordKey) -> Option<Held>;
    /// Records of a shelf above a revision, in order, of at most about `max_bytes` together (one at least, if any).
    fn records(&self, community: &CommunityId, after: u64, max_bytes: usize) -> Vec<Unverified<Record>>;
    /// What was decided under a partnership, from a place on and in order: where, and the index of the entry. At most `limit`.
    fn crossings(&self, account: &AccountId, from: Position, limit: usize) -> Vec<(Position, u64)>;
    /// Why a partner's proposal of this exchange was refused, if it was.
    fn refused(&self, exchange: &ExchangeId) -> Option<RefusalCode>;
    /// Every record of a shelf, in order of revision, without its words.
    fn standing(&self, community: &CommunityId) -> Vec<Standing>;
    /// The boxes that we hold for somebody: one of each depositor at most.
    fn boxes(&self, recipient: &CommunityId) -> Vec<Boxed>;
}

type ShelfMap = BTreeMap<(CommunityId, u64), Unverified<Record>>;

/// A view in memory.
#[derive(Debug, Clone, Default)]
pub struct MemoryView {
    entries: Vec<Entry>,
    exchanges: BTreeMap<ExchangeId, Recorded>,
    answered: BTreeMap<RequestId, (Digest, Reply)>,
    crossings: BTreeMap<(AccountId, Position), u64>,
    refused: BTreeMap<ExchangeId, RefusalCode>,
    shelves: ShelfMap,
    keys: BTreeMap<(CommunityId, RecordKey), Held>,
    boxes: BTreeMap<(CommunityId, CommunityId), Boxed>,
}

impl MemoryView {
    /// Takes in a batch.
    pub fn absorb(&mut self, batch: &Batch) {
        batch.facts.iter().for_each(|fact| self.absorb_fact(fact));
        batch.foreign.iter().for_each(|foreign| self.absorb_foreign(foreign));
    }

    /// Takes in one fact.
    pub fn absorb_fact(&mut self, fact: &Fact) {
        match fact {
            Fact::Entry(entry) => self.absorb_entry(entry),
            Fact::Answered { request, digest, reply } => {
                self.answered.insert(*request, (*digest, reply.clone()));
            }
            Fact::Shelved { record, .. } => self.place(record),
            Fact::Decided { proposal, decision } => {
                if let Verdict::Reject { code } = decision.content.verdict {
                    self.refused.insert(proposal.content.exchange, code);
                }
            }
            _ => {}
        }
    }

    /// Takes in one ledger entry.
    pub fn absorb_entry(&mut self, entry: &Entry) {
        let index = self.entries.len() as u64;
        if let Some(id) = entry.body.begins() {
            self.exchanges.insert(id, Recorded { index, latest: index });
        }
        if let Some(id) = entry.body.continues()
            && let Some(recorded) = self.exchanges.get_mut(&id)
        {
            recorded.latest = index;
        }
        if let Some(place) = entry.body.crosses() {
            self.crossings.insert(place, index);
        }
        self.entries.push(entry.clone());
    }

    fn absorb_foreign(&mut self, foreign: &ForeignRecord) {
        match foreign {
            ForeignRecord::Keep(record) => self.place(record),
            ForeignRecord::Drop { community, revision, key } => {
                self.shelves.remove(&(*community, *revision));
                self.keys.remove(&(*community, *key));
            }
            ForeignRecord::Known(..) => {}
            ForeignRecord::Box(boxed) => {
                self.boxes.insert((boxed.recipient, boxed.depositor), boxed.clone());
            }
            ForeignRecord::Unbox { depositor, recipient } => {
                self.boxes.remove(&(*recipient, *depositor));
            }
        }
    }

    fn place(&mut self, record: &Unverified<Record>) {
        let Record { community, key, revision, .. } = record.content;
        let held = Held { revision, digest: record.content.digest() };
        if let Some(old) = self.keys.insert((community, key), held) {
            self.shelves.remove(&(community, old.revision));
        }
        self.shelves.insert((community, revision), record.clone());
    }

    /// All entries, in order.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// All records of a shelf.
    pub fn shelf(&self, community: &CommunityId) -> impl Iterator<Item = &Unverified<Record>> {
        self.shelves.range((*community, 0)..=(*community, u64::MAX)).map(|(_, record)| record)
    }
}

impl History for MemoryView {
    fn exchange(&self, id: &ExchangeId) -> Option<Recorded> {
        self.exchanges.get(id).copied()
    }

    fn entry(&self, index: u64) -> Option<Entry> {
        self.entries.get(usize::try_from(index).ok()?).cloned()
    }

    fn crossing(&self, account: &AccountId, place: &Position) -> Option<u64> {
        self.crossings.get(&(*account, *place)).copied()
    }
}

impl View for MemoryView {
    fn answered(&self, request: &RequestId) -> Option<(Digest, Reply)> {
        self.answered.get(request).cloned()
    }

    fn held(&self, community: &CommunityId, key: &RecordKey) -> Option<Held> {
        self.keys.get(&(*community, *key)).copied()
    }

    fn records(&self, community: &CommunityId, after: u64, max_bytes: usize) -> Vec<Unverified<Record>> {
        let mut left = max_bytes;
        let mut found = Vec::new();
        for (_, record) in self.shelves.range((*community, after.saturating_add(1))..=(*community, u64::MAX)) {
            let size = codec::encode(record).len();
            if size > left && !found.is_empty() {
                break;
            }
            left = left.saturating_sub(size);
            found.push(record.clone());
        }
        found
    }

    fn crossings(&self, account: &AccountId, from: Position, limit: usize) -> Vec<(Position, u64)> {
        let found = self.crossings.range((*account, from)..).take_while(|((a, _), _)| a == account);
        found.take(limit).map(|((_, place), index)| (*place, *index)).collect()
    }

    fn refused(&self, exchange: &ExchangeId) -> Option<RefusalCode> {
        self.refused.get(exchange).copied()
    }

    fn standing(&self, community: &CommunityId) -> Vec<Standing> {
        self.shelf(community).map(|record| Standing::from(&record.content)).collect()
    }

    fn boxes(&self, recipient: &CommunityId) -> Vec<Boxed> {
        let all = self.boxes.iter().filter(|((of, _), _)| of == recipient);
        all.map(|(_, boxed)| boxed.clone()).collect()
    }
}
