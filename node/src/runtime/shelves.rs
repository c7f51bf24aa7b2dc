//! What this node holds of each community's shelf, summed up. The clerk only hands out rows; reading and hashing them
//! happens elsewhere, and only for shelves that changed.

use super::{
    book::Book,
    clock,
    handle::{Handle, Refused},
};
use kith_protocol::{
    codec,
    envelope::{Content as _, Unverified},
    id::{CommunityId, Digest},
    machine::Machine,
    shelf::{Record, live_root},
    time::Timestamp,
};
use std::{
    collections::BTreeMap,
    ops::Bound,
    sync::{Arc, Mutex, PoisonError},
};

/// How many records are taken from the clerk in one look: about 250 KB.
pub const ROWS_A_LOOK: usize = 500;
/// How often a summary is begun anew because the shelf changed under it, before it is given as it is.
const TRIES: usize = 3;

/// One shelf, summed up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shelf {
    /// Whose.
    pub community: CommunityId,
    /// The community's name, as far as it is known.
    pub name: Option<String>,
    /// Every record up to this revision is held.
    pub revision: u64,
    /// How many records stand, cards and withdrawals included.
    pub live: u64,
    /// How many of them are offers or needs.
    pub listings: u64,
    /// RFC 6962 root over them, in order of revision.
    pub root: Digest,
    /// Whether its node is connected now.
    pub connected: bool,
}

/// What was summed up of a shelf and holds until something on it changes or expires.
#[derive(Debug, Clone)]
pub(super) struct Summary {
    version: u64,
    until: Timestamp,
    live: u64,
    listings: u64,
    root: Digest,
}

/// The summaries made so far, by community.
pub(super) type Summaries = Arc<Mutex<BTreeMap<CommunityId, Summary>>>;

/// What a community is called, as far as it is known here.
#[must_use]
pub fn name_of(machine: &Machine, community: &CommunityId) -> Option<String> {
    let state = machine.state();
    if *community == machine.identity().community {
        return state.ledger().charter().map(|charter| charter.name.clone());
    }
    let card = machine.known().get(community).and_then(|known| known.card.as_ref());
    let card = card.or_else(|| state.partner_cards().get(community)).map(|card| &card.name);
    card.or_else(|| state.accepting().get(community).map(|a| &a.invitation.name)).cloned()
}

/// Where a community is, as a geohash, as far as it says so.
#[must_use]
pub fn area_of(machine: &Machine, community: &CommunityId) -> Option<String> {
    let state = machine.state();
    if *community == machine.identity().community {
        return state.ledger().charter().and_then(|charter| charter.area.clone());
    }
    let card = machine.known().get(community).and_then(|known| known.card.as_ref());
    card.or_else(|| state.partner_cards().get(community)).and_then(|card| card.area.clone())
}

/// Communities whose shelves are held, our own first and the others by id, after `after`, at most `limit`.
#[must_use]
pub fn communities(machine: &Machine, after: Option<&CommunityId>, limit: usize) -> Vec<CommunityId> {
    let own = machine.identity().community;
    let (first, from) = match after {
        None => (Some(own), Bound::Unbounded),
        Some(after) if *after == own => (None, Bound::Unbounded),
        Some(after) => (None, Bound::Excluded(*after)),
    };
    let others = machine.known().range((from, Bound::Unbounded)).map(|(id, _)| *id);
    first.into_iter().chain(others).take(limit).collect()
}

impl Handle {
    /// The shelves this node holds, our own first and the others by id, after `after`, at most `limit`.
    ///
    /// # Errors
    /// [`Refused::Busy`] or [`Refused::Stopping`].
    pub async fn shelves(&self, after: Option<CommunityId>, limit: usize) -> Result<Vec<Shelf>, Refused> {
        let list = self.look(move |machine, _| communities(machine, after.as_ref(), limit)).await?;
        let mut shelves = Vec::with_capacity(list.len());
        for community in list {
            let summary = self.summary(community).await?;
            let facts = move |machine: &Machine, _: &Book| {
                let own = community == machine.identity().community;
                let through = machine.known().get(&community).map_or(0, |known| known.through);
                let revision = if own { machine.state().shelf().0 } else { through };
                (name_of(machine, &community), revision, own || machine.connected(&community))
            };
            let (name, revision, connected) = self.look(facts).await?;
            let Summary { live, listings, root, .. } = summary;
            shelves.push(Shelf { community, name, revision, live, listings, root, connected });
        }
        Ok(shelves)
    }

    async fn summary(&self, community: CommunityId) -> Result<Summary, Refused> {
        let mut version = self.look(move |_, book| book.shelf_version(&community)).await?;
        let known = self.shelves.lock().unwrap_or_else(PoisonError::into_inner).get(&community).cloned();
        let now = clock::now();
        if let Some(known) = known.filter(|known| known.version == version && known.until > now) {
            return Ok(known);
        }
        let mut summary = self.sum_up(community, version, now).await?;
        for _ in 1..TRIES {
            let after = self.look(move |_, book| book.shelf_version(&community)).await?;
            if after == version {
                break;
            }
            version = after;
            summary = self.sum_up(community, version, now).await?;
        }
        self.shelves.lock().unwrap_or_else(PoisonError::into_inner).insert(community, summary.clone());
        Ok(summary)
    }

    async fn sum_up(&self, community: CommunityId, version: u64, now: Timestamp) -> Result<Summary, Refused> {
        let (mut digests, mut listings, mut until, mut after) = (Vec::new(), 0, Timestamp(u64::MAX), 0);
        loop {
            let rows = self.look(move |_, book| book.shelf_rows(&community, after, ROWS_A_LOOK)).await?;
            let full = rows.len() == ROWS_A_LOOK;
            after = rows.last().map_or(after, |(revision, _)| *revision);
            let records = rows.iter().filter_map(|(_, bytes)| codec::decode_own::<Unverified<Record>>(bytes).ok());
            for record in records.filter(|record| record.content.expires_at > now) {
                digests.push(record.content.digest());
                listings += u64::from(record.content.item.listing().is_some());
                until = until.min(record.content.expires_at);
            }
            if !full {
                break;
            }
        }
        let (live, root) = live_root(digests.into_iter());
        Ok(Summary { version, until, live, listings, root })
    }
}
