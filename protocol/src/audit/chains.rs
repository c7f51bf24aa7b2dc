//! The lanes of each account, as far as they leave a trace in the ledger.

use crate::{
    envelope::Content,
    id::{AccountId, Digest},
    ledger::Body,
    partnership::{Decision, Proposal},
    rejection::Rejection,
};
use std::collections::BTreeMap;

/// Our proposals and the partner's decisions: every decided slot is in the ledger, in order.
#[derive(Debug)]
struct Own {
    epoch: u32,
    next: u64,
    head: Digest,
    decision_head: Digest,
}

/// The partner's proposals that we accepted; those we refused left no trace, so there are gaps.
#[derive(Debug)]
struct Theirs {
    epoch: u32,
    /// Slot and hash of the last one.
    last: Option<(u64, Digest)>,
}

impl Own {
    const fn new(epoch: u32) -> Self {
        Self { epoch, next: 0, head: Digest::ZERO, decision_head: Digest::ZERO }
    }

    fn follow(&mut self, proposal: &Proposal, decision: &Decision) -> Result<(), Rejection> {
        if proposal.epoch < self.epoch {
            return Err(Rejection::OtherLane);
        }
        if proposal.epoch > self.epoch {
            *self = Self::new(proposal.epoch);
        }
        if proposal.n != self.next {
            return Err(Rejection::OutOfOrder { expected: self.next, found: proposal.n });
        }
        if proposal.previous != self.head || decision.previous != self.decision_head {
            return Err(Rejection::BrokenChain);
        }
        self.next = self.next.saturating_add(1);
        self.head = proposal.digest();
        self.decision_head = decision.digest();
        Ok(())
    }
}

impl Theirs {
    const fn new(epoch: u32) -> Self {
        Self { epoch, last: None }
    }

    fn follow(&mut self, proposal: &Proposal) -> Result<(), Rejection> {
        if proposal.epoch < self.epoch {
            return Err(Rejection::OtherLane);
        }
        if proposal.epoch > self.epoch {
            *self = Self::new(proposal.epoch);
        }
        let expected = self.last.map_or(0, |(n, _)| n.saturating_add(1));
        if proposal.n < expected {
            return Err(Rejection::OutOfOrder { expected, found: proposal.n });
        }
        // What stands before a gap was refused and is not known here.
        let known = if proposal.n == expected { Some(self.last.map_or(Digest::ZERO, |(_, head)| head)) } else { None };
        if known.is_some_and(|previous| previous != proposal.previous) {
            return Err(Rejection::BrokenChain);
        }
        self.last = Some((proposal.n, proposal.digest()));
        Ok(())
    }
}

/// Both lanes of every account.
#[derive(Debug, Default)]
pub(super) struct Chains {
    own: BTreeMap<AccountId, Own>,
    theirs: BTreeMap<AccountId, Theirs>,
}

impl Chains {
    /// Judges whether an entry that the rules allow continues its lane.
    ///
    /// # Errors
    /// A gap, a repeated slot, a broken chain, an epoch that is over.
    pub(super) fn follow(&mut self, body: &Body) -> Result<(), Rejection> {
        match body {
            Body::Settle { proposal, decision } | Body::Release { proposal, decision } => {
                let own = self.own.entry(proposal.content.account).or_insert(Own::new(0));
                own.follow(&proposal.content, &decision.content)
            }
            Body::Receive { proposal, .. } => {
                let theirs = self.theirs.entry(proposal.content.account).or_insert(Theirs::new(0));
                theirs.follow(&proposal.content)
            }
            // What the partner gave back is not chained: refusals in between are lost, and its epoch is over.
            _ => Ok(()),
        }
    }
}
