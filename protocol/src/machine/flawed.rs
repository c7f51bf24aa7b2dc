//! What only tests want of a machine: flaws in place of rules, see [`crate::flaw`], and a look at what it does not record.

use super::{effect::Turn, state::Machine};
use crate::{
    envelope::Content,
    id::Digest,
    partnership::{Decision, RefusalCode, Verdict},
};

impl Machine {
    /// Everything the machine knows only until it stops, but for its timers and others' shelves, as text: with equal journals
    /// and equal texts two machines of one community answer alike.
    #[must_use]
    pub fn passing(&self) -> String {
        let talk = (&self.sessions, &self.introduced, &self.challenges, &self.wanted, self.drawn);
        let lanes = (&self.gaps, &self.synced, &self.asked, &self.offers, &self.cursor, &self.stirred);
        let disputes = (&self.heard, &self.inquired, &self.told);
        format!("{talk:?} {lanes:?} {disputes:?}")
    }

    /// Decides in the partner's place what it has not decided.
    pub(super) fn decide_by_timeout(&mut self, turn: &mut Turn<'_>) {
        let verdict = if broken!(SettlesByTimeout) {
            Verdict::Accept { leaf_index: 0 }
        } else if broken!(ReleasesByTimeout) {
            Verdict::Reject { code: RefusalCode::UnknownPayee }
        } else {
            return;
        };
        let mut forged = Vec::new();
        for lanes in self.state.lanes.values() {
            let Some(open) = lanes.open().next() else { continue };
            let proposal = &open.proposal.content;
            forged.push(Decision {
                v: 1,
                account: proposal.account,
                epoch: proposal.epoch,
                lane: proposal.lane,
                n: proposal.n,
                proposal: proposal.digest(),
                previous: lanes.acknowledgement().map_or(Digest::ZERO, |word| word.decision),
                verdict,
            });
        }
        for decision in forged {
            // What the rules refuse even so is not forged.
            drop(self.learn(turn, &decision.sign(&self.identity.secret)));
        }
    }
}
