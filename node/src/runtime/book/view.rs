//! What the machine may ask.

use super::{Book, keys, project::recorded_from};
use crate::store::Position;
use kith_protocol::{
    codec,
    envelope::Unverified,
    id::{AccountId, CommunityId, Digest, ExchangeId, RecordKey, RequestId},
    ledger::{Entry, History, Recorded},
    machine::{Boxed, Fact, MAX_BOXES, Reply, Standing, View},
    partnership::{Position as Place, RefusalCode},
    shelf::{Held, Record},
};

/// Rows read from the index at a time.
const PAGE: usize = 256;

impl History for Book {
    fn exchange(&self, id: &ExchangeId) -> Option<Recorded> {
        recorded_from(&self.look(&keys::exchange(id))?)
    }

    fn entry(&self, index: u64) -> Option<Entry> {
        if let Some(entry) = self.fresh.get(&index) {
            return Some(entry.clone());
        }
        let place = self.place(index)?;
        let frame = self.reader.read(Position(place.frame)).ok()?;
        let facts: Vec<Fact> = codec::decode_own(&frame).ok()?;
        match facts.into_iter().nth(usize::from(place.fact))? {
            Fact::Entry(entry) => Some(entry),
            _ => None,
        }
    }

    fn crossing(&self, account: &AccountId, place: &Place) -> Option<u64> {
        Some(u64::from_be_bytes(self.look(&keys::crossing(account, place))?.try_into().ok()?))
    }
}

impl View for Book {
    fn answered(&self, request: &RequestId) -> Option<(Digest, Reply)> {
        codec::decode_own(&self.look(&keys::request(request))?).ok()
    }

    fn held(&self, community: &CommunityId, key: &RecordKey) -> Option<Held> {
        let standing: Standing = codec::decode_own(&self.look(&keys::standing(community, key))?).ok()?;
        Some(Held { revision: standing.revision, digest: standing.digest })
    }

    fn records(&self, community: &CommunityId, after: u64, max_bytes: usize) -> Vec<Unverified<Record>> {
        let prefix = keys::shelf(community);
        let mut from = keys::record(community, after);
        let (mut left, mut found) = (max_bytes, Vec::new());
        loop {
            let page = self.scan(&prefix, Some(&from), PAGE);
            for (_, bytes) in &page {
                if bytes.len() > left && !found.is_empty() {
                    return found;
                }
                left = left.saturating_sub(bytes.len());
                found.extend(codec::decode_own::<Unverified<Record>>(bytes).ok());
            }
            match page.last() {
                Some((key, _)) if page.len() == PAGE => from.clone_from(key),
                _ => return found,
            }
        }
    }

    fn crossings(&self, account: &AccountId, from: Place, limit: usize) -> Vec<(Place, u64)> {
        let prefix = keys::crossings(account);
        let first = keys::crossing(account, &from);
        let index = |bytes: &[u8]| Some(u64::from_be_bytes(bytes.try_into().ok()?));
        let mut found: Vec<(Place, u64)> = Vec::new();
        // A scan begins behind its key, so the place itself is looked up.
        if let Some(index) = self.look(&first).as_deref().and_then(index) {
            found.push((from, index));
        }
        let rest = self.scan(&prefix, Some(&first), limit);
        found.extend(rest.iter().filter_map(|(key, bytes)| Some((keys::place(key)?, index(bytes)?))));
        found.truncate(limit);
        found
    }

    fn refused(&self, exchange: &ExchangeId) -> Option<RefusalCode> {
        codec::decode_own(&self.look(&keys::refused(exchange))?).ok()
    }

    fn standing(&self, community: &CommunityId) -> Vec<Standing> {
        let prefix = keys::all_standing(community);
        let mut found = Vec::new();
        let mut from: Option<Vec<u8>> = None;
        loop {
            let page = self.scan(&prefix, from.as_deref(), PAGE);
            found.extend(page.iter().filter_map(|(_, bytes)| codec::decode_own::<Standing>(bytes).ok()));
            match page.last() {
                Some((key, _)) if page.len() == PAGE => from = Some(key.clone()),
                _ => break,
            }
        }
        found.sort_by_key(|standing| standing.revision);
        found
    }

    fn boxes(&self, recipient: &CommunityId) -> Vec<Boxed> {
        let rows = self.scan(&keys::boxes(recipient), None, MAX_BOXES);
        rows.iter().filter_map(|(_, bytes)| codec::decode_own(bytes).ok()).collect()
    }
}
