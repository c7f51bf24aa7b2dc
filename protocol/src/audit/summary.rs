//! What a sound ledger adds up to.

use crate::{
    id::{AccountId, CommunityId, Digest},
    ledger::{Body, Ledger},
    minutes::Balance,
    time::Timestamp,
};
use serde::Serialize;
use std::collections::BTreeMap;

/// How one partnership stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Partnership {
    /// Its account.
    pub account: AccountId,
    /// The other community.
    pub community: CommunityId,
    /// Minutes that members here received from there, less those they gave.
    pub net: Balance,
    /// Minutes that wait for the partner's decision.
    pub on_hold: Balance,
}

/// What an exported ledger without a flaw says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// Whose ledger it is.
    pub community: CommunityId,
    /// The community's name, by its last charter.
    pub name: String,
    /// Number of entries.
    pub entries: u64,
    /// Number of entries of each kind, in the words of [`Body::kind`].
    pub kinds: BTreeMap<&'static str, u64>,
    /// Members who are here.
    pub members: u64,
    /// Members who left.
    pub left: u64,
    /// Exchanges that took place: between members, in groups, and with partners once accepted. Corrections are not counted.
    pub exchanges: u64,
    /// All partnerships, in the order of their accounts.
    pub partnerships: Vec<Partnership>,
    /// The sum over all accounts, in minutes: zero, because every entry's postings sum to zero.
    pub sum_minutes: i128,
    /// Size of the checkpoint, which is the number of entries.
    pub size: u64,
    /// Root of the checkpoint, to which the entries lead.
    pub root: Digest,
    /// Signatures judged and found good: the checkpoint's, those of certificates, agreements, members and partners.
    pub signatures_checked: u64,
    /// When the first entry was recorded, by the community's clock.
    pub first_at: Timestamp,
    /// When the last entry was recorded, by the community's clock.
    pub last_at: Timestamp,
}

/// What is counted on the way.
#[derive(Debug, Default)]
pub(super) struct Tally {
    kinds: BTreeMap<&'static str, u64>,
    exchanges: u64,
    span: Option<(Timestamp, Timestamp)>,
}

impl Tally {
    pub(super) fn count(&mut self, at: Timestamp, body: &Body) {
        *self.kinds.entry(body.kind()).or_default() += 1;
        let took_place = matches!(
            body,
            Body::Exchange { .. }
                | Body::GroupExchange { .. }
                | Body::Settle { .. }
                | Body::Receive { .. }
                | Body::Recovered { .. }
        );
        self.exchanges += u64::from(took_place);
        self.span = Some((self.span.map_or(at, |(first, _)| first), at));
    }

    pub(super) fn summary(self, ledger: &Ledger, signatures_checked: u64) -> Summary {
        let here = ledger.members().values().filter(|member| member.active).count() as u64;
        let partnerships = ledger.partners().iter().map(|(account, partner)| Partnership {
            account: *account,
            community: partner.community(),
            net: partner.net,
            on_hold: partner.on_hold,
        });
        let (first_at, last_at) = self.span.unwrap_or_default();
        Summary {
            community: ledger.community(),
            name: ledger.charter().map(|charter| charter.name.clone()).unwrap_or_default(),
            entries: ledger.tree().size(),
            kinds: self.kinds,
            members: here,
            left: ledger.members().len() as u64 - here,
            exchanges: self.exchanges,
            partnerships: partnerships.collect(),
            sum_minutes: ledger.sum(),
            size: ledger.tree().size(),
            root: ledger.tree().root(),
            signatures_checked,
            first_at,
            last_at,
        }
    }
}
