//! Who put up an offer or need for another, who wrote down a group they look after, and who spoke for a member about an
//! exchange: the shelf knows the owner only, and the ledger coordinators only, and people see both names.

use super::{Handle, MemberId, Paper, PaperId, Refused, Timestamp, derived};
use kith_protocol::id::{ExchangeId, RecordKey};
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

/// Somebody who looks after a circle wrote down a sheet of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sheet {
    /// The exchange of the group.
    pub exchange: ExchangeId,
    /// Who wrote it down.
    pub by: MemberId,
}

/// Whoever may act for a member spoke for them about an exchange.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spoken {
    /// Which.
    pub exchange: ExchangeId,
    /// For whom.
    pub member: MemberId,
    /// Who spoke.
    pub by: MemberId,
}

fn spoken_id(exchange: &ExchangeId, member: &MemberId) -> PaperId {
    derived("kith/v1/spoken", &[&exchange.0, &member.0])
}

fn sheet_id(exchange: &ExchangeId) -> PaperId {
    derived("kith/v1/sheet", &[&exchange.0])
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

    /// Keeps who wrote down a sheet of a circle they look after.
    ///
    /// # Errors
    /// The disk.
    pub async fn keep_sheet(&self, sheet: Sheet) -> Result<(), Refused> {
        self.keep_paper(sheet_id(&sheet.exchange), Paper::Sheet(sheet)).await
    }

    /// Who wrote down these groups, where it was somebody who looks after a circle.
    ///
    /// # Errors
    /// The disk.
    pub async fn sheets_by(&self, exchanges: Vec<ExchangeId>) -> Result<BTreeMap<ExchangeId, MemberId>, Refused> {
        if exchanges.is_empty() {
            return Ok(BTreeMap::new());
        }
        self.office_work(move |room| {
            let by = exchanges.into_iter().filter_map(|exchange| match room.papers.get(&sheet_id(&exchange)) {
                Some(Paper::Sheet(sheet)) => Some((exchange, sheet.by)),
                _ => None,
            });
            Ok(by.collect())
        })
        .await
    }

    /// Keeps who spoke for a member about an exchange.
    ///
    /// # Errors
    /// The disk.
    pub async fn keep_spoken(&self, spoken: Spoken) -> Result<(), Refused> {
        self.keep_paper(spoken_id(&spoken.exchange, &spoken.member), Paper::Spoken(spoken)).await
    }

    /// Who spoke for these members about these exchanges, where it was not they themselves nor a coordinator.
    ///
    /// # Errors
    /// The disk.
    pub async fn spoken_for(
        &self,
        of: Vec<(ExchangeId, MemberId)>,
    ) -> Result<BTreeMap<(ExchangeId, MemberId), MemberId>, Refused> {
        if of.is_empty() {
            return Ok(BTreeMap::new());
        }
        self.office_work(move |room| {
            let by = of.into_iter().filter_map(|of| match room.papers.get(&spoken_id(&of.0, &of.1)) {
                Some(Paper::Spoken(spoken)) => Some((of, spoken.by)),
                _ => None,
            });
            Ok(by.collect())
        })
        .await
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
