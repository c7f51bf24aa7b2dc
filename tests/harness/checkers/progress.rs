//! How far a node is with what only ever grows.

use kith_protocol::{id::AccountId, lane::SyncState, machine::Machine};
use std::collections::BTreeMap;

/// How far a node was when it last made something durable.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Progress {
    entries: u64,
    revision: u64,
    /// Epoch, proposed, learned and decided by account.
    lanes: BTreeMap<AccountId, (u32, u64, u64, u64)>,
}

impl Progress {
    pub(super) fn of(machine: &Machine) -> Self {
        let state = machine.state();
        let lanes = state.lanes().iter().map(|(account, lanes)| {
            let sync = lanes.sync(0, SyncState::Live, [0; 16]);
            (*account, (sync.epoch, sync.proposed, sync.learned, sync.decided))
        });
        Self { entries: state.ledger().tree().size(), revision: state.shelf().0, lanes: lanes.collect() }
    }

    pub(super) fn is_after(&self, earlier: &Self) -> bool {
        let grew = |(account, then): (&AccountId, &(u32, u64, u64, u64))| {
            self.lanes.get(account).is_some_and(|now| {
                let same_epoch = now.0 == then.0 && now.1 >= then.1 && now.2 >= then.2 && now.3 >= then.3;
                now.0 > then.0 || same_epoch
            })
        };
        self.entries >= earlier.entries && self.revision >= earlier.revision && earlier.lanes.iter().all(grew)
    }
}
