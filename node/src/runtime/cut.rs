//! A cut: what a node held at one moment between two commits. The journal is append-only, so a cut can be copied at
//! leisure while the node goes on.

use super::{
    book::Book,
    checkpoints::{CheckpointError, Checkpoints},
    clerk::Job,
    handle::{Handle, Refused},
};
use crate::store::{JournalReader, Position};
use kith_protocol::{
    id::{AccountId, Digest},
    lane::{Lanes, SyncState},
    machine::{Identity, Machine, State},
};
use serde::{Deserialize, Serialize};
use tokio::sync::oneshot;

/// How far both lanes of one partnership were.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LaneHead {
    /// The partnership.
    pub account: AccountId,
    /// The epoch.
    pub epoch: u32,
    /// Our own next free slot.
    pub proposed: u64,
    /// How many decisions on our own proposals we held.
    pub learned: u64,
    /// How many of the partner's proposals we had decided.
    pub decided: u64,
}

/// How far the lanes of every partnership are, by account.
#[must_use]
pub fn lane_heads(state: &State) -> Vec<LaneHead> {
    let head = |(account, lanes): (&AccountId, &Lanes)| {
        let sync = lanes.sync(0, SyncState::Live, [0; 16]);
        let (proposed, learned, decided) = (sync.proposed, sync.learned, sync.decided);
        LaneHead { account: *account, epoch: sync.epoch, proposed, learned, decided }
    };
    state.lanes().iter().map(head).collect()
}

/// What a node held at one moment.
pub struct Cut {
    /// Reads the journal.
    pub reader: JournalReader,
    /// The durable end of the journal.
    pub upto: Position,
    /// Who it is, and the key to sign for it.
    pub identity: Identity,
    /// The community's name.
    pub name: String,
    /// Entries of the ledger.
    pub size: u64,
    /// The Merkle root over them.
    pub root: Digest,
    /// The signed checkpoint over them, as a C2SP note.
    pub note: String,
    /// The lanes of every partnership.
    pub lanes: Vec<LaneHead>,
}

impl Cut {
    /// Takes one. Everything must be committed.
    ///
    /// # Errors
    /// [`CheckpointError`] when no checkpoint can be shown.
    pub fn take(machine: &Machine, book: &Book, checkpoints: &Checkpoints) -> Result<Self, CheckpointError> {
        let (checkpoint, note) = checkpoints.sign(machine)?;
        let reader = book.reader();
        let charter = machine.state().ledger().charter();
        Ok(Self {
            upto: reader.durable_end(),
            reader,
            identity: machine.identity().clone(),
            name: charter.map(|charter| charter.name.clone()).unwrap_or_default(),
            size: checkpoint.size(),
            root: *checkpoint.root(),
            note,
            lanes: lane_heads(machine.state()),
        })
    }
}

impl Handle {
    /// What the node holds now, everything of it durable.
    ///
    /// # Errors
    /// [`Refused`]; [`Refused::Checkpoint`] when no checkpoint can be shown.
    pub async fn cut(&self) -> Result<Cut, Refused> {
        let checkpoints = self.checkpoints.clone();
        let cut = self.look(move |machine, book| Cut::take(machine, book, &checkpoints)).await?;
        cut.map_err(|why| Refused::Checkpoint(why.to_string()))
    }

    /// From now on nothing is taken in, signed or sent; gives what the node holds in the end. Only a new start, which the
    /// mark of [`super::retired`] forbids, would end it.
    ///
    /// # Errors
    /// As [`Handle::cut`].
    pub async fn retire(&self) -> Result<Cut, Refused> {
        let checkpoints = self.checkpoints.clone();
        let (answer, wait) = oneshot::channel();
        let look = move |machine: &Machine, book: &Book| {
            // Whoever asked may have gone away meanwhile.
            let _ = answer.send(Cut::take(machine, book, &checkpoints));
        };
        self.give(Job::Retire(Box::new(look)))?;
        let cut = wait.await.map_err(|_| Refused::Stopping)?;
        cut.map_err(|why| Refused::Checkpoint(why.to_string()))
    }
}
