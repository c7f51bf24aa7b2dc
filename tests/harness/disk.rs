//! A machine's disk: the journal as bytes, the index of others' shelves, now and then a snapshot.

use kith_protocol::{
    codec,
    id::CommunityId,
    machine::{Batch, Fact, ForeignRecord, Identity, Machine, MemoryView, State},
    shelf::Known,
};
use std::collections::BTreeMap;

/// What one machine made durable.
#[derive(Debug, Clone, Default)]
pub struct Disk {
    /// One frame for each batch: its facts in canonical bytes.
    journal: Vec<Vec<u8>>,
    /// Changes of the index in order; a node may lose the newest or all of them, for they can be fetched again.
    index: Vec<Vec<ForeignRecord>>,
    /// How many frames a snapshot holds, and the snapshot.
    snapshot: Option<(usize, Vec<u8>)>,
}

impl Disk {
    /// Makes a batch durable.
    pub(crate) fn commit(&mut self, batch: &Batch) {
        if !batch.facts.is_empty() {
            self.journal.push(codec::encode(&batch.facts));
        }
        if !batch.foreign.is_empty() {
            self.index.push(batch.foreign.clone());
        }
    }

    /// How many frames the journal has.
    #[must_use]
    pub fn frames(&self) -> usize {
        self.journal.len()
    }

    /// Keeps a snapshot of a state that is the fold of the whole journal.
    pub(crate) fn keep_snapshot(&mut self, state: &State) {
        self.snapshot = Some((self.journal.len(), codec::encode(state)));
    }

    /// Forgets the newest changes of the index, or all of them.
    pub(crate) fn lose_index(&mut self, keep: usize) {
        self.index.truncate(keep);
    }

    /// How many changes the index holds.
    pub(crate) fn index_len(&self) -> usize {
        self.index.len()
    }

    /// Everything in the journal.
    #[must_use]
    pub fn facts(&self) -> Vec<Fact> {
        let frames = self.journal.iter().filter_map(|frame| codec::decode_own::<Vec<Fact>>(frame).ok());
        frames.flatten().collect()
    }

    /// An old backup is put in place of the disk.
    pub(crate) fn restore_old(&mut self, frames: usize) {
        self.journal.truncate(frames);
        self.snapshot = self.snapshot.take().filter(|(held, _)| *held <= frames);
    }

    /// A machine and its view from nothing but what is on disk.
    ///
    /// # Errors
    /// When bytes cannot be read back or a fact cannot follow.
    pub fn recover(&self, identity: &Identity, use_snapshot: bool) -> Result<(Machine, MemoryView), String> {
        let mut view = MemoryView::default();
        let mut known: BTreeMap<CommunityId, Known> = BTreeMap::new();
        for foreign in &self.index {
            for record in foreign {
                if let ForeignRecord::Known(community, now) = record {
                    known.insert(*community, now.clone());
                }
            }
            view.absorb(&Batch { facts: Vec::new(), foreign: foreign.clone() });
        }
        let (held, state) = match self.snapshot.as_ref().filter(|_| use_snapshot) {
            Some((held, bytes)) => (*held, codec::decode_own(bytes).map_err(|e| format!("snapshot: {e}"))?),
            None => (0, State::empty(identity.community)),
        };
        let mut machine = Machine::new(identity.clone(), state, known);
        for (place, frame) in self.journal.iter().enumerate() {
            let facts: Vec<Fact> = codec::decode_own(frame).map_err(|e| format!("frame {place}: {e}"))?;
            for fact in &facts {
                if place >= held {
                    machine.replay(fact, &view).map_err(|e| format!("frame {place}: {e}"))?;
                }
                view.absorb_fact(fact);
            }
        }
        Ok((machine, view))
    }
}
