//! Which of our listings are for members only. The shelf tells partners' nodes everything; what anybody may read on our own
//! pages is decided here, and everything is for anybody that no paper says otherwise of.

use super::{Handle, Paper, PaperId, Refused, Room, StoreError, Timestamp, derived};
use kith_protocol::{codec, id::RecordKey};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, sync::Arc};

/// The most listings for members only: ten of everybody in a town of twenty thousand. In memory they weigh some megabytes.
pub const MAX_INSIDE: usize = 200_000;

/// A listing of ours that is for members only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Inside {
    /// Which.
    pub key: RecordKey,
    /// Until when it stands.
    pub until: Timestamp,
}

/// All of them, with until when each stands.
pub type AllInside = BTreeMap<RecordKey, Timestamp>;

fn inside_id(key: &RecordKey) -> PaperId {
    derived("kith/v1/inside", &[&key.0])
}

impl Room<'_> {
    fn put_inside(&mut self, listings: Vec<Inside>) -> Result<(), StoreError> {
        let count = self.inside.len() + listings.len();
        if count > MAX_INSIDE {
            let limit = MAX_INSIDE as u64;
            return Err(StoreError::TooMany { what: "listings for members only", count: count as u64, limit });
        }
        let encoded = |one: &Inside| (inside_id(&one.key), codec::encode(&Paper::Inside(one.clone())));
        let papers: Vec<(PaperId, Vec<u8>)> = listings.iter().map(encoded).collect();
        self.people.put_many(papers.iter().map(|(id, bytes)| (*id, bytes.as_slice())))?;
        self.people.flush()?;
        Arc::make_mut(self.inside).extend(listings.into_iter().map(|one| (one.key, one.until)));
        self.changed = true;
        Ok(())
    }

    fn erase_inside(&mut self, keys: &[RecordKey]) -> Result<(), StoreError> {
        for key in keys.iter().filter(|key| self.inside.contains_key(key)).copied().collect::<Vec<_>>() {
            self.people.erase(inside_id(&key))?;
            Arc::make_mut(self.inside).remove(&key);
            self.changed = true;
        }
        Ok(())
    }
}

impl Handle {
    /// Keeps that these listings are for members only. It is said before they stand, so that nobody else sees them meanwhile.
    ///
    /// # Errors
    /// The disk; too many of them.
    pub async fn keep_inside(&self, listings: Vec<Inside>) -> Result<(), Refused> {
        if listings.is_empty() {
            return Ok(());
        }
        self.office_work(move |room| room.put_inside(listings)).await
    }

    /// Lets anybody read these listings, for as long as they stand.
    ///
    /// # Errors
    /// The disk.
    pub async fn let_out(&self, keys: Vec<RecordKey>) -> Result<(), Refused> {
        self.office_work(move |room| room.erase_inside(&keys)).await
    }

    /// Our listings that are for members only.
    ///
    /// # Errors
    /// The disk.
    pub async fn inside(&self) -> Result<Arc<AllInside>, Refused> {
        self.office_work(|room| Ok(Arc::clone(room.inside))).await
    }

    /// Forgets what was kept beside listings that are gone: their pictures, and who may read them.
    ///
    /// # Errors
    /// The disk.
    pub async fn listings_gone(&self, keys: Vec<RecordKey>) -> Result<(), Refused> {
        self.let_out(keys.clone()).await?;
        self.erase_pictures(keys).await
    }
}
