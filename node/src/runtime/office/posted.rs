//! Who put up an offer or need for another: the shelf knows its owner only, and people see both names.

use super::{Handle, MemberId, Paper, PaperId, Refused, Timestamp, derived};
use kith_protocol::id::RecordKey;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Somebody put up an offer or need for another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Posted {
    /// Which.
    pub key: RecordKey,
    /// Whose it is.
    pub owner: MemberId,
    /// Who put it up.
    pub by: MemberId,
    /// Until when it stands.
    pub until: Timestamp,
}

fn posted_id(key: &RecordKey) -> PaperId {
    derived("kith/v1/posted", &[&key.0])
}

impl Handle {
    /// Keeps who put up an offer or need for another.
    ///
    /// # Errors
    /// The disk.
    pub async fn posted_for(&self, posted: Posted) -> Result<(), Refused> {
        self.keep_paper(posted_id(&posted.key), Paper::Posted(posted)).await
    }

    /// Who put up these for their owners, where that was somebody else.
    ///
    /// # Errors
    /// The disk.
    pub async fn posted_by(&self, keys: Vec<RecordKey>) -> Result<BTreeMap<RecordKey, MemberId>, Refused> {
        self.office_work(move |room| {
            let by = keys.into_iter().filter_map(|key| match room.papers.get(&posted_id(&key)) {
                Some(Paper::Posted(posted)) => Some((key, posted.by)),
                _ => None,
            });
            Ok(by.collect())
        })
        .await
    }
}
